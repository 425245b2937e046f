//! The cases: many small templates to a file, with Packer's verdict on each.
//!
//! ```text
//! +++ template.json                         a file that every case has, until the first header;
//! {"builders": [@@]}                        what a case says is put in the place of `@@`
//!
//! --- reject unknown-key: a typo            the verdict of Packer (accept, reject, crash), kind, title
//! ? headles                                 the error names this, Packer's and ours
//! $ PKR_VAR_a=b -only=qemu                  environment, then arguments
//! > folder                                  what is validated, else the first file
//! {"type": "qemu", "headles": true}
//! +++ more.json                             a file of this case only
//! ```

use std::path::Path;

use fs_err as fs;

/// Where a case's own text goes.
const PLACE: &str = "@@";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accept,
    Reject,
    /// Packer ends by a panic; we must not, and refuse.
    Crash,
}

impl Verdict {
    /// What we should decide where Packer decides so.
    pub(crate) fn of_ours(self, differs: bool) -> Self {
        if (self == Self::Accept) == differs { Self::Reject } else { Self::Accept }
    }

    fn parse(word: &str) -> Self {
        match word {
            "accept" => Self::Accept,
            "reject" => Self::Reject,
            "crash" => Self::Crash,
            _ => panic!("`{word}` is no verdict"),
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// Language, area, kind and title: `json/variables type: a number`.
    pub(crate) name: String,
    pub(crate) packers: Verdict,
    pub(crate) kind: String,
    pub(crate) named: Vec<String>,
    pub(crate) environment: Vec<(String, String)>,
    pub(crate) arguments: Vec<String>,
    pub(crate) target: String,
    pub(crate) files: Files,
}

/// Names and texts.
type Files = Vec<(String, String)>;

pub(crate) fn all() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/validate");
    let mut cases = Vec::new();
    for language in ["json", "hcl2"] {
        let paths = fs::read_dir(folder.join(language)).unwrap().map(|entry| entry.unwrap().path());
        let mut paths: Vec<_> = paths.collect();
        paths.sort();
        for path in paths {
            let area = format!("{language}/{}", path.file_stem().unwrap().to_string_lossy());
            cases.extend(read_area(&area, &fs::read_to_string(&path).unwrap()));
        }
    }
    cases
}

fn read_area(area: &str, text: &str) -> Vec<Case> {
    let mut sections = text.strip_prefix("--- ").map_or_else(|| text.split("\n--- "), |rest| rest.split("\n--- "));
    let common = if text.starts_with("--- ") { "" } else { sections.next().unwrap_or_default() };
    let common = files(common).1;
    sections.map(|section| Case::read(area, section, &common)).collect()
}

/// What stands before the first file, and the files.
fn files(text: &str) -> (String, Files) {
    let text = format!("\n{text}");
    let mut parts = text.split("\n+++ ");
    let before = parts.next().unwrap_or_default().trim_start_matches('\n').to_owned();
    let named = parts.map(|part| part.split_once('\n').unwrap_or((part, "")));
    (before, named.map(|(name, text)| (name.to_owned(), format!("{}\n", text.trim_end()))).collect())
}

impl Case {
    fn read(area: &str, section: &str, common: &Files) -> Self {
        let (header, rest) = section.split_once('\n').unwrap_or((section, ""));
        let (verdict, about) = header.split_once(' ').expect(header);
        let (kind, _) = about.split_once(": ").expect(header);
        let (before, own) = files(rest);
        let mut case = Self {
            name: format!("{area} {about}"),
            packers: Verdict::parse(verdict),
            kind: kind.to_owned(),
            named: Vec::new(),
            environment: Vec::new(),
            arguments: Vec::new(),
            target: String::new(),
            files: Files::new(),
        };
        let body = case.read_directives(&before);
        case.set_files(body, common, &own);
        case
    }

    /// Takes the first lines, and gives what comes after them.
    fn read_directives<'text>(&mut self, mut text: &'text str) -> &'text str {
        loop {
            let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
            match line.split_once(' ') {
                Some(("?", words)) => self.named.push(words.to_owned()),
                Some(("$", words)) => self.read_command(words),
                Some((">", path)) => path.clone_into(&mut self.target),
                _ => return text,
            }
            text = rest;
        }
    }

    fn read_command(&mut self, words: &str) {
        for word in shell_words::split(words).unwrap() {
            match word.split_once('=') {
                Some((name, value)) if !word.starts_with('-') && self.arguments.is_empty() => {
                    self.environment.push((name.to_owned(), value.to_owned()));
                }
                _ => self.arguments.push(word),
            }
        }
    }

    /// The case's files win over those that all cases have.
    fn set_files(&mut self, body: &str, common: &Files, own: &Files) {
        let filled = |text: &String| text.replace(PLACE, body.trim_end());
        let of_case = |name: &String| own.iter().find(|(own, _)| own == name).map(|(_, text)| text.clone());
        let common = common.iter().map(|(name, text)| (name.clone(), of_case(name).unwrap_or_else(|| filled(text))));
        self.files = common.chain(own.iter().cloned()).collect();
        if self.target.is_empty() {
            self.target.clone_from(&self.files.first().expect("a case has a template").0);
        }
    }
}
