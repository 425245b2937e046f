//! `null` and `file`: for tests of templates.

use crate::plan::catalog::groups::{COMMUNICATOR, SSH, WINRM};
use crate::plan::catalog::option::{Opt, text};

pub(super) const NULL: &[&[Opt]] = &[COMMUNICATOR, SSH, WINRM];

pub(super) const FILE: &[&[Opt]] = &[&[
    text("target", "path of the file to make").required(),
    text("source", "file to copy"),
    text("content", "text to write into the file"),
]];
