//! Packer as the judge: the commands that it gives a guest, the environment that its scripts see, there and on this
//! host, and the files that it moves are ours.
//!
//! Both programs build every case in `shell/cases` against OpenSSH's server, which writes down what it is asked. What
//! differs on purpose is in `shell/differences.rs`.

#![cfg(test)]
#![cfg(unix)]

#[path = "shell/differences.rs"]
mod differences;
#[path = "shell/guest.rs"]
mod guest;
#[path = "shell/record.rs"]
mod record;
#[path = "support/tools.rs"]
mod tools;
#[path = "shell/trial.rs"]
mod trial;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use fs_err as fs;
use serde_json::Value;
use similar::TextDiff;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use guest::Keys;
use trial::{Case, Trial};

/// Cases under way together; Packer is several processes for each.
const AT_ONCE: usize = 6;

/// A case and what both programs made of it.
struct Outcome {
    case: Case,
    packers: Trial,
    ours: Trial,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn scripts_see_and_guests_are_told_what_packer_says() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let Some(keys) = Keys::make().await.map(Arc::new) else { return };
    let (mut runs, turns) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for case in cases() {
        let (packer, keys, turns) = (packer.clone(), Arc::clone(&keys), Arc::clone(&turns));
        runs.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            both(&packer, case, &keys).await
        });
    }
    let (mut used, mut report) = (BTreeSet::new(), String::new());
    for outcome in runs.join_all().await {
        let mut used_here = used.clone();
        if compare(&outcome, &mut used_here).is_empty() {
            used = used_here;
        } else {
            report.push_str(&compare(&both(&packer, outcome.case, &keys).await, &mut used));
        }
    }
    assert!(report.is_empty(), "{report}");
    let unused = differences::ALL.iter().enumerate().filter(|(number, _)| !used.contains(number));
    let unused: Vec<_> = unused.map(|(_, difference)| difference).collect();
    assert!(unused.is_empty(), "no case shows these differences: {unused:#?}");
}

#[test]
fn readers_are_told_of_every_difference() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/differences.md");
    let page = fs::read_to_string(page).unwrap();
    let untold = differences::ALL.iter().filter(|difference| !page.contains(difference.why));
    assert_eq!(untold.map(|difference| difference.why).collect::<Vec<_>>(), [""; 0]);
}

/// A script in the guest has one of ten thousand names in a folder that all guests here share, and some names meet.
/// So a case that differs is run once more, when it is alone.
async fn both(packer: &Path, case: Case, keys: &Keys) -> Outcome {
    let ours = Path::new(env!("CARGO_BIN_EXE_boxwright"));
    let (packers, ours) = tokio::join!(trial::run(packer, &case, keys), trial::run(ours, &case, keys));
    Outcome { case, packers, ours }
}

/// Of every file in `cases` each entry, named after both. `BOXWRIGHT_CASES` selects those whose names contain it.
fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shell/cases");
    let selection = std::env::var("BOXWRIGHT_CASES").unwrap_or_default();
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let group = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Value::Object(entries) = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap() else {
            panic!("{group} is no object");
        };
        cases.extend(entries.into_iter().map(|(name, content)| Case { name: format!("{group}/{name}"), content }));
    }
    cases.retain(|case| case.name.contains(&selection));
    cases
}

fn compare(outcome: &Outcome, used: &mut BTreeSet<usize>) -> String {
    let (case, packers, ours) = (&outcome.case, &outcome.packers, &outcome.ours);
    let ends = [("Packer", packers, case.ends()), ("Boxwright", ours, differences::ends(case, used))];
    if let Some((program, trial, _)) =
        ends.into_iter().find(|(_, trial, ends)| trial.exit.map(i64::from) != Some(*ends))
    {
        return format!("{}: {program} ended with {:?}:\n{}\n", case.name, trial.exit, trial.log);
    }
    let expected = differences::apply(case, &packers.record, used).lines();
    let found = ours.record.lines();
    if expected == found {
        return String::new();
    }
    let [expected, found] = [&expected, &found].map(|lines| lines.iter().map(String::as_str).collect::<Vec<_>>());
    let differ = TextDiff::from_slices(&expected, &found);
    let lines = differ.iter_all_changes().map(|change| format!("{} {}\n", change.tag(), change.value()));
    format!("{}:\n{}\n", case.name, lines.collect::<String>())
}
