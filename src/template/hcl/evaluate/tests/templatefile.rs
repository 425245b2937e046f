//! `templatefile` reads real files.

use super::*;

fn run_in(folder: &Path, text: &str) -> Result<Value, Diagnostic> {
    let budget = Budget::default();
    let mut scope = Scope::new(context(folder), &budget);
    scope.set("var", parsed("{ name = \"x\" }"));
    scope.set("unknown", Value::Unknown);
    evaluate(&parse_expression(&SourceFile::new("e", text))?, &scope)
}

#[test]
fn files_are_templates_that_see_only_their_variables() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs_err::write(folder.path().join(name), text).unwrap();
    write("hosts", "users:\n%{ for u in users ~}\n  - ${u}\n%{ endfor ~}\nend\n");
    write("whole", "${list}");
    write("plain", "no end of line");
    write("names", "${var.name} ${b} ${b}");
    write("again", "${templatefile(\"plain\", {})}");
    write("broken", "a\n${1 +}\n");
    let run = |text: &str| run_in(folder.path(), text);
    assert_eq!(
        run("templatefile(\"hosts\", { users = [\"a\", \"b\"] })"),
        Ok(Value::string("users:\n  - a\n  - b\nend\n"))
    );
    assert_eq!(run("templatefile(\"whole\", { list = [1] })"), Ok(parsed("[1]")));
    assert_eq!(run("templatefile(\"plain\", {})"), Ok(Value::string("no end of line")));
    assert_eq!(run("templatefile(unknown, {})"), Ok(Value::Unknown));
    for (text, expected) in [
        (
            "templatefile(\"names\", {})",
            "error at names:1:3 var.name: the file refers to `b`, `var`, which the call does not give",
        ),
        (
            "templatefile(\"again\", {})",
            "error at again:1:3 templatefile(\"plain\", {}): templatefile cannot be called in a file that templatefile reads",
        ),
        ("templatefile(\"broken\", {})", "error at broken:2:6 }: a value is needed here, not `}`"),
        (
            "templatefile(\"plain\", [])",
            "error at e:1:1 templatefile(\"plain\", []): templatefile: the variables must be a map, this is a list",
        ),
    ] {
        let found = describe(&run(text).expect_err("an error"));
        assert!(found.starts_with(expected), "{found}");
    }
    assert!(run("templatefile(\"/dev/zero\", {})").is_err());
    assert!(run("templatefile(\"nosuch\", {})").is_err());
}
