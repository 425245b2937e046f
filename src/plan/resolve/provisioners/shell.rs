//! `shell`: scripts that run in the guest.

use std::time::Duration;

use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::provisioner::{Scripts, ShellPlan};
use crate::template::interpolate::{Late, Site};

use super::scripts::{self, DEFAULT_SHEBANG};

const EXECUTE: &str = "chmod +x {{.Path}}; {{.Vars}} {{.Path}}";
const EXECUTE_WITH_FILE: &str = "chmod +x {{.Path}}; . {{.EnvVarFile}} && {{.Path}}";
const DEFAULT_START_RETRY: Duration = Duration::from_secs(300);

pub(super) fn shell(decoder: &mut Decoder<'_>) -> ShellPlan {
    let use_env_var_file = decoder.boolean("use_env_var_file");
    let (format, execute) =
        if use_env_var_file { ("export %s='%s'\n", EXECUTE_WITH_FILE) } else { ("%s='%s' ", EXECUTE) };
    let site = fields::with_build(fields::SHELL);
    ShellPlan {
        scripts: guest_scripts(decoder),
        environment: scripts::environment(decoder),
        env_var_format: decoder.late_or("env_var_format", format, Site::Map(fields::BUILD)),
        use_env_var_file,
        execute_command: decoder.late_or("execute_command", execute, Site::Map(&site)),
        remote_folder: decoder.late_or("remote_folder", "/tmp", Site::Map(fields::BUILD)),
        remote_file: decoder.late("remote_file", Site::Map(fields::BUILD)),
        remote_path: decoder.late("remote_path", Site::Map(fields::BUILD)),
        binary: decoder.boolean("binary"),
        valid_exit_codes: scripts::exit_codes(decoder),
        expect_disconnect: decoder.boolean("expect_disconnect"),
        start_retry_timeout: decoder.positive_duration("start_retry_timeout").unwrap_or(DEFAULT_START_RETRY),
        pause_after: decoder.duration("pause_after").unwrap_or_default(),
        skip_clean: decoder.boolean("skip_clean"),
    }
}

/// A text that brings its own first line gets none from us, unless one is asked for.
fn guest_scripts(decoder: &mut Decoder<'_>) -> Scripts {
    let asked = decoder.late("inline_shebang", Site::Map(fields::BUILD));
    let brings_own = decoder.raw_strings("inline").first().is_some_and(|line| line.value.starts_with("#!"));
    match scripts::scripts(decoder, None) {
        Scripts::Inline { lines, .. } if asked.is_none() && brings_own => Scripts::Inline { lines, shebang: None },
        Scripts::Inline { lines, .. } => {
            Scripts::Inline { lines, shebang: Some(asked.unwrap_or_else(|| Late::literal(DEFAULT_SHEBANG))) }
        }
        files @ Scripts::Files(_) => files,
    }
}
