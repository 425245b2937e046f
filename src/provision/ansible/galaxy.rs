//! What is installed before the playbook runs: the requirements file, and the commands that read it.

use super::locale;
use crate::plan::provisioner::GalaxyPlan;
use crate::process::Cmd;
use crate::provision::Error;

/// What a requirements file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Content {
    Roles,
    Collections,
}

/// One command for roles and one for collections.
pub(super) fn commands(plan: &GalaxyPlan) -> Vec<Result<Cmd, Error>> {
    match fs_err::read_to_string(&plan.file) {
        Ok(text) => contents(&text).into_iter().map(|content| Ok(command(plan, content))).collect(),
        Err(error) => vec![Err(Error::local("read the requirements for Ansible Galaxy")(error))],
    }
}

fn command(plan: &GalaxyPlan, content: Content) -> Cmd {
    locale::in_utf8(Cmd::new(&plan.command)).args(words(plan, content, &plan.file.display().to_string()))
}

/// For the guest: the words of both commands, with the file's path there.
pub(in crate::provision) fn lines(plan: &GalaxyPlan, text: &str, path: &str) -> Vec<Vec<String>> {
    contents(text).into_iter().map(|content| words(plan, content, path)).collect()
}

/// The old form is a bare list of roles; the new one has a key for each kind.
fn contents(text: &str) -> Vec<Content> {
    let has = |key: &str| text.lines().any(|line| line.trim_end().strip_suffix(':') == Some(key));
    match (has("roles"), has("collections")) {
        (true, true) => vec![Content::Roles, Content::Collections],
        (false, true) => vec![Content::Collections],
        _ => vec![Content::Roles],
    }
}

fn words(plan: &GalaxyPlan, content: Content, file: &str) -> Vec<String> {
    let (command, folder): (&[&str], _) = match content {
        Content::Roles => (&["install", "-r"], &plan.roles_path),
        Content::Collections => (&["collection", "install", "-r"], &plan.collections_path),
    };
    let force = plan.force.then_some("-f");
    let force_with_deps = plan.force_with_deps.then_some("--force-with-deps");
    let folder = folder.iter().flat_map(|folder| ["-p", folder]);
    let words = command.iter().copied().chain([file]).chain(force).chain(force_with_deps).chain(folder);
    words.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_its_command() {
        let plan = GalaxyPlan {
            file: "r.yml".into(),
            command: "ansible-galaxy".into(),
            force: true,
            force_with_deps: false,
            roles_path: Some("roles".into()),
            collections_path: None,
        };
        let shown = |text: &str| -> Vec<String> {
            lines(&plan, text, "r.yml").into_iter().map(|words| words.join(" ")).collect()
        };
        assert_eq!(shown("- src: a.b\n"), ["install -r r.yml -f -p roles"]);
        assert_eq!(shown("---\ncollections:\n  - name: a.b\n"), ["collection install -r r.yml -f"]);
        assert_eq!(
            shown("roles:\r\n  - a\r\ncollections:\r\n  - b"),
            ["install -r r.yml -f -p roles", "collection install -r r.yml -f"]
        );
    }
}
