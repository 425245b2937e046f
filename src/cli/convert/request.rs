//! What was asked for, checked before anything is opened.

use std::path::{Path, PathBuf};

use super::{CompressionArg, ConvertArgs, Error};
use crate::image::convert::{Options, Target};
use crate::image::{Codec, Format};

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Request {
    pub(super) source: PathBuf,
    /// `None`: as its first bytes say.
    pub(super) from: Option<Format>,
    pub(super) keep_unused: bool,
    pub(super) target: PathBuf,
    pub(super) options: Options,
}

impl Request {
    pub(super) fn of(args: &ConvertArgs) -> Result<Self, Error> {
        let target = format_of(&args.target, args.format.as_deref())?;
        let codec = codec(args.compression, args.compression_level)?;
        if codec.is_some() && target != Target::Qcow2 {
            return Err(Error::NotCompressible { format: target.name() });
        }
        if args.threads == Some(0) {
            return Err(Error::NoThreads);
        }
        if !args.force && args.target.symlink_metadata().is_ok() {
            return Err(Error::Exists { path: args.target.clone() });
        }
        let name = args.target.file_name().map(|name| name.to_string_lossy().into_owned());
        Ok(Self {
            source: args.source.clone(),
            from: args.from.as_deref().map(source_format).transpose()?,
            keep_unused: args.keep_unused,
            target: args.target.clone(),
            options: Options { target, codec, threads: args.threads, name: name.unwrap_or_default() },
        })
    }
}

fn source_format(name: &str) -> Result<Format, Error> {
    Format::by_name(name).ok_or_else(|| Error::UnknownFormat {
        name: name.to_owned(),
        action: "read",
        known: Format::NAMES.map(|(name, _)| name).join(", "),
    })
}

fn format_of(path: &Path, named: Option<&str>) -> Result<Target, Error> {
    let known = || Target::names().join(", ");
    match named {
        Some(name) => Target::by_name(name).ok_or_else(|| Error::UnknownFormat {
            name: name.to_owned(),
            action: "write",
            known: known(),
        }),
        None => Target::by_extension(path).ok_or_else(|| Error::NoFormat { path: path.to_owned(), known: known() }),
    }
}

fn codec(compression: CompressionArg, level: Option<i32>) -> Result<Option<Codec>, Error> {
    let codec = match (compression, level) {
        (CompressionArg::None, None) => return Ok(None),
        (CompressionArg::None, Some(_)) => return Err(Error::BadLevel),
        (CompressionArg::Zlib, _) => Codec::ZLIB,
        (CompressionArg::Zstd, _) => Codec::ZSTD,
    };
    match level {
        None => Ok(Some(codec)),
        Some(level) => codec.with_level(level).map(Some).ok_or(Error::BadLevel),
    }
}
