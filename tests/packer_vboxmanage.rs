//! Packer as the judge: the calls of `VBoxManage` that it makes for a template are the calls that we make.
//!
//! Both programs build every template in `vboxmanage/` with a script in place of `VBoxManage`, which writes its calls
//! down. They are compared in order, word by word. What differs on purpose is in `vboxmanage/differences.rs`.

#![cfg(test)]

#[path = "vboxmanage/calls.rs"]
mod calls;
#[path = "vboxmanage/differences.rs"]
mod differences;
#[path = "vboxmanage/failures.rs"]
mod failures;
#[path = "vboxmanage/guest.rs"]
mod guest;
#[path = "support/tools.rs"]
mod tools;
#[path = "vboxmanage/trial.rs"]
mod trial;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use fs_err as fs;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use guest::Keys;
use similar::TextDiff;
use trial::{Places, Template, Trial};

/// Templates under way together; Packer is several processes for each.
const AT_ONCE: usize = 6;

/// A template and what both programs made of it.
struct Outcome {
    template: Template,
    packers: Trial,
    ours: Trial,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn vboxmanage_gets_the_calls_that_packer_makes() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let Some(keys) = Keys::make().await.map(Arc::new) else { return };
    let (mut runs, turns) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for template in templates() {
        let (packer, keys, turns) = (packer.clone(), Arc::clone(&keys), Arc::clone(&turns));
        runs.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            both(&packer, template, &keys).await
        });
    }
    let mut used = BTreeSet::new();
    let mut report = String::new();
    for outcome in runs.join_all().await {
        let expected = differences::apply(&outcome.packers.calls.0, &outcome.template, &mut used);
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

fn templates() -> Vec<Template> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vboxmanage");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let templates = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    templates.map(|path| Template::read(&path)).collect()
}

/// One after the other: they have the same ports.
async fn both(packer: &Path, template: Template, keys: &Keys) -> Outcome {
    let places = Places::choose(keys);
    let packers = trial::run(packer, &template, &places).await;
    let ours = trial::run(Path::new(env!("CARGO_BIN_EXE_boxwright")), &template, &places).await;
    Outcome { template, packers, ours }
}

fn compare(outcome: &Outcome, expected: &[String]) -> String {
    let name = &outcome.template.name;
    let is_meant_to_fail = name.starts_with("fails_");
    let trials = [("Packer", &outcome.packers), ("Boxwright", &outcome.ours)];
    if let Some((program, trial)) = trials.into_iter().find(|(_, trial)| trial.success == is_meant_to_fail) {
        return format!("{name}: {program}'s build ended otherwise, after {:#?}:\n{}\n", trial.calls, trial.log);
    }
    if expected == outcome.ours.calls.0 {
        return String::new();
    }
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    let ours: Vec<_> = outcome.ours.calls.0.iter().map(String::as_str).collect();
    let differ = TextDiff::from_slices(&expected, &ours);
    let lines = differ.iter_all_changes().map(|change| format!("{} {}\n", change.tag(), change.value()));
    format!("{name}:\n{}\n", lines.collect::<String>())
}
