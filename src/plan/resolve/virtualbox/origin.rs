//! Machines that exist: exported ones, and those that VirtualBox has.

use crate::plan::decode::{Decoder, Expect};
use crate::plan::resolve::checksum;
use crate::plan::virtualbox::VirtualBoxOrigin;
use crate::plan::{Checksum, IsoPlan};

pub(super) fn ovf(decoder: &mut Decoder<'_>) -> VirtualBoxOrigin {
    let source = decoder.string("source_path");
    match &source {
        None => decoder.reject("source_path", "`source_path` must be set"),
        Some(path) if !path.contains("://") => {
            let span = decoder.span("source_path");
            decoder.require_for_run("`source_path`", path.as_ref(), Expect::File, &span);
        }
        Some(_) => {}
    }
    let extension = source.as_deref().and_then(|path| path.rsplit_once('.')).map_or("ova", |(_, end)| end).to_owned();
    VirtualBoxOrigin::Ovf {
        source: IsoPlan {
            urls: source.into_iter().collect(),
            checksum: checksum(decoder),
            target_path: decoder.path("target_path"),
            target_extension: extension.to_lowercase(),
        },
        import_flags: decoder.strings("import_flags"),
        import_opts: decoder.string("import_opts"),
    }
}

/// Without one nothing is checked.
fn checksum(decoder: &mut Decoder<'_>) -> Checksum {
    let Some(text) = decoder.string("checksum") else { return Checksum::None };
    checksum::parse(&text).unwrap_or_else(|error| {
        decoder.reject("checksum", format!("`checksum` is wrong: {error}"));
        Checksum::None
    })
}

pub(super) fn machine(decoder: &mut Decoder<'_>) -> VirtualBoxOrigin {
    if decoder.string("vm_name").is_none() {
        decoder.reject("vm_name", "`vm_name` must be set: the machine to start from");
    }
    let attach_snapshot = decoder.string("attach_snapshot");
    let target_snapshot = decoder.string("target_snapshot");
    if attach_snapshot.is_some() && attach_snapshot == target_snapshot {
        decoder.reject("target_snapshot", "`target_snapshot` and `attach_snapshot` must differ");
    }
    if target_snapshot.is_none() && decoder.boolean("skip_export") {
        decoder.warn("skip_export", "with `skip_export` and without `target_snapshot` nothing of the build stays");
    }
    let force_delete_snapshot = decoder.boolean("force_delete_snapshot");
    VirtualBoxOrigin::Machine { attach_snapshot, target_snapshot, force_delete_snapshot }
}
