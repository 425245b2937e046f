//! What is in a package, and where.

use std::io::{Read, Seek, SeekFrom};

use tar::Archive;

use super::name::is_unfit;

/// A package has a descriptor, a manifest, and some disks.
const MAX_MEMBERS: usize = 1000;

/// A file in the package: `size` bytes from `offset` on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Without any folder.
    pub name: String,
    pub offset: u64,
    pub size: u64,
}

/// The files of a package. What could be unpacked to another place than beside the others is refused, and so
/// are extended headers: VirtualBox does not read them, and their length is a stranger's.
pub fn members<R: Read + Seek>(mut file: R) -> std::io::Result<Vec<Member>> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut archive = Archive::new(file);
    let mut members = Vec::new();
    for entry in archive.entries_with_seek()?.raw(true) {
        let entry = entry?;
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
        let shown = name.escape_debug();
        if !entry.header().entry_type().is_file() {
            return Err(std::io::Error::other(format!("`{shown}` in it is not a file")));
        }
        if name.is_empty() || name == "." || name == ".." || name.contains(is_unfit) {
            return Err(std::io::Error::other(format!("`{shown}` in it is not the name of a file beside the others")));
        }
        if members.len() == MAX_MEMBERS {
            return Err(std::io::Error::other(format!("more than {MAX_MEMBERS} files are in it")));
        }
        let (offset, size) = (entry.raw_file_position(), entry.size());
        if offset.checked_add(size).is_none_or(|end| end > length) {
            return Err(std::io::Error::other(format!("`{shown}` in it is cut off")));
        }
        members.push(Member { name, offset, size });
    }
    Ok(members)
}
