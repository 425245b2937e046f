//! Folders and files.

use std::path::Path;

use crate::template::Template;
use crate::template::hcl::load;
use crate::template::variables::VariableInputs;

fn load_of(files: &[(&str, &[u8])]) -> (Option<Template>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs_err::write(folder.path().join(name), bytes).unwrap();
    }
    let (template, found) = load(folder.path(), &VariableInputs::fixed());
    let shown = found.iter().map(|one| one.message.replace(&*folder.path().to_string_lossy(), "DIR")).collect();
    (template, shown)
}

#[test]
fn a_folder_is_one_template() {
    let (template, found) = load_of(&[
        ("b.pkr.hcl", b"build {\n  sources = [\"null.x\", \"null.y\"]\n}\n"),
        ("a.pkr.json", b"{\"source\": {\"null\": {\"x\": {}}}}"),
        ("c.pkr.hcl", "\u{feff}source \"null\" \"y\" {\r\n}\r\n".as_bytes()),
        ("other.hcl", b"{{{"),
    ]);
    assert_eq!(found, [""; 0]);
    let names: Vec<_> = template.unwrap().builds.into_iter().map(|build| build.name).collect();
    assert_eq!(names, ["null.x", "null.y"]);
}

#[test]
fn a_folder_that_is_no_template_is_told_what_is_wrong() {
    assert_eq!(load_of(&[("a.json", b"{}")]).1, ["the folder DIR holds no template"]);
    assert_eq!(load_of(&[("a.pkr.hcl", b"locals {"), ("b.pkr.hcl", b"x ="), ("c.pkr.json", b"[")]).1.len(), 3);
    let invalid = load_of(&[("a.pkr.hcl", b"locals {\n  a = \"\xff\"\n}\n")]).1;
    assert!(invalid.len() == 1 && invalid[0].contains("is not UTF-8 text"), "{invalid:?}");
    let (_, missing) = load(Path::new("nowhere.pkr.hcl"), &VariableInputs::fixed());
    assert!(missing.iter().next().unwrap().message.contains("nowhere.pkr.hcl"));
}
