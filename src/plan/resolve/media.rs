//! The generated CD and floppy.

use crate::plan::decode::{Decoder, Expect};
use crate::plan::{CdPlan, FloppyPlan};

pub(super) fn cd(decoder: &mut Decoder<'_>) -> Option<CdPlan> {
    let files = existing(decoder, "cd_files");
    let content = decoder.map("cd_content");
    let label = decoder.string_or("cd_label", "packer");
    (!files.is_empty() || !content.is_empty()).then_some(CdPlan { files, content, label })
}

pub(super) fn floppy(decoder: &mut Decoder<'_>) -> Option<FloppyPlan> {
    let files = existing(decoder, "floppy_files");
    let directories = existing(decoder, "floppy_dirs");
    let content = decoder.map("floppy_content");
    let label = decoder.string_or("floppy_label", "packer");
    let any = !files.is_empty() || !directories.is_empty() || !content.is_empty();
    any.then_some(FloppyPlan { files, directories, content, label })
}

/// Paths must be there; patterns may match nothing.
fn existing(decoder: &mut Decoder<'_>, key: &'static str) -> Vec<String> {
    let paths = decoder.spanned_strings(key);
    for path in &paths {
        if path.value.contains(['*', '?', '[']) {
            if let Err(error) = glob::Pattern::new(&path.value) {
                decoder.reject(key, format!("`{}` is no pattern: {}", path.value, error.msg));
            }
        } else {
            decoder.require(&format!("`{key}` entry"), &path.value, Expect::Any, &path.span);
        }
    }
    paths.into_iter().map(|path| path.value).collect()
}
