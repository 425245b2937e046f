//! The machine as files.

use std::path::Path;

use super::Call;
use crate::plan::virtualbox::VirtualBoxExport;

/// A template that asks for the attached discs gets them the way Packer asks: once more at the end.
pub(in crate::machine::virtualbox) fn export(machine: &str, plan: &VirtualBoxExport, file: &Path) -> Call {
    let call = Call::on("export", machine).arg("--output").arg(file).args(&plan.arguments);
    let with_discs = plan.arguments.iter().any(|argument| argument == "--iso" || argument == "-I");
    if with_discs { call.arg("--iso") } else { call }
}
