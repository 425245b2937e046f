//! Chef's configuration files, which are Ruby.

use std::fmt::Write;

use crate::template::interpolate::Fields;

/// One line of a file: Chef's name, the dot-variable that it comes from, and how the value is written.
pub(super) type Setting = (&'static str, &'static str, Form);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Text,
    /// A name of Ruby: `:info`.
    Symbol,
    /// Quoted texts with commas between them.
    List,
}

pub(super) const SOLO: &[Setting] = &[
    ("chef_license", "ChefLicense", Form::Text),
    ("cookbook_path", "CookbookPaths", Form::List),
    ("role_path", "RolesPath", Form::Text),
    ("data_bag_path", "DataBagsPath", Form::Text),
    ("encrypted_data_bag_secret", "EncryptedDataBagSecretPath", Form::Text),
    ("environment_path", "EnvironmentsPath", Form::Text),
    ("environment", "ChefEnvironment", Form::Text),
];

pub(super) const CLIENT: &[Setting] = &[
    ("chef_server_url", "ServerUrl", Form::Text),
    ("client_key", "ClientKey", Form::Text),
    ("chef_license", "ChefLicense", Form::Text),
    ("encrypted_data_bag_secret", "EncryptedDataBagSecretPath", Form::Text),
    ("validation_client_name", "ValidationClientName", Form::Text),
    ("validation_key", "ValidationKeyPath", Form::Text),
    ("node_name", "NodeName", Form::Text),
    ("environment", "ChefEnvironment", Form::Text),
    ("policy_group", "PolicyGroup", Form::Text),
    ("policy_name", "PolicyName", Form::Text),
    ("ssl_verify_mode", "SslVerifyMode", Form::Symbol),
    ("trusted_certs_dir", "TrustedCertsDir", Form::Text),
    ("rubygems_url", "RubygemsUrl", Form::Text),
];

pub(super) const KNIFE: &[Setting] = &[
    ("chef_server_url", "ServerUrl", Form::Text),
    ("client_key", "ClientKey", Form::Text),
    ("node_name", "NodeName", Form::Text),
    ("ssl_verify_mode", "SslVerifyMode", Form::Symbol),
    ("trusted_certs_dir", "TrustedCertsDir", Form::Text),
];

/// A client says on its output what it does.
const LOG: &str = "log_level :info\nlog_location STDOUT\n";

/// The file, without the settings that have no value. A list is written even when it is empty: Chef's own default
/// would name folders that nobody asked for.
pub(super) fn written(settings: &[Setting], fields: &Fields) -> String {
    let is_client = settings.iter().any(|(name, ..)| *name == "chef_server_url");
    let mut text = if is_client { LOG.to_owned() } else { String::new() };
    for (name, field, form) in settings {
        let value = fields.get(*field).map(String::as_str).unwrap_or_default();
        let result = match form {
            Form::List => writeln!(text, "{name} [{value}]"),
            _ if value.is_empty() => Ok(()),
            Form::Text => writeln!(text, "{name} {}", quoted(value)),
            Form::Symbol => writeln!(text, "{name} :{}", value.trim_start_matches(':')),
        };
        result.expect("a text takes all that is written into it");
    }
    text
}

/// A Ruby text in double quotes, in which nothing is replaced.
pub(super) fn quoted(value: &str) -> String {
    let escaped = value.replace('\\', r"\\").replace('"', r#"\""#).replace("#{", r"\#{");
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_has_no_value_is_not_written() {
        assert_eq!(written(SOLO, &Fields::new()), "cookbook_path []\n");
        let solo = written(SOLO, &fields(&[("CookbookPaths", r#""/a","/b""#), ("ChefLicense", "accept")]));
        assert_eq!(solo, "chef_license \"accept\"\ncookbook_path [\"/a\",\"/b\"]\n");
    }

    #[test]
    fn a_client_logs_to_its_output() {
        let client = written(CLIENT, &fields(&[("SslVerifyMode", "verify_none"), ("NodeName", "n")]));
        assert_eq!(client, "log_level :info\nlog_location STDOUT\nnode_name \"n\"\nssl_verify_mode :verify_none\n");
    }

    #[test]
    fn texts_are_only_texts_in_ruby() {
        assert_eq!(quoted(r#"a"b\c#{exit}"#), r#""a\"b\\c\#{exit}""#);
    }
}
