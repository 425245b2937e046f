//! Firmware and TPM of the guest.

use crate::plan::decode::{Decoder, Expect};
use crate::plan::qemu::{FirmwarePlan, TpmPlan};
use std::path::PathBuf;

pub(super) fn firmware(decoder: &mut Decoder<'_>) -> FirmwarePlan {
    let code = file(decoder, "efi_firmware_code");
    let variables = file(decoder, "efi_firmware_vars");
    let drop_variables = decoder.boolean("efi_drop_efivars");
    let efi = decoder.boolean("efi_boot") || code.is_some() || variables.is_some();
    let path = file(decoder, "firmware");
    let pflash = decoder.boolean("use_pflash");
    if efi && path.is_some() {
        decoder.warn("firmware", "`firmware` is not used, because the `efi_` options choose another one");
    }
    match path {
        _ if efi => FirmwarePlan::Efi { code, variables, drop_variables },
        Some(path) if pflash => FirmwarePlan::Pflash { path },
        Some(path) => FirmwarePlan::Bios { path },
        None => FirmwarePlan::Default,
    }
}

fn file(decoder: &mut Decoder<'_>, key: &'static str) -> Option<PathBuf> {
    let path = decoder.path(key)?;
    let span = decoder.span(key);
    // QEMU finds a bare name of its own firmware, such as `bios-256k.bin`, in its data folders.
    let is_bare_name = key == "firmware" && path.components().count() == 1;
    if !is_bare_name {
        decoder.require_for_run(&format!("`{key}`"), &path, Expect::File, &span);
    }
    Some(path)
}

pub(super) fn tpm(decoder: &mut Decoder<'_>) -> Option<TpmPlan> {
    let is_wanted = decoder.boolean("vtpm");
    let version_1 = decoder.boolean("use_tpm1");
    let device_type = decoder.string_or("tpm_device_type", "tpm-tis");
    is_wanted.then_some(TpmPlan { device_type, version_1 })
}
