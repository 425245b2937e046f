//! Names and passwords for HTTP from the user's `.netrc`.

use std::ffi::OsString;
use std::path::PathBuf;

use fs_err as fs;

use crate::io::secrets::Secret;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) name: String,
    pub(super) password: Secret,
}

/// What the file says of a host. It is `$NETRC`, else `.netrc` in the home folder; mostly there is none.
pub(super) fn login(host: &str) -> Option<Login> {
    find(&fs::read_to_string(place(|name| std::env::var_os(name))?).ok()?, host)
}

fn place(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let path = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    path("NETRC").or_else(|| path("HOME").map(|home| home.join(".netrc")))
}

/// The first entry for the host, or one for any (`default`, which stands last).
fn find(text: &str, host: &str) -> Option<Login> {
    let text = without_macros(text);
    let mut words = text.split_whitespace();
    let mut found: Option<Login> = None;
    while let Some(word) = words.next() {
        match word {
            "machine" | "default" if found.is_some() => break,
            "machine" => found = (words.next() == Some(host)).then(Login::default),
            "default" => found = Some(Login::default()),
            "login" | "password" | "account" => {
                let value = words.next().unwrap_or_default();
                match (word, &mut found) {
                    ("login", Some(login)) => value.clone_into(&mut login.name),
                    ("password", Some(login)) => login.password = Secret::new(value),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    found
}

/// A macro reaches from `macdef` to an empty line; its text is not ours to read.
fn without_macros(text: &str) -> String {
    let mut in_macro = false;
    let mut kept = String::new();
    for line in text.lines() {
        in_macro = if line.trim().is_empty() { false } else { in_macro || line.trim_start().starts_with("macdef") };
        if !in_macro {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "machine a login me password one\nmacdef init\nmachine b login no password no\n\n\
        machine b\n  login you\n  account x\n  password two\ndefault login any password three\n";

    fn pair(host: &str) -> (String, String) {
        let login = find(FILE, host).unwrap();
        (login.name, login.password.reveal().to_owned())
    }

    #[test]
    fn the_hosts_own_entry_comes_before_the_default() {
        assert_eq!(pair("a"), ("me".to_owned(), "one".to_owned()));
        assert_eq!(pair("b"), ("you".to_owned(), "two".to_owned()));
        assert_eq!(pair("c"), ("any".to_owned(), "three".to_owned()));
        assert_eq!(find("machine a login me", "b"), None);
        assert!(!format!("{:?}", find(FILE, "a")).contains("one"));
    }

    #[test]
    fn the_variable_names_the_file() {
        let set = |name: &str| Some(OsString::from(if name == "NETRC" { "/x/netrc" } else { "/home/me" }));
        assert_eq!(place(set).unwrap(), PathBuf::from("/x/netrc"));
        assert_eq!(place(|name| set(name).filter(|_| name == "HOME")).unwrap(), PathBuf::from("/home/me/.netrc"));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(machine|default|login|password|macdef|a| |\n){0,20}") {
            find(&text, "a");
        }
    }
}
