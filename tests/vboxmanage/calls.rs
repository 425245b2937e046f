//! The calls of `VBoxManage` that the script wrote down, as lines that can be compared.
//!
//! Names stand in place of what differs from run to run: the machine's where the template gives it none, ports that
//! were looked for, temporary files. A path below the bench reads the same whether it is absolute or not. Calls whose
//! order Packer itself changes from run to run are sorted.

use std::path::Path;
use std::sync::LazyLock;

use fs_err as fs;
use regex::Regex;

/// The calls in order, without the questions about a machine, which depend on how often one looks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls(pub(crate) Vec<String>);

/// The machine's name, wherever it stands.
const NAME: &str = "NAME";

/// What Packer does in another order in each run (settings of the window, discs put in, discs taken out), and the
/// images that we have forgotten at the end.
const UNORDERED: [&str; 4] = [
    r"^setextradata global ",
    r"--type dvddrive --medium \S*\.iso$",
    r"--type dvddrive --medium none$",
    r"^closemedium (dvd|floppy) ",
];

static PATTERNS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let patterns = [
        (r"packer-virtualbox-\w+-\d{10}", NAME),
        (r"(/|\b)tmp/\S*(\.\w+)\b", "TEMPORARY$2"),
        (r"--vrdeport (59\d\d|6000)\b", "--vrdeport PORT"),
        (r",127\.0\.0\.1,(2[2-9]\d\d|3\d{3}|4[0-4]\d\d),", ",127.0.0.1,PORT,"),
        (r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "UUID"),
    ];
    patterns.map(|(pattern, name)| (Regex::new(pattern).unwrap(), name)).into()
});

static UNORDERED_PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| UNORDERED.map(|pattern| Regex::new(pattern).unwrap()).into());

impl Calls {
    pub(crate) fn read(bench: &Path, name: Option<&str>) -> Self {
        let text = fs::read_to_string(bench.join("virtualbox/calls")).unwrap_or_default();
        let calls = text.split_terminator('\x1e').map(|call| call.split_terminator('\x1f').collect::<Vec<_>>());
        let name = name.map(|name| Regex::new(&format!(r"\b{}\b", regex::escape(name))).unwrap());
        let lines = calls.map(|words| line(&words, bench, name.as_ref()));
        let mut lines: Vec<_> = lines.filter(|line| !is_question(line)).collect();
        sort_where_free(&mut lines);
        Self(lines)
    }
}

fn line(words: &[&str], bench: &Path, name: Option<&Regex>) -> String {
    let below = format!("{}/", bench.display());
    let words = words.iter().map(|word| {
        let word = word.replace(&below, "");
        name.map_or(word.clone(), |name| name.replace_all(&word, NAME).into_owned())
    });
    let line = shell_words::join(words);
    PATTERNS.iter().fold(line, |line, (pattern, name)| pattern.replace_all(&line, *name).into_owned())
}

fn is_question(line: &str) -> bool {
    let is_list = line.starts_with("snapshot ") && line.contains(" list");
    is_list || line.starts_with("--version") || line.starts_with("showvminfo ")
}

fn sort_where_free(lines: &mut [String]) {
    let kind = |line: &String| UNORDERED_PATTERNS.iter().position(|pattern| pattern.is_match(line));
    let together = |one: &String, next: &String| kind(one).is_some() && kind(one) == kind(next);
    lines.chunk_by_mut(together).for_each(<[String]>::sort);
}
