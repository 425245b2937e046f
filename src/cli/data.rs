//! Data sources, read while a template is loaded.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::diag::{Diagnostic, Diagnostics};
use crate::plan::data::DataPlan;
use crate::plan::resolve::data;
use crate::template::interpolate::Facts;
use crate::template::variables::DataRequest;

/// What is wrong with the options of a data source.
pub(super) fn check(request: &DataRequest) -> Diagnostics {
    data::data_source(request, facts()).err().unwrap_or_default()
}

fn facts() -> Facts {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    Facts { started: jiff::Timestamp::now(), working_folder: here.clone(), template_folder: here }
}

/// The values that a data source gives, by name.
pub(super) fn read(request: &DataRequest) -> Result<BTreeMap<String, String>, Diagnostics> {
    match data::data_source(request, facts())? {
        DataPlan::Null { input } => Ok(BTreeMap::from([("output".to_owned(), input)])),
        DataPlan::Http(http) => {
            let body = super::block_on(crate::fetch::page(&http)).map_err(|error| {
                let message = format!("data source `http`: {}", crate::error::chain(&error));
                Diagnostics::from(Diagnostic::error(message).at(&request.kind.span))
            })?;
            Ok(BTreeMap::from([("url".to_owned(), http.url), ("body".to_owned(), body)]))
        }
    }
}
