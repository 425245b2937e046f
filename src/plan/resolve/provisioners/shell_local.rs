//! `shell-local`: scripts that run on this host, as a provisioner and as a post-processor.

use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::provisioner::{Scripts, ShellLocalPlan};
use crate::template::interpolate::{Late, Site};

use super::scripts::{self, DEFAULT_SHEBANG};

const EXECUTE: [&str; 3] = ["/bin/sh", "-c", "{{.Vars}} {{.Script}}"];
const SYSTEMS: &[&str] = &["darwin", "freebsd", "linux", "openbsd", "solaris", "windows"];

pub(in crate::plan::resolve) fn shell_local(decoder: &mut Decoder<'_>) -> ShellLocalPlan {
    ShellLocalPlan {
        scripts: host_scripts(decoder),
        environment: scripts::environment(decoder),
        env_var_format: decoder.late_or("env_var_format", "%s='%s' ", Site::Map(fields::BUILD)),
        execute_command: execute_command(decoder),
        valid_exit_codes: scripts::exit_codes(decoder),
        only_on: only_on(decoder),
        tempfile_extension: decoder.string_or("tempfile_extension", "").trim_start_matches('.').to_owned(),
    }
}

fn host_scripts(decoder: &mut Decoder<'_>) -> Scripts {
    let shebang = decoder.late_or("inline_shebang", DEFAULT_SHEBANG, Site::Map(fields::BUILD));
    match scripts::scripts(decoder, Some("command")) {
        Scripts::Inline { lines, .. } => Scripts::Inline { lines, shebang: Some(shebang) },
        files @ Scripts::Files(_) => files,
    }
}

fn execute_command(decoder: &mut Decoder<'_>) -> Vec<Late> {
    let fields = fields::with_build(fields::SHELL_LOCAL);
    let site = Site::Map(&fields);
    let words = decoder.late_strings("execute_command", site);
    if words.is_empty() {
        return EXECUTE.iter().map(|word| decoder.default_late(word, site)).collect();
    }
    words.into_iter().map(|word| word.value).collect()
}

fn only_on(decoder: &mut Decoder<'_>) -> Vec<String> {
    let systems = decoder.strings("only_on");
    if let Some(stranger) = systems.iter().find(|system| !SYSTEMS.contains(&system.as_str())) {
        decoder.reject("only_on", format!("`only_on` knows {}; not `{stranger}`", SYSTEMS.join(", ")));
    }
    systems
}

/// A post-processor's single word is a line for the shell.
pub(in crate::plan::resolve) fn of_post_processor(decoder: &mut Decoder<'_>) -> ShellLocalPlan {
    let mut plan = shell_local(decoder);
    if plan.execute_command.len() == 1 {
        plan.execute_command.splice(0..0, ["sh", "-c"].map(Late::literal));
    }
    plan
}
