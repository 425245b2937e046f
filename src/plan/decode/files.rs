//! Checks that the files a template names are there, before any machine starts.

use std::path::{Path, PathBuf};

use crate::diag::{Diagnostic, Severity};
use crate::source::Span;

use super::weak::UNKNOWN;
use super::{Decoder, Folders};

/// What a path must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::plan) enum Expect {
    File,
    Folder,
    Any,
}

impl Folders<'_> {
    /// Where a path leads; relative ones start at the working folder.
    pub(in crate::plan) fn locate(&self, path: impl AsRef<Path>) -> PathBuf {
        self.working.join(path)
    }

    /// An error where a path does not lead to what it must. One that is not known yet may lead anywhere.
    pub(in crate::plan) fn check(
        &self,
        what: &str,
        path: &Path,
        expect: Expect,
        span: &Span,
    ) -> Result<(), Diagnostic> {
        if path == Path::new(UNKNOWN) {
            return Ok(());
        }
        let shown = path.display();
        match fs_err::metadata(self.locate(path)) {
            Ok(found) if expect == Expect::File && found.is_dir() => {
                Err(Diagnostic::error(format!("{what} `{shown}` is a folder, not a file")).at(span))
            }
            Ok(found) if expect == Expect::Folder && !found.is_dir() => {
                Err(Diagnostic::error(format!("{what} `{shown}` is not a folder")).at(span))
            }
            Ok(_) => Ok(()),
            Err(error) => Err(self.missing(what, path, &error).at(span)),
        }
    }

    fn missing(&self, what: &str, path: &Path, error: &std::io::Error) -> Diagnostic {
        let reason = match error.kind() {
            std::io::ErrorKind::NotFound => String::from("does not exist"),
            _ => format!("cannot be read: {error}"),
        };
        let diagnostic = Diagnostic::error(format!("{what} `{}` {reason}", path.display()));
        if path.is_absolute() {
            return diagnostic;
        }
        if self.template != self.working && self.template.join(path).exists() {
            let hint = "it exists beside the template, but paths start at the folder the program is run in";
            return diagnostic
                .help(format!("{hint}: change there, or write `{{{{template_dir}}}}/{}`", path.display()));
        }
        diagnostic.help(format!("relative paths start at {}", self.working.display()))
    }
}

impl Decoder<'_> {
    /// Reports a path that does not lead to what it must.
    pub(in crate::plan) fn require(&mut self, what: &str, path: impl AsRef<Path>, expect: Expect, span: &Span) {
        let checked = self.folders.check(what, path.as_ref(), expect, span);
        self.take(checked);
    }

    /// The same for what only a running build reads.
    pub(in crate::plan) fn require_for_run(&mut self, what: &str, path: &Path, expect: Expect, span: &Span) {
        if let Err(problem) = self.folders.check(what, path, expect, span) {
            self.push_for_run(problem);
        }
    }

    /// What stops a build, but only warns before one.
    pub(in crate::plan) fn push_for_run(&mut self, problem: Diagnostic) {
        let severity = if self.folders.may_come_later { Severity::Warning } else { problem.severity };
        self.push(Diagnostic { severity, ..problem });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_beside_the_template_is_pointed_at() {
        let (working, template) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs_err::write(template.path().join("setup.sh"), "").unwrap();
        let folders = Folders { working: working.path(), template: template.path(), may_come_later: false };
        let span = Span::whole("test", "");
        let error = folders.check("script", Path::new("setup.sh"), Expect::File, &span).unwrap_err();
        assert_eq!(error.message, "script `setup.sh` does not exist");
        assert!(error.help.unwrap().ends_with("write `{{template_dir}}/setup.sh`"));
    }

    #[test]
    fn a_folder_is_no_file() {
        let working = tempfile::tempdir().unwrap();
        let folders = Folders { working: working.path(), template: working.path(), may_come_later: false };
        let span = Span::whole("test", "");
        let error = folders.check("script", Path::new("."), Expect::File, &span).unwrap_err();
        assert_eq!(error.message, "script `.` is a folder, not a file");
        assert!(folders.check("http_directory", Path::new("."), Expect::Folder, &span).is_ok());
    }
}
