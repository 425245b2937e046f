//! The seed floppy: which files are on it. `fat12` writes them.

use std::path::{Path, PathBuf};

use fs_err as fs;

use super::tree::Tree;
use super::walk::{name, walk};
use super::{Error, fat12, patterns};
use crate::plan::FloppyPlan;

/// Size of every image.
pub const IMAGE_BYTES: u64 = fat12::IMAGE_BYTES as u64;

/// Writes the image. The same inputs give the same bytes.
pub fn write(plan: &FloppyPlan, target: &Path) -> Result<(), Error> {
    let image = fat12::image(&collect(plan)?, &plan.label)?;
    fs::write(target, image).map_err(Error::write(target))
}

/// Files flat, folders as trees, and over them the texts.
fn collect(plan: &FloppyPlan) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    for path in expand_all(&plan.files)? {
        for found in walk(&path)?.into_iter().filter(|found| found.metadata.is_file()) {
            tree.insert_found(vec![name(&found.path)?], found)?;
        }
    }
    for path in expand_all(&plan.directories)? {
        let base = if path.file_name().is_some() { Some(name(&path)?) } else { None };
        for found in walk(&path)? {
            let names = base.iter().chain(&found.names).cloned().collect();
            tree.insert_found(names, found)?;
        }
    }
    for (path, text) in &plan.content {
        tree.insert_text(path, text)?;
    }
    Ok(tree)
}

fn expand_all(entries: &[String]) -> Result<Vec<PathBuf>, Error> {
    let expanded = entries.iter().map(|entry| patterns::expand(entry)).collect::<Result<Vec<_>, _>>()?;
    Ok(expanded.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::{Cmd, tool_or_skip};

    fn plan(files: &[String], directories: &[String], content: &[(&str, &str)]) -> FloppyPlan {
        let content = content.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        FloppyPlan { files: files.to_owned(), directories: directories.to_owned(), content, label: "OEMDRV".to_owned() }
    }

    fn paths(plan: &FloppyPlan) -> Vec<String> {
        collect(plan).unwrap().iter().map(|(path, _)| path.join("/")).collect()
    }

    #[test]
    fn files_are_flattened_and_folders_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        fs::create_dir_all(at("seed/sub")).unwrap();
        fs::write(at("seed/ks.cfg"), "").unwrap();
        fs::write(at("seed/sub/deep"), "").unwrap();
        assert_eq!(paths(&plan(&[at("seed")], &[], &[])), ["deep", "ks.cfg"]);
        assert_eq!(paths(&plan(&[at("seed/*.cfg")], &[], &[("a/b", "")])), ["a", "a/b", "ks.cfg"]);
        let tree = ["seed", "seed/ks.cfg", "seed/sub", "seed/sub/deep"];
        assert_eq!(paths(&plan(&[], &[at("seed")], &[])), tree);
        assert_eq!(paths(&plan(&[], &[at("seed/")], &[])), tree);
    }

    #[test]
    fn the_same_files_give_the_same_image() {
        let plan = plan(&[], &[], &[("ks.cfg", "text"), ("sub/file", "more")]);
        let first = fat12::image(&collect(&plan).unwrap(), "OEMDRV").unwrap();
        let second = fat12::image(&collect(&plan).unwrap(), "OEMDRV").unwrap();
        assert_eq!(first.len() as u64, IMAGE_BYTES);
        assert!(first == second);
    }

    #[test]
    fn what_has_no_room_is_named() {
        let text = "x".repeat(800_000);
        let plan = plan(&[], &[], &[("first", &text), ("second", &text)]);
        let error = write(&plan, Path::new("unused")).unwrap_err();
        assert_eq!(error.to_string(), "`second` has no room on the floppy, which holds 1457664 bytes");
        let sparse = tempfile::NamedTempFile::new().unwrap();
        sparse.as_file().set_len(1 << 40).unwrap();
        let plan = self::plan(&[sparse.path().display().to_string()], &[], &[]);
        assert!(matches!(write(&plan, Path::new("unused")), Err(Error::FloppyFull { .. })));
    }

    #[test]
    fn the_root_has_room_for_few_names() {
        let names: Vec<_> = (0..224).map(|number| format!("FILE{number}")).collect();
        let content: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
        fat12::image(&collect(&plan(&[], &[], &content[1..])).unwrap(), "").unwrap();
        let error = fat12::image(&collect(&plan(&[], &[], &content)).unwrap(), "").unwrap_err();
        assert!(matches!(error, Error::FloppyRootFull));
    }

    #[tokio::test]
    async fn mtools_reads_the_image() {
        let Some(mtype) = tool_or_skip("mtype") else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.img");
        write(&plan(&[], &[], &[("autounattend.xml", "<xml>"), ("Sub Folder/long name.txt", "more")]), &path).unwrap();
        let run = |tool: &str, name: &str| Cmd::new(mtype.with_file_name(tool)).arg("-i").arg(&path).arg(name);
        assert_eq!(run("mtype", "::autounattend.xml").run().await.unwrap().stdout, "<xml>");
        assert_eq!(run("mtype", "::Sub Folder/long name.txt").run().await.unwrap().stdout, "more");
        let listed = run("mdir", "::").run().await.unwrap().stdout;
        assert!(listed.contains("Volume in drive : is OEMDRV"), "{listed}");
        assert!(listed.contains("autounattend.xml") && listed.contains("1980-01-01"), "{listed}");
        let checked = run("minfo", "::").run().await.unwrap().stdout;
        assert!(checked.contains("-h 2 -s 18") && checked.contains("disk type=\"FAT12   \""), "{checked}");
    }
    #[tokio::test]
    async fn fsck_finds_nothing_to_mend() {
        let Some(fsck) = tool_or_skip("fsck.fat") else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seed.img");
        let long = "x".repeat(100_000);
        let texts = [("a/b/c/Größe.txt", "1"), ("a/b/long", &long), ("empty", ""), ("UPPER.TXT", "2")];
        write(&plan(&[], &[], &texts), &path).unwrap();
        let checked = Cmd::new(fsck).arg("-nv").arg(&path).output().await.unwrap();
        assert!(checked.status.success(), "{}", checked.stdout);
    }
}
