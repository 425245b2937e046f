//! A JSON template and what `hcl2_upgrade` makes of it plan the same.

#![cfg(test)]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/tools.rs"]
mod tools;

use std::path::Path;

use bench::Bench;
use boxwright::process::Cmd;
use serde_json::Value;
use tools::tool_or_skip;

/// The corpus, with what its templates need.
fn corpus() -> (Bench, Vec<String>) {
    let bench = Bench::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut templates = Vec::new();
    let mut folders = vec![folder.clone()];
    while let Some(next) = folders.pop() {
        for entry in fs_err::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(&folder).unwrap().to_owned();
            if path.is_dir() {
                fs_err::create_dir_all(bench.path(&name.display().to_string())).unwrap();
                folders.push(path);
            } else {
                fs_err::copy(&path, bench.path(&name.display().to_string())).unwrap();
                let is_template =
                    path.extension().is_some_and(|extension| extension == "json") && name.components().count() == 1;
                templates.extend(is_template.then(|| name.display().to_string()));
            }
        }
    }
    (bench, templates)
}

/// The plans of a template that has no mistake.
fn plans(bench: &Bench, path: &str) -> Option<Value> {
    let ran = bench.run(&["plan", "-format=json", path]);
    (ran.code == 0).then(|| serde_json::from_str(&ran.stdout).expect("a plan is JSON"))
}

/// Where two plans differ. What a running build fills in is kept as it is written, so only the language may differ.
fn differences(path: &str, json: &Value, hcl: &Value, found: &mut Vec<String>) {
    match (json, hcl) {
        (Value::Object(json), Value::Object(hcl)) => {
            assert_eq!(json.keys().collect::<Vec<_>>(), hcl.keys().collect::<Vec<_>>(), "{path}");
            json.iter().for_each(|(key, value)| differences(&format!("{path}.{key}"), value, &hcl[key], found));
        }
        (Value::Array(json), Value::Array(hcl)) if json.len() == hcl.len() => {
            json.iter().zip(hcl).for_each(|(json, hcl)| differences(&format!("{path}[]"), json, hcl, found));
        }
        (Value::String(json), Value::String(hcl)) if hcl.contains("build.") && json.contains("{{ .") => {}
        (Value::String(json), Value::String(hcl)) if hcl.ends_with(&format!(".{json}")) && path.ends_with("].name") => {
        }
        _ if json == hcl => {}
        _ => found.push(format!("{path}: {json} is {hcl}")),
    }
}

#[test]
fn the_corpus_plans_the_same() {
    let (bench, templates) = corpus();
    let mut compared = 0;
    for template in templates {
        let json = bench.path(&template).display().to_string();
        let hcl = bench.path(&format!("{template}.pkr.hcl")).display().to_string();
        let ran = bench.run(&["hcl2_upgrade", &json]);
        assert_eq!(ran.code, 0, "{template}: {}{}", ran.stdout, ran.stderr);
        let Some(plans_of_json) = plans(&bench, &json) else { continue };
        let plans_of_hcl = plans(&bench, &hcl).unwrap_or_else(|| panic!("{hcl} does not plan"));
        let mut found = Vec::new();
        differences("", &plans_of_json, &plans_of_hcl, &mut found);
        assert!(found.is_empty(), "{template}: {found:#?}");
        compared += 1;
    }
    assert!(compared >= 10, "only {compared} templates were compared");
}

/// Packer says that the layout is right and the language understood.
#[tokio::test]
async fn packer_reads_the_result() {
    if tool_or_skip("packer").is_none() {
        return;
    }
    let (bench, templates) = corpus();
    for template in templates {
        let name = format!("{template}.pkr.hcl");
        let ran = bench.run(&["hcl2_upgrade", &format!("-output-file={name}"), "-with-annotations", &template]);
        assert_eq!(ran.code, 0, "{template}: {}{}", ran.stdout, ran.stderr);
        let text = fs_err::read_to_string(bench.path(&name)).unwrap();
        let required: &[&str] = if text.contains("\"needed\"") { &["-var=needed=x"] } else { &[] };
        for arguments in [vec!["fmt", "-check"], [&["validate", "-syntax-only"], required].concat()] {
            let command = Cmd::new("packer").args(arguments).arg(bench.path(&name)).current_dir(bench.path("."));
            command.env("CHECKPOINT_DISABLE", "1").run().await.unwrap_or_else(|error| panic!("{template}: {error:?}"));
        }
    }
}

#[test]
fn where_the_result_goes() {
    let bench =
        Bench::new().file("t.json", r#"{"builders": [{"type": "null"}]}"#).file("wrong.json", r#"{"builders": [{}]}"#);
    let ran = bench.run(&["hcl2_upgrade", "t.json"]);
    assert!(ran.code == 0 && ran.stdout.contains("t.json.pkr.hcl") && bench.path("t.json.pkr.hcl").exists());
    let ran = bench.run(&["hcl2_upgrade", "-output-file", "-", "t.json"]);
    assert!(ran.code == 0 && ran.stdout.starts_with("source \"null\" \"null\" {}"), "{}", ran.stdout);
    let ran = bench.run(&["hcl2_upgrade", "-output-file=no/where.pkr.hcl", "t.json"]);
    assert!(ran.code == 1 && ran.stderr.contains("no/where.pkr.hcl"), "{}", ran.stderr);
    let ran = bench.run(&["hcl2_upgrade", "wrong.json"]);
    assert!(ran.code == 1 && ran.stderr.contains("has no `type`") && !bench.path("wrong.json.pkr.hcl").exists());
    let ran = bench.run(&["hcl2_upgrade", "t.json.pkr.hcl"]);
    assert!(ran.code == 1 && ran.stderr.contains("means HCL2"), "{}", ran.stderr);
}
