//! What `chef-solo` and `chef-client` do not share.

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::provisioner::{ChefJob, ClientPlan, GuestSystem, SoloPlan};
use crate::plan::resolve::Purpose;
use crate::plan::resolve::provisioners::elevation;
use crate::plan::resolve::provisioners::guest::{folders, local};
use crate::template::interpolate::{Late, Site};

const KNIFE_ARGUMENTS: &str = " {{.Args}} {{.Flags}}";

/// One of the two programs.
pub(super) struct Kind {
    pub(super) program: &'static str,
    /// The dot-variables of its configuration.
    pub(super) fields: &'static [&'static str],
    pub(super) job: ChefJob,
}

pub(super) fn solo(decoder: &mut Decoder<'_>) -> Kind {
    let plan = SoloPlan {
        cookbooks: folders(decoder, "cookbook_paths"),
        remote_cookbooks: decoder.strings("remote_cookbook_paths"),
        roles: local(decoder, "roles_path", Expect::Folder),
        data_bags: local(decoder, "data_bags_path", Expect::Folder),
        environments: local(decoder, "environments_path", Expect::Folder),
    };
    Kind { program: "chef-solo", fields: fields::CHEF_SOLO_CONFIG, job: ChefJob::Solo(plan) }
}

pub(super) fn client(decoder: &mut Decoder<'_>, system: GuestSystem, purpose: Purpose) -> Kind {
    let plan = ClientPlan {
        server_url: server_url(decoder),
        node_name: decoder.string("node_name"),
        client_key: decoder.string("client_key"),
        validation_key: local(decoder, "validation_key_path", Expect::File),
        validation_client_name: decoder.string("validation_client_name"),
        policy_name: decoder.string("policy_name"),
        policy_group: decoder.string("policy_group"),
        knife_command: knife_command(decoder, system),
        rubygems_url: decoder.string("rubygems_url"),
        ssl_verify_mode: decoder.string("ssl_verify_mode"),
        trusted_certs_dir: decoder.string("trusted_certs_dir"),
        skip_clean_client: decoder.boolean("skip_clean_client"),
        skip_clean_node: decoder.boolean("skip_clean_node"),
        skip_clean_staging_directory: decoder.boolean("skip_clean_staging_directory"),
        elevation: elevation::of_program(decoder, system, purpose),
    };
    Kind { program: "chef-client", fields: fields::CHEF_CLIENT_CONFIG, job: ChefJob::Client(Box::new(plan)) }
}

fn server_url(decoder: &mut Decoder<'_>) -> String {
    decoder.string("server_url").unwrap_or_else(|| {
        decoder.missing(&["server_url"], Diagnostic::error("`server_url` must be set"));
        String::new()
    })
}

fn knife_command(decoder: &mut Decoder<'_>, system: GuestSystem) -> Late {
    let knife = match system {
        GuestSystem::Unix => "{{if .Sudo}}sudo {{end}}knife".to_owned(),
        GuestSystem::Windows => format!("{}/knife.bat", fields::CHEF_ON_WINDOWS),
    };
    let site = fields::with_build(fields::KNIFE);
    decoder.late_or("knife_command", &(knife + KNIFE_ARGUMENTS), Site::Struct(&site))
}
