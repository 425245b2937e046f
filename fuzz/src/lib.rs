//! What each fuzz target does with one input: everything the program does with such a text before it
//! touches a machine. No input may panic, run for long or take much memory. Whether the result is right
//! is for other tests to say.
//!
//! `tests/fuzz_regressions.rs` replays with this file the inputs that failed once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use boxwright::io::secrets::Secret;
use boxwright::keys::{self, qcodes, scancodes, vnc};
use boxwright::plan::resolve::{ResolveOptions, resolve};
use boxwright::plan::show::{inspect_text, plan_text};
use boxwright::source::{SourceFile, Span};
use boxwright::template::Template;
use boxwright::template::interpolate::{Facts, Fields, Scope, Site};
use boxwright::template::variables::VariableInputs;

/// Where relative paths of a template lead: nothing is there.
const EMPTY_FOLDER: &str = "/nonexistent";

/// A JSON template: read, resolved, shown.
pub fn json(input: &[u8]) {
    let source = SourceFile::new("t.json", String::from_utf8_lossy(input));
    let (template, diagnostics) = Template::parse(&source, Path::new(EMPTY_FOLDER), &VariableInputs::fixed());
    let _ = diagnostics.render(false);
    if let Some(template) = template {
        plan(template);
    }
}

fn plan(mut template: Template) {
    template.working_folder = PathBuf::from(EMPTY_FOLDER);
    let _ = inspect_text(&template);
    let (plans, diagnostics) = resolve(&template, &ResolveOptions::default());
    let _ = (plan_text(&plans), diagnostics.render(true));
}

/// A text with `{{ }}`, at every kind of place that there is for one.
pub fn interpolate(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let span = Span::whole("t.json", text.clone());
    let scope = scope();
    let _ = scope.check(&text, &span);
    let _ = scope.render(&text, &span).map_err(|error| error.render(false));
    let fields = Fields::from(["Name", "HTTPIP", "Vars"].map(|name| (name.to_owned(), format!("{{{{ .{name} }}}}"))));
    for site in [Site::Struct(&["Name", "HTTPIP", "Vars"]), Site::Map(&["Name"])] {
        let Ok(late) = scope.late(&text, &span, site) else { continue };
        let _ = (late.render(&fields), late.known(), late.uses("Name"), late.to_string());
    }
}

fn scope() -> Scope {
    let facts = Facts {
        started: jiff::Timestamp::UNIX_EPOCH,
        working_folder: PathBuf::from(EMPTY_FOLDER),
        template_folder: PathBuf::from(EMPTY_FOLDER),
    };
    let variables = [("name", "a value"), ("braces", "{{ .Name }}"), ("empty", "")];
    let variables: BTreeMap<_, _> = variables.map(|(name, value)| (name.to_owned(), Secret::new(value))).into();
    Scope::new(facts, variables).with_build("a build", "qemu")
}

/// A boot command that is rendered already: its grammar, and the keys in each hypervisor's codes.
pub fn boot_command(input: &[u8]) {
    let Ok(actions) = keys::parse(&String::from_utf8_lossy(input)) else { return };
    let _ = (vnc::events(&actions), scancodes::batches(&actions), qcodes::events(&actions));
}
