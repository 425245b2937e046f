//! Builds without a machine, made by Packer and by us: the same files, the same manifests, the same exit status.

#![cfg(test)]
#![cfg(unix)]

#[path = "support/tools.rs"]
mod tools;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use boxwright::process::Cmd;
use fs_err as fs;
use serde_json::{Value, json};

/// For a busy machine; a build takes a fraction of a second.
const LONGEST: Duration = Duration::from_secs(60);

/// Archives are packed by other programs: what counts is that they are there.
const ARCHIVE: &str = "an archive";

#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    exit: Option<i32>,
    /// By name: the text of a file; its rights where they are not the usual ones.
    files: BTreeMap<String, String>,
}

async fn build(program: &Path, template: &Value) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let work = folder.path().join("work");
    fs::create_dir_all(work.join("made")).unwrap();
    fs::write(work.join("source.sh"), "#!/bin/sh\n").unwrap();
    make_executable(&work.join("source.sh"));
    fs::write(work.join("template.json"), template.to_string()).unwrap();
    let command = Cmd::new(program)
        .args(["build", "-color=false", "-parallel-builds=1", "template.json"])
        .current_dir(&work)
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path())
        .env("PACKER_CACHE_DIR", folder.path().join("cache"))
        .env("PACKER_CONFIG_DIR", folder.path())
        .env("BOXWRIGHT_CACHE_DIR", folder.path().join("cache"))
        .env("CHECKPOINT_DISABLE", "1")
        .deadline(LONGEST);
    let exit = command.output().await.unwrap().status.code();
    Outcome { exit, files: files(&work) }
}

fn files(work: &Path) -> BTreeMap<String, String> {
    let folders = [work.to_owned(), work.join("made")];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(Result::unwrap);
    let files = entries.map(|entry| entry.path()).filter(|path| path.is_file());
    files.map(|path| (path.strip_prefix(work).unwrap().display().to_string(), content(&path))).collect()
}

fn content(path: &Path) -> String {
    let name = path.file_name().unwrap().to_string_lossy();
    if name.ends_with(".gz") || name.ends_with(".zip") {
        return ARCHIVE.to_owned();
    }
    let text = fs::read_to_string(path).unwrap();
    if name.starts_with("manifest") { comparable(&text) } else { format!("{} {text}", rights(path)) }
}

/// A manifest without what is new in every run.
fn comparable(text: &str) -> String {
    let mut document: Value = serde_json::from_str(text).unwrap();
    document["last_run_uuid"] = Value::Null;
    for build in document["builds"].as_array_mut().unwrap() {
        build["packer_run_uuid"] = Value::Null;
        build["build_time"] = Value::Null;
        for file in build["files"].as_array_mut().into_iter().flatten() {
            if Path::new(file["name"].as_str().unwrap()).extension() == Some("gz".as_ref()) {
                file["size"] = Value::Null;
            }
        }
    }
    document.to_string()
}

fn rights(path: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    format!("{:o}", fs::metadata(path).unwrap().permissions().mode() & 0o777)
}

fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

async fn assert_same(template: Value) {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let theirs = build(&packer, &template).await;
    let ours = build(Path::new(env!("CARGO_BIN_EXE_boxwright")), &template).await;
    assert_eq!(ours, theirs, "{template}");
}

#[tokio::test]
async fn files_and_nothing_through_all_post_processors() {
    assert_same(json!({
        "builders": [
            { "type": "file", "name": "text", "content": "made by {{build_name}}\n", "target": "made/text.txt" },
            { "type": "file", "name": "copy", "source": "source.sh", "target": "copy.txt" },
            { "type": "null", "name": "nothing", "communicator": "none" },
        ],
        "provisioners": [{
            "type": "shell-local",
            "inline": ["echo $PACKER_BUILD_NAME $PACKER_BUILDER_TYPE ${PACKER_HTTP_ADDR-unset} {{build `ID`}} >> made/said"],
        }],
        "post-processors": [
            [
                { "type": "checksum", "checksum_types": ["md5", "sha256"], "output": "{{.BuildName}}.{{.ChecksumType}}" },
                { "type": "manifest", "output": "manifest-sums.json", "custom_data": { "id": "{{build `ID`}}" } },
            ],
            { "type": "shell-local", "inline": ["echo post $PACKER_BUILD_NAME $PACKER_BUILDER_TYPE >> made/said"] },
            { "type": "manifest", "output": "manifest.json" },
            [
                { "type": "compress", "output": "{{.BuildName}}.tar.gz", "except": ["nothing"] },
                { "type": "manifest", "output": "manifest-archives.json" },
            ],
        ],
    }))
    .await;
}

/// The names of the build and what only the running build knows, in each place that has them.
#[tokio::test]
async fn data_of_the_build_in_every_place() {
    assert_same(json!({
        "builders": [{ "type": "null", "communicator": "none" }],
        "provisioners": [{
            "type": "shell-local",
            "environment_vars": ["ID={{build `ID`}}", "NAME={{build_name}}"],
            "execute_command": ["/bin/sh", "-c", "{{.Vars}} ID2='{{.ID}}' /bin/sh {{.Script}} '{{build `ID`}}'"],
            "inline": ["echo $ID $ID2 $1 $NAME '{{build_type}}' >> made/said"],
        }],
        "post-processors": [
            { "type": "manifest", "output": "manifest.json", "custom_data": { "id": "{{build `ID`}}", "name": "{{build_name}}" } },
            { "type": "shell-local", "inline": ["echo post '{{build `ID`}}' {{build_type}} >> made/said"] },
        ],
    }))
    .await;
}

#[tokio::test]
async fn a_file_that_only_its_archive_is_left_of() {
    assert_same(json!({
        "builders": [{ "type": "file", "content": "x", "target": "made/text" }],
        "post-processors": [{ "type": "compress", "output": "text.zip" }],
    }))
    .await;
}

#[tokio::test]
async fn builds_that_fail() {
    for template in [
        json!({ "builders": [{ "type": "file", "source": "nothing", "target": "made/text" }] }),
        json!({
            "builders": [{ "type": "file", "content": "x", "target": "made/text" }],
            "provisioners": [{ "type": "shell-local", "inline": ["exit 3"] }],
            "post-processors": ["manifest"],
        }),
        json!({
            "builders": [{ "type": "null", "communicator": "none" }],
            "provisioners": [{ "type": "shell-local", "inline": ["exit 3"] }],
            "error-cleanup-provisioner": { "type": "shell-local", "inline": ["echo collected > made/note"] },
            "post-processors": ["manifest"],
        }),
        json!({
            "builders": [{ "type": "null", "communicator": "none" }],
            "provisioners": [{ "type": "file", "source": "source.sh", "destination": "/tmp/never" }],
        }),
        json!({
            "builders": [{ "type": "null", "communicator": "none" }],
            "post-processors": [{ "type": "vagrant", "output": "nothing.box" }],
        }),
    ] {
        assert_same(template).await;
    }
}
