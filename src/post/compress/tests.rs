//! Archives read back by the programs that users have.

use std::path::Path;

use fs_err as fs;

use super::*;
use crate::post::testing::{context, files_artifact, post_context};
use crate::process::{Cmd, tool_or_skip};
use crate::template::interpolate::Late;

fn plan(output: &Path, level: i32) -> CompressPlan {
    let output = output.display().to_string();
    CompressPlan {
        output: Late::literal(output.clone()),
        output_pattern: output,
        format: None,
        compression_level: level,
    }
}

async fn compressed(folder: &Path, name: &str, level: i32, files: &[&Path]) -> Result<Vec<u8>, Error> {
    let (context, _events) = context();
    let outcome = run(&plan(&folder.join(name), level), &files_artifact(files), &post_context(), &context).await?;
    assert_eq!((outcome.keep_default, outcome.artifact.id.as_str()), (false, ""));
    Ok(fs::read(&outcome.artifact.files[0]).unwrap())
}

#[tokio::test]
async fn bsdtar_reads_every_archive_and_two_runs_are_equal() {
    if tool_or_skip("bsdtar").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let text = "disk ".repeat(300_000);
    fs::write(&one, &text).unwrap();
    fs::write(&two, "").unwrap();
    for extension in ["tar", "tar.gz", "tar.lz4", "tar.xz", "tar.bzip2", "tar.bgzf", "zip", "box"] {
        let name = format!("deep/vm.{extension}");
        let first = compressed(folder.path(), &name, 0, &[&one, &two]).await.unwrap();
        let second = compressed(folder.path(), &name, -1, &[&one, &two]).await.unwrap();
        assert!(first == second, "{extension}");
        let list = Cmd::new("bsdtar").arg("-tf").arg(folder.path().join(&name)).run().await.unwrap().stdout;
        let names: Vec<String> = match extension {
            "zip" => [&one, &two].map(|path| path.display().to_string()).to_vec(),
            _ => vec!["one".into(), "two".into()],
        };
        assert_eq!(list.lines().collect::<Vec<_>>(), names, "{extension}");
        let unpack = Cmd::new("bsdtar").args(["-xOf"]).arg(folder.path().join(&name)).run().await.unwrap();
        assert!(unpack.stdout == text, "{extension}");
    }
}

#[tokio::test]
async fn a_lone_file_is_compressed_by_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vm.log");
    let text = "line\n".repeat(1000);
    fs::write(&file, &text).unwrap();
    for (extension, program) in [("gz", "gzip"), ("xz", "xz"), ("bzip2", "bzip2"), ("lz4", "lz4"), ("bgzf", "gzip")] {
        if tool_or_skip(program).is_none() {
            continue;
        }
        let name = format!("vm.{extension}");
        compressed(folder.path(), &name, 9, &[&file]).await.unwrap();
        let back = Cmd::new("sh").args(["-c", "exec \"$0\" -dc < \"$1\"", program]).arg(folder.path().join(name));
        assert!(back.run().await.unwrap().stdout == text, "{extension}");
    }
    let error = compressed(folder.path(), "vm.gz", 0, &[&file, &file]).await.unwrap_err();
    assert!(error.to_string().contains("2 files"), "{error}");
}

#[tokio::test]
async fn a_tar_keeps_the_mode() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run");
    fs::write(&file, "#!").unwrap();
    fs::set_permissions(&file, std::fs::Permissions::from_mode(0o750)).unwrap();
    let bytes = compressed(folder.path(), "vm.tar", 0, &[&file]).await.unwrap();
    let mut archive = tar::Archive::new(bytes.as_slice());
    let header = archive.entries().unwrap().next().unwrap().unwrap().header().clone();
    assert_eq!((header.mode().unwrap(), header.mtime().unwrap()), (0o750, 0));
}
