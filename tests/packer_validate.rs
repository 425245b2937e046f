//! Packer as the judge: what it validates we validate, what it refuses we refuse.
//!
//! The cases in `validate/` carry the verdict of Packer 1.6.6, which is asked again wherever it is
//! installed, so that the record stays true. What we decide otherwise is in `validate/differences.rs`, and
//! `docs/differences.md` tells readers of it.

#![cfg(test)]

#[path = "validate/case.rs"]
mod case;
#[path = "validate/differences.rs"]
mod differences;
#[path = "support/tools.rs"]
mod tools;
#[path = "validate/trial.rs"]
mod trial;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use case::{Case, Verdict};
use trial::Outcome;

/// Programs under way together; Packer is several processes for each case.
const AT_ONCE: usize = 4;

async fn decide(program: &Path, cases: Vec<Case>) -> Vec<(Case, Outcome)> {
    let (mut runs, turns) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for case in cases {
        let (program, turns) = (program.to_owned(), Arc::clone(&turns));
        runs.spawn(async move {
            let _turn = turns.acquire().await.unwrap();
            let outcome = trial::validate(&program, &case).await;
            (case, outcome)
        });
    }
    runs.join_all().await
}

/// What is wrong with a decision, when this one was expected.
fn complaint(case: &Case, outcome: &Outcome, expected: Verdict) -> Option<String> {
    let unsaid = case.named.iter().find(|&text| expected == Verdict::Reject && !outcome.says(text));
    let wrong = match (outcome.verdict, unsaid) {
        (Some(verdict), None) if verdict == expected => return None,
        (Some(verdict), Some(text)) if verdict == expected => format!("does not name `{text}`"),
        (Some(verdict), _) => format!("{verdict:?}"),
        (None, _) => "none of them".to_owned(),
    };
    Some(format!("{}: {expected:?} is expected, not: {wrong}\n{}\n", case.name, outcome.output))
}

#[tokio::test(flavor = "multi_thread")]
async fn packer_decides_as_it_is_recorded() {
    let Some(packer) = tools::tool_or_skip("packer") else { return };
    let decided = decide(&packer, case::all()).await;
    let complaints = decided.iter().filter_map(|(case, outcome)| complaint(case, outcome, case.packers));
    assert_eq!(complaints.collect::<String>(), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn we_decide_as_packer_or_otherwise_for_a_reason() {
    let decided = decide(Path::new(env!("CARGO_BIN_EXE_boxwright")), case::all()).await;
    let complaints = decided.iter().filter_map(|(case, outcome)| {
        let differs = differences::why(&case.name).is_some();
        complaint(case, outcome, case.packers.of_ours(differs))
    });
    assert_eq!(complaints.collect::<String>(), "");
}

#[test]
fn every_difference_has_a_case() {
    let cases = case::all();
    let names: BTreeSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let listed = differences::ALL.iter().flat_map(|difference| difference.cases);
    let unused: Vec<_> = listed.filter(|&name| !names.contains(name)).collect();
    assert!(unused.is_empty(), "no case has this name: {unused:#?}");
}

#[test]
fn readers_are_told_of_every_difference() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/differences.md");
    let page = fs_err::read_to_string(page).unwrap();
    let untold: Vec<_> = differences::ALL.iter().filter(|difference| !page.contains(difference.why)).collect();
    assert!(untold.is_empty(), "docs/differences.md does not tell: {untold:#?}");
}

#[test]
fn the_cases_are_many_of_each_kind() {
    let cases = case::all();
    let count = |wanted: &dyn Fn(&Case) -> bool| cases.iter().filter(|case| wanted(case)).count();
    let languages = ["json/", "hcl2/"].map(|folder| count(&|case| case.name.starts_with(folder)));
    let mut kinds = BTreeMap::<&str, usize>::new();
    for case in cases.iter().filter(|case| case.packers != Verdict::Accept) {
        *kinds.entry(case.kind.as_str()).or_default() += 1;
    }
    println!("{} cases in JSON, {} in HCL2; refused: {kinds:#?}", languages[0], languages[1]);
    assert!(languages[0] >= 80 && languages[1] >= 120, "{languages:?}");
    assert!(kinds.values().sum::<usize>() >= 70, "{kinds:#?}");
}
