//! `version`: ours, and the Packer version that templates see.

use super::load;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::template::PACKER_VERSION;
use crate::ui::{Reporter, Style};

pub(super) fn run(machine_readable: bool) -> u8 {
    let mut ui = Reporter::stdout(load::settings(machine_readable), Secrets::default());
    ui.data("", "version", &[PACKER_VERSION]);
    ui.data("", "version-prelease", &[""]);
    ui.data("", "version-commit", &[""]);
    ui.data("", "boxwright-version", &[env!("CARGO_PKG_VERSION")]);
    ui.text("", Style::Say, &format!("Packer v{PACKER_VERSION} templates; Boxwright v{}", env!("CARGO_PKG_VERSION")));
    exit::SUCCESS
}
