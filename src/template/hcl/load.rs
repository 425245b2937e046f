//! From a path to a `Template`: one file, or all of a folder.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diag::{Diagnostic, Diagnostics};
use crate::io::secrets::Secret;
use crate::io::text::SIZE_LIMIT;
use crate::source::SourceFile;
use crate::template::variables::{Variable, VariableInputs, Variables};
use crate::template::{PACKER_VERSION, Template, text};

use super::blocks::{Declarations, Definitions, JSON_SCHEMA, LocalBlock, VariableBlock};
use super::content::Content;
use super::syntax::{self, Body};
use super::value::Value;
use super::world::{Facts, World};
use super::{globals, inputs};

/// Whether a path means this language: a folder, or a name that says so.
pub(in crate::template) fn is_meant(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.ends_with(".pkr.hcl") || name.ends_with(".pkr.json") || path.is_dir()
}

/// The files of a template.
struct Files {
    configuration: Vec<PathBuf>,
    /// Variable files that need not be named.
    automatic: Vec<PathBuf>,
    /// As given, which `path.root` shows.
    root: PathBuf,
}

pub(in crate::template) fn load(path: &Path, inputs: &VariableInputs) -> (Option<Template>, Diagnostics) {
    match Files::find(path) {
        Ok(files) => {
            let mut diagnostics = Diagnostics::default();
            let Some(sources) = sources(&files.configuration, &mut diagnostics) else { return (None, diagnostics) };
            let (template, found) = from_sources(path, &sources, &files, inputs);
            diagnostics.extend(found);
            (template.filter(|_| !diagnostics.has_errors()), diagnostics)
        }
        Err(error) => (None, error.into()),
    }
}

/// One text as a whole template; `path` tells its notation and its folder.
pub(in crate::template) fn parse(
    source: &Arc<SourceFile>,
    path: &Path,
    inputs: &VariableInputs,
) -> (Option<Template>, Diagnostics) {
    let files = Files { configuration: vec![path.to_owned()], automatic: Vec::new(), root: folder_of(path) };
    from_sources(path, std::slice::from_ref(source), &files, inputs)
}

/// All files' texts, which are bounded together as one file is. None, when one of them is missing.
fn sources(paths: &[PathBuf], diagnostics: &mut Diagnostics) -> Option<Vec<Arc<SourceFile>>> {
    let mut sources = Vec::new();
    let mut size = 0;
    for path in paths {
        let source = diagnostics.take(text::read_strict(path, "template"));
        size += source.as_ref().map_or(0, |source| source.text.len());
        if size > SIZE_LIMIT {
            let limit = SIZE_LIMIT >> 20;
            diagnostics.push(Diagnostic::error(format!("the template's files are larger than {limit} MiB together")));
            return None;
        }
        sources.extend(source);
    }
    (sources.len() == paths.len()).then_some(sources)
}

impl Files {
    fn find(path: &Path) -> Result<Self, Diagnostic> {
        if !path.is_dir() {
            return Ok(Self { configuration: vec![path.to_owned()], automatic: Vec::new(), root: folder_of(path) });
        }
        let names = names_in(path)?;
        let with = |suffix: &str| -> Vec<PathBuf> {
            names.iter().filter(|name| name.ends_with(suffix)).map(|name| path.join(name)).collect()
        };
        let configuration = [with(".pkr.hcl"), with(".pkr.json")].concat();
        if configuration.is_empty() {
            let error = Diagnostic::error(format!("the folder {} holds no template", path.display()));
            return Err(error.help("files of a template end in .pkr.hcl or .pkr.json"));
        }
        let automatic = [with(".auto.pkrvars.hcl"), with(".auto.pkrvars.json")].concat();
        Ok(Self { configuration, automatic, root: path.to_owned() })
    }
}

/// The names of the files in a folder, sorted.
fn names_in(folder: &Path) -> Result<Vec<String>, Diagnostic> {
    let wrong = |error: std::io::Error| Diagnostic::error(format!("cannot read the template: {error}"));
    let mut names = Vec::new();
    for entry in fs_err::read_dir(folder).map_err(wrong)? {
        let entry = entry.map_err(wrong)?;
        if !entry.path().is_dir() {
            names.extend(entry.file_name().into_string());
        }
    }
    names.sort();
    Ok(names)
}

/// The folder as given: `.` for a bare name.
fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => PathBuf::from("."),
    }
}

fn bodies(sources: &[Arc<SourceFile>], files: &Files, diagnostics: &mut Diagnostics) -> Vec<Body> {
    let mut bodies = Vec::with_capacity(sources.len());
    for source in sources {
        let is_json = Path::new(&source.name).extension().is_some_and(|extension| extension == "json");
        bodies.extend(if is_json {
            syntax::parse_json_body(source, diagnostics, &JSON_SCHEMA)
        } else {
            syntax::parse_body(source, diagnostics)
        });
    }
    debug_assert!(bodies.len() <= files.configuration.len());
    bodies
}

fn from_sources(
    path: &Path,
    sources: &[Arc<SourceFile>],
    files: &Files,
    inputs: &VariableInputs,
) -> (Option<Template>, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let bodies = bodies(sources, files, &mut diagnostics);
    if diagnostics.has_errors() {
        // What is missing because of a mistake would be reported as missing.
        return (None, diagnostics);
    }
    let declarations = Declarations::read(bodies, &mut diagnostics);
    let working_folder = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let facts = Facts { root: files.root.clone(), working_folder: working_folder.clone(), started: inputs.started };
    let world = World::new(facts.clone(), inputs.secrets.clone());
    let values = inputs::resolve(&declarations.variables, &files.automatic, &world, inputs, &mut diagnostics);
    let world = builtin(&facts, &world).with("var", Value::map(values.clone()));
    let world = globals::evaluate_all(&declarations.locals, &declarations.data, &world, inputs, &mut diagnostics);
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let locals = shown_locals(&declarations.locals, &world);
    let definitions = Definitions::read(&declarations.rest, &world, &mut diagnostics);
    let description = definitions.builds.iter().find_map(|(build, _)| build.description.clone());
    let (content, builds) = Content::new(definitions, locals, world, &mut diagnostics);
    let folder = std::path::absolute(&files.root).unwrap_or_else(|_| files.root.clone());
    let template = Template {
        path: path.to_owned(),
        folder,
        working_folder,
        started: inputs.started,
        description,
        plugins: declarations.plugins,
        variables: shown(&declarations.variables, &values),
        builds,
        content: crate::template::Content::Hcl(content),
    };
    (Some(template).filter(|_| !diagnostics.has_errors()), diagnostics)
}

/// `path` and `packer`.
fn builtin(facts: &Facts, world: &World) -> World {
    let text = |path: &Path| Value::string(path.to_string_lossy());
    let path =
        BTreeMap::from([("root".to_owned(), text(&facts.root)), ("cwd".to_owned(), text(&facts.working_folder))]);
    let packer = BTreeMap::from([
        ("version".to_owned(), Value::string(PACKER_VERSION)),
        ("iterationID".to_owned(), Value::Unknown),
        ("versionFingerprint".to_owned(), Value::Unknown),
    ]);
    world.with("path", Value::map(path)).with("packer", Value::map(packer))
}

/// Local values as people see them, sorted.
fn shown_locals(declared: &[LocalBlock], world: &World) -> Vec<(String, Option<String>)> {
    let Some(Value::Map(values)) = world.get("local") else { return Vec::new() };
    let sensitive = declared.iter().filter(|local| local.sensitive).map(|local| local.name.value.as_str());
    let sensitive: HashSet<&str> = sensitive.collect();
    let text = |name: &str, value: &Value| (!sensitive.contains(name)).then(|| value.to_string());
    values.iter().map(|(name, value)| (name.clone(), text(name, value))).collect()
}

/// Variables as people see them.
fn shown(declared: &[VariableBlock], values: &BTreeMap<String, Value>) -> Variables {
    let variable = |block: &VariableBlock| {
        let value = &values[&block.name.value];
        let text = (*value != Value::Unknown).then(|| value.to_string());
        Variable {
            name: block.name.value.clone(),
            default: if block.default.is_some() { text.clone() } else { None },
            value: text.map(Secret::new),
            sensitive: block.sensitive,
            declared: true,
        }
    };
    Variables(declared.iter().map(variable).collect())
}
