//! The options of the `virtualbox-*` builders that no other builder has.

pub(super) mod guest_additions;
mod hardware;
mod origin;

use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::virtualbox::{VirtualBoxExport, VirtualBoxOrigin, VirtualBoxPlan};
use crate::plan::{IsoPlan, ShutdownManner, ShutdownPlan};
use crate::template::interpolate::{Late, Site};

use super::http::ports;

const DEFAULT_VERSION_FILE: &str = ".vbox_version";

/// The plan, and the installer where there is one.
pub(super) fn virtualbox(kind: &str, decoder: &mut Decoder<'_>) -> (VirtualBoxPlan, Option<IsoPlan>) {
    let has_session = decoder.string("communicator").is_none_or(|communicator| communicator != "none");
    let (origin, iso) = match kind {
        "virtualbox-ovf" => (origin::ovf(decoder), None),
        "virtualbox-vm" => (origin::machine(decoder), None),
        _ => (VirtualBoxOrigin::Iso(Box::new(hardware::hardware(decoder))), Some(super::iso::iso(decoder, false))),
    };
    let (vrdp_port_min, vrdp_port_max) = ports(decoder, "vrdp_port_min", "vrdp_port_max", (5900, 6000));
    let (host_port_min, host_port_max) = ports(decoder, "host_port_min", "host_port_max", (2222, 4444));
    let plan = VirtualBoxPlan {
        headless: decoder.boolean("headless"),
        vrdp_bind_address: decoder.string_or("vrdp_bind_address", "127.0.0.1"),
        vrdp_port_min,
        vrdp_port_max,
        host_port_min,
        host_port_max,
        skip_nat_mapping: decoder.boolean("skip_nat_mapping"),
        commands: commands(decoder, "vboxmanage"),
        commands_post: commands(decoder, "vboxmanage_post"),
        version_file: version_file(decoder, has_session),
        guest_additions: guest_additions::guest_additions(decoder, &origin, has_session),
        export: export(decoder, &origin),
        origin,
    };
    (plan, iso)
}

/// How the machine goes off. The pause that Packer makes afterwards is for locks, which we wait for by state; the
/// template's own is kept.
pub(super) fn shutdown(decoder: &mut Decoder<'_>, command: ShutdownPlan) -> ShutdownPlan {
    let manner = match (decoder.boolean("acpi_shutdown"), decoder.boolean("disable_shutdown")) {
        (true, _) => Some(ShutdownManner::PowerButton),
        (_, true) => Some(ShutdownManner::ByItself),
        _ if command.command.is_some() => None,
        _ => Some(ShutdownManner::PowerButtonOrPlug),
    };
    if manner == Some(ShutdownManner::PowerButtonOrPlug) {
        decoder.warn(
            "shutdown_command",
            "without `shutdown_command` a guest that does not react to the power button has its plug pulled, and what it \
             has not yet written is lost",
        );
    }
    ShutdownPlan { manner, delay: decoder.positive_duration("post_shutdown_delay"), ..command }
}

fn commands(decoder: &mut Decoder<'_>, key: &'static str) -> Vec<Vec<Late>> {
    let rows = decoder.raw_rows(key);
    let site = Site::Struct(fields::VBOXMANAGE);
    let late = |row| decoder.late_each(row, site).into_iter().map(|word| word.value).collect();
    rows.into_iter().map(late).collect()
}

/// An empty name switches it off.
fn version_file(decoder: &mut Decoder<'_>, has_session: bool) -> Option<String> {
    let written = decoder.string("virtualbox_version_file");
    match written {
        Some(_) if !has_session => {
            decoder.reject(
                "virtualbox_version_file",
                "`virtualbox_version_file` cannot be written without a communicator; set it to \"\"",
            );
            None
        }
        Some(name) => Some(name),
        None if decoder.is_set("virtualbox_version_file") || !has_session => None,
        None => Some(DEFAULT_VERSION_FILE.to_owned()),
    }
}

fn export(decoder: &mut Decoder<'_>, origin: &VirtualBoxOrigin) -> VirtualBoxExport {
    VirtualBoxExport {
        format: decoder.choice("format").unwrap_or_else(|| String::from("ovf")),
        file_name: decoder.path("output_filename"),
        arguments: decoder.strings("export_opts"),
        bundle_iso: matches!(origin, VirtualBoxOrigin::Iso(_)) && decoder.boolean("bundle_iso"),
        keep_registered: decoder.boolean("keep_registered"),
        skip: decoder.boolean("skip_export"),
    }
}
