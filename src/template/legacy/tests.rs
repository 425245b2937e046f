use crate::diag::{Diagnostics, Severity};
use crate::source::SourceFile;
use crate::template::variables::VariableInputs;
use crate::template::{Components, PostProcessor, Template};

const TWO: &str = r#""builders": [{"type": "null", "name": "a"}, {"type": "null", "name": "b"}]"#;

fn parse(text: &str) -> (Option<Template>, Diagnostics) {
    let source = SourceFile::new("t.json", text);
    Template::parse(&source, std::path::Path::new("/templates"), &VariableInputs::fixed())
}

fn template(text: &str) -> Template {
    let (template, diagnostics) = parse(text);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render(false));
    template.expect("there is a template when nothing is wrong")
}

fn components(template: &Template, index: usize) -> Components {
    let (components, diagnostics) = template.components(&template.builds[index]);
    assert!(diagnostics.is_empty(), "{}", diagnostics.render(false));
    components.expect("there are components when nothing is wrong")
}

/// Each finding as `line:column message; help`.
fn findings(text: &str) -> Vec<String> {
    let (template, diagnostics) = parse(text);
    assert!(template.is_none() || !diagnostics.has_errors(), "a wrong template is not given out");
    let shown = diagnostics.into_iter().map(|finding| {
        let place = finding.label.map(|(span, _)| format!("{span:?}")).unwrap_or_default();
        let help = finding.help.map(|help| format!("; {help}")).unwrap_or_default();
        format!("{} {}{help}", place.trim_start_matches("t.json:"), finding.message)
    });
    shown.collect()
}

fn with_two(rest: &str) -> Vec<String> {
    findings(&format!("{{{TWO}, {rest}}}"))
}

#[test]
fn a_whole_template() {
    let template = template(
        r#"{
        "_comment": "notes", "description": "demo", "min_packer_version": "1.7.0",
        "push": {"name": "x"}, "comments": [{"a": "b"}], "sensitive-variables": ["pass", "unknown"],
        "variables": {"pass": "p", "name": "z{{user `pass`}}"},
        "Builders": [{"type": "qemu", "name": "{{user `name`}}", "disk_size": 40000}, {"type": "null"}],
        "provisioners": [{"type": "shell", "only": "null", "override": {"null": {"x": "y"}}, "pause_before": "5s",
                          "max_retries": 3, "timeout": null, "inline": ["a"]}],
        "error-cleanup-provisioner": {"type": "shell-local", "command": "x"},
        "post-processors": ["compress", {"type": "vagrant", "keep_input_artifact": true, "output": "x"},
                            ["checksum", {"type": "manifest", "name": "m", "except": ["null"]}]]
    }"#,
    );
    assert_eq!(template.description.as_deref(), Some("demo"));
    let names: Vec<[&str; 2]> =
        template.builds.iter().map(|build| [build.name.as_str(), build.kind.value.as_str()]).collect();
    assert_eq!(names, [["null", "null"], ["zp", "qemu"]]);
    let [of_null, of_qemu] = [0, 1].map(|at| components(&template, at));
    assert_eq!(of_qemu.provisioners.len(), 0, "`only` names the other one");
    let keys = |object: &crate::template::value::Object| -> Vec<String> {
        object.entries.iter().map(|(key, _)| key.value.clone()).collect()
    };
    assert_eq!(keys(&of_null.provisioners[0].config), ["pause_before", "max_retries", "timeout", "inline", "x"]);
    assert_eq!(keys(&of_qemu.builder), ["disk_size"]);
    let sequences = |components: &Components| -> Vec<Vec<String>> {
        let names = |steps: &Vec<PostProcessor>| steps.iter().map(|step| step.name.clone()).collect();
        components.post_processors.iter().map(names).collect()
    };
    assert_eq!(sequences(&of_null), [vec!["compress"], vec!["vagrant"], vec!["checksum"]]);
    assert_eq!(sequences(&of_qemu), [vec!["compress"], vec!["vagrant"], vec!["checksum", "m"]]);
    assert_eq!(of_null.post_processors[1][0].keep_input_artifact, Some(true));
    let secrets: Vec<&str> = template.variables.sensitive().map(crate::io::secrets::Secret::reveal).collect();
    assert_eq!(secrets, ["p"]);
}

#[test]
fn wrong_roots() {
    assert_eq!(findings("[]"), ["1:1 a template is a map, not a list; the outermost value of a template is { ... }"]);
    let help = "`builders` is a list with at least one map that has a `type`";
    assert_eq!(findings("{}"), [format!("1:1 the template has no builder; {help}")]);
    assert_eq!(findings("{\n\"builders\": []}"), [format!("2:13 the template has no builder; {help}")]);
    assert_eq!(findings("{\"builders\": {\"type\": \"null\"}}"), ["1:14 `builders` must be a list, not a map"]);
    assert_eq!(
        with_two("\"zeta\": 1, \"buliders\": []"),
        [
            "1:89 unknown key `buliders` at the root of the template; did you mean `builders`?",
            "1:78 unknown key `zeta` at the root of the template"
        ]
    );
    assert_eq!(with_two("\"_c\": 1"), ["1:84 comment `_c` must be a string, not a number"]);
    assert_eq!(with_two("\"description\": 3").len(), 1);
}

#[test]
fn versions() {
    assert!(with_two("\"min_packer_version\": \"9.0.0\"")[0].contains("needs Packer 9.0.0 or newer"));
    assert!(with_two("\"min_packer_version\": \"abc\"")[0].contains("is not a version"));
    assert!(with_two("\"min_packer_version\": \"1.6.6\"").is_empty());
}

#[test]
fn wrong_builders() {
    assert_eq!(
        findings("{\"builders\": [{\"name\": \"x\"}, 3, null]}"),
        [
            "1:15 builder 1 has no `type`; give it one: \"type\": \"...\"",
            "1:30 builder 2 must be a map, not a number",
            "1:33 builder 3 must be a map, not null"
        ]
    );
    let help = "give each builder a `name` of its own";
    assert_eq!(
        findings("{\"builders\": [{\"type\": \"null\"}, {\"type\": \"null\"}]}"),
        [format!("1:42 builder 2: a builder with the name `null` exists already; {help}")]
    );
    // Packer lets the later one win without a word.
    let rendered = r#"{"variables": {"x": "n"}, "builders": [{"type": "null", "name": "n"}, {"type": "null", "name": "{{user `x`}}"}]}"#;
    assert_eq!(findings(rendered).len(), 1);
}

#[test]
fn variables_must_be_strings() {
    let found = with_two("\"variables\": {\"n\": 3, \"m\": [1], \"r\": null}");
    assert!(found[0].contains("the default of variable `n` must be a string or null, not a number"), "{found:?}");
    assert!(found[1].contains("the default of variable `m` must be a string or null, not a list"), "{found:?}");
    assert!(found[2].contains("required variable `r` has no value"), "{found:?}");
}

#[test]
fn syntax_only_does_not_ask_for_variables() {
    let source = SourceFile::new("t.json", format!("{{{TWO}, \"variables\": {{\"r\": null}}}}"));
    let inputs = VariableInputs { syntax_only: true, ..VariableInputs::fixed() };
    let (template, diagnostics) = Template::parse(&source, std::path::Path::new("/"), &inputs);
    assert!(template.is_some() && diagnostics.is_empty(), "{diagnostics:?}");
}

#[test]
fn a_look_at_the_syntax_only_warns_of_what_a_start_would_find() {
    let text = r#"{"min_packer_version": "99.0", "variables": {"a": "{{nosuch}}", "b": "{{user `a`}}"}, "builders": [
        {"type": "null", "name": "{{nosuch}}"}], "provisioners": [{"type": "shell", "only": ["nobody"]}]}"#;
    let read = |syntax_only| {
        let inputs = VariableInputs { syntax_only, ..VariableInputs::fixed() };
        Template::parse(&SourceFile::new("t.json", text), std::path::Path::new("/"), &inputs)
    };
    let (template, found) = read(true);
    assert!(template.is_some() && found.iter().count() == 5, "{found:?}");
    let (template, found) = read(false);
    assert!(template.is_none() && found.iter().count() == 5, "{found:?}");
}

#[test]
fn filters_name_builders_that_exist() {
    let known = "the builders are: a, b";
    let names = |rest: &str| {
        with_two(rest)
            .into_iter()
            .map(|finding| finding[finding.find(' ').unwrap_or(0) + 1..].to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        names(
            r#""provisioners": [{"type": "shell", "only": ["long"]}, {"type": "shell", "except": "a,b", "override": {"zz": {}}}]"#
        ),
        [
            format!("`only` of provisioner 1 names the builder `long`, which does not exist; {known}"),
            format!("`except` of provisioner 2 names the builder `a,b`, which does not exist; {known}"),
            format!("`override` of provisioner 2 names the builder `zz`, which does not exist; {known}"),
        ]
    );
    assert_eq!(
        names(r#""provisioners": [{"type": "shell", "only": ["a"], "except": ["b"]}]"#),
        ["provisioner 1 has both `only` and `except`; keep one of the two"]
    );
    assert_eq!(
        names(r#""post-processors": [["manifest", {"type": "shell-local", "only": ["x"]}]]"#),
        [format!("`only` of post-processor 1.2 names the builder `x`, which does not exist; {known}")]
    );
}

#[test]
fn wrong_components() {
    let found = with_two(
        r#""provisioners": ["shell", {"inline": []}, {"type": "shell", "override": {"a": 1}, "only": 3}],
        "error-cleanup-provisioner": {"inline": "x"},
        "post-processors": [3, ["manifest", ["x"]], {"inline": "x"}, {"type": "x", "only": "a", "keep_input_artifact": "true"}]"#,
    );
    for (finding, expected) in found.iter().zip([
        "provisioner 1 must be a map, not a string",
        "provisioner 2 has no `type`; give it one: \"type\": \"...\"",
        "`only` of provisioner 3 must be a list of strings, not a number",
        "`override` of provisioner 3 for `a` must be a map, not a number",
        "the error-cleanup-provisioner has no `type`; give it one: \"type\": \"...\"",
        "post-processor 1.1 must be a string, a map or a list of those, not a number",
        "post-processor 2.2: a sequence cannot stand inside of a sequence",
        "post-processor 3.1 has no `type`; give it one: \"type\": \"...\"",
        "`only` of post-processor 4.1 must be a list of strings, not a string",
        "`keep_input_artifact` of post-processor 4.1 must be true or false, not a string",
    ]) {
        assert!(finding.ends_with(expected), "{finding} is not {expected}");
    }
    assert_eq!(found.len(), 10, "{found:#?}");
}

#[test]
fn repeated_keys_are_errors() {
    let found = findings(&format!("{{{TWO}, \"variables\": {{\"a\": \"1\",\n \"a\": \"2\"}}}}"));
    assert_eq!(found, ["2:2 key `a` is repeated; keep one of the two"]);
}

#[test]
fn unknown_variables_are_warned_of_once() {
    let text = r#"{"variables": {"memory": "1"}, "builders": [{"type": "null", "x": ["{{user `memroy`}}", "{{user `memroy`}}"]}]}"#;
    let (template, diagnostics) = parse(text);
    assert!(template.is_some());
    let findings: Vec<_> = diagnostics.into_iter().collect();
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!(findings[0].help.as_deref(), Some("did you mean `memory`?"));
    assert_eq!(&text[findings[0].label.as_ref().expect("it has a place").0.range.clone()], "`memroy`");
}
