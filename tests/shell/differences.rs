//! Every difference from Packer that is meant. `docs/differences.md` tells readers of them.

use std::collections::BTreeSet;

use crate::record::{Call, Record, name_of};
use crate::trial::Case;

/// One difference: where it shows, what it is, and why; the same words are in the page for readers.
#[derive(Debug)]
pub(crate) struct Difference {
    when: When,
    change: Change,
    pub(crate) why: &'static str,
}

#[derive(Debug)]
enum When {
    Always,
    In(&'static [&'static str]),
    NotIn(&'static [&'static str]),
}

#[derive(Debug)]
enum Change {
    /// A call that begins so, which we do not make.
    Left(&'static str),
    /// A part of calls that begin so, and what we write in its place.
    Part(&'static str, &'static str, &'static str),
    /// The upload of a script, its `chmod` and its start are one call.
    InOneGo,
    /// Files are stored with these rights, and not with Packer's.
    Rights(&'static str, &'static str),
    /// A file that we leave does not say this.
    NotInFiles(&'static str),
    /// A file that we do not leave.
    NoFile(&'static str),
    /// What files hold, and what ours do.
    Content(&'static str, &'static str),
    /// The build of Packer ends well, and ours does not.
    Refused,
}

use Change::{Content, InOneGo, Left, NoFile, NotInFiles, Part, Refused, Rights};
use When::{Always, In, NotIn};

const fn difference(when: When, change: Change, why: &'static str) -> Difference {
    Difference { when, change, why }
}

const IN_STEPS: &[&str] = &["places/over_sftp", "places/at_a_terminal"];
const PLUGINS: &str = "Packer's processes tell it to each other";
const CHATTER: &str = "the guest would write two lines for each file, which takes it longer than the files";
const FOLDER: &str = "a file would take the place of a folder that is missing";
const OWN_SHEBANG: &str = "the rule of later Packers: a script that brings its first line needs no other";
const PRIVATE: &str = "a file with variables, which may be passwords, is never anybody else's";

/// In the order in which they are applied: a later one sees what an earlier one made.
pub(crate) const ALL: &[Difference] = &[
    difference(Always, Left("rm -f \n"), "there is nothing to remove"),
    difference(Always, Left("chmod 0600 "), PRIVATE),
    difference(
        In(&["scripts/inline_with_its_own_shebang"]),
        Content("#!/bin/sh -e\n#!/bin/bash", "#!/bin/bash"),
        OWN_SHEBANG,
    ),
    difference(
        In(&["scripts/inline_with_dot_variables"]),
        Content(
            "Build_Host. To set this dynamically in the Packer template, you must use the `build` function",
            "127.0.0.1",
        ),
        "the value is what the author means, and known by then",
    ),
    difference(NotIn(IN_STEPS), InOneGo, "an emulated guest feels each round trip and each program"),
    difference(In(IN_STEPS), Rights(" 644 ", " 755 "), "a script can be run as soon as it is there"),
    difference(Always, Part("scp -vt", "scp -vt", "scp -t"), CHATTER),
    difference(Always, Part("scp -rvt", "scp -rvt", "scp -rt"), CHATTER),
    difference(Always, Part("scp -t", "scp -t", "scp -dt"), FOLDER),
    difference(Always, Part("scp -rt", "scp -rt", "scp -rdt"), FOLDER),
    difference(In(&["files/up_where_no_folder_is"]), Refused, FOLDER),
    difference(Always, NotInFiles("PACKER_LOG="), PLUGINS),
    difference(Always, NotInFiles("PACKER_LOG_PATH="), PLUGINS),
    difference(Always, NotInFiles("PACKER_PLUGIN_"), PLUGINS),
    difference(Always, NotInFiles("PACKER_RUN_UUID="), PLUGINS),
    difference(In(&["files/up_a_folder_to_a_new_one"]), NoFile("/guest/new"), FOLDER),
    difference(In(&["files/down_nothing"]), NoFile("/host/log.txt"), "a download that failed leaves no empty file"),
];

/// What we are expected to do where Packer did this.
pub(crate) fn apply(case: &Case, packers: &Record, used: &mut BTreeSet<usize>) -> Record {
    let mut expected = packers.clone();
    for (number, difference) in ALL.iter().enumerate().filter(|(_, difference)| difference.when.holds(case)) {
        let changed = difference.change.apply(&expected);
        if changed != expected {
            used.insert(number);
        }
        expected = changed;
    }
    expected
}

/// How our build is to end where Packer's ended as the case says.
pub(crate) fn ends(case: &Case, used: &mut BTreeSet<usize>) -> i64 {
    let refused = |difference: &Difference| matches!(difference.change, Refused) && difference.when.holds(case);
    match ALL.iter().position(refused) {
        Some(number) => {
            used.insert(number);
            1
        }
        None => case.ends(),
    }
}

impl When {
    fn holds(&self, case: &Case) -> bool {
        let name = case.name.as_str();
        match self {
            Always => true,
            In(names) => names.contains(&name),
            NotIn(names) => !names.contains(&name),
        }
    }
}

impl Change {
    fn apply(&self, record: &Record) -> Record {
        let mut changed = record.clone();
        let (calls, files) = (&mut changed.calls, &mut changed.files);
        match self {
            Left(start) => calls.retain(|call| !call.command.starts_with(start)),
            Part(start, from, to) => {
                let meant = calls.iter_mut().filter(|call| call.command.starts_with(start));
                meant.for_each(|call| call.command = call.command.replace(from, to));
            }
            InOneGo => *calls = in_one_go(calls),
            Rights(from, to) => {
                let named = calls.iter_mut().flat_map(|call| &mut call.files);
                named.for_each(|file| *file = file.replacen(from, to, 1));
            }
            NotInFiles(part) => files.iter_mut().for_each(|file| *file = without_lines(file, part)),
            NoFile(path) => files.retain(|file| !file.starts_with(path)),
            Content(from, to) => {
                // Files are shown with their line ends escaped.
                let [from, to] = [from, to].map(|text| text.escape_default().to_string());
                let named = calls.iter_mut().flat_map(|call| &mut call.files);
                named.chain(files).for_each(|file| *file = file.replace(&from, &to));
            }
            Refused => {
                for call in calls {
                    call.status = Some("1".to_owned());
                }
                files.clear();
            }
        }
        changed
    }
}

/// `scp`, `chmod` and the start of a script as one call, which is fed the script.
fn in_one_go(calls: &[Call]) -> Vec<Call> {
    let (mut made, mut rest) = (Vec::new(), calls);
    while let Some((call, behind)) = rest.split_first() {
        rest = behind;
        match behind {
            [chmod, start, behind @ ..] if call.command.starts_with("scp -vt ") => {
                match chmod.command.strip_prefix("chmod 0755 ") {
                    Some(path) => {
                        made.push(one_go(path.trim_end(), chmod, start));
                        rest = behind;
                    }
                    None => made.push(call.clone()),
                }
            }
            _ => made.push(call.clone()),
        }
    }
    made
}

fn one_go(path: &str, chmod: &Call, start: &Call) -> Call {
    let makes_executable = start.command.starts_with(&format!("chmod +x {path};"));
    let chmod_first = if makes_executable { String::new() } else { format!("chmod 0755 {path} && ") };
    let store = format!("head -c LENGTH > {path} && {chmod_first}echo MARK && grep -q go || exit 1; ");
    let is_script = |file: &&String| file.split(' ').next().and_then(name_of) == name_of(path);
    let script = chmod.files.iter().find(is_script);
    let input = script.and_then(|file| file.splitn(3, ' ').nth(2)).map(|text| format!("{text}go\\n"));
    let files = start.files.iter().filter(|file| !is_script(file)).cloned().collect();
    Call { command: store + &start.command, status: start.status.clone(), files, input }
}

/// A file that is shown in lines, without those that begin so.
fn without_lines(file: &str, start: &str) -> String {
    let kept: Vec<_> = file.split('\n').filter(|line| !line.trim_start().starts_with(start)).collect();
    kept.join("\n")
}
