//! The boxes of this repository: their templates validate here and in Packer, their plans are what a Vagrant box needs,
//! their images are fetched from where their vendors put them, and their seeds are what the installers take. A local
//! server stands in for the vendors.

#![cfg(test)]
#![cfg(unix)]

#[path = "boxes/network.rs"]
mod network;
#[path = "boxes/seeds.rs"]
mod seeds;
#[path = "boxes/template.rs"]
mod template;
#[path = "support/tools.rs"]
mod tools;
#[path = "boxes/vendor.rs"]
mod vendor;

use std::path::Path;
use std::time::Duration;

use boxwright::cache::Cache;
use boxwright::event::Events;
use boxwright::fetch;
use boxwright::io::Context;
use boxwright::io::cleanup::CleanupStack;
use boxwright::io::journal::Journal;
use boxwright::io::secrets::Secrets;
use boxwright::plan::{BuildPlan, Checksum, IsoPlan};
use boxwright::process::Cmd;
use serde_json::{Value, json};

use template::{good_plans, path, plans};
use vendor::{Origin, Vendors};

/// The box that is made of a lab image, with no vendor.
const DEMO: &str = "demo";

/// Where a plan has what is VirtualBox's.
const VIRTUALBOX: &str = "/builder/machine/hypervisor/virtualbox";

/// What makes a Vagrant box of a fresh system, in order.
const SCRIPTS: [&str; 5] = ["vagrant", "network", "guest-additions", "cleanup", "minimize"];

#[test]
fn every_box_has_an_origin_and_a_seed() {
    let names: Vec<_> = template::names().into_iter().filter(|name| name != DEMO).collect();
    assert_eq!(names, vendor::ALL.map(|origin| origin.name));
    for name in &names {
        assert!(path(name).is_file());
    }
}

/// The image of a plan, whichever the hypervisor.
fn iso(plan: &BuildPlan) -> &IsoPlan {
    plan.machine().and_then(|machine| machine.iso.as_ref()).expect("our boxes are installed from images")
}

#[test]
fn images_come_from_their_vendors() {
    for origin in &vendor::ALL {
        for plan in good_plans(origin.name, &[]) {
            assert_eq!(iso(&plan).urls, [format!("{}{}", origin.host, origin.image_path())], "{}", plan.name);
            match &iso(&plan).checksum {
                Checksum::File { location } => {
                    assert_eq!(location, &format!("{}{}", origin.host, origin.list_path()), "{}", plan.name);
                }
                Checksum::Digest { hex, .. } => assert_eq!((origin.name, hex.len()), ("ubuntu-20.04", 64)),
                Checksum::None => panic!("{} does not check its image", plan.name),
            }
        }
    }
}

async fn fetched(plan: &IsoPlan, folder: &Path) -> Result<String, fetch::Error> {
    let (events, _receiver) = Events::channel();
    let context = Context { events, cleanup: CleanupStack::new(Journal::none()), secrets: Secrets::default() };
    let fetched = fetch::iso(plan, &Cache::at(folder).store(), &context).await?;
    Ok(fs_err::read_to_string(fetched.path).unwrap())
}

#[tokio::test]
async fn images_are_found_in_the_lists_of_their_vendors() {
    let (vendors, folder) = (Vendors::start().await, tempfile::tempdir().unwrap());
    for origin in &vendor::ALL {
        let (url, list) = vendors.image_of(origin);
        let digest = origin.digest();
        for checksum in [&list, &digest] {
            let plans = good_plans(origin.name, &[("iso_url", &url), ("iso_checksum", checksum)]);
            assert_eq!(fetched(iso(&plans[0]), folder.path()).await.unwrap(), origin.content(), "{}", origin.name);
        }
    }
}

#[tokio::test]
async fn an_image_that_its_vendor_does_not_list_is_refused() {
    let (vendors, folder) = (Vendors::start().await, tempfile::tempdir().unwrap());
    for origin in &vendor::ALL {
        let other = vendor::ALL.iter().find(|other| other.list_path() != origin.list_path()).unwrap();
        let (url, list) = (vendors.image_of(origin).0, vendors.image_of(other).1);
        let plans = good_plans(origin.name, &[("iso_url", &url), ("iso_checksum", &list)]);
        let error = fetched(iso(&plans[0]), folder.path()).await.unwrap_err();
        assert!(matches!(error, fetch::Error::NotListed { .. }), "{}: {error}", origin.name);
    }
}

/// What a program with Packer's command line says of a template whose vendor is the server here.
async fn accepted(program: &Path, command: &str, origin: &Origin, vendors: &Vendors) -> String {
    let (folder, (url, list)) = (tempfile::tempdir().unwrap(), vendors.image_of(origin));
    let command = Cmd::new(program)
        .arg(command)
        .args([format!("-var=iso_url={url}"), format!("-var=iso_checksum={list}")])
        .arg(path(origin.name))
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .env("PACKER_CACHE_DIR", folder.path())
        .env("BOXWRIGHT_CACHE_DIR", folder.path())
        .env("CHECKPOINT_DISABLE", "1")
        .deadline(Duration::from_secs(60));
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "{}: {}{}", origin.name, output.stdout, output.stderr);
    output.stdout
}

#[tokio::test]
async fn templates_are_valid_and_have_plans() {
    let (vendors, program) = (Vendors::start().await, Path::new(env!("CARGO_BIN_EXE_boxwright")));
    for origin in &vendor::ALL {
        let verdict = accepted(program, "validate", origin, &vendors).await;
        assert!(verdict.ends_with("The configuration is valid.\n"), "{}: {verdict}", origin.name);
        let plan = accepted(program, "plan", origin, &vendors).await;
        assert!(plan.contains(&vendors.image_of(origin).0), "{}: {plan}", origin.name);
    }
}

#[tokio::test]
async fn packer_validates_those_in_json() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let vendors = Vendors::start().await;
    for origin in vendor::ALL.iter().filter(|origin| path(origin.name).extension().unwrap() == "json") {
        accepted(&packer, "validate", origin, &vendors).await;
    }
}

#[test]
fn nothing_is_to_be_said_about_them() {
    for origin in &vendor::ALL {
        let (_, diagnostics) = plans(origin.name, &[]);
        let said: Vec<_> = diagnostics.iter().filter(|one| !one.message.contains("not run by this program")).collect();
        assert!(said.is_empty(), "{}: {said:?}", origin.name);
    }
}

/// A plan as readers of `plan -format=json` see it.
fn document(plan: &BuildPlan) -> Value {
    serde_json::to_value(plan).unwrap()
}

fn text<'a>(document: &'a Value, pointer: &str) -> &'a str {
    document.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no text at {pointer} in {document:#}"))
}

/// The two plans of a box: VirtualBox's and QEMU's.
fn documents(name: &str, variables: template::Variables<'_>) -> [Value; 2] {
    let plans = good_plans(name, variables);
    assert_eq!(plans.len(), 2, "{name}");
    ["virtualbox-iso", "qemu"].map(|kind| {
        let plan = plans.iter().find(|plan| plan.builder_type == kind);
        document(plan.unwrap_or_else(|| panic!("{name} is not built by {kind}")))
    })
}

#[test]
fn each_box_is_for_virtualbox_and_qemu_from_one_file() {
    for origin in &vendor::ALL {
        let [virtualbox, qemu] = documents(origin.name, &[]);
        let same = ["/builder/machine/http", "/builder/machine/boot", "/provisioners", "/communicator"];
        for pointer in same {
            assert_eq!(virtualbox.pointer(pointer), qemu.pointer(pointer), "{}: {pointer}", origin.name);
        }
        let outputs = [&virtualbox, &qemu].map(|plan| text(plan, "/builder/machine/output_directory"));
        assert_ne!(outputs[0], outputs[1], "{}", origin.name);
    }
}

/// The file that the boot command has the installer fetch; a seed of cloud-init is a folder.
fn seed_of(command: &str) -> &str {
    let (_, rest) = command.split_once("{{ .HTTPPort }}/").unwrap_or_else(|| panic!("no seed in {command}"));
    let name = rest.split([' ', '<', '"']).next().unwrap();
    if name.is_empty() { "user-data" } else { name }
}

#[test]
fn boot_commands_name_a_seed_that_is_served() {
    for origin in &vendor::ALL {
        for plan in documents(origin.name, &[]) {
            let folder = Path::new(text(&plan, "/builder/machine/http/directory"));
            let command = text(&plan, "/builder/machine/boot/steps/0/command");
            assert!(folder.join(seed_of(command)).is_file(), "{}: {command}", origin.name);
        }
    }
}

#[test]
fn boxes_are_provisioned_by_the_same_scripts() {
    for origin in &vendor::ALL {
        for plan in documents(origin.name, &[]) {
            let scripts = plan.pointer("/provisioners/0/action/shell/scripts/files").unwrap().as_array().unwrap();
            let scripts: Vec<_> = scripts.iter().map(|script| Path::new(script.as_str().unwrap())).collect();
            let names: Vec<_> = scripts.iter().map(|path| path.file_stem().unwrap().to_string_lossy()).collect();
            assert_eq!(names, SCRIPTS, "{}", origin.name);
            for path in &scripts {
                assert!(path.is_file(), "{}", path.display());
            }
            let output = text(&plan, "/post_processors/0/0/action/vagrant/options/output");
            assert!(output.ends_with(&format!("/{}_{{{{ .Provider }}}}.box", origin.name)), "{output}");
        }
    }
}

#[test]
fn the_firmware_is_bios_or_efi_where_it_may_be_chosen() {
    for name in ["debian-13", "fedora-43", "ubuntu-22.04", "ubuntu-24.04"] {
        let [virtualbox, qemu] = documents(name, &[("firmware", "efi")]);
        assert_eq!(text(&virtualbox, &format!("{VIRTUALBOX}/origin/iso/firmware")), "efi");
        assert_eq!(text(&qemu, "/builder/machine/hypervisor/qemu/machine_type"), "q35");
        let (_, diagnostics) = plans(name, &[("firmware", "coreboot")]);
        assert!(diagnostics.iter().any(|one| one.message.contains("bios or efi")), "{name}: {diagnostics:?}");
    }
}

/// The template that this program was made for.
#[test]
fn the_founding_example() {
    let [plan, _] = documents("ubuntu-20.04", &[("memory", "4096")]);
    let typed =
        "<enter><enter><f6><esc><wait> autoinstall ds=nocloud-net;s=http://{{ .HTTPIP }}:{{ .HTTPPort }}/<enter>";
    let seconds = |secs: u64| json!({ "secs": secs, "nanos": 0 });
    let modifyvm = |flag: &str, value: &str| json!(["modifyvm", "{{ .Name }}", flag, value]);
    let virtualbox = [
        ("origin/iso/guest_os_type", json!("Ubuntu_64")),
        ("origin/iso/disk_sizes", json!([40960])),
        ("commands", json!([modifyvm("--memory", "4096"), modifyvm("--vram", "16"), modifyvm("--cpus", "2")])),
        ("headless", json!(true)),
        ("guest_additions/path", json!("/home/vagrant/VBoxGuestAdditions_{{ .Version }}.iso")),
        ("export/format", json!("ova")),
    ];
    let any = [
        ("/builder/machine/boot/wait", seconds(5)),
        ("/builder/machine/boot/steps/0/command", json!(typed)),
        ("/builder/machine/shutdown/command", json!("echo 'vagrant' | sudo -S shutdown -P now")),
        ("/communicator/timeout", seconds(10000)),
        ("/communicator/handshake_attempts", json!(10000)),
        ("/provisioners/0/action/shell/expect_disconnect", json!(true)),
        ("/provisioners/0/action/shell/environment/DEBIAN_FRONTEND", json!("noninteractive")),
        ("/post_processors/0/0/action/vagrant/options/compression_level", json!(8)),
    ];
    let virtualbox = virtualbox.map(|(key, value)| (format!("{VIRTUALBOX}/{key}"), value));
    for (pointer, value) in virtualbox.into_iter().chain(any.map(|(pointer, value)| (pointer.to_owned(), value))) {
        assert_eq!(plan.pointer(&pointer), Some(&value), "{pointer} in {plan:#}");
    }
}
