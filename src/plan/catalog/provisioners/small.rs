//! Provisioners with few options.

use crate::plan::catalog::option::{Opt, choice, duration, flag, path, paths, text};

pub(super) const BREAKPOINT: &[Opt] =
    &[text("note", "what is said at the breakpoint").late(), flag("disable", "go on without a stop")];

pub(super) const SLEEP: &[Opt] = &[duration("duration", "how long to wait").required()];

pub(super) const FILE: &[Opt] = &[
    path("source", "file or folder to copy; with a slash at its end the contents of the folder").late(),
    paths("sources", "files and folders to copy").late(),
    text("content", "text to write into the file").late(),
    text("destination", "where it is copied to").late().required(),
    choice("direction", &["upload", "download"], "upload into the guest, or download from it; upload by default"),
    flag("generated", "the source is made while the build runs, so it need not exist before"),
];
