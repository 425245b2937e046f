//! Switches that old templates use and today's QEMU refuses, turned into what they meant.

use super::{Argument, CommandLine};

/// What becomes of a switch that QEMU no longer has.
enum Remedy {
    /// Another switch and value; it replaces no defaults.
    Instead(&'static str, &'static str),
    /// Nothing takes its place.
    Drop(&'static str),
    /// It stays, QEMU will refuse it; the text says what to write.
    Tell(&'static str),
}

fn remedy(name: &str) -> Option<Remedy> {
    Some(match name {
        "no-acpi" => Remedy::Instead("-machine", "acpi=off"),
        "no-hpet" => Remedy::Instead("-machine", "hpet=off"),
        "localtime" => Remedy::Instead("-rtc", "base=localtime"),
        "no-kvm" => Remedy::Instead("-machine", "accel=tcg"),
        "enable-hax" => Remedy::Drop("QEMU 8.2 and later have no `hax` accelerator"),
        "daemonize" => Remedy::Drop("the build could no longer watch the machine"),
        "soundhw" => Remedy::Tell("write `-device AC97`, or `-device intel-hda` and `-device hda-duplex`"),
        "balloon" => Remedy::Tell("write `-device virtio-balloon`"),
        "redir" => Remedy::Tell("write a `hostfwd=` into the `-netdev` row"),
        _ => return None,
    })
}

/// The rows that stay, and the arguments that stand for rows that do not.
pub(super) fn rewrite(rows: Vec<Argument>, line: &mut CommandLine) -> (Vec<Argument>, Vec<Argument>) {
    let (mut kept, mut extra) = (Vec::new(), Vec::new());
    for row in rows {
        match remedy(row.name()) {
            None => kept.push(row),
            Some(Remedy::Tell(hint)) => {
                line.warnings.push(format!("`{}` in qemuargs is no option of QEMU any more; {hint}", row.switch));
                kept.push(row);
            }
            Some(Remedy::Drop(why)) => {
                line.warnings.push(format!("`{}` in qemuargs is left out: {why}", row.switch));
            }
            Some(Remedy::Instead(switch, value)) => {
                let instead = Argument { origin: row.origin, ..Argument::new(switch, value) };
                line.warnings.push(format!("`{}` in qemuargs is written as `{instead}`", row.switch));
                extra.push(instead);
            }
        }
    }
    (kept, extra)
}
