//! The environment of scripts: what a template sets, what Packer always sets, and how it is written out.

use std::collections::BTreeMap;

use super::{Error, GuestData};
use crate::plan::fields;
use crate::plan::provisioner::Environment;
use crate::template::interpolate::{Fields, Late};

/// Names and values, sorted by name.
pub type Variables = BTreeMap<String, String>;

/// What each script can count on.
pub fn of_build(data: &GuestData) -> Variables {
    let mut variables = Variables::from([
        ("PACKER_BUILD_NAME".to_owned(), data.build_name.clone()),
        ("PACKER_BUILDER_TYPE".to_owned(), data.builder_type.clone()),
    ]);
    for (name, field) in [
        ("PACKER_HTTP_ADDR", "PackerHTTPAddr"),
        ("PACKER_HTTP_IP", "PackerHTTPIP"),
        ("PACKER_HTTP_PORT", "PackerHTTPPort"),
    ] {
        let value = data.fields.get(field).filter(|value| !value.ends_with(fields::NOT_IMPLEMENTED));
        if let Some(value) = value {
            variables.insert(name.to_owned(), value.clone());
        }
    }
    variables
}

/// Lays the template's own variables over the others.
pub(super) fn with_template(
    mut variables: Variables,
    template: &Environment,
    fields: &Fields,
) -> Result<Variables, Error> {
    for (name, value) in template {
        let value = value.render(fields).map_err(Error::render(format!("environment variable {name}")))?;
        variables.insert(name.clone(), value);
    }
    Ok(variables)
}

/// How the template wants a variable written.
pub(super) fn format(format: &Late, fields: &Fields) -> Result<String, Error> {
    format.render(fields).map_err(Error::render("env_var_format"))
}

/// All variables in the template's format, one after the other, for a shell of Unix.
pub(super) fn flatten(variables: &Variables, format: &str) -> String {
    written(variables, format, quoted)
}

/// The same with the quoting of another shell.
pub(super) fn written(variables: &Variables, format: &str, quoted: impl Fn(&str) -> String) -> String {
    variables.iter().map(|(name, value)| fill(format, [name, &quoted(value)])).collect()
}

/// For use between single quotes.
fn quoted(value: &str) -> String {
    value.replace('\'', r#"'"'"'"#)
}

/// printf with `%s` and `%%` only.
fn fill(format: &str, values: [&str; 2]) -> String {
    let (mut text, mut rest, mut values) = (String::new(), format, values.into_iter());
    while let Some((before, after)) = rest.split_once('%') {
        text.push_str(before);
        rest = match after.chars().next() {
            Some('s') => {
                text.push_str(values.next().unwrap_or_default());
                &after[1..]
            }
            Some('%') => {
                text.push('%');
                &after[1..]
            }
            _ => {
                text.push('%');
                after
            }
        };
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_sorted_quoted_and_formatted() {
        let variables = Variables::from([("B".into(), "it's".into()), ("A".into(), "1 2".into())]);
        assert_eq!(flatten(&variables, "%s='%s' "), r#"A='1 2' B='it'"'"'s' "#);
        assert_eq!(flatten(&variables, "export %s='%s'\n").lines().count(), 2);
    }

    #[test]
    fn other_percent_signs_stay() {
        assert_eq!(fill("set %s=%s && 100%% %d%", ["A", "%s"]), "set A=%s && 100% %d%");
    }

    #[test]
    fn the_server_is_told_when_there_is_one_and_the_template_wins() {
        let mut data = GuestData { build_name: "b".into(), builder_type: "qemu".into(), ..GuestData::default() };
        assert_eq!(of_build(&data).len(), 2);
        data.fields.insert("PackerHTTPAddr".into(), "10.0.2.2:0".into());
        let template = Environment::from([("PACKER_BUILD_NAME".to_owned(), Late::literal("mine"))]);
        let all = with_template(of_build(&data), &template, &data.fields).unwrap();
        assert_eq!(all["PACKER_HTTP_ADDR"], "10.0.2.2:0");
        assert_eq!(all["PACKER_BUILD_NAME"], "mine");
    }
}
