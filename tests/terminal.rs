//! What stands on a terminal while somebody is asked.

#![cfg(test)]
#![cfg(unix)]

#[path = "support/tools.rs"]
mod tools;

use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::{Value, json};

/// For a busy machine; a build takes seconds.
const LONGEST: Duration = Duration::from_secs(150);

/// Runs a build on a terminal: what it showed from `question` on until the answer, which comes later than several
/// redraws of a progress line, and what it showed then.
async fn on_terminal(template: &Value, options: &[&str], question: &str, answer: &str) -> Option<(String, String)> {
    let python = tools::tool_or_skip("python3")?;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("template.json"), template.to_string()).unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/terminal/ask.py");
    let command = Cmd::new(python)
        .args([script, question, "2", answer, env!("CARGO_BIN_EXE_boxwright"), "build"])
        .args(options)
        .arg("template.json")
        .current_dir(folder.path())
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .env("BOXWRIGHT_CACHE_DIR", folder.path().join("cache"))
        .deadline(LONGEST);
    let output = command.output().await.unwrap().stdout;
    let (before, after) = output.split_once("\n----\n").unwrap();
    let asked = before.split_once(question).unwrap_or_else(|| panic!("nobody asked: {output}")).1;
    Some((asked.to_owned(), after.to_owned()))
}

fn builder(name: &str) -> Value {
    json!({"type": "null", "communicator": "none", "name": name})
}

#[tokio::test]
async fn nothing_is_drawn_over_a_question_after_an_error() {
    let fails = json!({"type": "shell-local", "inline": ["sleep 1; exit 3"]});
    let template = json!({"builders": [builder("web")], "provisioners": [fails]});
    let question = "[Enter] end the build";
    // The second answer is for the question what becomes of the machine.
    let Some((asked, after)) = on_terminal(&template, &["-on-error=ask"], question, "\nc").await else { return };
    assert_eq!(asked.trim_end(), "", "{asked:?}");
    assert!(after.contains("web"), "{after:?}");
}

#[tokio::test]
async fn a_breakpoint_stays_readable_while_another_build_goes_on() {
    let stop = json!({"type": "breakpoint", "only": ["web"]});
    let goes_on = json!({"type": "shell-local", "inline": ["sleep 2; echo from the other"], "only": ["db"]});
    let template = json!({"builders": [builder("web"), builder("db")], "provisioners": [stop, goes_on]});
    let question = "press Enter to go on";
    let Some((asked, after)) = on_terminal(&template, &[], question, "").await else { return };
    // Lines of the other build come with the question below them; without them nothing is left.
    assert!(asked.trim_end().is_empty() || asked.trim_end().ends_with(question), "{asked:?}");
    let all = asked + &after;
    assert!(all.contains("from the other"), "{all:?}");
}
