//! Files that are there before anything is built.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::encoding::base64;
use crate::template::hcl::functions::limits::TEXT_LIMIT;
use crate::template::hcl::functions::table::{Function, text};
use crate::template::hcl::value::Value;

use super::{paths, set};

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("file", &[text("path")], file),
    Function::new("filebase64", &[text("path")], file_base64),
    Function::new("fileexists", &[text("path")], file_exists),
    Function::new("fileset", &[text("path"), text("pattern")], set::file_set),
];

pub(super) fn below(folder: &Path, path: &str) -> Result<PathBuf, CallError> {
    Ok(PathBuf::from(paths::join(&folder.to_string_lossy(), &paths::expand(path)?)))
}

fn file(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let bytes = read(&below(arguments.context.root, arguments.text(0))?)?;
    let no_text = |_| format!("`{}` is not UTF-8 text; `filebase64` reads any file", arguments.text(0));
    String::from_utf8(bytes).map(Value::string).map_err(|error| CallError::of(0, no_text(error)))
}

fn file_base64(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    read(&below(arguments.context.working_folder, arguments.text(0))?).map(|bytes| base64::encode(&bytes))
}

/// Folders and devices are refused: a device may never end.
fn read(path: &Path) -> Result<Vec<u8>, CallError> {
    if !is_file(path)? {
        return Err(CallError::of(0, format!("there is no file `{}`", path.display())));
    }
    let limit = u64::try_from(TEXT_LIMIT).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    let read = fs_err::File::open(path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
    read.map_err(|error| CallError::of(0, error.to_string()))?;
    if bytes.len() > TEXT_LIMIT {
        return Err(CallError::of(0, format!("`{}` is larger than {} MiB", path.display(), TEXT_LIMIT >> 20)));
    }
    Ok(bytes)
}

fn file_exists(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    is_file(&below(arguments.context.root, arguments.text(0))?).map(Value::Bool)
}

fn is_file(path: &Path) -> Result<bool, CallError> {
    match fs_err::metadata(path) {
        Ok(facts) if facts.is_file() => Ok(true),
        Ok(facts) => {
            let kind = if facts.is_dir() { "a folder" } else { "a device" };
            Err(CallError::of(0, format!("`{}` is {kind}, not a file", path.display())))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(CallError::of(0, error.to_string())),
    }
}
