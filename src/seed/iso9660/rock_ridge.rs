//! Rock Ridge: true names and modes, in the system use part of directory records (SUSP and RRIP 1991A).

/// Longest name part in one `NM` entry, in bytes: the entry's length is one byte and its head has five.
const NAME_PART_MAX: usize = 250;
const NAME_CONTINUES: u8 = 1;

const FOLDER_MODE: u32 = 0o040_755;
const FILE_MODE: u32 = 0o100_644;
const PROGRAM_MODE: u32 = 0o100_755;

/// First in the record of the root itself: tells that the others follow, and where (at once).
pub(super) fn indicator() -> Vec<u8> {
    vec![b'S', b'P', 7, 1, 0xBE, 0xEF, 0]
}

/// Also in the root's record: the name of the extension, without its optional texts.
pub(super) fn reference() -> Vec<u8> {
    const ID: &[u8; 10] = b"RRIP_1991A";
    let mut entry = vec![b'E', b'R', 18, 1, 10, 0, 0, 1];
    entry.extend(ID);
    entry
}

/// `folders` is the number of folders in this one, which Unix counts as links.
pub(super) fn folder_attributes(folders: usize) -> Vec<u8> {
    attributes(FOLDER_MODE, u32::try_from(folders).map_or(u32::MAX, |folders| folders.saturating_add(2)))
}

pub(super) fn file_attributes(executable: bool) -> Vec<u8> {
    attributes(if executable { PROGRAM_MODE } else { FILE_MODE }, 1)
}

/// Mode and links; owner and group are root.
fn attributes(mode: u32, links: u32) -> Vec<u8> {
    let mut entry = vec![b'P', b'X', 36, 1];
    for value in [mode, links, 0, 0] {
        entry.extend(super::encoding::both_u32(value));
    }
    entry
}

/// A name, in as many entries as it needs.
pub(super) fn name(name: &str) -> Vec<u8> {
    let mut parts = name.as_bytes().chunks(NAME_PART_MAX).peekable();
    let mut entries = Vec::new();
    while let Some(part) = parts.next() {
        let length = u8::try_from(part.len() + 5).expect("parts are short");
        let flags = if parts.peek().is_some() { NAME_CONTINUES } else { 0 };
        entries.extend([b'N', b'M', length, 1, flags]);
        entries.extend(part);
    }
    entries
}

/// Points to entries that have no room in the record.
pub(super) fn continuation(sector: u32, offset: u32, length: u32) -> Vec<u8> {
    let mut entry = vec![b'C', b'E', 28, 1];
    for value in [sector, offset, length] {
        entry.extend(super::encoding::both_u32(value));
    }
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_as_written_in_the_entries() {
        for entry in [indicator(), reference(), folder_attributes(3), file_attributes(true), continuation(1, 2, 3)] {
            assert_eq!(usize::from(entry[2]), entry.len());
        }
    }

    #[test]
    fn long_names_take_two_entries() {
        let entries = name(&"n".repeat(255));
        assert_eq!((entries[2], entries[4]), (255, NAME_CONTINUES));
        assert_eq!(entries[255..], [b'N', b'M', 10, 1, 0, b'n', b'n', b'n', b'n', b'n']);
    }
}
