//! `schema`: a JSON Schema of templates, for editors.

use clap::{Args, ValueEnum};

use crate::error::exit;
use crate::plan::catalog::schema;
use crate::ui;

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

pub(super) fn run(args: &SchemaArgs) -> u8 {
    let schema = match args.kind {
        SchemaKind::Json => schema::legacy_json(),
        SchemaKind::Hcl => schema::hcl_json(),
    };
    ui::print(&format!("{schema:#}\n"));
    exit::SUCCESS
}
