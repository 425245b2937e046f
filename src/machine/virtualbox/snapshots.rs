//! The snapshots of a machine that the user has: where the build starts, and what it leaves.

use super::calls::Call;
use super::manage::Manage;
use super::parse::{self, Snapshot};
use crate::machine::Error;
use crate::plan::virtualbox::VirtualBoxOrigin;

/// What the template says about snapshots.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted<'a> {
    attach: Option<&'a str>,
    target: Option<&'a str>,
    replaces: bool,
}

impl<'a> Wanted<'a> {
    /// `None` for machines that the build makes itself.
    pub(super) fn of(origin: &'a VirtualBoxOrigin) -> Option<Self> {
        match origin {
            VirtualBoxOrigin::Machine { attach_snapshot, target_snapshot, force_delete_snapshot } => Some(Self {
                attach: attach_snapshot.as_deref(),
                target: target_snapshot.as_deref(),
                replaces: *force_delete_snapshot,
            }),
            VirtualBoxOrigin::Iso(_) | VirtualBoxOrigin::Ovf { .. } => None,
        }
    }

    pub(super) fn target(&self) -> Option<&'a str> {
        self.target
    }
}

/// What to do with them, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decision {
    /// A former target, which makes room at the end.
    pub(super) delete: Option<String>,
    /// Where the build starts; `None`: from the machine as it is.
    pub(super) start_from: Option<String>,
    /// Where the machine goes back to.
    pub(super) return_to: Option<String>,
}

pub(super) async fn list(manage: &Manage, machine: &str) -> Result<Vec<Snapshot>, Error> {
    let text = match manage.ask(&Call::on("snapshot", machine).args(["list", "--machinereadable"])).await {
        Ok(text) => text,
        // It is said with exit code 1.
        Err(failure) if !failure.is_absent() && failure.has_no_errors() => String::new(),
        Err(failure) => return Err(failure.into()),
    };
    Ok(parse::snapshots(&text))
}

pub(super) fn take(machine: &str, name: &str) -> Call {
    Call::on("snapshot", machine).args(["take", name])
}

pub(super) fn restore(machine: &str, uuid: &str) -> Call {
    Call::on("snapshot", machine).args(["restore", uuid])
}

pub(super) fn delete(machine: &str, uuid: &str) -> Call {
    Call::on("snapshot", machine).args(["delete", uuid])
}

/// Checks what the template wants against the snapshots that are there.
pub(super) fn decide(all: &[Snapshot], wanted: Wanted<'_>) -> Result<Decision, Error> {
    let current = all.iter().find(|snapshot| snapshot.is_current);
    let attach = wanted.attach.map(|name| the_one(all, name, "attach_snapshot")).transpose()?;
    let start = attach.or(current);
    let delete = wanted.target.map(|name| former_target(all, name, start, wanted.replaces)).transpose()?.flatten();
    Ok(Decision {
        delete: delete.map(|snapshot| snapshot.uuid.clone()),
        start_from: attach.map(|snapshot| snapshot.uuid.clone()),
        return_to: attach.and(current).map(|snapshot| snapshot.uuid.clone()),
    })
}

/// Names are compared without regard to case, as in Packer.
fn named<'a>(all: &'a [Snapshot], name: &str) -> impl Iterator<Item = &'a Snapshot> {
    let name = name.to_lowercase();
    all.iter().filter(move |snapshot| snapshot.name.to_lowercase() == name)
}

fn the_one<'a>(all: &'a [Snapshot], name: &str, option: &str) -> Result<&'a Snapshot, Error> {
    let mut found = named(all, name);
    match (found.next(), found.next()) {
        (Some(snapshot), None) => Ok(snapshot),
        (Some(_), Some(_)) => Err(plan(format!("`{option}`: the machine has several snapshots `{name}`"))),
        (None, _) => Err(plan(format!("`{option}`: the machine has no snapshot `{name}`{}", list_text(all)))),
    }
}

fn list_text(all: &[Snapshot]) -> String {
    let names: Vec<_> = all.iter().map(|snapshot| format!("`{}`", snapshot.name)).collect();
    if names.is_empty() { String::new() } else { format!("; it has {}", names.join(", ")) }
}

/// A snapshot of the target's name, if it may be replaced.
fn former_target<'a>(
    all: &'a [Snapshot],
    name: &str,
    start: Option<&Snapshot>,
    replaces: bool,
) -> Result<Option<&'a Snapshot>, Error> {
    let Some(former) = named(all, name).next() else { return Ok(None) };
    if !replaces {
        return Err(plan(format!(
            "the machine has a snapshot `{name}` already; set `force_delete_snapshot` to replace it"
        )));
    }
    if !start.is_some_and(|start| former.is_child_of(start)) {
        return Err(plan(format!(
            "the snapshot `{name}` cannot be replaced: it does not follow directly on the one that the build starts from"
        )));
    }
    Ok(Some(former))
}

fn plan(message: String) -> Error {
    Error::Plan { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// base (current) with two children.
    fn tree() -> Vec<Snapshot> {
        parse::snapshots(
            "SnapshotName=\"base\"\nSnapshotUUID=\"b\"\nSnapshotName-1=\"one\"\nSnapshotUUID-1=\"1\"\n\
             SnapshotName-2=\"Two\"\nSnapshotUUID-2=\"2\"\nSnapshotName-2-1=\"deep\"\nSnapshotUUID-2-1=\"d\"\n\
             SnapshotName-2-2=\"one\"\nSnapshotUUID-2-2=\"o\"\nCurrentSnapshotUUID=\"b\"\n",
        )
    }

    fn wanted<'a>(attach: Option<&'a str>, target: Option<&'a str>, replaces: bool) -> Wanted<'a> {
        Wanted { attach, target, replaces }
    }

    fn error(wanted: Wanted<'_>) -> String {
        decide(&tree(), wanted).unwrap_err().to_string()
    }

    #[test]
    fn a_build_starts_from_a_snapshot_and_the_machine_returns_to_where_it_was() {
        let decision = decide(&tree(), wanted(Some("two"), Some("new"), false)).unwrap();
        let expected = Decision { delete: None, start_from: Some("2".into()), return_to: Some("b".into()) };
        assert_eq!(decision, expected);
        assert_eq!(decide(&tree(), wanted(None, None, false)).unwrap(), Decision::default());
        assert_eq!(decide(&[], wanted(None, Some("x"), false)).unwrap(), Decision::default());
    }

    #[test]
    fn a_former_target_is_replaced_only_where_it_follows_the_start() {
        assert_eq!(decide(&tree(), wanted(Some("Two"), Some("deep"), true)).unwrap().delete.as_deref(), Some("d"));
        assert_eq!(decide(&tree(), wanted(None, Some("two"), true)).unwrap().delete.as_deref(), Some("2"));
        assert!(error(wanted(None, Some("two"), false)).contains("force_delete_snapshot"));
        assert!(error(wanted(None, Some("deep"), true)).contains("does not follow directly"));
    }

    #[test]
    fn the_start_must_be_one_snapshot() {
        assert!(error(wanted(Some("ONE"), None, false)).contains("several"));
        assert!(error(wanted(Some("none"), None, false)).contains("it has `base`, `one`"));
    }
}
