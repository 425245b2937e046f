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

    fn tree() -> String {
        let mut text = String::from("SnapshotName=\"base\"\nSnapshotUUID=\"u0\"\n");
        for number in 1..=11 {
            text += &format!("SnapshotName-{number}=\"child {number}\"\nSnapshotUUID-{number}=\"u{number}\"\n");
        }
        text + "SnapshotName-10-1=\"grandchild\"\nSnapshotUUID-10-1=\"g\"\nCurrentSnapshotName=\"grandchild\"\n\
            CurrentSnapshotUUID=\"g\"\nCurrentSnapshotNode=\"SnapshotName-10-1\"\n"
    }

    #[test]
    fn a_tenth_sibling_is_a_child_like_the_others() {
        let all = snapshots(&tree());
        let named = |name: &str| all.iter().find(|one| one.name == name).unwrap();
        assert_eq!(all.len(), 13);
        assert_eq!(named("child 10").uuid, "u10");
        assert!((1..=11).all(|number| named(&format!("child {number}")).is_child_of(named("base"))));
        assert!(named("grandchild").is_child_of(named("child 10")));
        assert!(!named("grandchild").is_child_of(named("base")) && !named("grandchild").is_child_of(named("child 1")));
        assert_eq!(all.iter().filter(|one| one.is_current).map(|one| &*one.name).collect::<Vec<_>>(), ["grandchild"]);
    }

    #[test]
    fn a_machine_without_snapshots_has_none() {
        assert!(snapshots("This machine does not have any snapshots\n").is_empty());
        assert!(snapshots("SnapshotName=\"torn").is_empty());
    }
}
