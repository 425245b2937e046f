//! `schema`: a JSON Schema of templates, for editors.

use super::args::{SchemaArgs, SchemaKind};
use crate::error::exit;
use crate::plan::catalog::schema;
use crate::ui;

pub(super) fn run(args: &SchemaArgs) -> u8 {
    let schema = match args.kind {
        SchemaKind::Json => schema::legacy_json(),
        SchemaKind::Hcl => schema::hcl_json(),
    };
    ui::print(&format!("{schema:#}\n"));
    exit::SUCCESS
}
