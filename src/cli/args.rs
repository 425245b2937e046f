//! What can be typed. Flags are written with one dash or two, before or after the template.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use super::fmt::FmtArgs;
use super::init::InitArgs;
use super::plugins::PluginsArgs;
use crate::plan::OnError;

/// Turns an installer ISO into a ready machine image. Runs Packer templates unmodified.
#[derive(Debug, Parser)]
#[command(name = "boxwright", version, disable_help_subcommand = true)]
pub(super) struct Arguments {
    /// Print lines for programs: timestamp,target,type,data...
    #[arg(long, global = true)]
    pub(super) machine_readable: bool,
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Build the machine images that a template describes
    Build(BuildArgs),
    /// Check a template, without a hypervisor
    Validate(ValidateArgs),
    /// Show what a template consists of
    Inspect(InspectArgs),
    /// Show the resolved plan and the hypervisor's command line
    Plan(PlanArgs),
    /// Write a JSON template of an earlier Packer version as it is written today
    Fix(FixArgs),
    /// Try out expressions and templates
    Console(ConsoleArgs),
    /// Check the plugins that an HCL2 template requires; all are built in
    Init(InitArgs),
    /// Show the plugins, all of which are built in
    #[command(alias = "plugin")]
    Plugins(PluginsArgs),
    /// Write HCL2 templates and variable files in the canonical format
    Fmt(FmtArgs),
    /// Write a JSON template as HCL2
    #[command(name = "hcl2_upgrade")]
    Hcl2Upgrade(Hcl2UpgradeArgs),
    /// Show what this host can do, with the fix for what it cannot
    Doctor,
    /// Print a JSON Schema of templates, for editors
    Schema(SchemaArgs),
    /// Show the versions
    Version,
}

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
pub(super) struct BuildArgs {
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    /// Colours in the output
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean)]
    pub(super) color: bool,
    /// One build at a time, with a pause after each stage
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) debug: bool,
    /// Replace what a former build left
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) force: bool,
    /// What to do when a build fails
    #[arg(long, value_enum, default_value = "cleanup")]
    pub(super) on_error: OnErrorArg,
    /// How many builds run at once; 0 is no limit
    #[arg(long, default_value_t = 0, allow_hyphen_values = true, value_name = "N")]
    pub(super) parallel_builds: i64,
    /// The time in front of each line
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) timestamp_ui: bool,
    #[command(flatten)]
    pub(super) accelerator: AcceleratorArgs,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    pub(super) warn_on_undeclared_var: Option<bool>,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    pub(super) skip_enforcement: Option<bool>,
}

#[derive(Debug, Args)]
pub(super) struct AcceleratorArgs {
    /// Use this accelerator whatever the template says: auto, kvm, tcg, hvf, whpx, xen or none
    #[arg(long, env = "BOXWRIGHT_ACCELERATOR", value_name = "NAME")]
    pub(super) accelerator: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    /// How to write what was found
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: OutputFormat,
    /// Only check that the template can be read
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) syntax_only: bool,
    /// Read data sources; without it what they give is not known
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) evaluate_datasources: bool,
    /// Accepted for Packer's sake
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    pub(super) no_warn_undeclared_var: Option<bool>,
}

#[derive(Debug, Args)]
pub(super) struct InspectArgs {
    #[command(flatten)]
    pub(super) template: OptionalTemplateArgs,
}

#[derive(Debug, Args)]
pub(super) struct ConsoleArgs {
    #[command(flatten)]
    pub(super) template: OptionalTemplateArgs,
}

#[derive(Debug, Args)]
pub(super) struct FixArgs {
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    /// Check the rewritten template
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean)]
    pub(super) validate: bool,
}

#[derive(Debug, Args)]
pub(super) struct Hcl2UpgradeArgs {
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    /// Where to; without it, beside the template with .pkr.hcl behind its name. `-` is the standard output
    #[arg(long, value_name = "PATH")]
    pub(super) output_file: Option<PathBuf>,
    /// With comments that explain the parts
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) with_annotations: bool,
}

#[derive(Debug, Args)]
pub(super) struct PlanArgs {
    #[command(flatten)]
    pub(super) template: TemplateArgs,
    /// How to write the plan
    #[arg(long, value_enum, default_value = "text")]
    pub(super) format: OutputFormat,
    /// Ask this host for what only it knows: QEMU's version, accelerator, firmware
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    pub(super) host: bool,
    #[command(flatten)]
    pub(super) accelerator: AcceleratorArgs,
}

#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// Which templates: legacy JSON, or HCL2 in JSON
    #[arg(value_enum, default_value = "json")]
    pub(super) kind: SchemaKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaKind {
    Json,
    Hcl,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum OnErrorArg {
    Cleanup,
    Abort,
    Ask,
    RunCleanupProvisioner,
}

impl From<OnErrorArg> for OnError {
    fn from(argument: OnErrorArg) -> Self {
        match argument {
            OnErrorArg::Cleanup => Self::Cleanup,
            OnErrorArg::Abort => Self::Abort,
            OnErrorArg::Ask => Self::Ask,
            OnErrorArg::RunCleanupProvisioner => Self::RunCleanupProvisioner,
        }
    }
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
