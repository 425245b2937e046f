//! Builds that fail after their machine has started, or because of what they find on the host then:
//! what is said, with which code, and what is left. The guests are boot sectors, so a build takes a moment.

use crate::bench::{Bench, Ran};
use crate::boot_sectors::{self, POWERS_OFF, SLEEPS, WRITES};
use crate::ssh_server::SshServer;
use crate::tools::tool_or_skip;

/// A build from a disk with the code in its boot sector; `None` without QEMU.
fn bench(code: &[u8], options: &str, rest: &str) -> Option<Bench> {
    tool_or_skip("qemu-system-x86_64").and(tool_or_skip("qemu-img"))?;
    let template = format!(
        r#"{{
  "builders": [{{
    "type": "qemu",
    "name": "small",
    "accelerator": "tcg",
    "machine_type": "pc",
    "headless": true,
    "boot_wait": "-1s",
    "disk_image": true,
    "disk_size": "16M",
    "iso_url": "disk.img",
    "iso_checksum": "none",
    "output_directory": "output"{options}
  }}]{rest}
}}"#
    );
    let bench = Bench::new().file("t.json", &template);
    fs_err::write(bench.path("disk.img"), boot_sectors::disk(code)).unwrap();
    Some(bench)
}

const NO_SSH: &str = r#", "communicator": "none""#;
const BOX_IN_SMALL: &str = r#", "post-processors": [{"type": "vagrant", "output": "small/it.box"}]"#;

/// The parts are said in this order, the code is Packer's, and the build's own files are gone.
fn failed(bench: &Bench, ran: &Ran, parts: &[&str]) {
    assert_eq!(ran.code, 1, "{}{}", ran.stdout, ran.stderr);
    let mut rest = ran.stdout.as_str();
    for part in parts {
        let at = rest.find(part).unwrap_or_else(|| panic!("no `{part}` (in this order) in:\n{}", ran.stdout));
        rest = &rest[at + part.len()..];
    }
    assert!(!bench.path("output").exists(), "{:?}", bench.listing());
    let work: Vec<_> = bench.cache_files().into_iter().filter(|name| name.starts_with("work/")).collect();
    assert!(work.is_empty(), "{work:?}");
}

/// Runs the program with `folder` on a disk of its own with 2 MiB, then lists what is in the folder.
/// `None` where this user may not mount anything.
fn run_with_small_disk(bench: &Bench, folder: &str, before: &str) -> Option<Ran> {
    tool_or_skip("unshare")?;
    fs_err::create_dir(bench.path(folder)).unwrap();
    // The mount is seen by these processes only and goes with them.
    let script = format!(
        "mount -t tmpfs -o size=2m small {folder} || exit 77; {before}\n\"$0\" build t.json; code=$?\n\
         echo \"left in {folder}: $(cd {folder}; find . -type f | xargs -r head -c 20)\"; exit $code"
    );
    let ran = bench.run_in("unshare", &["-rm", "sh", "-c", &script]);
    let mounted = ran.code != 77 && !ran.stderr.contains("unshare");
    if !mounted {
        println!("skipped: this user may not mount a file system: {}", ran.stderr.trim());
    }
    mounted.then_some(ran)
}

#[test]
fn a_disk_that_fills_while_the_guest_writes_ends_the_build() {
    let options = format!(r#"{NO_SSH}, "shutdown_timeout": "2m""#);
    let Some(bench) = bench(WRITES, &options, "") else { return };
    let template = fs_err::read_to_string(bench.path("t.json")).unwrap();
    let sized = template.replace(r#""output_directory": "output""#, r#""output_directory": "small/output""#);
    let without_data = boot_sectors::disk(WRITES)[..512].to_vec();
    fs_err::write(bench.path("disk.img"), without_data).unwrap();
    fs_err::write(bench.path("t.json"), sized).unwrap();
    let Some(ran) = run_with_small_disk(&bench, "small", "") else { return };
    failed(&bench, &ran, &["No space left on device", "make room", "no artifacts were created", "left in small: \n"]);
}

#[test]
fn a_disk_too_full_for_the_box_keeps_the_former_box() {
    let Some(bench) = bench(POWERS_OFF, NO_SSH, BOX_IN_SMALL) else { return };
    let Some(ran) = run_with_small_disk(&bench, "small", "echo former > small/it.box") else { return };
    failed(&bench, &ran, &["small/it.box", "No space left on device", "left in small: former\n"]);
}

#[test]
fn a_box_file_that_cannot_be_written_is_named() {
    let Some(bench) = bench(POWERS_OFF, NO_SSH, BOX_IN_SMALL) else { return };
    let bench = bench.file("small", "a file where the box's folder should be");
    let ran = bench.run(&["build", "t.json"]);
    failed(&bench, &ran, &["small"]);
    assert_eq!(fs_err::read_to_string(bench.path("small")).unwrap(), "a file where the box's folder should be");
}

#[test]
fn the_output_of_a_script_that_fails_comes_right_before_the_error() {
    let Some(server) = SshServer::start() else { return };
    let options = server.builder_options();
    let rest = r#", "provisioners": [{"type": "shell", "inline": ["echo the last words", "exit 3"]}]"#;
    let Some(bench) = bench(SLEEPS, &options, rest) else { return };
    let ran = bench.run(&["build", "t.json"]);
    failed(&bench, &ran, &["the last words", "3", "no artifacts were created"]);
    let lines: Vec<_> = ran.stdout.lines().collect();
    let words = lines.iter().position(|line| line.contains("the last words")).unwrap();
    assert!(lines[words + 1].contains("ended with exit status 3"), "{}", ran.stdout);
}

#[test]
fn a_machine_that_ends_while_the_build_waits_for_ssh_is_not_waited_for() {
    let Some(bench) = bench(POWERS_OFF, r#", "ssh_username": "vagrant", "ssh_timeout": "10m""#, "") else { return };
    let ran = bench.run(&["build", "t.json"]);
    failed(&bench, &ran, &["the machine stopped while the build waited for SSH"]);
}

#[test]
fn a_guest_that_never_powers_off_is_given_up() {
    let Some(bench) = bench(SLEEPS, &format!(r#"{NO_SSH}, "shutdown_timeout": "1s""#), "") else { return };
    let ran = bench.run(&["build", "t.json"]);
    failed(&bench, &ran, &["still running 1 s after"]);
}

#[test]
fn a_range_of_ports_without_a_free_one_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    for (option, more) in [("vnc_port", ""), ("http_port", r#", "http_directory": ".""#)] {
        let options = format!(r#"{NO_SSH}, "{option}_min": {port}, "{option}_max": {port}{more}"#);
        let Some(bench) = bench(POWERS_OFF, &options, "") else { return };
        let ran = bench.run(&["build", "t.json"]);
        let fix = format!("widen `{option}_min` and `{option}_max`");
        failed(&bench, &ran, &["no free port", &port.to_string(), &fix]);
    }
}
