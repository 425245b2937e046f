//! `ansible`, which runs on this host.

use std::path::PathBuf;

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::provisioner::{AnsiblePlan, GalaxyPlan, InventoryPlan, ProxyPlan};
use crate::process::find_program;
use crate::template::interpolate::{Late, Site};

const SITE: Site<'static> = Site::Map(fields::BUILD);

pub(super) fn ansible(decoder: &mut Decoder<'_>) -> AnsiblePlan {
    if !decoder.is_set("playbook_file") {
        decoder.missing(&["playbook_file"], Diagnostic::error("`playbook_file` must be set"));
    }
    let galaxy = galaxy(decoder);
    AnsiblePlan {
        playbook_file: required_path(decoder, "playbook_file", Expect::File).unwrap_or_default(),
        command: program(decoder, "command", "ansible-playbook"),
        skip_version_check: decoder.boolean("skip_version_check"),
        extra_arguments: lates(decoder, "extra_arguments"),
        environment: environment(decoder),
        ssh_extra_arguments: lates(decoder, "ansible_ssh_extra_args"),
        inventory: inventory(decoder),
        galaxy,
        proxy: proxy(decoder),
        use_sftp: decoder.boolean("use_sftp"),
        winrm_use_http: decoder.boolean("ansible_winrm_use_http"),
    }
}

pub(super) fn lates(decoder: &mut Decoder<'_>, key: &'static str) -> Vec<Late> {
    decoder.late_strings(key, SITE).into_iter().map(|text| text.value).collect()
}

/// A path of this host that must lead to something.
pub(super) fn required_path(decoder: &mut Decoder<'_>, key: &'static str, expect: Expect) -> Option<PathBuf> {
    let path = decoder.path(key)?;
    decoder.require(&format!("`{key}`"), &path, expect, &decoder.span(key));
    Some(path)
}

/// A program that this host must have when the build begins: nobody wants to hear of it after the installation.
fn program(decoder: &mut Decoder<'_>, key: &'static str, default: &str) -> String {
    let name = decoder.string_or(key, default);
    if !decoder.folders().may_come_later && find_program(&name).is_none() {
        let error = Diagnostic::error(format!("`{name}` is not installed on this host")).at(&decoder.span(key));
        let help = format!("install Ansible here, or name its program with `{key}`; `ansible-local` runs in the guest");
        decoder.push(error.help(help));
    }
    name
}

/// What is no assignment would have no effect.
fn environment(decoder: &mut Decoder<'_>) -> Vec<Late> {
    let pairs = decoder.late_strings("ansible_env_vars", SITE);
    for pair in &pairs {
        if pair.value.known().is_some_and(|text| !text.contains('=')) {
            let warning = Diagnostic::warning("this is no `NAME=value`, and has no effect").at(&pair.span);
            decoder.push(warning);
        }
    }
    pairs.into_iter().map(|pair| pair.value).collect()
}

fn inventory(decoder: &mut Decoder<'_>) -> InventoryPlan {
    InventoryPlan {
        file: required_path(decoder, "inventory_file", Expect::Any),
        folder: required_path(decoder, "inventory_directory", Expect::Folder),
        template: decoder.late("inventory_file_template", Site::Map(fields::ANSIBLE_INVENTORY)),
        host_alias: decoder.string_or("host_alias", "default"),
        user: decoder.late("user", SITE),
        groups: decoder.strings("groups"),
        empty_groups: decoder.strings("empty_groups"),
        keep: decoder.boolean("keep_inventory_file"),
    }
}

fn galaxy(decoder: &mut Decoder<'_>) -> Option<GalaxyPlan> {
    let file = required_path(decoder, "galaxy_file", Expect::File);
    let command = decoder.string_or("galaxy_command", "ansible-galaxy");
    let force = decoder.boolean("galaxy_force_install");
    let force_with_deps = decoder.boolean("galaxy_force_with_deps");
    let (roles_path, collections_path) = (decoder.string("roles_path"), decoder.string("collections_path"));
    Some(GalaxyPlan { file: file?, command, force, force_with_deps, roles_path, collections_path })
}

fn proxy(decoder: &mut Decoder<'_>) -> ProxyPlan {
    let key_type = decoder.choice("ansible_proxy_key_type");
    ProxyPlan {
        wanted: decoder.trilean("use_proxy"),
        port: decoder.number("local_port", 0..=i64::from(u16::MAX)).unwrap_or(0),
        host_key_file: required_path(decoder, "ssh_host_key_file", Expect::File),
        authorized_key_file: required_path(decoder, "ssh_authorized_key_file", Expect::File),
        key_type: key_type.map_or_else(|| "ecdsa".to_owned(), |kind| kind.to_lowercase()),
        sftp_command: decoder.string("sftp_command"),
    }
}
