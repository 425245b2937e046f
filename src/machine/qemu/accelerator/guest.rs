//! The guest that tests an accelerator: it does what every operating system does first, computes for a
//! moment, and ends QEMU in a way that nothing else does.

use std::path::Path;
use std::time::Duration;

use super::Verdict;
use crate::process::{self, Cmd};

/// Hardware needs a tenth of a second. What needs longer interprets the guest's instructions, which some
/// virtual hosts do behind `/dev/kvm`, and is slower than QEMU's own emulation.
const DEADLINE: Duration = Duration::from_secs(3);

/// What the boot sector writes to the port of `isa-debug-exit`…
const EXIT_VALUE: u8 = 0x21;
/// …and what QEMU makes of it: twice the value and one.
const EXIT_STATUS: i32 = (EXIT_VALUE as i32) * 2 + 1;

/// A disk whose boot sector goes from real mode straight to 64-bit mode, counts down 20 million times and
/// writes `EXIT_VALUE` to port 0xf4.
const BOOT_SECTOR: &[u8] = &[
    // Real mode, loaded at 0x7c00. No interrupts; all segments 0.
    0xfa, // cli
    0x31, 0xc0, // xor ax, ax
    0x8e, 0xd8, // mov ds, ax
    0x8e, 0xc0, // mov es, ax
    0x8e, 0xd0, // mov ss, ax
    // Clear 0x1000..0x4000 and write page tables there: the first 2 MiB are mapped to themselves.
    0xfc, // cld
    0xbf, 0x00, 0x10, // mov di, 0x1000
    0xb9, 0x00, 0x18, // mov cx, 0x1800
    0xf3, 0xab, // rep stosw
    0xc7, 0x06, 0x00, 0x10, 0x03, 0x20, // mov word [0x1000], 0x2003: level 4, present and writable
    0xc7, 0x06, 0x00, 0x20, 0x03, 0x30, // mov word [0x2000], 0x3003: level 3
    0xc6, 0x06, 0x00, 0x30, 0x83, // mov byte [0x3000], 0x83: level 2, one large page at 0
    0x66, 0xb8, 0x00, 0x10, 0x00, 0x00, // mov eax, 0x1000
    0x0f, 0x22, 0xd8, // mov cr3, eax
    // Physical address extension, long mode, then protection and paging at once.
    0x0f, 0x20, 0xe0, // mov eax, cr4
    0x66, 0x83, 0xc8, 0x20, // or eax, 0x20
    0x0f, 0x22, 0xe0, // mov cr4, eax
    0x66, 0xb9, 0x80, 0x00, 0x00, 0xc0, // mov ecx, 0xc0000080: EFER
    0x0f, 0x32, // rdmsr
    0x66, 0x0d, 0x00, 0x01, 0x00, 0x00, // or eax, 0x100
    0x0f, 0x30, // wrmsr
    0x0f, 0x01, 0x16, 0x8d, 0x7c, // lgdt [0x7c8d]
    0x0f, 0x20, 0xc0, // mov eax, cr0
    0x66, 0x0d, 0x01, 0x00, 0x00, 0x80, // or eax, 0x80000001
    0x0f, 0x22, 0xc0, // mov cr0, eax
    0xea, 0x5c, 0x7c, 0x08, 0x00, // jmp 8:0x7c5c
    // 64-bit mode, at offset 0x5c.
    0xb9, 0x00, 0x2d, 0x31, 0x01, // mov ecx, 20000000
    0xff, 0xc9, // dec ecx
    0x75, 0xfc, // jnz, to the dec
    0x48, 0xb8, 0xf0, 0xde, 0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12, // mov rax, 0x123456789abcdef0
    0x48, 0xc1, 0xe8, 0x3c, // shr rax, 60: leaves 1 where registers have 64 bits
    0x04, 0x20, // add al, 0x20
    0x66, 0xba, 0xf4, 0x00, // mov dx, 0xf4
    0xee, // out dx, al
    0xf4, // hlt
    0xeb, 0xfd, // jmp, to the hlt
    // The descriptor table at offset 0x7d: nothing, and a 64-bit code segment.
    0, 0, 0, 0, 0, 0, 0, 0, //
    0, 0, 0, 0, 0, 0x9a, 0x20, 0, //
    // What lgdt reads, at offset 0x8d: the table's size less one, and its address.
    0x0f, 0x00, 0x7d, 0x7c, 0x00, 0x00,
];

/// AArch64, entered in 64-bit mode by QEMU's loader: counts down and asks the firmware to power off.
const ARM_IMAGE: &[u8] = &[
    0x00, 0xa0, 0x85, 0xd2, // mov x0, #0x2d00
    0x20, 0x26, 0xa0, 0xf2, // movk x0, #0x131, lsl 16: 20000000
    0x00, 0x04, 0x00, 0xf1, // subs x0, x0, #1
    0xe1, 0xff, 0xff, 0x54, // b.ne, to the subs
    0x00, 0x01, 0x80, 0x52, // mov w0, #8
    0x00, 0x80, 0xb0, 0x72, // movk w0, #0x8400, lsl 16: PSCI SYSTEM_OFF
    0x02, 0x00, 0x00, 0xd4, // hvc #0
    0x00, 0x00, 0x00, 0x14, // b, to itself
];

/// The guest's architecture, from the name of the binary; this host's for names that tell none.
pub fn architecture(binary: &str) -> &str {
    let name = Path::new(binary).file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.strip_prefix("qemu-system-").unwrap_or(std::env::consts::ARCH)
}

/// Runs the test guest.
pub(super) async fn run(binary: &str, accelerator: &str) -> Verdict {
    let guest = architecture(binary);
    let host = std::env::consts::ARCH;
    let (image, status) = match guest {
        "x86_64" | "i386" => (boot_disk(), EXIT_STATUS),
        "aarch64" => (ARM_IMAGE.to_vec(), 0),
        _ => return Verdict::usable(format!("there is no test guest for {guest}")),
    };
    if host != guest && (host, guest) != ("x86_64", "i386") {
        return Verdict::unusable(format!("it cannot run {guest} guests on a {host} host"));
    }
    match test(binary, accelerator, guest, &image).await {
        Ok(output) if output.status.code() == Some(status) => Verdict::usable("it ran a test guest"),
        Ok(output) => Verdict::unusable(failure(&output)),
        Err(process::Error::Deadline { .. }) => {
            Verdict::unusable(format!("a test guest did not finish within {} s", DEADLINE.as_secs()))
        }
        Err(error) => Verdict::unusable(crate::error::chain(&error)),
    }
}

fn boot_disk() -> Vec<u8> {
    let mut sector = BOOT_SECTOR.to_vec();
    sector.resize(512, 0);
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    sector
}

async fn test(binary: &str, accelerator: &str, guest: &str, image: &[u8]) -> Result<process::Output, process::Error> {
    let start_error = |source| process::Error::Start { command: format!("{binary} with a test guest"), source };
    let file = tempfile::NamedTempFile::with_prefix("boxwright-test-guest-").map_err(start_error)?;
    fs_err::write(file.path(), image).map_err(start_error)?;
    command(binary, accelerator, guest, file.path()).deadline(DEADLINE).output().await
}

fn command(binary: &str, accelerator: &str, guest: &str, image: &Path) -> Cmd {
    let common = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none", "-m", "64"];
    let command = Cmd::new(binary).args(common);
    if guest == "aarch64" {
        let cpu = if accelerator == "tcg" { "max" } else { "host" };
        return command.args(["-machine", &format!("virt,accel={accelerator}"), "-cpu", cpu, "-kernel"]).arg(image);
    }
    let drive = format!("file={},format=raw,if=ide", image.display().to_string().replace(',', ",,"));
    let exit = "isa-debug-exit,iobase=0xf4,iosize=1";
    command.args(["-machine", &format!("pc,accel={accelerator}"), "-drive", &drive, "-device", exit])
}

fn failure(output: &process::Output) -> String {
    let lines = output.stderr.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains("warning:"));
    let said = lines.collect::<Vec<_>>().join("; ");
    if said.is_empty() { format!("a test guest ended with {}", output.status) } else { said }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_in_the_boot_sector_are_where_its_code_says() {
        assert_eq!(BOOT_SECTOR[0x5c], 0xb9, "the 64-bit code");
        assert_eq!(BOOT_SECTOR[0x7d..0x8d], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x9a, 0x20, 0]);
        assert_eq!(BOOT_SECTOR.len(), 0x93);
        assert_eq!(boot_disk().len(), 512);
    }

    #[test]
    fn the_binarys_name_tells_the_architecture() {
        assert_eq!(architecture("/usr/bin/qemu-system-aarch64"), "aarch64");
        assert_eq!(architecture("qemu-system-x86_64"), "x86_64");
        assert_eq!(architecture("/usr/libexec/qemu-kvm"), std::env::consts::ARCH);
    }

    #[tokio::test]
    async fn the_test_guest_runs_under_emulation() {
        let Some(binary) = process::tool_or_skip("qemu-system-x86_64") else { return };
        // Emulation does not depend on the host's processor, but the test guest is for the host's own.
        let output = test(&binary.to_string_lossy(), "tcg", "x86_64", &boot_disk()).await.unwrap();
        assert_eq!(output.status.code(), Some(EXIT_STATUS), "{}", output.stderr);
    }

    #[tokio::test]
    async fn the_arm_test_guest_runs_under_emulation() {
        // Few hosts have it, so it is nothing to insist on.
        let Some(binary) = process::find_program("qemu-system-aarch64") else {
            println!("skipped: `qemu-system-aarch64` is not installed");
            return;
        };
        let output = test(&binary.to_string_lossy(), "tcg", "aarch64", ARM_IMAGE).await.unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", output.stderr);
    }

    #[tokio::test]
    async fn an_accelerator_that_qemu_does_not_know_is_not_usable() {
        let Some(binary) = process::tool_or_skip("qemu-system-x86_64") else { return };
        let output = test(&binary.to_string_lossy(), "hax", "x86_64", &boot_disk()).await.unwrap();
        assert!(failure(&output).contains("invalid accelerator"), "{}", output.stderr);
    }
}
