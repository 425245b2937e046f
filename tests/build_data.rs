//! The dot-variables of each place in a template: those that Packer has there are known, and no others are.

#![cfg(test)]

use std::path::Path;

use boxwright::diag::Diagnostics;
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::source::SourceFile;
use boxwright::template::Template;
use boxwright::template::variables::VariableInputs;
use serde_json::{Value, json};

/// What the running build tells provisioners and post-processors.
const BUILD: &[&str] = &[
    "Host",
    "Port",
    "User",
    "Password",
    "ConnType",
    "SSHPublicKey",
    "SSHPrivateKey",
    "WinRMPassword",
    "ID",
    "PackerRunUUID",
    "PackerHTTPIP",
    "PackerHTTPPort",
    "PackerHTTPAddr",
];

/// A place, the dot-variables that only it has, whether it has those of the running build, and a template with a text there.
struct Place {
    name: &'static str,
    own: &'static [&'static str],
    build: bool,
    template: fn(&str) -> Value,
}

const PLACES: &[Place] = &[
    Place {
        name: "boot_command",
        own: &["HTTPIP", "HTTPPort", "Name", "SSHPublicKey"],
        build: false,
        template: |text| machine("qemu", &json!({ "boot_command": [text] })),
    },
    Place {
        name: "qemuargs",
        own: &["HTTPIP", "HTTPPort", "HTTPDir", "HTTPContent", "OutputDir", "Name", "SSHHostPort"],
        build: false,
        template: |text| machine("qemu", &json!({ "qemuargs": [["-name", text]] })),
    },
    Place {
        name: "vboxmanage",
        own: &["Name", "HTTPIP", "HTTPPort"],
        build: false,
        template: |text| machine("virtualbox-iso", &json!({ "vboxmanage": [["modifyvm", text]] })),
    },
    Place {
        name: "vboxmanage_post",
        own: &["Name", "HTTPIP", "HTTPPort"],
        build: false,
        template: |text| machine("virtualbox-iso", &json!({ "vboxmanage_post": [["modifyvm", text]] })),
    },
    Place {
        name: "guest_additions_path",
        own: &["Version"],
        build: false,
        template: |text| machine("virtualbox-iso", &json!({ "guest_additions_path": text })),
    },
    Place {
        name: "shell execute_command",
        own: &["Vars", "Path", "EnvVarFile"],
        build: true,
        template: |text| provisioner(&json!({ "type": "shell", "inline": ["a"], "execute_command": text })),
    },
    Place {
        name: "shell inline",
        own: &[],
        build: true,
        template: |text| provisioner(&json!({ "type": "shell", "inline": [text] })),
    },
    Place {
        name: "shell remote_path",
        own: &[],
        build: true,
        template: |text| provisioner(&json!({ "type": "shell", "inline": ["a"], "remote_path": text })),
    },
    Place {
        name: "file source",
        own: &[],
        build: true,
        template: |text| provisioner(&json!({ "type": "file", "source": text, "destination": "/a" })),
    },
    Place {
        name: "file destination",
        own: &[],
        build: true,
        template: |text| provisioner(&json!({ "type": "file", "source": "/", "destination": text })),
    },
    Place {
        name: "shell-local inline",
        own: &[],
        build: true,
        template: |text| provisioner(&json!({ "type": "shell-local", "inline": [text] })),
    },
    Place {
        name: "shell-local environment",
        own: &[],
        build: true,
        template: |text| {
            let variable = format!("A={text}");
            provisioner(&json!({ "type": "shell-local", "inline": ["a"], "environment_vars": [variable] }))
        },
    },
    Place {
        name: "shell-local execute_command",
        own: &["Vars", "Script", "Command"],
        build: true,
        template: |text| provisioner(&json!({ "type": "shell-local", "inline": ["a"], "execute_command": [text] })),
    },
    Place {
        name: "compress output",
        own: &["BuildName", "BuilderType"],
        build: true,
        template: |text| post_processor(&json!({ "type": "compress", "output": format!("{text}.zip") })),
    },
    Place {
        name: "checksum output",
        own: &["BuildName", "BuilderType", "ChecksumType"],
        build: true,
        template: |text| post_processor(&json!({ "type": "checksum", "output": text })),
    },
    Place {
        name: "manifest custom_data",
        own: &[],
        build: true,
        template: |text| post_processor(&json!({ "type": "manifest", "custom_data": { "a": text } })),
    },
    Place {
        name: "vagrant output",
        own: &["Provider", "ArtifactId", "BuildName", "Architecture"],
        build: true,
        template: |text| {
            let mut template = machine("qemu", &json!({}));
            template["post-processors"] = json!([{ "type": "vagrant", "output": format!("{text}.box") }]);
            template
        },
    },
];

fn machine(kind: &str, options: &Value) -> Value {
    let mut builder = json!({ "type": kind, "iso_url": "a.iso", "iso_checksum": "none", "ssh_username": "root",
        "shutdown_command": "poweroff" });
    builder.as_object_mut().unwrap().extend(options.as_object().unwrap().clone());
    json!({ "builders": [builder] })
}

fn provisioner(options: &Value) -> Value {
    json!({ "builders": [{ "type": "null", "communicator": "none" }], "provisioners": [options] })
}

fn post_processor(options: &Value) -> Value {
    json!({ "builders": [{ "type": "file", "content": "a", "target": "a" }], "post-processors": [options] })
}

fn findings(template: &Value) -> Diagnostics {
    let source = SourceFile::new("template.json", template.to_string());
    let (template, diagnostics) = Template::parse(&source, Path::new("/"), &VariableInputs::fixed());
    let template = template.unwrap_or_else(|| panic!("{diagnostics:?}"));
    resolve(&template, &ResolveOptions::default()).1
}

/// Where more names may come from a later Packer, an unknown one is told as one that has no value.
fn speaks_of(diagnostics: &Diagnostics, name: &str) -> bool {
    let text = format!("{diagnostics:?}");
    text.contains(name) || text.contains("<no value>")
}

#[test]
fn what_packer_has_in_a_place_is_known_there() {
    for place in PLACES {
        let build = if place.build { BUILD } else { &[] };
        for name in place.own.iter().chain(build) {
            let found = findings(&(place.template)(&format!("x{{{{.{name}}}}}")));
            assert!(!speaks_of(&found, name), "{}: .{name}: {found:?}", place.name);
        }
    }
}

#[test]
fn what_no_place_has_is_told() {
    for place in PLACES {
        let found = findings(&(place.template)("x{{.Nothing}}"));
        assert!(speaks_of(&found, "Nothing"), "{}: {found:?}", place.name);
    }
}

/// `build` is for what runs beside the build: nothing knows it while a machine is described.
#[test]
fn the_function_build_is_taken_where_the_build_is_known() {
    for place in PLACES {
        let found = findings(&(place.template)("x{{build `Host`}}"));
        assert_eq!(found.has_errors(), !place.build, "{}: {found:?}", place.name);
    }
}
