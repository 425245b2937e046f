//! What Packer and we do otherwise in a guest, taken out of both before they are compared. `docs/differences.md`
//! tells readers of each.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The command lines that count, in their order.
pub(crate) fn commands(log: &[String]) -> Vec<String> {
    let salts_from = log.iter().position(|line| line.contains("salt-call") && !line.contains("command -v"));
    let (mut said, mut commands) = (BTreeSet::new(), Vec::new());
    for line in log {
        let line = one_form(line);
        if is_passed_over(&line) || (salts_from.is_some() && moves_files(&line)) {
            continue;
        }
        // Packer makes some folders twice.
        if !makes_folder(&line) || said.insert(line.clone()) {
            commands.push(line);
        }
    }
    commands
}

/// One blank between words, facts in the order of their names, no random names, and PowerShell as we quote it.
fn one_form(line: &str) -> String {
    let line = line.replace(" -ErrorAction SilentlyContinue", "").replace("ItemType directory", "ItemType Directory");
    let line = if line.contains("New-Item") { line.replace('\'', "") } else { line };
    let mut words: Vec<_> = line.split_whitespace().map(without_uuid).collect();
    for pair in [("FACTER_", 1), ("\"FACTER_", 3)] {
        sort_facts(&mut words, pair);
    }
    words.join(" ")
}

/// Facts stand `step` words apart: on Windows `SET` and `&` are between them.
fn sort_facts(words: &mut [String], (prefix, step): (&str, usize)) {
    let at: Vec<_> = (0..words.len()).filter(|&index| words[index].starts_with(prefix)).collect();
    assert!(at.windows(2).all(|pair| pair[1] - pair[0] == step), "{words:?}");
    let mut facts: Vec<_> = at.iter().map(|&index| words[index].clone()).collect();
    facts.sort();
    for (index, fact) in at.into_iter().zip(facts) {
        words[index] = fact;
    }
}

fn without_uuid(word: &str) -> String {
    const UUID_LENGTH: usize = 36;
    let is_uuid =
        |text: &str| text.len() == UUID_LENGTH && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let bare = word.trim_matches(['[', ']', '"']);
    match bare.strip_prefix("packer-") {
        Some(rest) if is_uuid(rest) => word.replace(rest, "ID"),
        _ => word.to_owned(),
    }
}

/// We look whether a tool is there. What a user made, nobody has to open to that user. Packer says on Windows that it
/// opens nothing.
fn is_passed_over(line: &str) -> bool {
    line.contains("command -v") || line.starts_with("run chmod 0777") || line.contains("skipping chmod")
}

fn makes_folder(line: &str) -> bool {
    ["mkdir", "chmod", "New-Item"].iter().any(|word| line.contains(word))
}

/// On the way to their place, Salt's trees pass through folders that are not Packer's; what is there in the end is
/// compared.
fn moves_files(line: &str) -> bool {
    let line = line.trim_start_matches("run ").trim_start_matches("sudo ").trim_start_matches("sudo ");
    ["mkdir", "chmod", "mv", "stat", "rm", "cp"].contains(&line.split(' ').next().unwrap_or_default())
}

/// The files in a form in which blanks of configurations and the spelling of JSON do not count.
pub(crate) fn files(files: BTreeMap<String, String>) -> BTreeMap<String, String> {
    files.into_iter().map(|(name, text)| (name.clone(), content(&name, &text))).collect()
}

fn content(name: &str, text: &str) -> String {
    let name = name.split(' ').next().unwrap_or_default();
    if std::path::Path::new(name).extension() == Some("json".as_ref()) {
        let Ok(mut value) = serde_json::from_str::<Value>(text) else { return text.to_owned() };
        value.sort_all_objects();
        return value.to_string();
    }
    let words = |line: &str| line.split_whitespace().map(without_uuid).collect::<Vec<_>>().join(" ");
    // Packer accepts a licence of no name where the template does not speak of one.
    let lines = text.lines().map(words).filter(|line| !line.is_empty() && line != "chef_license \"\"");
    lines.collect::<Vec<_>>().join("\n")
}
