//! What can be typed. Flags are written with one dash or two, before or after the template.

use clap::{Parser, Subcommand};

use super::build::BuildArgs;
use super::console::ConsoleArgs;
use super::convert::ConvertArgs;
use super::fix::FixArgs;
use super::fmt::FmtArgs;
use super::hcl2_upgrade::Hcl2UpgradeArgs;
use super::init::InitArgs;
use super::inspect::InspectArgs;
use super::plan::PlanArgs;
use super::plugins::PluginsArgs;
use super::schema::SchemaArgs;
use super::validate::ValidateArgs;

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
    /// Write a disk image in another format
    Convert(ConvertArgs),
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
