//! What each fuzz target does with one input: everything the program does with such a text before it
//! touches a machine. No input may panic, run for long or take much memory. Whether the result is right
//! is for other tests to say.
//!
//! `tests/fuzz_regressions.rs` replays with this file the inputs that failed once.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use boxwright::event::{Events, Work};
use boxwright::image::archive::{self, Found, Packing};
use boxwright::image::ovf::Envelope;
use boxwright::image::{Disk, Format, Input, Source, ova};
use boxwright::io::blocking::Cancelled;
use boxwright::io::meter::Meter;
use boxwright::io::secrets::Secret;
use boxwright::keys::{self, qcodes, scancodes, vnc};
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::plan::show::{inspect_sections, plan_text};
use boxwright::source::{SourceFile, Span};
use boxwright::template::interpolate::{Facts, Fields, Scope, Site};
use boxwright::template::variables::VariableInputs;
use boxwright::template::{Template, fixers};
use tempfile::NamedTempFile;

/// Where relative paths of a template lead: nothing is there.
const EMPTY_FOLDER: &str = "/nonexistent";

/// A JSON template: mended by `fix`; read, resolved, shown.
pub fn json(input: &[u8]) {
    let source = source("t.json", input);
    let _ = fixers::rewrite(&source);
    template(&source, &VariableInputs::fixed());
}

/// An HCL2 template.
pub fn hcl(input: &[u8]) {
    template(&source("t.pkr.hcl", input), &VariableInputs::fixed());
}

/// An HCL2 template in JSON.
pub fn hcl_json(input: &[u8]) {
    template(&source("t.pkr.json", input), &VariableInputs::fixed());
}

/// A variable file for a template in each of the languages. The first byte says which notation it has.
pub fn variable_files(input: &[u8]) {
    let Some((first, text)) = input.split_first() else { return };
    let suffix = if first % 2 == 0 { ".pkrvars.hcl" } else { ".json" };
    let mut file = tempfile::Builder::new().suffix(suffix).tempfile().expect("a temporary file");
    file.write_all(text).expect("the temporary file takes all");
    let inputs = VariableInputs { files: vec![file.path().to_owned()], ..VariableInputs::fixed() };
    template(&source("t.json", TAKES_STRINGS.as_bytes()), &inputs);
    template(&source("t.pkr.hcl", TAKES_ALL.as_bytes()), &inputs);
}

const TAKES_STRINGS: &str = r#"{"variables": {"a": "", "b": null}, "sensitive-variables": ["b"],
    "builders": [{"type": "null", "communicator": "none", "name": "{{user `a`}}"}]}"#;

const TAKES_ALL: &str = r#"
variable "a" {}
variable "b" { sensitive = true }
variable "list" { type = list(object({ x = optional(number, 1) })) }
variable "map" { type = map(bool) }
variable "set" {
  type = set(string)
  validation {
    condition     = length(var.set) > 1
    error_message = "Too few."
  }
}
source "null" "x" { communicator = "none" }
build { sources = ["null.x"] }
"#;

fn source(name: &str, input: &[u8]) -> Arc<SourceFile> {
    SourceFile::new(name, String::from_utf8_lossy(input))
}

fn template(source: &Arc<SourceFile>, inputs: &VariableInputs) {
    let (template, diagnostics) = Template::parse(source, Path::new(EMPTY_FOLDER), inputs);
    let _ = diagnostics.render(false);
    if let Some(template) = template {
        plan(template);
    }
}

fn plan(mut template: Template) {
    template.working_folder = PathBuf::from(EMPTY_FOLDER);
    let _ = inspect_sections(&template);
    let (plans, diagnostics) = resolve(&template, &ResolveOptions::default());
    let _ = (plan_text(&plans), diagnostics.render(true));
}

/// A text with `{{ }}`, at every kind of place that there is for one.
pub fn interpolate(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let span = Span::whole("t.json", text.clone());
    let scope = scope();
    let _ = scope.check(&text, &span);
    let _ = scope.render(&text, &span).map_err(|error| error.render(false));
    let fields = Fields::from(["Name", "HTTPIP", "Vars"].map(|name| (name.to_owned(), format!("{{{{ .{name} }}}}"))));
    for site in [Site::Struct(&["Name", "HTTPIP", "Vars"]), Site::Map(&["Name"])] {
        let Ok(late) = scope.late(&text, &span, site) else { continue };
        let _ = (late.render(&fields), late.known(), late.uses("Name"), late.to_string());
    }
}

fn scope() -> Scope {
    let facts = Facts {
        started: jiff::Timestamp::UNIX_EPOCH,
        working_folder: PathBuf::from(EMPTY_FOLDER),
        template_folder: PathBuf::from(EMPTY_FOLDER),
    };
    let variables = [("name", "a value"), ("braces", "{{ .Name }}"), ("empty", "")];
    let variables: BTreeMap<_, _> = variables.map(|(name, value)| (name.to_owned(), Secret::new(value))).into();
    Scope::new(facts, variables).with_build("a build", "qemu")
}

/// A boot command that is rendered already: its grammar, and the keys in each hypervisor's codes.
pub fn boot_command(input: &[u8]) {
    let Ok(actions) = keys::parse(&String::from_utf8_lossy(input)) else { return };
    let _ = (vnc::events(&actions), scancodes::batches(&actions), qcodes::events(&actions));
}

/// Parts of an image that are read, so that one of a petabyte takes no longer than others.
const MAX_PARTS: usize = 200;

/// A qcow2 file that lies on no other.
pub fn qcow2(input: &[u8]) {
    image(input, Format::Qcow2);
}

/// A VMDK of one file, sparse or stream-optimized.
pub fn vmdk(input: &[u8]) {
    image(input, Format::Vmdk);
}

/// A VDI file.
pub fn vdi(input: &[u8]) {
    image(input, Format::Vdi);
}

/// A VHD, fixed or dynamic.
pub fn vhd(input: &[u8]) {
    image(input, Format::Vhd);
}

/// What is variable in a VHDX: the table of regions, that of properties, the properties, the table of blocks. Header,
/// marks and sums are right, and the parts where they belong.
pub fn vhdx(input: &[u8]) {
    const KIB: usize = 1 << 10;
    const MIB: usize = 1 << 20;
    let parts = [(192 * KIB + 8, 128), (MIB + 8, 256), (MIB + 64 * KIB, 64), (2 * MIB, 64)];
    let mut file = vec![0; 3 * MIB + 4 * KIB];
    let mut rest = input;
    for (place, length) in parts {
        let (part, next) = rest.split_at(length.min(rest.len()));
        file[place..place + part.len()].copy_from_slice(part);
        rest = next;
    }
    let marks =
        [(0, &b"vhdxfile"[..]), (64 * KIB, b"head"), (64 * KIB + 66, &[1]), (192 * KIB, b"regi"), (MIB, b"metadata")];
    for (place, mark) in marks {
        file[place..place + mark.len()].copy_from_slice(mark);
    }
    for (place, length) in [(64 * KIB, 4 * KIB), (192 * KIB, 64 * KIB)] {
        let sum = !sum(0x82f6_3b78, !0, &file[place..place + length]);
        file[place + 4..place + 8].copy_from_slice(&sum.to_le_bytes());
    }
    image(&file, Format::Vhdx);
}

/// The description of an LVM group. What leads to it is right, and in the first extents is an ext2 superblock.
pub fn lvm(input: &[u8]) {
    const AREA: usize = 4096;
    const AREA_BYTES: usize = 96 << 10;
    let text = &input[..input.len().min(AREA_BYTES - 512)];
    let mut disk = vec![0; 256 << 10];
    let mut put = |at: usize, bytes: &[u8]| disk[at..at + bytes.len()].copy_from_slice(bytes);
    put(512, b"LABELONE\x01");
    put(532, b"\x20\0\0\0LVM2 001bZPuSQ2MR3fcFk0WIQISWke3IDUqsQHd");
    put(584, &[0, 0, 2]);
    put(616, &AREA.to_le_bytes());
    put(624, &AREA_BYTES.to_le_bytes());
    put(AREA + 4, b" LVM2 x[5A%r0N*>\x01");
    put(AREA + 24, &AREA.to_le_bytes());
    put(AREA + 32, &AREA_BYTES.to_le_bytes());
    put(AREA + 40, &512u64.to_le_bytes());
    put(AREA + 48, &text.len().to_le_bytes());
    put(AREA + 56, &lvm_sum(text).to_le_bytes());
    put(AREA + 512, text);
    // 64 blocks of 1 KiB in a group of 8192, clean, of revision 1.
    let superblock = (128 << 10) + 1024;
    for (at, byte) in [(4, 64), (20, 1), (33, 32), (56, 0x53), (57, 0xef), (58, 1), (76, 1)] {
        put(superblock + at, &[byte]);
    }
    let (label, area) = (lvm_sum(&disk[532..1024]), lvm_sum(&disk[AREA + 4..AREA + 512]));
    disk[528..532].copy_from_slice(&label.to_le_bytes());
    disk[AREA..AREA + 4].copy_from_slice(&area.to_le_bytes());
    image(&disk, Format::Raw);
}

fn lvm_sum(bytes: &[u8]) -> u32 {
    sum(0xedb8_8320, 0xf597_a6cf, bytes)
}

/// A cyclic redundancy check, lowest bit first.
fn sum(polynomial: u32, start: u32, bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| (sum >> 1) ^ (polynomial & (sum & 1).wrapping_neg());
    bytes.iter().fold(start, |sum, byte| (0..8).fold(sum ^ u32::from(*byte), step))
}

/// A raw disk, for its partition tables and its file systems.
pub fn unused_blocks(input: &[u8]) {
    image(input, Format::Raw);
}

/// A tar with a disk in it, whose headers have the right sums: found in place, unpacked, and listed as a package.
pub fn archive(input: &[u8]) {
    let mut tar = input.to_vec();
    tar.chunks_exact_mut(TAR_BLOCK).filter(|block| block[257..262] == *b"ustar").for_each(set_tar_sum);
    let _ = ova::members(Cursor::new(&tar));
    let (mut file, unpacked) = (temporary(), temporary());
    file.write_all(&tar).expect("the temporary file takes all");
    if let Ok(Found::Disk(mut disk)) = archive::find(file.path(), None, None) {
        let _ = read_parts(&mut disk);
    }
    let output = fs_err::File::create(unpacked.path()).expect("the temporary file is there");
    let work = Work::Unpack { path: file.path().to_owned() };
    let mut meter = Meter::new(work, 0, Events::channel().0, Cancelled::default());
    let _ = archive::unpack(file.path(), Packing::Tar, None, output, &mut meter);
}

const TAR_BLOCK: usize = 512;

fn set_tar_sum(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().copied().map(u32::from).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn temporary() -> NamedTempFile {
    NamedTempFile::new().expect("a temporary file")
}

/// The description of a machine.
pub fn ovf(input: &[u8]) {
    let _ = Envelope::parse(&String::from_utf8_lossy(input));
}

fn image(input: &[u8], format: Format) {
    let opened = Input::new(Cursor::new(input), Path::new("image")).and_then(|input| Disk::of(input, format));
    let Ok(mut disk) = opened else { return };
    let _ = read_parts(&mut disk);
    if disk.leave_out_unused().is_ok() {
        let _ = read_parts(&mut disk);
    }
}

/// The start of each extent, and all errors are fine.
fn read_parts<R: Source>(disk: &mut Disk<R>) -> Result<(), boxwright::image::Error> {
    let (mut at, mut buffer) = (0, [0; 4096]);
    for _ in 0..MAX_PARTS {
        if at >= disk.virtual_bytes() {
            break;
        }
        disk.read(at, &mut buffer)?;
        let extent = disk.extent(at)?;
        assert!(extent.start == at && extent.length > 0 && extent.end() <= disk.virtual_bytes(), "{extent:?}");
        at = extent.end();
    }
    Ok(())
}
