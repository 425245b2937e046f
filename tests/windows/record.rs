//! What a guest is asked, made comparable: random names are taken out, and so is what is known to differ.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Asked {
    Upload { upload: String, content: String },
    Script { script: String },
    Run { run: String },
}

/// One thing that was asked, in words.
pub(crate) type Line = String;

/// What both programs ask in words of their own; the tests of each part see to these.
const OWN: [&str; 7] = [
    "winrmcp-",
    "WinRM connected",
    "restarted.",
    "boxwright-",
    "shutdown /r /f /t 60 /c \"packer restart test\"",
    "shutdown /a",
    "packer-cleanup",
];

pub(crate) fn comparable(record: &str, wrapped: bool) -> Vec<Line> {
    let asked = record.lines().map(|line| serde_json::from_str(line).expect("the peer writes JSON"));
    let mut lines: Vec<Line> = asked.filter_map(|asked| line(asked, wrapped)).map(|line| without_ids(&line)).collect();
    // Packer uploads the task before the script that it runs.
    lines.sort();
    lines
}

fn line(asked: Asked, wrapped: bool) -> Option<Line> {
    match asked {
        Asked::Upload { content, .. } if content.contains("Schedule.Service") => Some(task(&content)),
        Asked::Upload { upload, content } if wrapped && content.contains("LASTEXITCODE = 0\ntry {\n") => {
            Some(format!("upload {upload}: {}", unwrapped(&content)))
        }
        Asked::Upload { upload, .. } if upload.contains("packer-cleanup") => Some("upload the cleanup".into()),
        Asked::Upload { upload, content } => Some(format!("upload {upload}: {content}")),
        Asked::Run { run } if run.contains("packer-elevated-shell-") || run.contains("boxwright-elevated-") => {
            Some("run the task".into())
        }
        // An inline script that is wrapped is started as a file.
        Asked::Run { run } if wrapped && (run.contains("-file") || run.contains("ProgressPreference")) => {
            Some("run the script".into())
        }
        Asked::Run { run } if run.contains("packer-cleanup") => Some("run the cleanup".into()),
        Asked::Run { run } if OWN.iter().any(|own| run.contains(own)) => None,
        Asked::Run { run } => Some(format!("run {run}")),
        Asked::Script { script } if OWN.iter().any(|own| script.contains(own)) => None,
        Asked::Script { script } => Some(format!("script {script}")),
    }
}

/// Who runs what: in Packer's script as XML, in ours as words of PowerShell.
fn task(script: &str) -> Line {
    let xml = |name: &str| between(script, &format!("<{name}>"), &format!("</{name}>"));
    let word = |name: &str| between(script, &format!("${name} = '"), "'\n").map(|text| text.replace("''", "'"));
    if let (Some(user), Some(arguments)) = (xml("UserId"), xml("Arguments")) {
        let entities = [("&#34;", "\""), ("&#39;", "'"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")];
        let text = entities.iter().fold(arguments, |text, (from, to)| text.replace(from, to));
        let command = between(&text, "/c ", " > %SYSTEMROOT%").unwrap_or_default();
        return format!("a task of {user}: {command}");
    }
    format!("a task of {}: {}", word("user").unwrap_or_default(), word("command").unwrap_or_default())
}

/// The template's lines in an inline script of ours.
fn unwrapped(script: &str) -> String {
    between(script, "try {\n", "} catch {\n").unwrap_or_default()
}

fn between(text: &str, from: &str, to: &str) -> Option<String> {
    let start = text.find(from)? + from.len();
    let end = start + text[start..].find(to)?;
    Some(text[start..end].to_owned())
}

/// UUIDs stand for themselves.
fn without_ids(text: &str) -> String {
    let mut rest = text;
    let mut clean = String::new();
    while let Some(at) = rest.find('-') {
        let start = at.saturating_sub(8);
        let is_id = rest.get(start..start + 36).is_some_and(|id| uuid::Uuid::try_parse(id).is_ok());
        let (kept, name, end) = if is_id { (start, "ID", start + 36) } else { (at + 1, "", at + 1) };
        clean.push_str(&rest[..kept]);
        clean.push_str(name);
        rest = &rest[end..];
    }
    clean + rest
}
