//! A machine from an exported one.

use std::path::Path;

use super::Call;
use crate::machine::virtualbox::version::Version;

/// What the template says about the import.
#[derive(Clone, Copy, Debug)]
pub(in crate::machine::virtualbox) struct Import<'a> {
    pub(in crate::machine::virtualbox) flags: &'a [String],
    pub(in crate::machine::virtualbox) options: Option<&'a str>,
    /// Where the machine's files go; `None`: among the user's machines.
    pub(in crate::machine::virtualbox) folder: Option<&'a Path>,
}

/// The folder is how a later run knows a half-imported machine for ours: its number is only known afterwards.
pub(in crate::machine::virtualbox) fn import(name: &str, source: &Path, import: Import<'_>, version: Version) -> Call {
    let call = Call::new(&["import"]).arg(source).args(["--vsys", "0", "--vmname", name]);
    let call = match import.folder.filter(|_| version.imports_into_folder()) {
        Some(folder) => call.arg("--basefolder").arg(folder),
        None => call,
    };
    let options = import.options.into_iter().flat_map(|options| ["--options", options]);
    call.args(import.flags).args(options)
}
