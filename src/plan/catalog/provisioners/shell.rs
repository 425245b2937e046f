//! `shell` and `shell-local`

use crate::plan::catalog::option::{Opt, assignments, duration, file, files, flag, integers, text, text_map, texts};

/// What to run.
pub(in crate::plan::catalog) const SCRIPTS: &[Opt] = &[
    texts("inline", "lines of a script").late(),
    file("script", "script on this host"),
    files("scripts", "scripts on this host, run one after another"),
];

pub(in crate::plan::catalog) const ENVIRONMENT: &[Opt] = &[
    assignments("environment_vars", "environment of the scripts, as NAME=value").late(),
    text_map("env", "environment of the scripts, by name").late(),
    text("env_var_format", "how a variable is written, with %s for its name and its value").late(),
    integers("valid_exit_codes", "exit codes that are no failure; 0 by default"),
];

pub(super) const SHELL: &[Opt] = &[
    text("execute_command", "how a script is started, with .Path and .Vars").late(),
    text("inline_shebang", "interpreter of the inline script; /bin/sh -e by default").late(),
    text("remote_folder", "folder of the guest for scripts; /tmp by default").late(),
    text("remote_file", "name of the script in the guest; random by default").late(),
    text("remote_path", "path of the script in the guest, instead of folder and name").late(),
    flag("use_env_var_file", "put the environment into a file that is sourced"),
    flag("binary", "copy the script byte by byte; otherwise its line ends become those of Unix"),
    flag("expect_disconnect", "the script may end the connection"),
    duration("start_retry_timeout", "how long it is tried to start a script; 5m by default"),
    duration("pause_after", "wait after the scripts; 0 by default"),
    flag("skip_clean", "leave the scripts in the guest"),
];

pub(in crate::plan::catalog) const SHELL_LOCAL: &[Opt] = &[
    text("command", "one line of a script").late(),
    texts("execute_command", "program and arguments that start a script, with .Script and .Vars").late(),
    text("inline_shebang", "interpreter of the inline script; /bin/sh -e by default").late(),
    texts("only_on", "operating systems it runs on, such as linux and darwin; all by default"),
    text("tempfile_extension", "extension of the inline script's file"),
    flag("use_linux_pathing", "write paths as the Linux subsystem of Windows has them").inert(),
];
