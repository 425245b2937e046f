//! The seeds and the scripts, given to the programs that know them.

use std::ffi::OsStr;
use std::path::Path;

use boxwright::process::Cmd;
use fs_err as fs;

use crate::template::root;
use crate::tools::tool_or_skip;

/// Runs the checker where it is installed.
async fn accepted(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) {
    let Some(program) = tool_or_skip(program) else { return };
    let output = Cmd::new(program).args(arguments).output().await.unwrap();
    assert!(output.status.success(), "{}{}", output.stdout, output.stderr);
}

fn seed(name: &str) -> String {
    root().join("http").join(name).display().to_string()
}

#[tokio::test]
async fn autoinstall_answers_are_cloud_configs() {
    for name in ["demo/user-data", "ubuntu/user-data"] {
        accepted("cloud-init", ["schema", "--config-file", &seed(name)]).await;
    }
}

#[tokio::test]
async fn preseeds_can_be_loaded() {
    for name in ["demo/preseed.cfg", "debian/preseed.cfg"] {
        accepted("debconf-set-selections", ["-c", &seed(name)]).await;
    }
}

#[tokio::test]
async fn kickstarts_are_of_their_release() {
    for (release, name) in [("RHEL9", "almalinux/ks.cfg"), ("F43", "fedora/ks.cfg"), ("RHEL9", "demo/ks.cfg")] {
        accepted("ksvalidator", ["-v", release, &seed(name)]).await;
    }
}

/// The checker's words for a text in POSIX shell.
async fn assert_shell(name: &str, text: &str) {
    let file = tempfile::Builder::new().suffix(".sh").tempfile().unwrap();
    fs::write(file.path(), text).unwrap();
    let syntax = Cmd::new("sh").arg("-n").arg(file.path()).output().await.unwrap();
    assert!(syntax.status.success(), "{name}: {}", syntax.stderr);
    accepted("shellcheck", ["-s", "sh", "-S", "warning", "-e", "SC2034", &file.path().to_string_lossy()]).await;
}

/// setup-alpine and bsdinstall run theirs as shell scripts; FreeBSD's is two, of which the second begins with `#!`.
#[tokio::test]
async fn answer_files_are_shell() {
    assert_shell("alpine", &fs::read_to_string(seed("alpine/answers")).unwrap()).await;
    let freebsd = fs::read_to_string(seed("freebsd/installerconfig")).unwrap();
    let (settings, script) = freebsd.split_once("#!/bin/sh\n").unwrap();
    assert_shell("settings of freebsd", settings).await;
    assert_shell("script of freebsd", script).await;
}

#[tokio::test]
async fn provisioning_scripts_are_shell_that_may_be_run() {
    let mut count = 0;
    for entry in fs::read_dir(root().join("scripts/provision")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("#!/bin/sh\n"), "{}", path.display());
        assert!(is_executable(&path), "{}", path.display());
        assert_shell(&path.display().to_string(), &text).await;
        count += 1;
    }
    assert!(count >= 7, "{count} scripts");
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o111 == 0o111
}
