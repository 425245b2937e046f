//! A package of what VirtualBox exported: its description, and its disks compressed anew, on all cores and
//! smaller. Nothing in it tells any more when and where it was made, but what the description says.

use std::path::Path;

use crate::image::ova::{Name, Package};
use crate::image::vmdk::StreamOptions;
use crate::image::{Disk, Error as ImageError, Format, Input, Window, ovf};
use crate::io::Context;
use crate::io::meter::Meter;
use crate::plan::post_processor::{MachineChanges, OvaPlan};
use crate::post::Error;
use crate::post::archive::{self, Content};
use crate::post::exported::{Exported, has_extension};
use crate::post::source_disk::read_error;

/// A file of the package.
struct Part {
    name: String,
    content: Content,
    bytes: u64,
    /// To be compressed anew; else the file is taken as it is.
    disk: Option<Disk<Window>>,
}

pub(super) async fn write(plan: &OvaPlan, machine: Exported, target: &Path, context: &Context) -> Result<(), Error> {
    if plan.machine != MachineChanges::default() {
        context.events.warn("the machine keeps its name and its hardware as VirtualBox describes them");
    }
    let stem = Path::new(&machine.name).file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let name = Name::new(&stem.unwrap_or_default());
    let text = machine.text.clone();
    let parts = parts(machine)?;
    let total = parts.iter().map(|part| part.bytes).sum();
    archive::write_image(target, total, context, move |file, meter| {
        let mut package = Package::start(&name, text.len(), file).map_err(ImageError::Write)?;
        for part in parts {
            add(&mut package, part, &text, meter)?;
        }
        package.finish(text).map(|_| ()).map_err(ImageError::Write)
    })
    .await
}

/// What the descriptor refers to, in its order, then the rest. Digests and signatures are of the old files.
fn parts(machine: Exported) -> Result<Vec<Part>, Error> {
    let Exported { envelope, mut files, .. } = machine;
    files.retain(|name, _| !has_extension(name, "mf") && !has_extension(name, "cert"));
    let mut parts = Vec::new();
    for name in &envelope.files {
        if let Some(content) = files.remove(name) {
            parts.push(part(name.clone(), content, envelope.has_sizes)?);
        }
    }
    for (name, content) in files {
        parts.push(part(name, content, true)?);
    }
    Ok(parts)
}

/// Where the descriptor tells the sizes of files, they stay as they are.
fn part(name: String, content: Content, as_it_is: bool) -> Result<Part, Error> {
    let failed = || read_error(Path::new(&name));
    let bytes = content.size().map_err(failed())?;
    let window = if as_it_is { None } else { content.window().map_err(failed())? };
    let disk = window.map(|window| open(&name, window)).transpose()?.flatten();
    Ok(Part { name, content, bytes, disk })
}

fn open(name: &str, window: Window) -> Result<Option<Disk<Window>>, Error> {
    let mut input = Input::new(window, Path::new(name))?;
    if input.format()? != Format::Vmdk {
        return Ok(None);
    }
    Ok(Some(Disk::of(input, Format::Vmdk)?))
}

fn add(package: &mut Package<fs_err::File>, part: Part, descriptor: &str, meter: &mut Meter) -> Result<(), ImageError> {
    let Part { name, content, disk, .. } = part;
    if let Some(mut disk) = disk {
        let uuid = ovf::uuid_of(&name, descriptor);
        package.disk(&mut disk, &StreamOptions { name, uuid, threads: None }, meter)?;
        return Ok(());
    }
    let content = content.open().map_err(ImageError::Write)?;
    package.file(&name, meter.reader(content)).map_err(ImageError::Write)
}
