//! The arguments that several commands take.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The template and what selects and fills it.
#[derive(Debug, Args)]
pub(super) struct TemplateArgs {
    /// The template: a file, or a folder of HCL2 files; `-` reads standard input
    pub(super) template: PathBuf,
    #[command(flatten)]
    pub(super) inputs: InputArgs,
}

/// The same for commands that can do without a template.
#[derive(Debug, Args)]
pub(super) struct OptionalTemplateArgs {
    /// The template: a file, or a folder of HCL2 files; `-` reads standard input
    pub(super) template: Option<PathBuf>,
    #[command(flatten)]
    pub(super) inputs: InputArgs,
}

/// What selects the builds of a template and fills its variables.
#[derive(Debug, Args)]
pub(super) struct InputArgs {
    /// A user variable, as name=value; may be repeated
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = variable, allow_hyphen_values = true)]
    pub(super) variables: Vec<(String, String)>,
    /// A file of user variables, JSON or HCL2; may be repeated, later ones win
    #[arg(long = "var-file", value_name = "PATH")]
    pub(super) variable_files: Vec<PathBuf>,
    /// Only the builds of these names
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(super) only: Vec<String>,
    /// All builds but these; also post-processors by name
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub(super) except: Vec<String>,
    /// The language where there is no template: json or hcl2
    #[arg(long, value_enum, hide = true, default_value = "json", value_name = "TYPE")]
    pub(super) config_type: ConfigType,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    pub(super) ignore_prerelease_plugins: Option<bool>,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    pub(super) use_sequential_evaluation: Option<bool>,
}

#[derive(Debug, Args)]
pub(super) struct AcceleratorArgs {
    /// Use this accelerator whatever the template says: auto, kvm, tcg, hvf, whpx, xen or none
    #[arg(long, env = "BOXWRIGHT_ACCELERATOR", value_name = "NAME")]
    pub(super) accelerator: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    Text,
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ConfigType {
    Json,
    Hcl2,
}

fn variable(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("a variable is written name=value".to_owned()),
    }
}

/// The spellings that Go's flag package takes.
pub(super) fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(false),
        _ => Err("write true or false".to_owned()),
    }
}
