//! Checking options by their table alone: for components that this program does not run, and for options
//! that change nothing here.

use crate::diag::Diagnostic;
use crate::plan::catalog::{Opt, Rule, Shape};
use crate::source::Spanned;
use crate::template::value::{Kind, Value};

use super::read::quoted_list;
use super::weak::UNKNOWN;
use super::{Decoder, Expect};

impl Decoder<'_> {
    /// Checks every option: its type, its words, the files it names, and that nothing required is missing.
    pub(in crate::plan) fn check_by_table(&mut self) {
        for option in self.options.iter() {
            self.check_option(option);
            if option.required && self.is_missing(option) {
                let error = Diagnostic::error(format!("`{}` must be set", option.name));
                self.push(error.at(&self.whole_span().clone()));
            }
        }
        if self.options == self.component.options {
            self.check_rules();
        }
    }

    /// Checks what options have to do with each other.
    pub(in crate::plan) fn check_rules(&mut self) {
        self.component.rules.iter().for_each(|rule| self.check_rule(*rule));
    }

    fn check_rule(&mut self, rule: Rule) {
        match rule {
            Rule::OneOf(names) => self.check_one_of(names),
            Rule::Exclusive(first, second) => self.exclusive(first, second),
            Rule::Needs(option, needed) if self.is_set(option) && !self.is_set(needed) => {
                self.reject(option, format!("`{option}` needs `{needed}`"));
            }
            Rule::Needs(..) => {}
        }
    }

    /// Packer takes an empty text as absent.
    fn is_missing(&mut self, option: &'static Opt) -> bool {
        self.value(option.name).is_none_or(|value| matches!(value.kind, Kind::String(text) if text.is_empty()))
    }

    fn check_one_of(&mut self, names: &[&'static str]) {
        let set: Vec<_> = names.iter().copied().filter(|name| self.is_set(name)).collect();
        match set.as_slice() {
            [] => {
                let error = Diagnostic::error(format!("one of {} must be set", quoted_list(names)));
                self.push(error.at(&self.whole_span().clone()));
            }
            [_] => {}
            [first, second, ..] => self.exclusive(first, second),
        }
    }

    pub(super) fn check_inert(&mut self) {
        self.options.iter().filter(|option| option.inert).for_each(|option| self.check_option(option));
    }

    fn check_option(&mut self, option: &'static Opt) {
        let Some(value) = self.value(option.name) else { return };
        if option.late || matches!(option.shape, Shape::Any) {
            self.check_templates(&value);
            return self.check_shape(option, &value);
        }
        if let Some(value) = self.rendered(&value) {
            self.check_shape(option, &value);
        }
    }

    /// Texts that cannot be rendered yet must still be templates without mistakes.
    fn check_templates(&mut self, value: &Value) {
        match &value.kind {
            Kind::String(text) => {
                let checked = self.scope.check(text, &value.span);
                self.take(checked);
            }
            Kind::List(list) => list.iter().for_each(|item| self.check_templates(item)),
            Kind::Map(map) => map.entries.iter().for_each(|(_, item)| self.check_templates(item)),
            _ => {}
        }
    }

    fn check_shape(&mut self, option: &'static Opt, value: &Value) {
        let (key, typing) = (option.name, self.typing);
        match option.shape {
            Shape::Text => drop(self.converted(key, "a string", value, typing.string(value))),
            Shape::Choice(words) => self.check_choice(key, words, value),
            Shape::File => self.check_path(option, Expect::File, value),
            Shape::Folder => self.check_path(option, Expect::Folder, value),
            Shape::Path => self.check_path(option, Expect::Any, value),
            Shape::Flag => drop(self.converted(key, "a boolean", value, typing.boolean(value))),
            Shape::Trilean => drop(self.converted(key, "a boolean", value, typing.trilean(value))),
            Shape::Integer => self.check_integer(option, value),
            Shape::Duration => {
                let _ = self.converted(key, "a duration such as `1m30s`", value, typing.duration(value));
            }
            Shape::Assignments => self.check_assignments(key, value),
            Shape::Texts => drop(self.converted(key, "a list of strings", value, typing.strings(value))),
            Shape::Files => self.check_paths(option, Expect::File, value),
            Shape::Folders => self.check_paths(option, Expect::Folder, value),
            Shape::Paths => self.check_paths(option, Expect::Any, value),
            Shape::Integers => drop(self.converted(key, "a list of numbers", value, typing.integers(value))),
            Shape::Rows => drop(self.rows(key, value)),
            Shape::TextMap => drop(self.converted(key, "a map of strings", value, typing.pairs(value))),
            Shape::Nested(_) => {
                if let Some(mut inner) = self.nested(key) {
                    inner.check_by_table();
                    self.absorb(inner);
                }
            }
            Shape::Any => {}
        }
    }

    fn check_integer(&mut self, option: &'static Opt, value: &Value) {
        let number = self.converted(option.name, "an integer", value, self.typing.integer(value));
        if let (Some(number), Some((least, most))) = (number, option.bounds)
            && !(least..=most).contains(&number)
        {
            self.reject(option.name, format!("`{}` must be between {least} and {most}; it is {number}", option.name));
        }
    }

    /// A text with an action may get its sign when it is rendered.
    fn check_assignments(&mut self, key: &'static str, value: &Value) {
        let texts = self.converted(key, "a list of strings", value, self.typing.strings(value)).unwrap_or_default();
        for text in texts.iter().filter(|text| !text.value.contains("{{") && text.value != UNKNOWN) {
            if text.value.find('=').is_none_or(|at| at == 0) {
                self.push(Diagnostic::error("an environment variable is written as `NAME=value`").at(&text.span));
            }
        }
    }

    fn check_choice(&mut self, key: &'static str, words: &'static [&'static str], value: &Value) {
        let text = self.converted(key, "a string", value, self.typing.string(value));
        if let Some(text) = text.filter(|text| !text.is_empty() && text != UNKNOWN && !words.contains(&text.as_str())) {
            self.reject_word(key, words, &text, &value.span);
        }
    }

    fn check_path(&mut self, option: &'static Opt, expect: Expect, value: &Value) {
        let text = self.converted(option.name, "a string", value, self.typing.string(value));
        let path = text.map(|text| Spanned::new(text, value.span.clone()));
        self.require_all(option, expect, path.into_iter().collect());
    }

    fn check_paths(&mut self, option: &'static Opt, expect: Expect, value: &Value) {
        let paths = self.converted(option.name, "a list of strings", value, self.typing.strings(value));
        self.require_all(option, expect, paths.unwrap_or_default());
    }

    /// Texts that are completed later and patterns may lead anywhere.
    fn require_all(&mut self, option: &'static Opt, expect: Expect, paths: Vec<Spanned<String>>) {
        let is_pattern = |path: &str| option.shape == Shape::Paths && path.contains(['*', '?', '[']);
        for path in paths {
            if !path.value.is_empty() && !is_pattern(&path.value) && !path.value.contains("{{") {
                self.require(&format!("`{}`", option.name), &path.value, expect, &path.span);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::io::secrets::Secret;
    use crate::plan::catalog::{Role, component};
    use crate::plan::decode::{Folders, Reading, Typing};
    use crate::source::SourceFile;
    use crate::template::interpolate::{Facts, Scope};
    use crate::template::json;

    /// What is wrong with the options of a component; relative paths start at `folder`.
    fn findings(folder: &Path, role: Role, kind: &str, typing: Typing, options: &str) -> Vec<String> {
        let document = json::parse(&SourceFile::new("options", options), "options").unwrap();
        let Kind::Map(object) = document.value.kind else { panic!("{options}") };
        let facts = Facts {
            started: jiff::Timestamp::UNIX_EPOCH,
            working_folder: folder.to_owned(),
            template_folder: folder.to_owned(),
        };
        let scope = Scope::new(facts, [("port".to_owned(), Secret::new("80x".to_owned()))].into());
        let folders = Folders { working: folder, template: folder, may_come_later: false };
        let mut decoder =
            Decoder::new(Reading { scope: &scope, folders, typing }, component(role, kind).unwrap(), object);
        decoder.check_by_table();
        decoder.finish().into_iter().map(|found| found.message).collect()
    }

    fn of_provisioner(kind: &str, options: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        fs_err::write(folder.path().join("site.yml"), "").unwrap();
        fs_err::create_dir(folder.path().join("roles")).unwrap();
        findings(folder.path(), Role::Provisioner, kind, Typing::Weak, options)
    }

    #[test]
    fn a_component_that_is_right_passes() {
        let ansible = r#"{"playbook_file": "site.yml", "extra_arguments": ["-e", "a=b"], "use_proxy": "false",
            "local_port": "22", "inventory_file_template": "{{ .Host }} x={{ .Port }}", "max_retries": 2}"#;
        assert_eq!(of_provisioner("ansible", ansible), [""; 0]);
        let local = r#"{"playbook_files": ["site.yml"], "role_paths": "roles"}"#;
        assert_eq!(of_provisioner("ansible-local", local), [""; 0]);
    }

    #[test]
    fn options_are_known_typed_and_complete() {
        for nothing in ["{}", r#"{"playbook_file": ""}"#] {
            assert_eq!(of_provisioner("ansible", nothing), ["`playbook_file` must be set"]);
        }
        let wrong = r#"{"playbook_file": "site.yml", "use_proxy": "perhaps", "local_port": "{{user `port`}}",
            "user": ["a"], "pause_before": "5", "playbook": "x"}"#;
        assert_eq!(
            of_provisioner("ansible", wrong),
            [
                "`pause_before` must be a duration such as `1m30s`: `5` has no unit; write `5s` for seconds",
                "`user` must be a string",
                "`use_proxy` must be a boolean: `perhaps` is neither `true` nor `false`",
                "`local_port` must be an integer: `80x` does not read as an integer",
                "unknown option `playbook`",
            ]
        );
    }

    #[test]
    fn files_and_folders_must_be_there() {
        let wrong = r#"{"playbook_files": ["site.yml", "gone.yml"], "role_paths": ["roles", "site.yml"]}"#;
        assert_eq!(
            of_provisioner("ansible-local", wrong),
            ["`playbook_files` `gone.yml` does not exist", "`role_paths` `site.yml` is not a folder"]
        );
    }

    #[test]
    fn of_some_options_exactly_one_is_set() {
        let none = of_provisioner("powershell", "{}");
        assert_eq!(none, ["one of `inline`, `script`, `scripts` must be set"]);
        let two = of_provisioner("powershell", r#"{"inline": ["a"], "script": "site.yml"}"#);
        assert_eq!(two, ["`inline` and `script` cannot be used together"]);
    }

    #[test]
    fn options_that_belong_together_are_set_together() {
        let alone = of_provisioner("powershell", r#"{"inline": ["a"], "elevated_password": "p"}"#);
        assert_eq!(alone, ["`elevated_password` needs `elevated_user`"]);
        let both = r#"{"local_state_tree": "roles", "minion_config": "site.yml", "remote_state_tree": "/a"}"#;
        assert_eq!(
            of_provisioner("salt-masterless", both),
            ["`minion_config` and `remote_state_tree` cannot be used together"]
        );
    }

    #[test]
    fn values_are_among_those_that_mean_something() {
        let wrong = r#"{"inline": ["a"], "execution_policy": "strict", "debug_mode": 3,
            "environment_vars": ["A=b", "B", "=c", "{{user `port`}}"]}"#;
        let found = of_provisioner("powershell", wrong);
        assert_eq!(found.len(), 4, "{found:?}");
        assert_eq!(found[..2], ["an environment variable is written as `NAME=value`"; 2]);
        assert!(found[2].starts_with("`execution_policy` cannot be `strict`"), "{found:?}");
        assert_eq!(found[3], "`debug_mode` must be between 0 and 2; it is 3");
        assert_eq!(of_provisioner("powershell", r#"{"inline": ["a"], "execution_policy": 3}"#), [""; 0]);
    }

    #[test]
    fn texts_that_are_completed_later_must_be_templates_all_the_same() {
        let found = of_provisioner("powershell", r#"{"inline": ["a"], "execute_command": "{{nosuch}} {{.Path}}"}"#);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("nosuch"), "{found:?}");
    }

    #[test]
    fn hcl_takes_fewer_values() {
        let folder = tempfile::tempdir().unwrap();
        let found = |options| findings(folder.path(), Role::Builder, "virtualbox-iso", Typing::Strict, options);
        assert_eq!(found(r#"{"memory": "512", "headless": true, "vboxmanage": [["a", 1]]}"#), [""; 0]);
        assert_eq!(
            found(r#"{"memory": true, "headless": 1, "boot_command": "<enter>", "nested_virt": "t"}"#),
            [
                "`memory` must be an integer",
                "`nested_virt` must be a boolean: `t` is neither `true` nor `false`",
                "`boot_command` must be a list of strings",
                "`headless` must be a boolean",
            ]
        );
    }

    #[test]
    fn an_option_of_another_builder_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let found = findings(folder.path(), Role::Builder, "virtualbox-ovf", Typing::Weak, r#"{"source_path": "a"}"#);
        assert_eq!(found, [""; 0]);
        let qemu = component(Role::Builder, "qemu").unwrap();
        assert_eq!(qemu.others_with("guest_os_type"), ["virtualbox-iso"]);
    }
}
