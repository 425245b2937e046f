//! Which builds are made: `-only` and `-except`.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::{Build, Template};

use super::ResolveOptions;

pub(super) fn builds<'a>(
    template: &'a Template,
    options: &ResolveOptions,
    diagnostics: &mut Diagnostics,
) -> Vec<&'a Build> {
    warn_of_strangers(template, options, diagnostics);
    let wanted = |build: &&Build| {
        (options.only.is_empty() || options.only.contains(&build.name)) && !options.except.contains(&build.name)
    };
    let chosen: Vec<_> = template.builds.iter().filter(wanted).collect();
    if chosen.is_empty() {
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
    let processors = outline.post_processors.iter().map(String::as_str);
    let both: Vec<&str> = builds.iter().copied().chain(processors).collect();
    for (flag, names, candidates) in [("-only", &options.only, &builds), ("-except", &options.except, &both)] {
        for name in names.iter().filter(|name| !candidates.contains(&name.as_str())) {
            let warning = Diagnostic::warning(format!("`{flag}` names `{name}`, which the template does not have"));
            diagnostics.push(warning.suggest(name, candidates.iter().copied()));
        }
    }
}
