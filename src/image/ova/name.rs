//! The names of a package's files.

/// Leaves room for `-disk001.vmdk` in a name of 100 bytes.
const MAX_NAME_BYTES: usize = 80;

/// What leads to other folders, or ends a name's place in the manifest or in a disk's own description.
pub(super) fn is_unfit(c: char) -> bool {
    ['/', '\\', '"'].contains(&c) || c.is_control()
}

/// What the files of a package are named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// What other systems could not have in a file's name becomes `_`.
    pub fn new(text: &str) -> Self {
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let name: String = text.chars().map(plain).take(MAX_NAME_BYTES).collect();
        let hidden = name.is_empty() || name.starts_with('.');
        Self(if hidden { format!("vm{name}") } else { name })
    }

    /// As a file is called already. What ends a name's place in the manifest or in a disk's own description is refused, and
    /// what was no Unicode: the manifest would name another file.
    pub fn of_file(stem: &str) -> Option<Self> {
        let is_fit = !stem.is_empty() && !stem.contains(is_unfit) && !stem.contains(char::REPLACEMENT_CHARACTER);
        is_fit.then(|| Self(stem.to_owned()))
    }

    pub fn descriptor(&self) -> String {
        format!("{}.ovf", self.0)
    }

    pub fn manifest(&self) -> String {
        format!("{}.mf", self.0)
    }

    /// From 0 on.
    pub fn disk(&self, index: usize) -> String {
        format!("{}-disk{:03}.vmdk", self.0, index + 1)
    }
}
