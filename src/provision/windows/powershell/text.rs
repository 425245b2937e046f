//! What the scripts look like that go to the guest.

use std::fmt::Write;

use crate::io::powershell::quoted;
use crate::provision::environment::{Variables, written};

/// The script that sets the environment.
pub(super) fn environment_script(variables: &Variables, format: &str) -> String {
    written(variables, format, escaped)
}

/// For use between double quotes: what PowerShell would take for its own is marked.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        if matches!(character, '$' | '"' | '\'' | '`') {
            text.push('`');
        }
        text.push(character);
    }
    text
}

/// An inline script as a file that stands alone: with its environment, without progress bars, and with the status
/// of its last program, or 1 for an error that nothing caught.
pub(super) fn wrapped(lines: &str, environment_path: &str, debug_mode: u32) -> String {
    let mut text = String::from("$ProgressPreference = 'SilentlyContinue'\n");
    if debug_mode > 0 {
        writeln!(text, "Set-PSDebug -Trace {debug_mode}").expect("a text grows");
    }
    text + &format!(
        ". {}\n$global:LASTEXITCODE = 0\ntry {{\n{lines}}} catch {{\n    \
         Write-Error -ErrorRecord $_ -ErrorAction Continue\n    exit 1\n}}\nexit $LASTEXITCODE\n",
        quoted(environment_path)
    )
}

/// Each file is removed, whatever becomes of the others.
pub(super) fn cleanup<'a>(paths: impl IntoIterator<Item = &'a str>) -> String {
    let remove = |path| format!("Remove-Item -LiteralPath {} -Force -ErrorAction SilentlyContinue\n", quoted(path));
    paths.into_iter().map(remove).chain(["exit 0\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_mean_nothing_to_powershell() {
        let variables = Variables::from([("A".into(), "b \"c\" $d `e`'f".into()), ("B".into(), String::new())]);
        let expected = "$env:A=\"b `\"c`\" `$d ``e```'f\"; $env:B=\"\"; ";
        assert_eq!(environment_script(&variables, "$env:%s=\"%s\"; "), expected);
    }

    #[test]
    fn an_inline_script_gives_its_status_itself() {
        let text = wrapped("one\ntwo\n", "c:/it's.ps1", 0);
        let lines: Vec<_> = text.lines().collect();
        let head =
            ["$ProgressPreference = 'SilentlyContinue'", ". 'c:/it''s.ps1'", "$global:LASTEXITCODE = 0", "try {"];
        assert_eq!(lines[..4], head);
        assert_eq!(lines[4..7], ["one", "two", "} catch {"]);
        assert_eq!(lines.last(), Some(&"exit $LASTEXITCODE"));
    }

    #[test]
    fn tracing_begins_before_the_environment() {
        let text = wrapped("one\n", "c:/e.ps1", 2);
        assert!(text.contains("Set-PSDebug -Trace 2\n. 'c:/e.ps1'"), "{text}");
    }
}
