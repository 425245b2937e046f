//! `init`: the plugins that an HCL2 template requires. All that there are are built in, so nothing is fetched.

use clap::Args;

use super::inputs::{TemplateArgs, boolean};
use super::plugins;

#[derive(Debug, Args)]
pub(super) struct InitArgs {
    #[command(flatten)]
    template: TemplateArgs,
    /// Accepted for Packer's sake; there is nothing to upgrade
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    upgrade: Option<bool>,
    /// Accepted for Packer's sake; there is nothing to replace
    #[arg(long, hide = true, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_parser = boolean)]
    force: Option<bool>,
}

pub(super) fn run(args: &InitArgs, machine_readable: bool) -> u8 {
    plugins::show_required(&args.template, machine_readable)
}
