//! What this host can do for one plan.

use super::accelerator::{self, Choice, Prober};
use super::arguments::{self, Accelerator};
use super::firmware::{self, Firmware, Wanted};
use crate::cache::Cache;
use crate::machine::{Error, has_desktop};
use crate::plan::MachinePlan;
use crate::plan::qemu::{FirmwarePlan, QemuPlan};
use crate::process::Cmd;

/// The answers that a plan leaves to the host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// QEMU's, such as `10.0.2`.
    pub version: String,
    pub accelerator: Accelerator,
    /// Why it is this accelerator.
    pub accelerator_reason: String,
    /// `-display`; `None` when the machine is only seen through VNC.
    pub display: Option<String>,
    /// Code and the template of the variable store, for UEFI machines.
    pub firmware: Option<Firmware>,
    pub warnings: Vec<String>,
}

impl Host {
    pub async fn examine(plan: &MachinePlan, cache: &Cache) -> Result<Self, Error> {
        let qemu = arguments::qemu_plan(plan);
        let version = version(&qemu.qemu_binary).await?;
        let preview = arguments::preview(plan, None)?;
        let folder = Some(cache.root().to_owned());
        let prober = Prober { binary: qemu.qemu_binary.clone(), version: version.clone(), folder, anew: false };
        let Choice { accelerator, reason, warning } =
            accelerator::choose(&prober, qemu, &preview.accelerators()).await?;
        let mut warnings: Vec<_> = warning.into_iter().collect();
        let display = display(qemu, &mut warnings).await;
        let machine_type = preview.machine_type().unwrap_or(&qemu.machine_type);
        let firmware = firmware(qemu, machine_type)?;
        Ok(Self { version, accelerator, accelerator_reason: reason, display, firmware, warnings })
    }
}

/// The version of a QEMU program; it must be there.
pub async fn version(binary: &str) -> Result<String, Error> {
    let output = Cmd::new(binary).arg("--version").run().await?;
    let version = parse_version(&output.stdout).map(str::to_owned);
    version.ok_or_else(|| Error::Host { message: format!("`{binary}` is no QEMU: it does not tell its version") })
}

fn parse_version(text: &str) -> Option<&str> {
    let rest = text.split_once(" version ")?.1;
    rest.split(|character: char| character.is_whitespace() || character == '(').next().filter(|word| !word.is_empty())
}

/// The kinds of window that a QEMU program was built with.
pub async fn displays(binary: &str) -> Result<Vec<String>, Error> {
    Ok(parse_displays(&Cmd::new(binary).args(["-display", "help"]).run().await?.stdout))
}

/// One name a line, after a heading and before an empty line.
fn parse_displays(text: &str) -> Vec<String> {
    let lines = text.lines().skip(1).take_while(|line| !line.trim().is_empty());
    lines.map(|line| line.trim().to_owned()).collect()
}

/// The wanted window, or nothing with a warning where it cannot open: the console is on VNC in any case.
async fn display(qemu: &QemuPlan, warnings: &mut Vec<String>) -> Option<String> {
    let wanted = arguments::planned_display(qemu)?;
    let known = displays(&qemu.qemu_binary).await.unwrap_or_default();
    let wanted = if qemu.display.is_none() { usual_display(&known).map_or(wanted, str::to_owned) } else { wanted };
    let kind = wanted.split(',').next().unwrap_or_default();
    let obstacle = match kind {
        _ if !known.iter().any(|name| name == kind) => format!("this QEMU has no display `{kind}`"),
        "gtk" | "sdl" if !has_desktop() => "there is no desktop session".to_owned(),
        _ => return Some(wanted),
    };
    warnings.push(format!("{obstacle}: the machine runs without a window, its console is on VNC"));
    None
}

/// Packer's choice where it exists, else what this system's QEMU has in its place.
fn usual_display(known: &[String]) -> Option<&'static str> {
    ["gtk", "cocoa", "sdl"].into_iter().find(|name| known.iter().any(|known| known == name))
}

fn firmware(qemu: &QemuPlan, machine_type: &str) -> Result<Option<Firmware>, Error> {
    let FirmwarePlan::Efi { code, variables, .. } = &qemu.firmware else { return Ok(None) };
    let wanted = Wanted {
        architecture: accelerator::architecture(&qemu.qemu_binary).to_owned(),
        machine_type: machine_type.to_owned(),
    };
    firmware::choose(code.as_deref(), variables.as_deref(), &wanted).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_several_builds() {
        for (text, version) in [
            ("QEMU emulator version 10.0.2 (Debian 1:10.0.2+ds-2)\nCopyright", "10.0.2"),
            ("QEMU emulator version 9.2.0\nCopyright", "9.2.0"),
            ("QEMU emulator version 2.11.1(Debian 1:2.11)", "2.11.1"),
        ] {
            assert_eq!(parse_version(text), Some(version));
        }
        assert_eq!(parse_version("GNU bash"), None);
    }

    #[test]
    fn displays_end_at_the_empty_line() {
        let text = "Available display backend types:\nnone\ngtk\ncurses\n\nSome display backends support suboptions\n";
        assert_eq!(parse_displays(text), ["none", "gtk", "curses"]);
    }
}
