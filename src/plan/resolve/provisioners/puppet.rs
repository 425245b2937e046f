//! `puppet-masterless` and `puppet-server`

use std::path::PathBuf;

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::provisioner::{GuestSystem, PuppetJob, PuppetPlan};
use crate::template::interpolate::Site;

use super::elevation;
use super::guest::{Surroundings, folders, local, system};

/// Where a command line begins, for each family of systems: the folder, the facts, and the program.
const START_UNIX: &str = "cd {{.WorkingDir}} && {{.FacterVars}} {{if .Sudo}}sudo -E {{end}}";
const START_WINDOWS: &str = "cd {{.WorkingDir}} && {{.FacterVars}} && ";
const PROGRAM: &str = "{{if .PuppetBinDir}}{{.PuppetBinDir}}/{{end}}puppet ";
const APPLY: &str = "apply --detailed-exitcodes{{if .ModulePath}} --modulepath='{{.ModulePath}}'{{end}}\
    {{if .HieraConfigPath}} --hiera_config='{{.HieraConfigPath}}'{{end}}\
    {{if .ManifestDir}} --manifestdir='{{.ManifestDir}}'{{end}}\
    {{if .ExtraArguments}} {{.ExtraArguments}}{{end}} {{.ManifestFile}}";
const AGENT: &str = "agent --onetime --no-daemonize --detailed-exitcodes\
    {{if .PuppetServer}} --server='{{.PuppetServer}}'{{end}}\
    {{if .PuppetNode}} --certname='{{.PuppetNode}}'{{end}}\
    {{if .ClientCertPath}} --certdir='{{.ClientCertPath}}'{{end}}\
    {{if .ClientPrivateKeyPath}} --privatekeydir='{{.ClientPrivateKeyPath}}'{{end}}\
    {{if .ExtraArguments}} {{.ExtraArguments}}{{end}}";

/// What the two provisioners differ in.
struct Kind {
    job: PuppetJob,
    /// The dot-variables beside those that both have.
    fields: &'static [&'static str],
    command: &'static str,
    /// The name of the option that says where uploads go, and the folder's own name.
    staging: (&'static str, &'static str),
}

pub(super) fn masterless(decoder: &mut Decoder<'_>, surroundings: Surroundings<'_>) -> PuppetPlan {
    let job = PuppetJob::Apply {
        manifest_file: manifest_file(decoder),
        manifest_dir: local(decoder, "manifest_dir", Expect::Folder),
        modules: folders(decoder, "module_paths"),
        hiera: local(decoder, "hiera_config_path", Expect::File),
    };
    let staging = ("staging_directory", "packer-puppet-masterless");
    puppet(decoder, surroundings, Kind { job, fields: fields::PUPPET_APPLY, command: APPLY, staging })
}

pub(super) fn server(decoder: &mut Decoder<'_>, surroundings: Surroundings<'_>) -> PuppetPlan {
    let job = PuppetJob::Agent {
        server: decoder.string("puppet_server"),
        node: decoder.string("puppet_node"),
        certificate: local(decoder, "client_cert_path", Expect::Folder),
        private_key: local(decoder, "client_private_key_path", Expect::Folder),
    };
    let staging = ("staging_dir", "packer-puppet-server");
    puppet(decoder, surroundings, Kind { job, fields: fields::PUPPET_AGENT, command: AGENT, staging })
}

fn manifest_file(decoder: &mut Decoder<'_>) -> PathBuf {
    local(decoder, "manifest_file", Expect::Any).unwrap_or_else(|| {
        decoder.missing(&["manifest_file"], Diagnostic::error("`manifest_file` must be set"));
        PathBuf::new()
    })
}

fn puppet(decoder: &mut Decoder<'_>, surroundings: Surroundings<'_>, kind: Kind) -> PuppetPlan {
    let system = system(decoder, surroundings);
    let (start, folder) = match system {
        GuestSystem::Unix => (START_UNIX, "/tmp"),
        GuestSystem::Windows => (START_WINDOWS, "/Temp"),
    };
    let names = fields::with_build(&[fields::PUPPET, kind.fields].concat());
    let site = Site::Struct(&names);
    PuppetPlan {
        job: kind.job,
        system,
        execute_command: decoder.late_or("execute_command", &[start, PROGRAM, kind.command].concat(), site),
        extra_arguments: decoder.late_strings("extra_arguments", site).into_iter().map(|text| text.value).collect(),
        facter: decoder.late_map("facter", Site::Map(fields::BUILD)),
        ignore_exit_codes: decoder.boolean("ignore_exit_codes"),
        prevent_sudo: decoder.boolean("prevent_sudo"),
        puppet_bin_dir: decoder.string("puppet_bin_dir"),
        staging_directory: decoder.string_or(kind.staging.0, &format!("{folder}/{}", kind.staging.1)),
        working_directory: decoder.late("working_directory", Site::Map(fields::BUILD)),
        clean_staging_directory: decoder.boolean("clean_staging_directory"),
        elevation: elevation::of_program(decoder, system, surroundings.purpose),
    }
}
