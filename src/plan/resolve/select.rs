//! Which builds are made: `-only` and `-except`.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::{Build, Language, Template};

use super::ResolveOptions;

pub(super) fn builds<'a>(
    template: &'a Template,
    options: &ResolveOptions,
    diagnostics: &mut Diagnostics,
) -> Vec<&'a Build> {
    warn_of_strangers(template, options, diagnostics);
    let language = template.language();
    let names =
        |patterns: &[String], build: &Build| patterns.iter().any(|pattern| fits(language, pattern, &build.name));
    let wanted =
        |build: &&Build| (options.only.is_empty() || names(&options.only, build)) && !names(&options.except, build);
    let chosen: Vec<_> = template.builds.iter().filter(wanted).collect();
    if template.builds.is_empty() {
        diagnostics
            .push(Diagnostic::error("the template has no build").help("a `build` block names the sources to build"));
    } else if chosen.is_empty() {
        let names: Vec<_> = template.builds.iter().map(|build| format!("`{}`", build.name)).collect();
        let error = Diagnostic::error("`-only` and `-except` leave no build to run");
        diagnostics.push(error.help(format!("the template's builds are {}", names.join(", "))));
    }
    chosen
}

/// A name that fits nothing is most likely mistyped; Packer takes it in silence.
fn warn_of_strangers(template: &Template, options: &ResolveOptions, diagnostics: &mut Diagnostics) {
    let builds: Vec<&str> = template.builds.iter().map(|build| build.name.as_str()).collect();
    let outline = template.outline();
    let processors = outline.post_processors().into_iter();
    let both: Vec<&str> = builds.iter().copied().chain(processors).collect();
    for (flag, names, candidates) in [("-only", &options.only, &builds), ("-except", &options.except, &both)] {
        for name in names.iter().filter(|name| !candidates.iter().any(|known| fits(template.language(), name, known))) {
            let warning = Diagnostic::warning(format!("`{flag}` names `{name}`, which the template does not have"));
            diagnostics.push(warning.suggest(name, candidates.iter().copied()));
        }
    }
}

/// Whether a flag's word means a name: in HCL2 it is a pattern.
pub(super) fn fits(language: Language, word: &str, name: &str) -> bool {
    match language {
        Language::Json => word == name,
        Language::Hcl => word == name || glob::Pattern::new(word).is_ok_and(|pattern| pattern.matches(name)),
    }
}
