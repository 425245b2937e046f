//! The seed CD: which files are on it. `iso9660` writes them.

use std::path::Path;

use super::tree::Tree;
use super::walk::{name, walk};
use super::{Error, iso9660, patterns};
use crate::plan::CdPlan;

/// Writes the image and returns its size in bytes. The same inputs give the same bytes.
pub fn write(plan: &CdPlan, target: &Path) -> Result<u64, Error> {
    iso9660::write(&collect(plan)?, &plan.label, target)
}

/// The listed files, and over them the texts.
fn collect(plan: &CdPlan) -> Result<Tree, Error> {
    let mut tree = Tree::default();
    for entry in &plan.files {
        // `folder/` means what is in the folder, in a pattern too.
        let bare = entry.trim_end_matches('/');
        let contents_only = bare.len() < entry.len();
        for path in patterns::expand(if bare.is_empty() { entry } else { bare })? {
            add(&mut tree, &path, contents_only)?;
        }
    }
    for (path, text) in &plan.content {
        tree.insert_text(path, text)?;
    }
    Ok(tree)
}

fn add(tree: &mut Tree, path: &Path, contents_only: bool) -> Result<(), Error> {
    // A path such as `.` has no name of its own.
    let unnamed = path.file_name().is_none();
    for found in walk(path)? {
        let is_start_folder = found.names.is_empty() && found.metadata.is_dir();
        let prefix = if unnamed || (contents_only && !(found.names.is_empty() && found.metadata.is_file())) {
            None
        } else {
            Some(name(path)?)
        };
        if prefix.is_none() && is_start_folder {
            continue;
        }
        let names = prefix.into_iter().chain(found.names.iter().cloned()).collect();
        tree.insert_found(names, found)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use fs_err as fs;

    use super::*;

    fn paths(files: &[String], content: &[(&str, &str)]) -> Vec<String> {
        let content = content.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
        let plan = CdPlan { files: files.to_owned(), content, label: "cidata".to_owned() };
        collect(&plan).unwrap().iter().map(|(path, _)| path.join("/")).collect()
    }

    #[test]
    fn a_slash_at_the_end_means_what_is_in_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| format!("{}/{name}", folder.path().display());
        fs::create_dir_all(at("seed/sub")).unwrap();
        fs::write(at("seed/user-data"), "").unwrap();
        fs::write(at("seed/sub/deep"), "").unwrap();
        assert_eq!(paths(&[at("seed")], &[]), ["seed", "seed/sub", "seed/sub/deep", "seed/user-data"]);
        assert_eq!(paths(&[at("seed/")], &[]), ["sub", "sub/deep", "user-data"]);
        assert_eq!(paths(&[at("se*/")], &[]), ["sub", "sub/deep", "user-data"]);
        assert_eq!(paths(&[at("seed/user-data")], &[("/meta-data", "")]), ["meta-data", "user-data"]);
        assert_eq!(paths(&[at("seed/*")], &[]), ["sub", "sub/deep", "user-data"]);
        assert_eq!(paths(&[at("seed/.")], &[]), ["seed", "seed/sub", "seed/sub/deep", "seed/user-data"]);
    }

    #[test]
    fn a_missing_file_is_named() {
        let plan = CdPlan { files: vec!["no/such".into()], content: [].into(), label: "l".to_owned() };
        assert_eq!(collect(&plan).unwrap_err().to_string(), "cannot read `no/such`");
    }
}
