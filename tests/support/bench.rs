//! A folder, a home and the real program in it: the bench on which the black-box tests stand.

use std::path::PathBuf;
use std::process::{Command, Output};

/// A folder of its own for one test, with its own cache.
#[derive(Debug)]
pub(crate) struct Bench {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) environment: Vec<(String, String)>,
}

/// What a run of the program left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: i32,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Self { folder, environment: Vec::new() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file, and the folders it stands in.
    pub(crate) fn file(self, name: &str, text: &str) -> Self {
        let path = self.path(name);
        fs_err::create_dir_all(path.parent().expect("a file has a folder")).unwrap();
        fs_err::write(path, text).unwrap();
        self
    }

    /// Runs the program in the folder; no terminal, no colours, nothing of the caller's cache.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        let output = self.command(arguments).output().expect("the program starts");
        Ran::from(output)
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(env!("CARGO_BIN_EXE_boxwright"), arguments)
    }

    #[expect(clippy::disallowed_methods, reason = "the tests start the program from outside, as a user does")]
    pub(crate) fn command_of(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.folder.path()).stdin(std::process::Stdio::null());
        for name in ["PACKER_LOG", "PACKER_CACHE_DIR", "BOXWRIGHT_ACCELERATOR", "PACKER_KEY_INTERVAL"] {
            command.env_remove(name);
        }
        command.env("HOME", self.path("home")).env("BOXWRIGHT_CACHE_DIR", self.path("cache"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            code: output.status.code().unwrap_or(-1),
        }
    }
}
