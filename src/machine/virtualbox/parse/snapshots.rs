//! `snapshot list --machinereadable`: the tree as keys, `SnapshotName`, `SnapshotName-1`, `SnapshotName-1-10`.

use std::collections::HashMap;

use super::pairs::pairs;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine::virtualbox) struct Snapshot {
    pub(in crate::machine::virtualbox) name: String,
    pub(in crate::machine::virtualbox) uuid: String,
    pub(in crate::machine::virtualbox) is_current: bool,
    /// Where it stands: the numbers of its forefathers and its own, as in the key. Empty for the first one.
    place: String,
}

impl Snapshot {
    pub(in crate::machine::virtualbox) fn is_child_of(&self, parent: &Self) -> bool {
        self.place.rsplit_once('-').is_some_and(|(place, _)| place == parent.place)
    }
}

pub(in crate::machine::virtualbox) fn snapshots(text: &str) -> Vec<Snapshot> {
    let all: HashMap<_, _> = pairs(text).collect();
    let current = all.get("CurrentSnapshotUUID");
    let named = pairs(text).filter_map(|(key, name)| Some((key.strip_prefix("SnapshotName")?, name)));
    let found = named.filter_map(|(place, name)| {
        let uuid = all.get(&*format!("SnapshotUUID{place}"))?;
        let is_current = current == Some(uuid);
        Some(Snapshot { name: name.to_owned(), uuid: (*uuid).to_owned(), is_current, place: place.to_owned() })
    });
    found.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a machine with eleven children of one snapshot.
    const TREE: &str = include_str!("recorded/snapshots-7.2.22.txt");

    #[test]
    fn a_tenth_sibling_is_a_child_like_the_others() {
        let all = snapshots(TREE);
        let named = |name: &str| all.iter().find(|one| one.name == name).unwrap();
        assert_eq!(all.len(), 13);
        assert_eq!(named("child 10").uuid, "2eff6607-abd0-44d1-b944-6c11ef9e8cf2");
        assert!((1..=11).all(|number| named(&format!("child {number}")).is_child_of(named("base"))));
        let grandchild = named("grand=child \"x\"");
        assert!(grandchild.is_child_of(named("child 10")) && grandchild.is_current);
        assert!(!grandchild.is_child_of(named("base")) && !grandchild.is_child_of(named("child 1")));
        assert_eq!(all.iter().filter(|one| one.is_current).count(), 1);
    }

    #[test]
    fn a_machine_without_snapshots_has_none() {
        assert!(snapshots("This machine does not have any snapshots\n").is_empty());
        assert!(snapshots("SnapshotName=\"torn").is_empty());
    }
}
