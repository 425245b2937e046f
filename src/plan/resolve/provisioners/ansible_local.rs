//! `ansible-local`, which runs in the guest.

use std::path::PathBuf;

use super::ansible::{lates, required_path};
use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::provisioner::{AnsibleLocalPlan, GalaxyPlan, LocalInventory};

/// Without these the guest's programs keep their output back until they end.
const COMMAND: &str = "ANSIBLE_FORCE_COLOR=1 PYTHONUNBUFFERED=1 ansible-playbook";

pub(super) fn ansible_local(decoder: &mut Decoder<'_>) -> AnsibleLocalPlan {
    let galaxy = galaxy(decoder);
    AnsibleLocalPlan {
        playbooks: playbooks(decoder),
        command: decoder.string_or("command", COMMAND),
        extra_arguments: lates(decoder, "extra_arguments"),
        playbook_folder: required_path(decoder, "playbook_dir", Expect::Folder),
        playbook_folders: folders(decoder, "playbook_paths"),
        role_folders: folders(decoder, "role_paths"),
        collection_folders: folders(decoder, "collection_paths"),
        group_vars: required_path(decoder, "group_vars", Expect::Folder),
        host_vars: required_path(decoder, "host_vars", Expect::Folder),
        inventory: inventory(decoder),
        galaxy,
        staging_folder: decoder.string("staging_directory"),
        clean_staging_folder: decoder.boolean("clean_staging_directory"),
    }
}

fn playbooks(decoder: &mut Decoder<'_>) -> Vec<PathBuf> {
    decoder.exclusive("playbook_file", "playbook_files");
    let one = required_path(decoder, "playbook_file", Expect::File);
    let many = paths(decoder, "playbook_files", Expect::File);
    if one.is_none() && many.is_empty() {
        let error = Diagnostic::error("one of `playbook_file`, `playbook_files` must be set");
        decoder.missing(&["playbook_file", "playbook_files"], error);
    }
    one.into_iter().chain(many).collect()
}

fn folders(decoder: &mut Decoder<'_>, key: &'static str) -> Vec<PathBuf> {
    paths(decoder, key, Expect::Folder)
}

fn paths(decoder: &mut Decoder<'_>, key: &'static str, expect: Expect) -> Vec<PathBuf> {
    let paths = decoder.spanned_strings(key);
    for path in &paths {
        decoder.require(&format!("`{key}`"), &path.value, expect, &path.span);
    }
    paths.into_iter().map(|path| path.value.into()).collect()
}

fn inventory(decoder: &mut Decoder<'_>) -> LocalInventory {
    let groups = decoder.strings("inventory_groups");
    match required_path(decoder, "inventory_file", Expect::File) {
        Some(path) => LocalInventory::File(path),
        None => LocalInventory::Groups(groups),
    }
}

fn galaxy(decoder: &mut Decoder<'_>) -> Option<GalaxyPlan> {
    let file = required_path(decoder, "galaxy_file", Expect::File);
    let command = decoder.string_or("galaxy_command", "ansible-galaxy");
    let force = decoder.boolean("galaxy_force_install");
    let roles_path = decoder.string("galaxy_roles_path");
    let collections_path = decoder.string("galaxy_collections_path");
    Some(GalaxyPlan { file: file?, command, force, force_with_deps: false, roles_path, collections_path })
}
