//! `powershell`, `windows-shell`, `windows-restart` and `windows-update`

use super::{ENVIRONMENT, EVERY, SCRIPTS};
use crate::plan::catalog::Rule;
use crate::plan::catalog::option::{Opt, choice, duration, flag, integer, text, texts};

/// What `powershell` and `windows-shell` share with each other, beside scripts and environment.
const REMOTE: &[Opt] = &[
    text("remote_path", "path of the script in the guest; in c:/Windows/Temp by default, random for powershell"),
    text("execute_command", "how a script is started, with .Path and .Vars").late(),
    duration("start_retry_timeout", "how long it is tried to start a script; 5m by default"),
    flag("binary", "a script is always copied byte by byte").inert(),
];

pub(super) const WINDOWS_SHELL: &[&[Opt]] = &[EVERY, SCRIPTS, ENVIRONMENT, REMOTE];

pub(super) const POWERSHELL: &[&[Opt]] = &[EVERY, SCRIPTS, ENVIRONMENT, REMOTE, ELEVATED, POWERSHELL_OWN];

pub(super) const ONE_SCRIPT: Rule = Rule::OneOf(&["inline", "script", "scripts"]);

pub(super) const POWERSHELL_RULES: &[Rule] = &[ONE_SCRIPT, Rule::Needs("elevated_password", "elevated_user")];

/// Running as another user, with all rights.
pub(super) const ELEVATED: &[Opt] = &[
    text("elevated_user", "user to run as, in a task with all rights").late(),
    text("elevated_password", "password of that user").late(),
];

/// The numbers are those of the names before them.
pub(in crate::plan) const EXECUTION_POLICIES: &[&str] = &[
    "bypass",
    "allsigned",
    "default",
    "remotesigned",
    "restricted",
    "undefined",
    "unrestricted",
    "none",
    "0",
    "1",
    "2",
    "3",
    "4",
    "5",
    "6",
    "7",
];

const POWERSHELL_OWN: &[Opt] = &[
    text("remote_env_var_path", "path of the environment's script in the guest; random by default"),
    text("elevated_execute_command", "how a script is started as elevated_user").late(),
    text("elevated_env_var_format", "how a variable is written for elevated_user, with %s for name and value").late(),
    choice("execution_policy", EXECUTION_POLICIES, "policy of PowerShell, by name or number; bypass by default"),
    integer("debug_mode", "trace level of PowerShell, 0 to 2; 0 by default").between(0, 2),
    flag("use_pwsh", "run pwsh, not powershell"),
    flag("skip_clean", "leave the scripts in the guest"),
    duration("pause_after", "wait after the scripts; 0 by default"),
];

pub(super) const RESTART: &[Opt] = &[
    text("restart_command", "command that restarts the guest; shutdown /r by default"),
    text("restart_check_command", "command that shows that the guest is back"),
    duration("restart_timeout", "how long the restart may take; 5m by default"),
    flag("check_registry", "wait until the registry says that no restart is pending"),
    texts("registry_keys", "keys of the registry that mean a pending restart"),
];

pub(super) const UPDATE: &[Opt] = &[
    text(
        "search_criteria",
        "which updates are looked for, in the words of Windows Update; BrowseOnly=0 and IsInstalled=0 by default",
    ),
    texts("filters", "include:EXPRESSION or exclude:EXPRESSION in PowerShell; the first that matches decides"),
    integer("update_limit", "most updates between two restarts; 1000 by default"),
    integer("update_max_retries", "how often the installing is tried again; 5 by default"),
    duration("restart_timeout", "how long a restart may take; 4h by default"),
    text("username", "user to install as; SYSTEM by default").late(),
    text("password", "password of that user").late(),
];
