//! Folders of many files: what arrives, and by which program of the guest.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::*;

/// A server whose `tar` is a script of ours, and the file in which that writes how it was called.
struct Guest {
    _server: Server,
    communicator: SshCommunicator,
    calls: PathBuf,
    _folder: TempDir,
}

impl Guest {
    async fn with_tar(script: &str) -> Option<Self> {
        let (key, folder) = (key("ed25519").await, tempfile::tempdir().unwrap());
        let (tar, calls) = (folder.path().join("tar"), folder.path().join("calls"));
        let lines = format!("#!/bin/sh\necho \"$@\" >>{}\n{script}\n", calls.display());
        crate::process::write_program(&tar, &lines).unwrap();
        let path = format!("SetEnv PATH={}:/usr/bin:/bin\n", folder.path().display());
        let server = sshd_with(std::slice::from_ref(&key), &path, None).await?;
        let communicator = connect_to(&server, &key, plan()).await.unwrap();
        Some(Self { _server: server, communicator, calls, _folder: folder })
    }

    async fn upload(&self, source: &str, target: &Path) {
        self.communicator.upload_directory(source, &target.display().to_string()).await.unwrap();
    }

    fn calls(&self) -> usize {
        fs::read_to_string(&self.calls).map_or(0, |text| text.lines().count())
    }
}

/// A folder `it` in a folder: many files, and names and modes that need care.
fn source() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("it");
    let deep = root.join("d".repeat(90)).join("e f").join("empty");
    fs::create_dir_all(&deep).unwrap();
    fs::set_permissions(&deep, std::fs::Permissions::from_mode(0o750)).unwrap();
    let names = ["-x", "it's \"quoted\" $HOME", "\u{fc}\u{1f980}", "n", "a\\b", &"l".repeat(200)];
    for (index, name) in names.into_iter().enumerate() {
        let (path, mode) = (deep.parent().unwrap().join(name), [0o666, 0o600, 0o777, 0o555, 0o444, 0o640][index]);
        fs::write(&path, name.repeat(index * 100)).unwrap();
        fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    for number in 0..120 {
        fs::write(root.join(format!("a{number:03}")), vec![b'x'; number * 37]).unwrap();
    }
    folder
}

/// Path, mode and content of all that is below.
fn tree(folder: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let (mut found, mut waiting) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(at) = waiting.pop() {
        for entry in fs::read_dir(&at).unwrap() {
            let path = entry.unwrap().path();
            let metadata = fs::symlink_metadata(&path).unwrap();
            let content = if metadata.is_dir() { Vec::new() } else { fs::read(&path).unwrap() };
            found.push((path.strip_prefix(folder).unwrap().to_owned(), metadata.permissions().mode(), content));
            waiting.extend(metadata.is_dir().then_some(path));
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_new_folder_is_unpacked_by_any_tar_as_scp_would_write_it() {
    let source = source();
    let path = source.path().join("it").display().to_string();
    for tar in ["tar", "bsdtar", "busybox"] {
        let Some(program) = tool_or_skip(tar) else { continue };
        let applet = if tar == "busybox" { " tar" } else { "" };
        let script = format!("exec {}{applet} \"$@\"", program.display());
        let Some(guest) = Guest::with_tar(&script).await else { return };
        let (unpacked, inside, by_scp) =
            (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(unpacked.path().join("other"), "is not in the way").unwrap();
        guest.upload(&path, unpacked.path()).await;
        guest.upload(&format!("{path}/"), inside.path()).await;
        assert_eq!(guest.calls(), 2, "{tar}");
        fs::create_dir(by_scp.path().join("it")).unwrap();
        guest.upload(&path, by_scp.path()).await;
        assert_eq!(guest.calls(), 2, "{tar}");
        let expected = tree(&by_scp.path().join("it"));
        assert_eq!(expected.len(), 120 + 6 + 3);
        assert!(tree(&unpacked.path().join("it")) == expected && tree(inside.path()) == expected, "{tar}");
    }
}

#[tokio::test]
async fn what_is_there_already_is_written_through() {
    let Some(guest) = Guest::with_tar("exec /usr/bin/tar \"$@\"").await else { return };
    let (source, target) = (source(), tempfile::tempdir().unwrap());
    let elsewhere = target.path().join("elsewhere");
    fs::write(&elsewhere, "old").unwrap();
    symlink(&elsewhere, target.path().join("a001")).unwrap();
    guest.upload(&source.path().join("it/").display().to_string(), target.path()).await;
    assert_eq!((guest.calls(), fs::read(&elsewhere).unwrap()), (0, vec![b'x'; 37]));
}

#[tokio::test]
async fn odd_places_are_left_to_scp() {
    let Some(guest) = Guest::with_tar("exec /usr/bin/tar \"$@\"").await else { return };
    let (source, place) = (source(), tempfile::tempdir().unwrap());
    let (one, two, group) = (place.path().join("a-1"), place.path().join("a-2"), place.path().join("group"));
    for folder in [&one, &two, &group] {
        fs::create_dir(folder).unwrap();
    }
    let path = source.path().join("it").display().to_string();
    let several = format!("{}/a-*", place.path().display());
    guest.communicator.upload_directory(&path, &several).await.unwrap_err();
    assert!(tree(&one).is_empty() && tree(&two).is_empty());
    fs::set_permissions(&group, std::fs::Permissions::from_mode(0o2775)).unwrap();
    guest.upload(&path, &group).await;
    let braces = source.path().join("x{a,b}");
    fs::rename(source.path().join("it"), &braces).unwrap();
    guest.upload(&braces.display().to_string(), &one).await;
    assert_eq!((tree(&one).len(), tree(&two).len(), guest.calls()), (120 + 6 + 3 + 1, 0, 0));
}

#[tokio::test]
async fn what_neither_tar_nor_scp_can_do_is_told_by_both() {
    for read in ["head -c 1000", "cat"] {
        let script = format!("{read} >/dev/null; touch it; echo 'no room' >&2; exit 2");
        let Some(guest) = Guest::with_tar(&script).await else { return };
        let (source, target) = (source(), tempfile::tempdir().unwrap());
        let (path, place) = (source.path().join("it"), target.path().display().to_string());
        let sent = guest.communicator.upload_directory(&path.display().to_string(), &place).await;
        let error = sent.unwrap_err().to_string();
        assert!(error.contains("it: Not a directory") && error.contains("before that, tar"), "{error}");
        assert!(error.contains("no room"), "{error}");
    }
}

#[tokio::test]
async fn what_tar_cannot_do_is_left_to_scp() {
    let source = source();
    for script in ["exit 1", "head -c 1000 >/dev/null; exit 2", "cat >/dev/null; exit 2"] {
        let Some(guest) = Guest::with_tar(script).await else { return };
        let target = tempfile::tempdir().unwrap();
        guest.upload(&source.path().join("it").display().to_string(), target.path()).await;
        assert_eq!((guest.calls(), tree(target.path()).len()), (1, 120 + 6 + 3 + 1), "{script}");
    }
}
