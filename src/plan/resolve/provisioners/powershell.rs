//! `powershell` and `windows-shell`

use std::time::Duration;

use crate::plan::catalog;
use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::provisioner::{PowerShellPlan, Scripts, WindowsShellPlan};
use crate::template::interpolate::{Late, Site};

use super::{elevation::elevation, scripts};

const DEFAULT_START_RETRY: Duration = Duration::from_secs(300);

/// Progress would fill the standard error.
const NO_PROGRESS: &str = "if (Test-Path variable:global:ProgressPreference)\
    {set-variable -name variable:global:ProgressPreference -value 'SilentlyContinue'};";

pub(super) fn powershell(decoder: &mut Decoder<'_>) -> PowerShellPlan {
    let scripts = scripts::scripts(decoder, None);
    let elevation = elevation(decoder);
    let debug_mode = decoder.number("debug_mode", 0..=2).unwrap_or(0);
    let default = execute_command(decoder, &scripts, debug_mode);
    let fields = fields::with_build(fields::POWERSHELL);
    let (format, elevated_format) =
        (env_var_format(decoder, "env_var_format"), env_var_format(decoder, "elevated_env_var_format"));
    PowerShellPlan {
        scripts,
        environment: scripts::environment(decoder),
        env_var_format: if elevation.is_some() { elevated_format } else { format },
        remote_path: decoder.string("remote_path"),
        remote_env_var_path: decoder.string("remote_env_var_path"),
        execute_command: decoder.late_or("execute_command", &default, Site::Map(&fields)),
        elevation,
        elevated_execute_command: decoder.late_or("elevated_execute_command", &default, Site::Map(&fields)),
        debug_mode,
        valid_exit_codes: scripts::exit_codes(decoder),
        start_retry_timeout: decoder.positive_duration("start_retry_timeout").unwrap_or(DEFAULT_START_RETRY),
        pause_after: decoder.duration("pause_after").unwrap_or_default(),
        skip_clean: decoder.boolean("skip_clean"),
    }
}

fn env_var_format(decoder: &mut Decoder<'_>, key: &'static str) -> Late {
    decoder.late_or(key, r#"$env:%s="%s"; "#, Site::Map(fields::BUILD))
}

/// An inline script is wrapped: it reads its environment and gives its status itself.
fn execute_command(decoder: &mut Decoder<'_>, scripts: &Scripts, debug_mode: u32) -> String {
    let program = if decoder.boolean("use_pwsh") { "pwsh" } else { "powershell" };
    let policy = policy(decoder);
    let policy = if policy == "none" { None } else { Some(policy) };
    if matches!(scripts, Scripts::Inline { .. }) {
        let policy = policy.map_or_else(String::new, |policy| format!(" -executionpolicy {policy}"));
        return format!("{program}{policy} -file \"{{{{.Path}}}}\"");
    }
    let trace = if debug_mode == 0 { String::new() } else { format!("Set-PsDebug -Trace {debug_mode};") };
    let block = format!("& {{ {NO_PROGRESS}{trace}. {{{{.Vars}}}}; &'{{{{.Path}}}}'; exit $LastExitCode }}");
    match (policy, program) {
        (None, _) => block,
        (Some(policy), "pwsh") => format!("pwsh -executionpolicy {policy} -command \"{block}\""),
        (Some(policy), _) => format!("powershell -executionpolicy {policy} \"{block}\""),
    }
}

/// A number stands for the name at its place in the table.
fn policy(decoder: &mut Decoder<'_>) -> String {
    let word = decoder.choice("execution_policy").unwrap_or_else(|| catalog::EXECUTION_POLICIES[0].to_owned());
    let name = word.parse().ok().and_then(|number: usize| catalog::EXECUTION_POLICIES.get(number));
    name.map_or(word, |name| (*name).to_owned())
}

pub(super) fn windows_shell(decoder: &mut Decoder<'_>) -> WindowsShellPlan {
    let fields = fields::with_build(fields::POWERSHELL);
    WindowsShellPlan {
        scripts: scripts::scripts(decoder, None),
        environment: scripts::environment(decoder),
        env_var_format: decoder.late_or("env_var_format", r#"set "%s=%s" && "#, Site::Map(fields::BUILD)),
        remote_path: decoder.string_or("remote_path", "c:/Windows/Temp/script.bat"),
        execute_command: decoder.late_or("execute_command", r#"{{.Vars}}"{{.Path}}""#, Site::Map(&fields)),
        valid_exit_codes: scripts::exit_codes(decoder),
        start_retry_timeout: decoder.positive_duration("start_retry_timeout").unwrap_or(DEFAULT_START_RETRY),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::{Value, json};

    use super::*;
    use crate::plan::provisioner::ProvisionerAction;
    use crate::plan::resolve::{ResolveOptions, resolve};
    use crate::source::SourceFile;
    use crate::template::Template;
    use crate::template::variables::VariableInputs;

    fn plan(mut options: Value) -> PowerShellPlan {
        options["type"] = json!("powershell");
        options["inline"] = json!(["Get-Date"]);
        let builder = json!({"type": "null", "communicator": "none"});
        let template = json!({"builders": [builder], "provisioners": [options]});
        let source = SourceFile::new("template.json", template.to_string());
        let (template, _) = Template::parse(&source, Path::new("/"), &VariableInputs::fixed());
        let (mut plans, diagnostics) = resolve(&template.unwrap(), &ResolveOptions::default());
        assert!(!diagnostics.has_errors(), "{diagnostics:?}");
        match plans.remove(0).provisioners.remove(0).action {
            ProvisionerAction::PowerShell(plan) => *plan,
            other => panic!("{other:?}"),
        }
    }

    fn command(options: Value) -> String {
        plan(options).execute_command.to_string()
    }

    #[test]
    fn an_inline_script_is_started_as_a_file() {
        assert_eq!(command(json!({})), "powershell -executionpolicy bypass -file \"{{ .Path }}\"");
        assert_eq!(command(json!({"execution_policy": "none"})), "powershell -file \"{{ .Path }}\"");
        let newer = json!({"use_pwsh": true, "execution_policy": 4});
        assert_eq!(command(newer), "pwsh -executionpolicy restricted -file \"{{ .Path }}\"");
    }

    #[test]
    fn another_user_has_a_command_and_a_format_of_ones_own() {
        let own = json!({"elevated_user": "u", "elevated_execute_command": "x {{.Path}}", "elevated_env_var_format": "y", "env_var_format": "z"});
        let plan = plan(own);
        assert_eq!(
            (plan.elevated_execute_command.to_string().as_str(), plan.env_var_format.to_string().as_str()),
            ("x {{ .Path }}", "y")
        );
        assert_eq!(plan.execute_command.to_string(), "powershell -executionpolicy bypass -file \"{{ .Path }}\"");
    }
}
