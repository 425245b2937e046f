//! The `artifice` post-processor: other files take the place of the artifact's.

use std::path::PathBuf;

use super::{Error, Outcome, created_from};
use crate::artifact::Artifact;
use crate::plan::post_processor::ArtificePlan;
use crate::template::interpolate::Fields;

const BUILDER_ID: &str = "packer.post-processor.artifice";

/// A pattern that finds nothing adds nothing.
pub(super) fn run(plan: &ArtificePlan) -> Result<Outcome, Error> {
    let mut files = Vec::new();
    for pattern in &plan.files {
        files.extend(expand(pattern)?);
    }
    let artifact = Artifact {
        builder_id: BUILDER_ID.into(),
        id: String::new(),
        description: created_from(&files),
        files,
        directory: None,
        machine: None,
        build_data: Fields::new(),
    };
    Ok(Outcome { artifact, keep_default: true, keep_forced: false })
}

/// Sorted; a file that cannot be looked at is passed over.
fn expand(pattern: &str) -> Result<Vec<PathBuf>, Error> {
    let found = glob::glob(pattern).map_err(|source| Error::BadPattern { pattern: pattern.to_owned(), source })?;
    Ok(found.filter_map(Result::ok).collect())
}

#[cfg(test)]
mod tests {
    use fs_err as fs;

    use super::*;

    #[test]
    fn patterns_are_expanded_in_order() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.ova", "a.ova", "notes"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let patterns = ["notes", "*.ova", "missing*"].map(|pattern| folder.path().join(pattern).display().to_string());
        let outcome = run(&ArtificePlan { files: patterns.to_vec() }).unwrap();
        let expected = ["notes", "a.ova", "b.ova"].map(|name| folder.path().join(name));
        assert_eq!(outcome.artifact.files, expected);
        assert!(outcome.artifact.description.starts_with("Created artifact from files: "));
        assert!(outcome.keep_default && !outcome.keep_forced);
        let error = run(&ArtificePlan { files: vec!["a[".into()] }).unwrap_err();
        assert_eq!(error.to_string(), "`a[` is not a file pattern");
    }
}
