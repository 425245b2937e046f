//! `vagrant`: a box.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Severity};
use crate::io::text;
use crate::plan::catalog::VAGRANT_PROVIDERS;
use crate::plan::decode::{Decoder, Expect};
use crate::plan::fields;
use crate::plan::post_processor::{VagrantOptions, VagrantPlan};
use crate::source::Span;
use crate::template::interpolate::{Late, Site};
use crate::template::value::{Kind, Object};

const OUTPUT: &str = "packer_{{.BuildName}}_{{.Provider}}_{{.Architecture}}.box";

pub(super) fn vagrant(decoder: &mut Decoder<'_>, files_may_come: bool) -> VagrantPlan {
    let overrides = overrides(decoder);
    let options = options(decoder, files_may_come);
    let overrides = overrides.into_iter().map(|(provider, over)| {
        let options = overridden(decoder, &over, files_may_come);
        (provider, options)
    });
    VagrantPlan {
        options,
        overrides: overrides.collect(),
        provider_override: decoder.choice("provider_override"),
        architecture: decoder.string_or("architecture", host_architecture()),
    }
}

/// The maps of `override` by provider.
fn overrides(decoder: &mut Decoder<'_>) -> BTreeMap<String, Object> {
    let mut maps = BTreeMap::new();
    let Some(value) = decoder.value("override") else { return maps };
    let Kind::Map(providers) = value.kind else {
        decoder.reject("override", "`override` must be a map of options by provider");
        return maps;
    };
    for (provider, options) in providers.entries {
        if !VAGRANT_PROVIDERS.contains(&provider.value.as_str()) {
            let warning = Diagnostic::warning(format!("`override` is for `{}`, which is no provider", provider.value));
            decoder.push(warning.at(&provider.span).suggest(&provider.value, VAGRANT_PROVIDERS.iter().copied()));
        }
        match options.kind {
            Kind::Map(options) => {
                maps.insert(provider.value, options);
            }
            _ => decoder.push(Diagnostic::error("the options of a provider must be a map").at(&options.span)),
        }
    }
    maps
}

/// The options for all providers with those of one laid over. What is wrong in the former is reported there.
fn overridden(decoder: &mut Decoder<'_>, over: &Object, files_may_come: bool) -> VagrantOptions {
    let mut inner = decoder.again(decoder.object().overlaid(over));
    let options = options(&mut inner, files_may_come);
    for diagnostic in inner.finish() {
        if diagnostic.label.as_ref().is_some_and(|(span, _)| within(span, &over.span)) {
            decoder.push(diagnostic);
        }
    }
    options
}

fn within(inner: &Span, outer: &Span) -> bool {
    inner.source == outer.source && outer.range.start <= inner.range.start && inner.range.end <= outer.range.end
}

/// In Go's words, which Vagrant uses too.
fn host_architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

fn options(decoder: &mut Decoder<'_>, files_may_come: bool) -> VagrantOptions {
    let site = fields::with_build(fields::VAGRANT);
    let site = Site::Map(&site);
    let generated = decoder.boolean("vagrantfile_template_generated");
    let template = decoder.path("vagrantfile_template");
    VagrantOptions {
        output: decoder.late_or("output", OUTPUT, site),
        compression_level: decoder.number("compression_level", -1..=9).unwrap_or(-1),
        include: include(decoder, files_may_come),
        vagrantfile: template.as_ref().filter(|_| !generated).and_then(|path| vagrantfile(decoder, path, site)),
        vagrantfile_template: template,
        vagrantfile_template_generated: generated,
    }
}

/// An included file may be made while the build runs; then its absence is only worth a word.
fn include(decoder: &mut Decoder<'_>, files_may_come: bool) -> Vec<PathBuf> {
    let paths = decoder.spanned_strings("include");
    for path in &paths {
        let checked = decoder.folders().check("file to include", path.value.as_ref(), Expect::File, &path.span);
        match checked {
            Err(found) if files_may_come => decoder.push(Diagnostic { severity: Severity::Warning, ..found }),
            Err(found) => decoder.push_for_run(found),
            Ok(()) => {}
        }
    }
    paths.into_iter().map(|path| path.value.into()).collect()
}

/// The text of `vagrantfile_template`.
fn vagrantfile(decoder: &mut Decoder<'_>, path: &Path, site: Site<'_>) -> Option<Late> {
    let span = decoder.span("vagrantfile_template");
    let checked = decoder.folders().check("`vagrantfile_template`", path, Expect::File, &span);
    decoder.take(checked)?;
    let text = text::read(&decoder.folders().locate(path)).map(|read| read.text);
    let text = decoder.take(text.map_err(|error| Diagnostic::error(error.to_string()).at(&span)))?;
    decoder.late_text(&text, &Span::whole(path.display().to_string(), &text), site)
}
