//! Blocks that are there too often, have the wrong parts, or are none.

use crate::template::variables::VariableInputs;

use super::{parsed, wrong};

#[test]
fn all_blocks_that_do_not_exist_are_told_at_once() {
    let found = wrong(
        "sorce \"null\" \"b\" {}\nvariabel \"x\" {}\nvariable \"y\" {\n  typ = string\n}\nx = 1\npacker {\n  version = 1\n}",
    );
    assert_eq!(
        found,
        [
            "`x` is not an argument of a template",
            "a template has no block `sorce`",
            "a template has no block `variabel`",
            "a `variable` block has no argument `typ`",
            "the `packer` block has no argument `version`",
            "variable `y` has no value",
        ]
    );
    let (_, found) = parsed("sorce \"null\" \"b\" {}", &VariableInputs::fixed());
    assert_eq!(found.iter().next().unwrap().help.as_deref(), Some("did you mean `source`?"));
}

#[test]
fn labels_are_counted() {
    let blocks = [
        ("variable {}", "a `variable` block has 1 label, not 0"),
        ("variables \"x\" {}", "a `variables` block has 0 labels, not 1"),
        ("locals \"x\" {}", "a `locals` block has 0 labels, not 1"),
        ("local {}", "a `local` block has 1 label, not 0"),
        ("packer \"x\" {}", "a `packer` block has 0 labels, not 1"),
        ("data \"null\" {}", "a `data` block has 2 labels, not 1"),
        ("source \"null\" {}", "a `source` block has 2 labels, not 1"),
        ("build \"x\" {}", "a `build` block has 0 labels, not 1"),
        ("dynamic {}", "a `dynamic` block has 1 label, not 0"),
        ("build {\n  provisioner {}\n}", "a `provisioner` block has 1 label, not 0"),
        ("build {\n  post-processors \"x\" {}\n}", "a `post-processors` block has 0 labels, not 1"),
    ];
    for (text, message) in blocks {
        assert_eq!(wrong(text), [message], "{text}");
    }
}

#[test]
fn a_build_with_several_mistakes_tells_each_once() {
    let found = wrong(
        "build {\n  source = \"null.a\"\n  nam = \"x\"\n  provisoner \"shell\" {}\n  provisioner \"a\" \"b\" {}\n}",
    );
    assert_eq!(
        found,
        [
            "a `provisioner` block has 1 label, not 2",
            "a `build` block has no argument `source`",
            "a `build` block has no argument `nam`",
            "a `build` block has no block `provisoner`",
        ]
    );
    let cleanup = "error-cleanup-provisioner \"x\" {}\n";
    let two = format!("build {{\n  sources = [\"null.a\"]\n  {cleanup}  {cleanup}}}");
    assert_eq!(wrong(&two), ["a build has at most one `error-cleanup-provisioner`"]);
    assert_eq!(wrong("build {}"), ["a `build` block needs a source"]);
}

#[test]
fn names_are_declared_once() {
    let found = wrong(
        "variable \"v\" {\n  default = 1\n}\nvariables {\n  v = 2\n}\nlocals {\n  l = 1\n}\nlocal \"l\" {\n  expression = 1\n}\n\
         data \"null\" \"d\" {}\ndata \"null\" \"d\" {}\nsource \"null\" \"a\" {}",
    );
    assert_eq!(
        found,
        [
            "variable `v` is declared twice",
            "local value `l` is declared twice",
            "data source `null.d` is declared twice",
            "source `null.a` is declared twice",
        ]
    );
}

#[test]
fn an_iterator_hides_what_has_its_name() {
    let with = |content: &str| {
        let text = format!(
            "source \"null\" \"b\" {{\n}}\nbuild {{\n  dynamic \"source\" {{\n    for_each = {{ k = 1 }}\n    labels = [\"null.b\"]\n    \
             content {{\n      ssh_host = {content}\n    }}\n  }}\n}}"
        );
        let (template, found) = parsed(&text, &VariableInputs::fixed());
        let template = template.unwrap_or_else(|| panic!("{found:?}"));
        let (components, found) = template.components(&template.builds[0]);
        components.map(|one| format!("{:?}", one.builder.get("ssh_host").unwrap().kind)).ok_or(found.iter().count())
    };
    assert_eq!(with("source.key"), Ok("String(\"k\")".to_owned()));
    assert_eq!(with("source.name"), Err(1));
}
