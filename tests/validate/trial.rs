//! One case given to one program.

use std::path::Path;
use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;

use crate::case::{Case, Verdict};

/// For a busy machine; a decision takes a fraction of a second.
const LONGEST: Duration = Duration::from_secs(60);

pub(crate) struct Outcome {
    /// `None`: an exit status that is none of them.
    pub(crate) verdict: Option<Verdict>,
    pub(crate) output: String,
}

impl Outcome {
    pub(crate) fn says(&self, text: &str) -> bool {
        // Long lines are wrapped by both programs.
        let flat = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
        flat(&self.output).contains(&flat(text))
    }
}

pub(crate) async fn validate(program: &Path, case: &Case) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    fs::create_dir(&work).unwrap();
    write_files(&work, case);
    let command = Cmd::new(program)
        .arg("validate")
        .args(&case.arguments)
        .arg(&case.target)
        .current_dir(&work)
        // Packer asks the host's VirtualBox of some machines; whether there is one must not matter.
        .env("PATH", folder.path())
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path())
        .env("PACKER_CACHE_DIR", folder.path().join("cache"))
        .env("PACKER_CONFIG_DIR", folder.path())
        .env("BOXWRIGHT_CACHE_DIR", folder.path().join("cache"))
        .env("PACKER_NO_COLOR", "1")
        .env("CHECKPOINT_DISABLE", "1")
        // Packer is written in Go, and too short-lived to collect garbage: a fifth of its time.
        .env("GOGC", "off")
        .deadline(LONGEST);
    let command = case.environment.iter().fold(command, |command, (name, value)| command.env(name, value));
    let output = command.output().await.unwrap();
    let verdict = match output.status.code() {
        Some(0) => Some(Verdict::Accept),
        Some(1) => Some(Verdict::Reject),
        Some(2) => Some(Verdict::Crash),
        _ => None,
    };
    Outcome { verdict, output: output.stdout + &output.stderr }
}

fn write_files(folder: &Path, case: &Case) {
    for (name, text) in &case.files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
}
