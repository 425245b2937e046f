//! `file`: files and folders into the guest or out of it.

use crate::diag::Diagnostic;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::provisioner::{Direction, FilePlan};
use crate::source::Spanned;
use crate::template::interpolate::{Late, Site};

const SITE: Site<'static> = Site::Map(fields::BUILD);

pub(super) fn file(decoder: &mut Decoder<'_>) -> FilePlan {
    let direction = direction(decoder);
    let generated = decoder.boolean("generated");
    let sources = sources(decoder);
    let content = decoder.late("content", SITE);
    if content.is_some() && !sources.is_empty() {
        let key = if decoder.is_set("source") { "source" } else { "sources" };
        decoder.exclusive(key, "content");
    }
    if content.is_none() && sources.is_empty() {
        let error = Diagnostic::error("one of `source`, `sources`, `content` must be set");
        decoder.missing(&["source", "sources", "content"], error);
    }
    if direction == Direction::Upload && !generated {
        require(decoder, &sources);
    }
    let destination = decoder.late("destination", SITE);
    if destination.is_none() {
        decoder.missing(&["destination"], Diagnostic::error("`destination` must be set"));
    }
    FilePlan {
        sources: sources.into_iter().map(|source| source.value).collect(),
        content,
        destination: destination.unwrap_or_else(|| Late::literal("")),
        direction,
        generated,
    }
}

fn direction(decoder: &mut Decoder<'_>) -> Direction {
    match decoder.choice("direction").as_deref() {
        Some("download") => Direction::Download,
        _ => Direction::Upload,
    }
}

fn sources(decoder: &mut Decoder<'_>) -> Vec<Spanned<Late>> {
    let mut sources = decoder.late_strings("sources", SITE);
    if let Some(source) = decoder.late("source", SITE) {
        sources.push(Spanned::new(source, decoder.span("source")));
    }
    sources
}

/// A source whose name is complete must be there.
fn require(decoder: &mut Decoder<'_>, sources: &[Spanned<Late>]) {
    for source in sources {
        if let Some(path) = source.value.known() {
            decoder.require("file to upload", path, Expect::Any, &source.span);
        }
    }
}
