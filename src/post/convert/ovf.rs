//! A machine's description with its disk and a manifest beside it, as VirtualBox and VMware's tools export one.

use std::io::Write;
use std::path::{Path, PathBuf};

use fs_err as fs;

use crate::event::Event;
use crate::image::ova::{self, Name};
use crate::image::ovf;
use crate::io::Context;
use crate::io::hash::HashWriter;
use crate::io::partial::PartialFile;
use crate::post::Error;
use crate::post::loose::{self, Loose};
use crate::post::machine::Machine;

/// What the files are called beside `target`, if a description may be called so.
pub(super) fn name(target: &str) -> Option<Name> {
    let (stem, extension) = target.rsplit_once('.')?;
    extension.eq_ignore_ascii_case("ovf").then(|| Name::of_file(stem)).flatten()
}

/// What is written for `target`, which comes last.
pub(super) fn files(target: &Path, name: &Name) -> Vec<PathBuf> {
    let beside = [name.disk(0), name.manifest()].map(|name| target.with_file_name(name));
    beside.into_iter().chain([target.to_owned()]).collect()
}

/// Writes a machine of one disk. Nothing gets its name before all of it is there.
pub(super) async fn write(
    machine: Machine,
    target: &Path,
    name: &Name,
    threads: Option<usize>,
    context: &Context,
) -> Result<(), Error> {
    let files = files(target, name);
    if let Some(path) = files.iter().find(|path| path.is_symlink()) {
        return Err(Error::LinkInPackage { path: path.clone() });
    }
    let manifest_path = target.with_file_name(name.manifest());
    // The files that may not be there are found before the work.
    let (manifest_partial, manifest) = create(&manifest_path, context)?;
    let (descriptor_partial, descriptor) = create(target, context)?;
    let Loose { appliance, disks } = loose::write_disks(machine, name, target, threads, context).await?;
    let sha256 = write_text(descriptor, &ovf::text(&appliance)).map_err(Error::write(target))?;
    let mut text = ova::manifest_line(&target.file_name().unwrap_or_default().to_string_lossy(), &sha256);
    for (disk, written) in appliance.disks.iter().zip(&disks) {
        text.push_str(&ova::manifest_line(&disk.file, &written.sha256));
    }
    write_text(manifest, &text).map_err(Error::write(&manifest_path))?;
    let disks = disks.into_iter().map(|disk| disk.file);
    let partials = disks.chain([manifest_partial, descriptor_partial]).collect();
    PartialFile::commit_all(partials).await.map_err(Error::io("give the files of the package their names"))?;
    for path in files {
        let bytes = fs::metadata(&path).map_err(Error::write(&path))?.len();
        context.events.send(Event::FileWritten { path, bytes });
    }
    Ok(())
}

fn create(path: &Path, context: &Context) -> Result<(PartialFile, fs::File), Error> {
    PartialFile::create(path, &context.cleanup).map_err(Error::write(path))
}

/// Tells its digest.
fn write_text(file: fs::File, text: &str) -> std::io::Result<String> {
    let mut sink = HashWriter::new(file);
    sink.write_all(text.as_bytes())?;
    Ok(sink.finish()?.sha256)
}
