//! The outcomes were observed in Packer 1.6.6, but where a comment says otherwise.

use std::path::PathBuf;

use super::*;

const NO_FILES: &[&str] = &[];

struct Outcome {
    values: Vec<(String, String)>,
    findings: Vec<String>,
    shown: String,
}

fn outcome(declared: &[(&str, Option<&str>)], vars: &[(&str, &str)], files: &[&str], sensitive: &[&str]) -> Outcome {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let paths = files.iter().enumerate().map(|(index, text)| {
        let path = folder.path().join(format!("{index}.json"));
        fs_err::write(&path, text).expect("the file is written");
        path
    });
    let mut inputs = VariableInputs { files: paths.collect(), ..VariableInputs::fixed() };
    inputs.vars = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    inputs.environment.insert("HOME".to_owned(), Secret::new("/root"));
    let declared = declared.iter().map(|(name, default)| {
        let span = |text: &str| Span::whole("t.json", text);
        let default = default.map(|text| Spanned::new(text.to_owned(), span(text)));
        Declaration { name: Spanned::new((*name).to_owned(), span(name)), default }
    });
    let sensitive: Vec<String> = sensitive.iter().map(|name| (*name).to_owned()).collect();
    let facts = Facts { started: inputs.started, working_folder: PathBuf::new(), template_folder: PathBuf::new() };
    let mut diagnostics = Diagnostics::default();
    let variables = resolve(declared.collect(), &sensitive, &inputs, facts, &mut diagnostics);
    let shown = format!("{variables:?} {inputs:?} {diagnostics:?} {}", diagnostics.render(false));
    Outcome {
        values: variables.values().into_iter().map(|(name, value)| (name, value.reveal().to_owned())).collect(),
        findings: diagnostics
            .into_iter()
            .map(|finding| format!("{:?}: {}", finding.severity, finding.message))
            .collect(),
        shown,
    }
}

fn values(declared: &[(&str, Option<&str>)], vars: &[(&str, &str)], files: &[&str]) -> String {
    let Outcome { values, findings, .. } = outcome(declared, vars, files, &[]);
    assert!(findings.is_empty(), "{findings:?}");
    values.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn flags_win_over_files_and_later_files_over_earlier() {
    let declared = [("a", None), ("b", Some("1")), ("c", Some("c"))];
    let files = [r#"{"a": null, "b": "f{{user `c`}}"}"#, r#"{"b": "g"}"#];
    assert_eq!(values(&declared, &[], &files[..1]), "a= b=fc c=c");
    assert_eq!(values(&declared, &[], &files), "a= b=g c=c");
    assert_eq!(values(&declared, &[("b", "x"), ("b", "zz")], &files), "a= b=zz c=c");
}

#[test]
fn values_use_the_environment_and_each_other() {
    assert_eq!(
        values(&[("a", Some("1"))], &[("a", "{{env `HOME`}} {{user `c`}}"), ("c", "C")], NO_FILES),
        "a=/root C c=C"
    );
    assert_eq!(values(&[("a", Some("{{env `NOT_SET`}}"))], &[], NO_FILES), "a=");
    let chain = [("a", Some("{{user `b`}}1")), ("b", Some("{{user `c`}}2")), ("c", Some("3"))];
    assert_eq!(values(&chain, &[], NO_FILES), "a=321 b=32 c=3");
}

#[test]
fn dot_variables_stay_as_written() {
    let declared = [
        ("a", Some("{{ .X }} {{.Y}} {{if true}}q{{end}} {{ user `b`}}")),
        ("b", Some("x")),
        ("c", Some("{{user `a`}}{{  .Z }}{{- .W }}")),
    ];
    let kept = "{{ .X }} {{.Y}} q x";
    assert_eq!(values(&declared, &[], NO_FILES), format!("a={kept} b=x c={kept}<no value><no value>"));
}

#[test]
fn all_missing_variables_are_named() {
    let declared = [("a", None), ("b", None), ("c", Some(""))];
    assert_eq!(
        outcome(&declared, &[], NO_FILES, &[]).findings,
        ["Error: required variable `a` has no value", "Error: required variable `b` has no value"]
    );
    assert_eq!(outcome(&declared, &[("a", "")], NO_FILES, &[]).findings, ["Error: required variable `b` has no value"]);
}

#[test]
fn cycles_and_unknown_names_are_errors() {
    let cycle = [("a", Some("{{user `b`}}")), ("b", Some("{{user `a`}}"))];
    assert_eq!(
        outcome(&cycle, &[], NO_FILES, &[]).findings,
        [
            "Error: variable `a` = \"{{user `b`}}\": variable `b` has no value",
            "Error: variable `b` = \"{{user `a`}}\": variable `a` has no value"
        ]
    );
    let unknown = outcome(&[("a", Some("{{user `zz`}}")), ("b", Some("x"))], &[], NO_FILES, &[]);
    assert_eq!(unknown.findings, ["Error: variable `a` = \"{{user `zz`}}\": variable `zz` has no value"]);
}

#[test]
fn one_working_use_turns_the_error_into_a_warning() {
    let declared = [("a", Some("{{user `zz`}}")), ("b", Some("x")), ("c", Some("{{user `b`}}"))];
    let Outcome { values, findings, .. } = outcome(&declared, &[], NO_FILES, &[]);
    assert_eq!(values, [("b".to_owned(), "x".to_owned()), ("c".to_owned(), "x".to_owned())]);
    assert_eq!(findings, ["Warning: variable `a` = \"{{user `zz`}}\": variable `zz` has no value; it stays empty"]);
}

#[test]
fn other_problems_are_errors_at_once() {
    let declared = [("a", Some("{{nope `zz`}}")), ("b", Some("{{vault `a` `b`}}"))];
    assert_eq!(
        outcome(&declared, &[], NO_FILES, &[]).findings,
        [
            "Error: variable `a` = \"{{nope `zz`}}\": there is no template function `nope`",
            "Error: variable `b` = \"{{vault `a` `b`}}\": this program does not ask Vault for secrets"
        ]
    );
}

#[test]
fn bad_variable_files_are_named() {
    let finding = |text: &str| outcome(&[("a", Some(""))], &[], &[text], &[]).findings.join("\n");
    assert!(finding(r#"{"a": 1}"#).contains("variable `a` in /") && finding(r#"{"a": 1}"#).contains("not a number"));
    assert!(finding(r#"["a"]"#).contains("must hold a map of strings, not a list"));
    assert!(finding(r#"{"a": "x",}"#).contains("the variable file is not valid JSON"));
    // Packer takes the last one and says nothing.
    assert!(finding(r#"{"a": "x", "a": "y"}"#).starts_with("Warning: key `a` is repeated"));
}

#[test]
fn sensitive_values_are_not_shown() {
    let vars = [("pass", "s3cret {{user `nope`}} {{bad"), ("plain", "p")];
    let files = [r#"{"token": "t0ken {{", "number": 1}"#];
    let Outcome { findings, shown, .. } = outcome(&[], &vars, &files, &["pass", "token"]);
    assert_eq!(findings.len(), 3, "{findings:?}");
    assert!(!shown.contains("s3cret") && !shown.contains("t0ken"), "{shown}");
    assert!(shown.contains("-var pass") && shown.contains("0.json"), "{shown}");
}
