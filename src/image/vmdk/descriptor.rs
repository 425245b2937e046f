//! The text in a VMDK: which kind of image it is, and what VMware and VirtualBox want to know of it.

use std::fmt::Write;

use uuid::Uuid;

/// `createType`s that are one file with everything in it.
const ONE_FILE: &[&str] = &[MONOLITHIC_SPARSE, STREAM_OPTIMIZED];

/// The parent's content id of an image that has none.
const NO_PARENT: &str = "ffffffff";

/// Characters of a kind that errors show.
const MAX_SHOWN: usize = 40;

/// Heads and sectors as BIOSes translate them; more cylinders were never addressed so.
const HEADS: u64 = 16;
const SECTORS_PER_TRACK: u64 = 63;
const MAX_CYLINDERS: u64 = 16383;

/// What makes a descriptor's image one that cannot be read from this file alone.
pub(super) fn refusal(text: &str) -> Option<String> {
    let kind = value(text, "createType").unwrap_or("");
    if !ONE_FILE.contains(&kind) {
        let kind = kind.chars().take(MAX_SHOWN).collect::<String>();
        let kind = kind.escape_debug();
        return Some(format!("it is of the kind `{kind}`, which is not one file; `qemu-img convert` makes one of it"));
    }
    let parent = value(text, "parentCID").unwrap_or(NO_PARENT);
    (!parent.eq_ignore_ascii_case(NO_PARENT)).then(|| "it lies on another image, a snapshot's".into())
}

/// The value of `key`, without quotes.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    let mut found = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(key));
    found.next().map(|(_, value)| value.trim().trim_matches('"'))
}

pub(super) const STREAM_OPTIMIZED: &str = "streamOptimized";
pub(super) const MONOLITHIC_SPARSE: &str = "monolithicSparse";

/// The descriptor of an image of one file, of the `createType` `kind`; `name` is the file's own.
pub(super) fn of_one_file(kind: &str, name: &str, capacity_sectors: u64, uuid: Uuid) -> String {
    let content_id = uuid.as_fields().0;
    let cylinders = (capacity_sectors / (HEADS * SECTORS_PER_TRACK)).clamp(1, MAX_CYLINDERS);
    let mut text = String::from("# Disk DescriptorFile\nversion=1\n");
    // Writing to a text cannot fail.
    let _ = write!(text, "CID={content_id:08x}\nparentCID={NO_PARENT}\ncreateType=\"{kind}\"\n");
    let _ = write!(text, "\n# Extent description\nRW {capacity_sectors} SPARSE \"{name}\"\n");
    text.push_str("\n# The Disk Data Base\n#DDB\n\nddb.virtualHWVersion = \"4\"\nddb.adapterType=\"ide\"\n");
    let _ = write!(text, "ddb.geometry.cylinders=\"{cylinders}\"\nddb.geometry.heads=\"{HEADS}\"\n");
    let _ = write!(text, "ddb.geometry.sectors=\"{SECTORS_PER_TRACK}\"\nddb.uuid.image=\"{uuid}\"\n");
    let _ = write!(text, "ddb.uuid.parent=\"{nil}\"\nddb.uuid.modification=\"{nil}\"\n", nil = Uuid::nil());
    let _ = writeln!(text, "ddb.uuid.parentmodification=\"{}\"", Uuid::nil());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_one_file_is_refused() {
        let text = |kind: &str, parent: &str| format!("# x\nCID=1\nparentCID={parent}\ncreateType=\"{kind}\"\n");
        assert_eq!(refusal(&text("monolithicSparse", "ffffffff")), None);
        assert!(refusal(&text("monolithicFlat", "ffffffff")).unwrap().contains("`monolithicFlat`"));
        assert!(refusal(&text("streamOptimized", "0000abcd")).unwrap().contains("snapshot"));
        assert!(refusal("").is_some());
    }

    #[test]
    fn ours_is_one_file() {
        for kind in ONE_FILE {
            assert_eq!(refusal(&of_one_file(kind, "a.vmdk", 128, Uuid::nil())), None);
        }
    }
}
