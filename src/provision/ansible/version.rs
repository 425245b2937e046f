//! Which Ansible is installed.

use std::time::Duration;

use super::locale;
use crate::io::Context;
use crate::process::Cmd;
use crate::provision::Error;

/// Python may have to compile all of Ansible first.
const LIMIT: Duration = Duration::from_secs(120);

/// The first whose inventories have `ansible_host`.
const OLDEST: u32 = 2;

pub(super) async fn check(program: &str, context: &Context) -> Result<(), Error> {
    let output = locale::in_utf8(Cmd::new(program)).arg("--version").deadline(LIMIT).run().await?;
    match parse(&output.stdout) {
        Some(version) if major(version).is_some_and(|major| major < OLDEST) => {
            let message = format!("`{program}` is version {version}; version {OLDEST} or later is needed");
            Err(Error::Plan { message })
        }
        Some(version) => {
            context.events.debug(format!("`{program}` is version {version}"));
            Ok(())
        }
        // A wrapper may print what it likes.
        None => Ok(()),
    }
}

/// `ansible-playbook 2.9.27`, or `ansible-playbook [core 2.14.18]` since 2.11.
fn parse(output: &str) -> Option<&str> {
    let words = output.lines().next()?.split_whitespace();
    words.map(|word| word.trim_matches(['[', ']'])).find(|word| major(word).is_some())
}

fn major(version: &str) -> Option<u32> {
    version.split_once('.')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::testing::context;

    #[test]
    fn old_and_new_first_lines() {
        for (text, version) in [
            ("ansible-playbook 2.9.27\n  config file = None\n", Some("2.9.27")),
            ("ansible-playbook [core 2.14.18]\n", Some("2.14.18")),
            ("ansible-playbook 1.9.6\n", Some("1.9.6")),
            ("my wrapper\n", None),
            ("", None),
        ] {
            assert_eq!(parse(text), version, "{text}");
        }
    }

    #[tokio::test]
    async fn a_program_that_is_missing_or_too_old_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("old-ansible").display().to_string();
        let missing = check(&program, &context().0).await.unwrap_err().to_string();
        assert_eq!(missing, format!("program `{program}` not found; install it or put its folder on PATH"));
        crate::provision::testing::write_program(&program, "echo ansible-playbook 1.9.6");
        let old = check(&program, &context().0).await.unwrap_err().to_string();
        assert_eq!(old, format!("`{program}` is version 1.9.6; version 2 or later is needed"));
    }
}
