//! `fmt`: HCL2 files in the canonical format.

mod diff;
mod files;

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::inputs::{InputArgs, boolean};
use super::load;
use crate::diag::{Diagnostic, Diagnostics};
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::source::SourceFile;
use crate::template::format_hcl;
use crate::ui::{Reporter, Style};

#[derive(Debug, Args)]
pub(super) struct FmtArgs {
    /// Files (.pkr.hcl, .pkrvars.hcl) and folders of them; `-` goes from standard input to standard output
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Only name the files that would change; the exit code is 3 if there are any
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    check: bool,
    /// Show what changes
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    diff: bool,
    /// Write the files
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "true", value_parser = boolean)]
    write: bool,
    /// Also the folders in the folders
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    recursive: bool,
    /// Accepted for Packer's sake
    #[command(flatten)]
    inputs: InputArgs,
}

impl FmtArgs {
    fn writes(&self) -> bool {
        self.write && !self.check
    }
}

pub(super) fn run(args: &FmtArgs, machine_readable: bool) -> u8 {
    let mut ui = Reporter::stdout(load::settings(machine_readable), Secrets::default());
    let mut diagnostics = Diagnostics::default();
    let files = files::find(&args.paths, args.recursive, &mut diagnostics);
    let mut changes = false;
    for file in &files {
        match format_file(file, args, &mut ui) {
            Ok(is_changed) => changes |= is_changed,
            Err(found) => diagnostics.extend(found),
        }
    }
    load::show(&mut ui, &diagnostics);
    match () {
        () if diagnostics.has_errors() => exit::FAILURE,
        () if args.check && changes => exit::WOULD_CHANGE,
        () => exit::SUCCESS,
    }
}

/// Whether the file is another one in the canonical format.
fn format_file(path: &Path, args: &FmtArgs, ui: &mut Reporter) -> Result<bool, Diagnostics> {
    let is_stdin = path == Path::new("-");
    let source = read(path)?;
    let text = format_hcl(&source)?;
    let is_changed = text != source.text;
    if is_changed && !is_stdin {
        ui.text("", Style::Say, &source.name);
    }
    if is_changed && args.diff {
        ui.text("", Style::Say, diff::unified(&source, &text).trim_end());
    }
    if is_stdin && args.writes() && !args.diff {
        print(&text)?;
    } else if is_changed && args.writes() {
        fs_err::write(path, text)
            .map_err(|error| Diagnostic::error(format!("cannot write the formatted text: {error}")))?;
    }
    Ok(is_changed)
}

fn read(path: &Path) -> Result<std::sync::Arc<SourceFile>, Diagnostic> {
    let mut bytes = Vec::new();
    let (name, read) = if path == Path::new("-") {
        ("<stdin>".to_owned(), std::io::stdin().read_to_end(&mut bytes).map(|_| ()))
    } else {
        (path.display().to_string(), fs_err::read(path).map(|read| bytes = read))
    };
    read.map_err(|error| Diagnostic::error(format!("cannot read {name}: {error}")))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Diagnostic::error(format!("{name} is not UTF-8 text")).help("save it as UTF-8"))?;
    Ok(SourceFile::new(name, text))
}

/// Byte for byte; the reporter works by lines.
fn print(text: &str) -> Result<(), Diagnostic> {
    let mut out = std::io::stdout();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(|error| Diagnostic::error(format!("cannot write to the standard output: {error}")))
}
