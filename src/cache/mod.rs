//! What is kept between runs, and what runs that go on at the same time share.
//!
//! The folder is `$BOXWRIGHT_CACHE_DIR`, else `$PACKER_CACHE_DIR`, else `boxwright` in `$XDG_CACHE_HOME`
//! or `~/.cache`.

pub mod digest;
pub mod ports;
pub mod store;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use store::Store;

/// Where this program keeps things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    root: PathBuf,
    /// Folders in which Packer may have left installer images.
    packer: Vec<PathBuf>,
}

impl Cache {
    pub fn locate() -> Self {
        Self::from_environment(|name| std::env::var_os(name))
    }

    /// A cache in a folder of the caller's choice.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), packer: Vec::new() }
    }

    fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let folder = |name: &str| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let packer_own = folder("PACKER_CACHE_DIR");
        let home_cache = folder("HOME").map(|home| home.join(".cache"));
        let user = folder("XDG_CACHE_HOME").or_else(|| home_cache.clone());
        // An account without a home (in a container) still gets a place of its own.
        let fallback = || user.clone().unwrap_or_else(std::env::temp_dir).join("boxwright");
        let root = folder("BOXWRIGHT_CACHE_DIR").or_else(|| packer_own.clone()).unwrap_or_else(fallback);
        let shared = user.into_iter().chain(home_cache).map(|cache| cache.join("packer"));
        let mut packer: Vec<_> = packer_own.into_iter().chain(shared).chain([PathBuf::from("packer_cache")]).collect();
        packer.dedup();
        Self { root: absolute(root), packer }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Journals of what runs have made.
    pub fn journal_folder(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// Locks of ports.
    pub fn port_folder(&self) -> PathBuf {
        self.root.join("port")
    }

    /// Short-lived files of builds.
    pub fn work_folder(&self) -> PathBuf {
        self.root.join("work")
    }

    /// What failed builds left to look at.
    pub fn evidence_folder(&self) -> PathBuf {
        self.root.join("failed")
    }

    /// Installer images.
    pub fn store(&self) -> Store {
        Store::new(&self.root, self.packer.clone())
    }
}

/// As the current folder is when the program starts.
fn absolute(path: PathBuf) -> PathBuf {
    std::path::absolute(&path).unwrap_or(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(variables: &[(&str, &str)]) -> Cache {
        Cache::from_environment(|name| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn the_first_variable_that_is_set_decides() {
        let all = [("BOXWRIGHT_CACHE_DIR", "/a"), ("PACKER_CACHE_DIR", "/b"), ("XDG_CACHE_HOME", "/c"), ("HOME", "/d")];
        for (skipped, root) in ["/a", "/b", "/c/boxwright", "/d/.cache/boxwright"].into_iter().enumerate() {
            assert_eq!(cache(&all[skipped..]).root(), Path::new(root));
        }
        assert_eq!(cache(&[("BOXWRIGHT_CACHE_DIR", ""), ("HOME", "/d")]).root(), Path::new("/d/.cache/boxwright"));
    }

    #[test]
    fn packers_folders_are_known() {
        let found = cache(&[("PACKER_CACHE_DIR", "/b"), ("XDG_CACHE_HOME", "/c"), ("HOME", "/d")]).packer;
        assert_eq!(found, ["/b", "/c/packer", "/d/.cache/packer", "packer_cache"].map(PathBuf::from));
    }
}
