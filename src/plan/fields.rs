//! The dot-variables of each place in a template. `plan` checks texts against them; whoever renders a text
//! fills them in.

/// Facts of a running build, for provisioners and post-processors: `{{ build `Host` }}`, `{{ .Host }}`.
pub const BUILD: &[&str] = crate::template::BUILD_FACTS;

/// How the values of `BUILD` end that stand for what a builder does not have. They are text in templates, and no
/// values for scripts.
pub const NOT_IMPLEMENTED: &str = "_NOT_IMPLEMENTED_BY_BUILDER";

/// `boot_command` and `boot_steps`.
pub const BOOT: &[&str] = &["HTTPIP", "HTTPPort", "Name", "SSHPublicKey"];

/// `qemuargs`.
pub const QEMU_ARGUMENTS: &[&str] =
    &["HTTPIP", "HTTPPort", "HTTPDir", "HTTPContent", "OutputDir", "Name", "SSHHostPort"];

/// `vboxmanage` and `vboxmanage_post`.
pub const VBOXMANAGE: &[&str] = &["Name", "HTTPIP", "HTTPPort"];

/// `guest_additions_path` and `guest_additions_url`.
pub const GUEST_ADDITIONS: &[&str] = &["Version"];

/// `execute_command` of the shell provisioner, beside `BUILD`.
pub const SHELL: &[&str] = &["Vars", "Path", "EnvVarFile"];

/// `execute_command` of powershell and windows-shell, beside `BUILD`.
pub const POWERSHELL: &[&str] = &["Vars", "Path"];

/// `execute_command` of shell-local, beside `BUILD`.
pub const SHELL_LOCAL: &[&str] = &["Vars", "Script", "Command"];

/// `execute_command` and `extra_arguments` of both Puppet provisioners, beside `BUILD`.
pub const PUPPET: &[&str] = &["WorkingDir", "FacterVars", "PuppetBinDir", "Sudo", "ExtraArguments"];

/// What `puppet-masterless` has beside `PUPPET`.
pub const PUPPET_APPLY: &[&str] = &["ManifestFile", "ManifestDir", "ModulePath", "HieraConfigPath"];

/// What `puppet-server` has beside `PUPPET`.
pub const PUPPET_AGENT: &[&str] = &["PuppetServer", "PuppetNode", "ClientCertPath", "ClientPrivateKeyPath"];

/// `execute_command` of both Chef provisioners, beside `BUILD`.
pub const CHEF: &[&str] = &["Sudo", "ConfigPath", "JsonPath"];

/// `install_command` of both Chef provisioners, beside `BUILD`.
pub const CHEF_INSTALL: &[&str] = &["Sudo", "Version"];

/// `knife_command`, beside `BUILD`.
pub const KNIFE: &[&str] = &["Sudo", "Args", "Flags"];

/// `config_template` of `chef-solo`, beside `BUILD`. The paths of cookbooks are in quotes, with commas between them.
pub const CHEF_SOLO_CONFIG: &[&str] = &[
    "ChefLicense",
    "CookbookPaths",
    "HasRolesPath",
    "RolesPath",
    "HasDataBagsPath",
    "DataBagsPath",
    "HasEncryptedDataBagSecretPath",
    "EncryptedDataBagSecretPath",
    "HasEnvironmentsPath",
    "EnvironmentsPath",
    "ChefEnvironment",
];

/// `config_template` of `chef-client`, beside `BUILD`.
pub const CHEF_CLIENT_CONFIG: &[&str] = &[
    "ServerUrl",
    "ClientKey",
    "ChefLicense",
    "EncryptedDataBagSecretPath",
    "ValidationClientName",
    "ValidationKeyPath",
    "NodeName",
    "ChefEnvironment",
    "PolicyGroup",
    "PolicyName",
    "SslVerifyMode",
    "TrustedCertsDir",
    "RubygemsUrl",
];

/// Where Chef's programs are on Windows.
pub const CHEF_ON_WINDOWS: &str = "c:/opscode/chef/bin";
/// `inventory_file_template` of ansible.
pub const ANSIBLE_INVENTORY: &[&str] = &["Host", "HostAlias", "Port", "User"];

/// `output` of compress, beside `BUILD`.
pub const COMPRESS: &[&str] = &["BuildName", "BuilderType"];

/// `output` of checksum, beside `BUILD`.
pub const CHECKSUM: &[&str] = &["BuildName", "BuilderType", "ChecksumType"];

/// `output` of vagrant, beside `BUILD`.
pub const VAGRANT: &[&str] = &["Provider", "ArtifactId", "BuildName", "Architecture"];

/// The names of a place together with those of the running build.
pub(super) fn with_build(own: &[&'static str]) -> Vec<&'static str> {
    [own, BUILD].concat()
}
