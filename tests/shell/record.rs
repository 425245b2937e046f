//! What was written down in a trial, in lines that can be compared.

use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fs_err as fs;
use regex::Regex;

/// Variables that the shell and the server set by themselves.
const OF_THE_SHELL: &[&str] = &["_", "PWD", "OLDPWD", "SHLVL"];

/// One command that the guest was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    pub(crate) command: String,
    /// Absent when the session was cut before it ended, and where the client ends it.
    pub(crate) status: Option<String>,
    /// Files that the command names, as they were when it started: path, mode and content.
    pub(crate) files: Vec<String>,
    /// What it read, where that is more than nothing.
    pub(crate) input: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) calls: Vec<Call>,
    /// Environment that the client asked the server to set.
    pub(crate) sent: BTreeSet<String>,
    /// Files of the guest and of this host that are new or changed at the end.
    pub(crate) files: Vec<String>,
}

/// What was there before.
#[derive(Debug)]
pub(crate) struct Before(Vec<String>);

impl Record {
    pub(crate) fn before(root: &Path) -> Before {
        Before(trees(root, &Normal::new(root)))
    }

    pub(crate) fn read(root: &Path, before: &Before) -> Self {
        let normal = Normal::new(root);
        let folders = entries(&root.join("calls"));
        let calls = folders.iter().map(|folder| Call::read(folder, &normal)).collect();
        let sent = folders.iter().flat_map(|folder| sent_environment(folder)).collect();
        let mut files = trees(root, &normal);
        files.retain(|file| !before.0.contains(file));
        Self { calls, sent, files }
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        let sent = self.sent.iter().map(|pair| format!("sent {pair}"));
        let files = self.files.iter().map(|file| format!("at the end {file}"));
        self.calls.iter().flat_map(Call::lines).chain(sent).chain(files).collect()
    }
}

fn trees(root: &Path, normal: &Normal) -> Vec<String> {
    ["guest", "host"].iter().flat_map(|name| tree(&root.join(name), normal)).collect()
}

impl Call {
    fn read(folder: &Path, normal: &Normal) -> Self {
        let text = |name: &str| fs::read_to_string(folder.join(name)).ok();
        let described = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().replace('|', "/");
            normal.text(&format!("{name} {}", described(path)))
        };
        let command = normal.text(&text("command").unwrap());
        let mut files: Vec<_> = entries(&folder.join("files")).iter().map(described).collect();
        // What was there before a script is stored is nobody's matter.
        let stored =
            command.strip_prefix("head -c LENGTH > ").and_then(|rest| rest.split(' ').next()).and_then(name_of);
        files.retain(|file| stored.is_none() || file.split(' ').next().and_then(name_of) != stored);
        Self {
            command,
            status: text("status").map(|status| status.trim().to_owned()),
            files,
            input: fs::read(folder.join("input")).ok().map(|input| normal.text(&input.escape_ascii().to_string())),
        }
    }

    fn lines(&self) -> Vec<String> {
        let status = self.status.as_deref().unwrap_or("cut");
        let mut lines = vec![format!("{status} <- {:?}", self.command)];
        lines.extend(self.files.iter().map(|file| format!("    with {file}")));
        lines.extend(self.input.iter().map(|input| format!("    fed {input}")));
        lines
    }
}

pub(crate) fn name_of(path: &str) -> Option<&str> {
    path.rsplit('/').next()
}

/// Of the environment of a command what neither the server nor the login set.
fn sent_environment(folder: &Path) -> Vec<String> {
    const OF_THE_LOGIN: &[&str] = &["USER", "LOGNAME", "HOME", "PATH", "SHELL", "MAIL", "LANG", "TZ"];
    let known = |name: &str| OF_THE_LOGIN.contains(&name) || OF_THE_SHELL.contains(&name) || name.starts_with("SSH_");
    let environment = fs::read_to_string(folder.join("environment")).unwrap();
    let pairs = environment.split('\0').filter(|pair| !pair.is_empty());
    pairs.filter(|pair| !known(pair.split('=').next().unwrap())).map(str::to_owned).collect()
}

/// Every file below: path, mode and content. Of an environment its variables.
fn tree(folder: &Path, normal: &Normal) -> Vec<String> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            let shown = match path.extension().and_then(|extension| extension.to_str()) {
                Some("json" | "hcl") => continue,
                Some("environment") => environment(&path),
                _ if path.is_dir() => {
                    folders.push(path.clone());
                    format!("{:o} folder", mode(&path))
                }
                _ => described(&path),
            };
            files.push(normal.text(&format!("{} {shown}", path.display())));
        }
    }
    files.sort();
    files
}

fn environment(path: &Path) -> String {
    let text = String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    let mut pairs: Vec<_> = text.split('\0').filter(|pair| !pair.is_empty()).collect();
    pairs.retain(|pair| !OF_THE_SHELL.contains(&pair.split('=').next().unwrap()) && !pair.starts_with("SESSION="));
    pairs.sort_unstable();
    pairs.iter().fold(String::new(), |text, pair| text + "\n        " + &pair.escape_debug().to_string())
}

fn described(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    format!("{:o} {}", mode(path), bytes.escape_ascii())
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Puts names in place of what is chosen at random.
struct Normal {
    root: String,
    names: Vec<(Regex, &'static str)>,
}

impl Normal {
    fn new(root: &Path) -> Self {
        let names = [
            (r"script_[0-9]+\.sh", "script_N.sh"),
            (r"varfile_[0-9]+\.sh", "varfile_N.sh"),
            (r"boxwright-stored-[0-9a-f]{8}", "MARK"),
            (r"head -c [0-9]+ ", "head -c LENGTH "),
            (r"tmp/(packer-shell[0-9]+|boxwright-shell-[0-9a-f-]{36})", "tmp/inline"),
            (r"\b(127\.0\.0\.1[ :])[0-9]+\b", "${1}PORT"),
            (r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
        ];
        let names = names.map(|(pattern, name)| (Regex::new(pattern).unwrap(), name));
        Self { root: root.display().to_string(), names: names.into() }
    }

    fn text(&self, text: &str) -> String {
        let text = text.replace(&self.root, "");
        self.names.iter().fold(text, |text, (pattern, name)| pattern.replace_all(&text, *name).into_owned())
    }
}
