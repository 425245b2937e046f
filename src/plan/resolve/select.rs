//! Which builds are made: `-only` and `-except`.

use crate::diag::{Diagnostic, Diagnostics};
use crate::template::{Builder, Template};

use super::ResolveOptions;

pub(super) fn builders<'a>(
    template: &'a Template,
    options: &ResolveOptions,
    diagnostics: &mut Diagnostics,
) -> Vec<&'a Builder> {
    warn_of_strangers(template, options, diagnostics);
    let wanted = |builder: &&Builder| {
        (options.only.is_empty() || options.only.contains(&builder.name)) && !options.except.contains(&builder.name)
    };
    let chosen: Vec<_> = template.builders.iter().filter(wanted).collect();
    if chosen.is_empty() {
        let names: Vec<_> = template.builders.iter().map(|builder| format!("`{}`", builder.name)).collect();
        let error = Diagnostic::error("`-only` and `-except` leave no build to run");
        diagnostics.push(error.help(format!("the template's builds are {}", names.join(", "))));
    }
    chosen
}

/// A name that fits nothing is most likely mistyped; Packer takes it in silence.
fn warn_of_strangers(template: &Template, options: &ResolveOptions, diagnostics: &mut Diagnostics) {
    let builds: Vec<&str> = template.builders.iter().map(|builder| builder.name.as_str()).collect();
    let processors = template.post_processors.iter().flatten().map(|processor| processor.name.as_str());
    let both: Vec<&str> = builds.iter().copied().chain(processors).collect();
    for (flag, names, candidates) in [("-only", &options.only, &builds), ("-except", &options.except, &both)] {
        for name in names.iter().filter(|name| !candidates.contains(&name.as_str())) {
            let warning = Diagnostic::warning(format!("`{flag}` names `{name}`, which the template does not have"));
            diagnostics.push(warning.suggest(name, candidates.iter().copied()));
        }
    }
}
