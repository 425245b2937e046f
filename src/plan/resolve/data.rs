//! The options of data sources.

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::catalog::{self, Role};
use crate::plan::data::{DataPlan, HttpRequest};
use crate::plan::decode::{Decoder, Folders, Reading, Typing};
use crate::template::interpolate::{Facts, Scope};
use crate::template::variables::DataRequest;

/// The plan of a data source, if its options are right.
pub fn data_source(request: &DataRequest, facts: Facts) -> Result<DataPlan, Diagnostics> {
    let kind = &request.kind;
    let Some(component) = catalog::component(Role::DataSource, &kind.value) else {
        let error = Diagnostic::error(format!("unknown data source type `{}`", kind.value)).at(&kind.span);
        return Err(error.into());
    };
    let (working, template) = (facts.working_folder.clone(), facts.template_folder.clone());
    let scope = Scope::of_hcl(facts);
    let folders = Folders { working: &working, template: &template, may_come_later: false };
    let reading = Reading { scope: &scope, folders, typing: Typing::Strict };
    let mut decoder = Decoder::new(reading, component, request.options.clone());
    let plan = match component.kind {
        "http" => DataPlan::Http(http(&mut decoder)),
        _ => DataPlan::Null { input: required(&mut decoder, "input") },
    };
    let found = decoder.finish();
    if found.has_errors() { Err(found) } else { Ok(plan) }
}

fn http(decoder: &mut Decoder<'_>) -> HttpRequest {
    HttpRequest {
        url: required(decoder, "url"),
        method: decoder.choice("method").unwrap_or_else(|| String::from("GET")),
        headers: decoder.map("request_headers"),
        body: decoder.string("request_body"),
    }
}

fn required(decoder: &mut Decoder<'_>, key: &'static str) -> String {
    decoder.string(key).unwrap_or_else(|| {
        decoder.missing(&[key], Diagnostic::error(format!("`{key}` must be set")));
        String::new()
    })
}
