//! Chef, Puppet and Salt

use super::EVERY;
use super::windows::ELEVATED;
use crate::plan::catalog::Rule;
use crate::plan::catalog::option::{Opt, any, choice, file, flag, folder, folders, path, text, text_map, texts};

const GUEST_OS: &[Opt] =
    &[choice("guest_os_type", &["unix", "windows"], "system of the guest; that of the communicator by default")];

pub(super) const CHEF_SOLO: &[&[Opt]] = &[EVERY, CHEF, CHEF_SOLO_OWN, GUEST_OS];
pub(super) const CHEF_CLIENT: &[&[Opt]] = &[EVERY, CHEF, CHEF_CLIENT_OWN, ELEVATED, GUEST_OS];

/// What both programs of Chef have.
const CHEF: &[Opt] = &[
    text("chef_environment", "environment of Chef"),
    text("chef_license", "acceptance of Chef's licence, such as accept-silent"),
    file("config_template", "template of Chef's configuration"),
    file("encrypted_data_bag_secret_path", "key of encrypted data bags"),
    text("execute_command", "how Chef is started, with .Sudo, .ConfigPath and .JsonPath").late(),
    text("install_command", "how Chef is installed, with .Sudo and .Version").late(),
    any("json", "attributes of the node"),
    text("json_string", "attributes of the node, as JSON in a text"),
    flag("prevent_sudo", "run without sudo"),
    texts("run_list", "recipes and roles to run"),
    flag("skip_install", "take it that Chef is installed"),
    text("staging_directory", "folder of the guest for uploads; below /tmp by default"),
    text("version", "version of Chef to install; the newest by default"),
];

const CHEF_SOLO_OWN: &[Opt] = &[
    folders("cookbook_paths", "folders of cookbooks to upload"),
    texts("remote_cookbook_paths", "folders of cookbooks in the guest"),
    folder("roles_path", "folder of roles to upload"),
    folder("data_bags_path", "folder of data bags to upload"),
    folder("environments_path", "folder of environments to upload"),
];

pub(super) const CHEF_CLIENT_RULES: &[Rule] =
    &[Rule::Needs("policy_name", "policy_group"), Rule::Needs("policy_group", "policy_name")];

const CHEF_CLIENT_OWN: &[Opt] = &[
    text("server_url", "URL of the Chef server").required(),
    text("node_name", "name of the node; random by default"),
    text("client_key", "key of the client in the guest"),
    text("validation_key_path", "key that makes clients"),
    text("validation_client_name", "client of that key"),
    text("policy_name", "policy of the node"),
    text("policy_group", "group of the policy"),
    text("knife_command", "how knife is started, with .Sudo, .Args and .Flags").late(),
    text("rubygems_url", "server of Ruby packages"),
    text("ssl_verify_mode", "whether certificates are checked: verify_peer or verify_none"),
    text("trusted_certs_dir", "folder of certificates in the guest"),
    flag("skip_clean_client", "leave the client on the server"),
    flag("skip_clean_node", "leave the node on the server"),
    flag("skip_clean_staging_directory", "leave the uploads in the guest"),
];

pub(super) const PUPPET_MASTERLESS: &[&[Opt]] = &[EVERY, PUPPET, PUPPET_MASTERLESS_OWN, ELEVATED, GUEST_OS];
pub(super) const PUPPET_SERVER: &[&[Opt]] = &[EVERY, PUPPET, PUPPET_SERVER_OWN, ELEVATED, GUEST_OS];

/// What Puppet has with and without a server.
const PUPPET: &[Opt] = &[
    text("execute_command", "how Puppet is started, with .Sudo, .FacterVars and .ManifestFile").late(),
    texts("extra_arguments", "further arguments of Puppet").late(),
    text_map("facter", "facts, by name").late(),
    flag("ignore_exit_codes", "take no exit code for a failure"),
    flag("prevent_sudo", "run without sudo"),
    text("puppet_bin_dir", "folder of Puppet in the guest"),
    text("working_directory", "folder of the guest to run in").late(),
    flag("clean_staging_directory", "remove the uploads afterwards"),
];

const PUPPET_MASTERLESS_OWN: &[Opt] = &[
    path("manifest_file", "manifest on this host, or a folder of them").required(),
    folder("manifest_dir", "folder of further manifests to upload"),
    folders("module_paths", "folders of modules to upload"),
    file("hiera_config_path", "configuration of Hiera to upload"),
    text("staging_directory", "folder of the guest for uploads; below /tmp by default"),
];

const PUPPET_SERVER_OWN: &[Opt] = &[
    text("puppet_server", "name of the Puppet server; puppet by default"),
    text("puppet_node", "name of the node; that of the guest by default"),
    folder("client_cert_path", "folder of the client's certificate to upload"),
    folder("client_private_key_path", "folder of the client's key to upload"),
    text("staging_dir", "folder of the guest for uploads; below /tmp by default"),
];

pub(super) const SALT_RULES: &[Rule] =
    &[Rule::Exclusive("minion_config", "remote_state_tree"), Rule::Exclusive("minion_config", "remote_pillar_roots")];

pub(super) const SALT: &[&[Opt]] = &[
    EVERY,
    &[
        folder("local_state_tree", "folder of states to upload").required(),
        folder("local_pillar_roots", "folder of pillars to upload"),
        text("remote_state_tree", "folder of states in the guest; /srv/salt by default"),
        text("remote_pillar_roots", "folder of pillars in the guest; /srv/pillar by default"),
        file("minion_config", "configuration of the minion to upload"),
        file("grains_file", "grains to upload"),
        text("custom_state", "state to apply; the highstate by default"),
        flag("skip_bootstrap", "take it that Salt is installed"),
        text("bootstrap_args", "arguments of Salt's bootstrap script"),
        flag("disable_sudo", "run without sudo"),
        text("temp_config_dir", "folder of the guest for uploads; /tmp/salt by default"),
        flag("no_exit_on_failure", "take no failed state for a failure"),
        text("log_level", "what Salt logs; info by default"),
        text("salt_call_args", "further arguments of salt-call"),
        text("salt_bin_dir", "folder of Salt in the guest"),
        texts("formulas", "git URLs of formulas, with the folder after //"),
    ],
    GUEST_OS,
];
