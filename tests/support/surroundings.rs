//! What is around the program on its bench: the environment, programs that start it, the files it leaves.

use std::path::Path;

use super::bench::{Bench, Ran};

impl Bench {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<Path>) -> Self {
        self.environment.push((name.to_owned(), value.as_ref().display().to_string()));
        self
    }

    /// Runs another program that runs ours, whose path comes after the arguments.
    pub(crate) fn run_in(&self, program: &str, arguments: &[&str]) -> Ran {
        let arguments: Vec<_> = arguments.iter().copied().chain([env!("CARGO_BIN_EXE_boxwright")]).collect();
        Ran::from(self.command_of(program, &arguments).output().expect("the program starts"))
    }

    /// Every file and folder below the bench but the cache's, in order.
    pub(crate) fn listing(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.folder.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(self.folder.path()).unwrap().display().to_string();
                if name == "cache" || name == "home" {
                    continue;
                }
                if path.is_dir() {
                    folders.push(path);
                }
                names.push(name);
            }
        }
        names.sort();
        names
    }

    /// What is below the cache folder but the folders themselves.
    pub(crate) fn cache_files(&self) -> Vec<String> {
        let mut names = Vec::new();
        let mut folders = vec![self.path("cache")];
        while let Some(folder) = folders.pop() {
            for entry in fs_err::read_dir(&folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    names.push(path.strip_prefix(self.path("cache")).unwrap().display().to_string());
                }
            }
        }
        names.sort();
        names
    }
}
