//! The post-processor on artifacts of several kinds, and what both ways of converting share.

use std::path::Path;

use fs_err as fs;

use super::*;
use crate::image::testing::{make_qcow2, qemu_img, tools, varied};
use crate::plan::catalog::{CONVERT_COMPRESSIONS, CONVERT_EXTENSIONS, CONVERT_FORMATS};
use crate::plan::post_processor::{ConvertPlan, MachineChanges};
use crate::post::testing::{context, files_artifact, machine_artifact, post_context};
use crate::template::interpolate::Late;

fn plan(output: &Path, format: Option<&str>) -> ConvertPlan {
    ConvertPlan {
        output: Late::literal(output.display().to_string()),
        format: format.map(str::to_owned),
        compression: None,
        compression_level: None,
        keep_unused: false,
        machine: MachineChanges::default(),
    }
}

#[test]
fn the_options_know_every_name() {
    let mut listed = CONVERT_FORMATS.to_vec();
    let mut names = Kind::names();
    listed.sort_unstable();
    names.sort_unstable();
    assert_eq!(listed, names);
    for extension in CONVERT_EXTENSIONS {
        assert!(Kind::by_extension(Path::new(&format!("vm{extension}"))).is_some(), "{extension}");
    }
    assert_eq!(CONVERT_COMPRESSIONS, Compression::NAMES.map(|(name, _)| name));
}

#[tokio::test]
async fn a_machine_becomes_every_product_and_comes_back() {
    if !tools() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    varied(folder.path(), "disk");
    make_qcow2(&path("disk"), &path("vm"));
    let machine = machine_artifact(folder.path(), &[("vm", "qcow2")]);
    let (context, _events) = context();
    for format in CONVERT_FORMATS {
        let made = path(&format!("made.{format}"));
        let outcome = run(&plan(&made, Some(format)), &machine, &post_context(), &context).await.unwrap();
        assert_eq!((outcome.artifact.files.last(), outcome.keep_default), (Some(&made), false));
        let back = path("back.raw");
        if *format == "ovf" {
            run(&plan(&back, None), &outcome.artifact, &post_context(), &context).await.unwrap();
            qemu_img(folder.path(), "compare -q -f raw -F raw disk back.raw").await;
            outcome.artifact.files.iter().for_each(|file| fs::remove_file(file).unwrap());
            continue;
        }
        if format.starts_with("vhd") || *format == "azure" {
            fs::rename(&made, path("made.vhd")).unwrap();
        } else {
            fs::rename(&made, path("made.vhd.other")).unwrap();
        }
        let found = if path("made.vhd").exists() { path("made.vhd") } else { path("made.vhd.other") };
        run(&plan(&back, None), &files_artifact(&[&found]), &post_context(), &context).await.unwrap();
        qemu_img(folder.path(), "compare -q -f raw -F raw disk back.raw").await;
        fs::remove_file(found).unwrap();
    }
    let mut left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["back.raw", "disk", "vm"]);
    assert_eq!(format!("{:?}", context.cleanup), "[]");
}

#[tokio::test]
async fn one_image_holds_one_disk() {
    let folder = tempfile::tempdir().unwrap();
    let two = machine_artifact(folder.path(), &[("vm", "raw"), ("vm-1", "raw")]);
    let (context, _events) = context();
    let error = async |output: &str| {
        run(&plan(Path::new(output), None), &two, &post_context(), &context).await.unwrap_err().to_string()
    };
    assert!(error("out.vdi").await.contains("the artifact has several: "));
    assert!(error("out.box").await.contains("does not tell its format"));
}
