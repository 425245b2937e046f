//! `chef-solo` and `chef-client`

mod job;

use std::path::Path;

use crate::diag::Diagnostic;
use crate::io::text;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::provisioner::{Attributes, ChefInstall, ChefPlan, GuestSystem};
use crate::source::Span;
use crate::template::interpolate::{Late, Site};

use self::job::Kind;
use super::guest::{Surroundings, local, system};

const ARGUMENTS: &str = " --no-color -c {{.ConfigPath}} -j {{.JsonPath}}";
const INSTALL_UNIX: &str = "curl -L https://omnitruck.chef.io/install.sh | \
    {{if .Sudo}}sudo {{end}}bash -s --{{if .Version}} -v {{.Version}}{{end}}";
const INSTALL_WINDOWS: &str = "powershell.exe -Command \". { iwr -useb https://omnitruck.chef.io/install.ps1 } \
    | iex; Install-Project{{if .Version}} -version {{.Version}}{{end}}\"";

pub(super) fn solo(decoder: &mut Decoder<'_>, surroundings: Surroundings<'_>) -> ChefPlan {
    let system = system(decoder, surroundings);
    let job = job::solo(decoder);
    chef(decoder, system, job)
}

pub(super) fn client(decoder: &mut Decoder<'_>, surroundings: Surroundings<'_>) -> ChefPlan {
    decoder.check_rules();
    let system = system(decoder, surroundings);
    let job = job::client(decoder, system, surroundings.purpose);
    chef(decoder, system, job)
}

fn chef(decoder: &mut Decoder<'_>, system: GuestSystem, kind: Kind) -> ChefPlan {
    let (name, staging) = match system {
        GuestSystem::Unix => (format!("{{{{if .Sudo}}}}sudo {{{{end}}}}{}", kind.program), "/tmp"),
        GuestSystem::Windows => (format!("{}/{}.bat", fields::CHEF_ON_WINDOWS, kind.program), "C:/Windows/Temp"),
    };
    let install = install(decoder, system);
    let license = decoder.string("chef_license").or_else(|| install.as_ref().map(|_| "accept-silent".to_owned()));
    let site = fields::with_build(fields::CHEF);
    ChefPlan {
        job: kind.job,
        system,
        environment: decoder.string("chef_environment"),
        license,
        config_template: config_template(decoder, kind.fields),
        data_bag_secret: local(decoder, "encrypted_data_bag_secret_path", Expect::File),
        execute_command: decoder.late_or("execute_command", &(name + ARGUMENTS), Site::Struct(&site)),
        install,
        attributes: attributes(decoder),
        sudo: !decoder.boolean("prevent_sudo") && system == GuestSystem::Unix,
        staging_directory: decoder.string_or("staging_directory", &format!("{staging}/packer-{}", kind.program)),
    }
}

fn install(decoder: &mut Decoder<'_>, system: GuestSystem) -> Option<ChefInstall> {
    let default = if system == GuestSystem::Windows { INSTALL_WINDOWS } else { INSTALL_UNIX };
    let site = fields::with_build(fields::CHEF_INSTALL);
    let command = decoder.late("install_command", Site::Struct(&site));
    let (is_own, version) = (command.is_some(), decoder.string("version"));
    let command = command.unwrap_or_else(|| decoder.default_late(default, Site::Struct(&site)));
    (!decoder.boolean("skip_install")).then_some(ChefInstall { command, is_own, version })
}

/// The text of `config_template`.
fn config_template(decoder: &mut Decoder<'_>, names: &[&'static str]) -> Option<Late> {
    let path = local(decoder, "config_template", Expect::File)?;
    let place = decoder.folders().locate(&path);
    if !place.is_file() {
        return None;
    }
    let text = text::read(&place).map(|read| read.text);
    let span = decoder.span("config_template");
    let text = decoder.take(text.map_err(|error| Diagnostic::error(error.to_string()).at(&span)))?;
    template(decoder, &path, &text, names)
}

fn template(decoder: &mut Decoder<'_>, path: &Path, text: &str, names: &[&'static str]) -> Option<Late> {
    let names = fields::with_build(names);
    decoder.late_text(text, &Span::whole(path.display().to_string(), text), Site::Struct(&names))
}

/// What the node gets to know; a run list of its own option stands above one of `json`.
fn attributes(decoder: &mut Decoder<'_>) -> Attributes {
    decoder.exclusive("json", "json_string");
    let mut attributes = decoder.json_map("json").unwrap_or_default();
    if let Some(text) = decoder.string("json_string") {
        match serde_json::from_str::<Attributes>(&text) {
            Ok(parsed) => attributes = parsed,
            Err(error) => decoder.reject("json_string", format!("`json_string` holds no JSON object: {error}")),
        }
    }
    let run_list = decoder.strings("run_list");
    if !run_list.is_empty() {
        attributes.insert("run_list".to_owned(), run_list.into());
    }
    attributes
}
