//! `ansible`, which runs on this host, and `ansible-local`, which runs in the guest

use crate::plan::catalog::Rule;
use crate::plan::catalog::option::{Opt, choice, file, files, flag, folder, folders, integer, text, texts, trilean};

const KEY_TYPES: &[&str] = &["ECDSA", "RSA"];

pub(super) const ANSIBLE: &[Opt] = &[
    file("playbook_file", "playbook on this host").required(),
    text("command", "program to run; ansible-playbook by default"),
    texts("extra_arguments", "further arguments of the program").late(),
    texts("ansible_env_vars", "environment of the program, as NAME=value").late(),
    texts("ansible_ssh_extra_args", "further arguments of its SSH; -o IdentitiesOnly=yes by default").late(),
    texts("groups", "groups of the inventory that the guest is in"),
    texts("empty_groups", "groups of the inventory without hosts"),
    text("host_alias", "name of the guest in the inventory; default by default"),
    text("user", "user of the guest; the one of the communicator by default").late(),
    trilean("use_proxy", "log in to an SSH server of the build instead of the guest; by default where it is needed"),
    integer("local_port", "port of that server; any by default").between(0, 65535),
    file("ssh_host_key_file", "private key of that server"),
    file("ssh_authorized_key_file", "public key that may log in to that server"),
    choice("ansible_proxy_key_type", KEY_TYPES, "kind of that server's keys; ECDSA by default"),
    text("sftp_command", "SFTP server of the guest; /usr/lib/sftp-server -e by default"),
    flag("use_sftp", "copy files by SFTP"),
    flag("skip_version_check", "do not ask the program for its version"),
    folder("inventory_directory", "folder that the inventory is written to"),
    text("inventory_file", "inventory to use; made for the build by default"),
    text("inventory_file_template", "line of the guest in the inventory").late(),
    flag("keep_inventory_file", "leave the inventory after the build"),
    file("galaxy_file", "requirements to install before"),
    text("galaxy_command", "program that installs them; ansible-galaxy by default"),
    flag("galaxy_force_install", "install requirements that are there already"),
    flag("galaxy_force_with_deps", "install their dependencies again too"),
    text("roles_path", "folder that roles are installed to"),
    text("collections_path", "folder that collections are installed to"),
    flag("ansible_winrm_use_http", "connect to WinRM by HTTP"),
];

pub(super) const LOCAL_RULES: &[Rule] = &[Rule::OneOf(&["playbook_file", "playbook_files"])];

pub(super) const ANSIBLE_LOCAL: &[Opt] = &[
    file("playbook_file", "playbook on this host"),
    files("playbook_files", "playbooks on this host"),
    text("command", "program to run in the guest; ansible-playbook by default"),
    texts("extra_arguments", "further arguments of the program").late(),
    folder("playbook_dir", "folder to upload with the playbook"),
    folders("playbook_paths", "folders of playbooks to upload"),
    folders("role_paths", "folders of roles to upload"),
    folders("collection_paths", "folders of collections to upload"),
    folder("group_vars", "folder of the groups' variables to upload"),
    folder("host_vars", "folder of the hosts' variables to upload"),
    file("inventory_file", "inventory to upload; made for the build by default"),
    texts("inventory_groups", "groups of the inventory that the guest is in"),
    file("galaxy_file", "requirements to install before"),
    text("galaxy_command", "program that installs them; ansible-galaxy by default"),
    flag("galaxy_force_install", "install requirements that are there already"),
    text("galaxy_roles_path", "folder of the guest that roles are installed to"),
    text("galaxy_collections_path", "folder of the guest that collections are installed to"),
    text("staging_directory", "folder of the guest for the uploads; below /tmp by default"),
    flag("clean_staging_directory", "remove that folder afterwards"),
];
