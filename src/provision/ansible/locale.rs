//! The user's language, in UTF-8: Ansible does not start in another encoding, such as that of a cron job.

use crate::process::Cmd;

/// What names a locale, the strongest first.
const VARIABLES: [&str; 3] = ["LC_ALL", "LC_CTYPE", "LANG"];

pub(super) fn in_utf8(command: Cmd) -> Cmd {
    let locale = VARIABLES.iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    let command = command.users_locale();
    if is_utf8(&locale.unwrap_or_default()) { command } else { command.env("LC_ALL", "C.UTF-8") }
}

fn is_utf8(locale: &str) -> bool {
    locale.to_ascii_lowercase().replace('-', "").contains(".utf8")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_of_locales() {
        for (locale, expected) in
            [("C.UTF-8", true), ("de_DE.utf8@euro", true), ("", false), ("C", false), ("de_DE.ISO-8859-1", false)]
        {
            assert_eq!(is_utf8(locale), expected, "{locale}");
        }
    }
}
