//! The data sources.

use super::option::{Opt, choice, text, text_map};
use super::{Component, Role};

pub(super) const ALL: &[Component] = &[data_source("http", &[HTTP]), data_source("null", &[NULL])];

const fn data_source(kind: &'static str, options: &'static [&'static [Opt]]) -> Component {
    Component { runs: true, ..Component::new(Role::DataSource, kind, options) }
}

const HTTP: &[Opt] = &[
    text("url", "URL to read").required(),
    choice(
        "method",
        &["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"],
        "method of the request; GET by default",
    ),
    text_map("request_headers", "headers of the request, by name"),
    text("request_body", "body of the request"),
];

const NULL: &[Opt] = &[text("input", "what is given back as output").required()];
