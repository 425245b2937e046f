//! Packer as the judge: the command line that it gives QEMU for a template is the one that we give.
//!
//! Both programs build every template in `argv/` with scripts in place of QEMU and `qemu-img`. What they
//! were called with is compared switch by switch: Packer's order of switches changes from run to run,
//! the order within one switch counts. What differs on purpose is in `argv/differences.rs`.

#![cfg(test)]

#[path = "argv/differences.rs"]
mod differences;
#[path = "support/tools.rs"]
mod tools;
#[path = "argv/trial.rs"]
mod trial;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use fs_err as fs;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use trial::Switches;

/// Templates under way together; Packer is several processes for each.
const AT_ONCE: usize = 6;

/// A template's options and what both programs made of them.
struct Outcome {
    name: String,
    options: Value,
    packers: Switches,
    ours: Switches,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn qemu_gets_the_arguments_that_packer_gives() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let Some(_) = tools::tool_or_skip("qemu-img") else { return };
    let (mut runs, turns) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for (name, options) in templates() {
        let (packer, turns) = (packer.clone(), Arc::clone(&turns));
        runs.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            both(&packer, name, options).await
        });
    }
    let mut used = BTreeSet::new();
    let mut report = String::new();
    for outcome in runs.join_all().await {
        let expected = differences::apply(&outcome.packers, &outcome.options, &mut used);
        report.push_str(&compare(&outcome, &expected));
    }
    assert!(report.is_empty(), "{report}");
    let unused = differences::ALL.iter().enumerate().filter(|(number, _)| !used.contains(number));
    let unused: Vec<_> = unused.map(|(_, difference)| difference).collect();
    assert!(unused.is_empty(), "no template shows these differences: {unused:#?}");
}

#[test]
fn readers_are_told_of_every_difference() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/differences.md");
    let page = fs::read_to_string(page).unwrap();
    let untold = differences::ALL.iter().filter(|difference| !page.contains(difference.why));
    assert_eq!(untold.map(|difference| difference.why).collect::<Vec<_>>(), [""; 0]);
}

fn templates() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/argv");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let templates = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    let read = |path: &Path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    templates.map(|path| (path.file_stem().unwrap().to_string_lossy().into_owned(), read(&path))).collect()
}

async fn both(packer: &Path, name: String, options: Value) -> Outcome {
    let ours = Path::new(env!("CARGO_BIN_EXE_boxwright"));
    let (packers, ours) = tokio::join!(trial::run(packer, &options), trial::run(ours, &options));
    Outcome { name, options, packers, ours }
}

fn compare(outcome: &Outcome, expected: &Switches) -> String {
    let switches: BTreeSet<_> = expected.keys().chain(outcome.ours.keys()).collect();
    let differ = switches.into_iter().filter(|switch| expected.get(*switch) != outcome.ours.get(*switch));
    let show = |values: Option<&Vec<String>>| values.map_or("absent".to_owned(), |values| values.join("\n      "));
    let line = |switch: &String| {
        let (packers, ours) = (show(outcome.packers.get(switch)), show(outcome.ours.get(switch)));
        format!("{} {switch}\n  Packer: {packers}\n  ours:   {ours}\n", outcome.name)
    };
    differ.map(line).collect()
}
