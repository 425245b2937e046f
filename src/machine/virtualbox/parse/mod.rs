//! What `VBoxManage` prints, read by pure functions. Results come on standard output; warnings may come before
//! them, and progress goes to standard error.

mod failure;
mod lists;
mod machine_info;
mod pairs;
mod snapshots;
mod version;

pub(super) use failure::errors;
pub(super) use lists::default_additions;
pub(super) use machine_info::{MachineInfo, machine_info};
pub(super) use snapshots::{Snapshot, snapshots};
pub(super) use version::{Banner, banner};

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn any_text_can_be_read(text in r#"([ -~\n\r"=é]|VBoxManage|: error:|SnapshotName|SnapshotUUID|-1|VMState=|"){0,80}"#) {
            let info = machine_info(&text);
            let _ = (info.is_on(), snapshots(&text), default_additions(&text), banner(&text, &text));
            let found = errors(&text);
            proptest::prop_assert!(found.iter().all(|error| text.contains(error)));
        }
    }
}
