//! What was asked for, checked before anything is opened.

use std::path::Path;

use super::{CompressionArg, ConvertArgs, Error};
use crate::image::Format;
use crate::image::convert::machine_name;
use crate::image::ovf::Appliance;
use crate::post::convert::{Compression, Kind, Request, Source, Tuning};

pub(super) fn of(args: &ConvertArgs) -> Result<Request, Error> {
    let kind = kind(&args.target, args.format.as_deref())?;
    if args.threads == Some(0) {
        return Err(Error::NoThreads);
    }
    let name = args.target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let machine = args.machine.appliance(Appliance::small(machine_name(&name)));
    let compression = args.compression.map(compression);
    let tuning = Tuning { compression, level: args.compression_level, threads: args.threads };
    let product = kind.product(&name, machine, tuning)?;
    let there = product.files(&args.target).into_iter().rfind(|path| path.symlink_metadata().is_ok());
    if let Some(path) = there.filter(|_| !args.force) {
        return Err(Error::Exists { path });
    }
    Ok(Request {
        source: Source {
            path: args.source.clone(),
            format: args.from.as_deref().map(source_format).transpose()?,
            disk: args.disk.clone(),
            keep_unused: args.keep_unused,
        },
        target: args.target.clone(),
        product,
    })
}

fn source_format(name: &str) -> Result<Format, Error> {
    Format::by_name(name).ok_or_else(|| Error::UnknownFormat {
        name: name.to_owned(),
        action: "read",
        known: Format::NAMES.map(|(name, _)| name).join(", "),
    })
}

fn kind(path: &Path, named: Option<&str>) -> Result<Kind, Error> {
    let known = || Kind::names().join(", ");
    match named {
        Some(name) => Kind::by_name(name).ok_or_else(|| Error::UnknownFormat {
            name: name.to_owned(),
            action: "write",
            known: known(),
        }),
        None => Kind::by_extension(path).ok_or_else(|| Error::NoFormat { path: path.to_owned(), known: known() }),
    }
}

fn compression(argument: CompressionArg) -> Compression {
    match argument {
        CompressionArg::None => Compression::None,
        CompressionArg::Zlib => Compression::Zlib,
        CompressionArg::Gzip => Compression::Gzip,
        CompressionArg::Zstd => Compression::Zstd,
    }
}
