//! `windows-update` against a guest that answers as told.

use super::*;
use crate::plan::provisioner::ElevationPlan;
use crate::provision::testing::{Answer, Recorder, context, data};
use crate::template::interpolate::Late;

fn plan() -> WindowsUpdatePlan {
    WindowsUpdatePlan {
        search_criteria: "IsInstalled=0 and Type='Software'".into(),
        filters: vec![
            UpdateFilter::Exclude("$_.Title -like '*Preview*'".into()),
            UpdateFilter::Include("$true".into()),
        ],
        update_limit: 25,
        update_max_retries: 1,
        restart_timeout: Duration::from_mins(1),
        elevation: ElevationPlan { user: Late::literal("SYSTEM"), password: None },
    }
}

fn passes(recorder: &Recorder) -> usize {
    recorder.calls().iter().filter(|call| call.starts_with("upload C:/Windows/Temp/boxwright-update-")).count()
}

fn statuses(statuses: &[u32]) -> Recorder {
    Recorder::answering("boxwright-elevated", statuses.iter().map(|&status| Answer::Exit(Exit::Status(status))))
}

#[test]
fn the_script_is_told_what_the_template_says() {
    let script = script(&plan());
    let head: Vec<_> = script.lines().take(6).collect();
    let expected = [
        "$criteria = 'IsInstalled=0 and Type=''Software'''",
        "$limit = 25",
        "$filters = @(",
        "    @{ Includes = $false; Matches = { $_.Title -like '*Preview*' } }",
        "    @{ Includes = $true; Matches = { $true } }",
        ")",
    ];
    assert_eq!(head, expected);
}

#[tokio::test]
async fn it_looks_again_until_nothing_is_left() {
    let recorder = statuses(&[LOOK_AGAIN, LOOK_AGAIN, 0]);
    run(&plan(), &recorder, &data(), &context().0).await.unwrap();
    assert_eq!(passes(&recorder), 3);
    let task = recorder.calls().into_iter().find(|call| call.starts_with("upload C:/Windows/Temp/boxwright-elevated"));
    assert!(task.unwrap().contains("$user = 'SYSTEM'\n$password = ''\n"));
}

#[tokio::test(start_paused = true)]
async fn a_restart_that_windows_wants_is_made() {
    let recorder = statuses(&[RESTART, 0]);
    let error = run(&plan(), &recorder, &data(), &context().0).await.unwrap_err();
    assert!(matches!(error, Error::NotRestarted { .. }), "{error}");
    assert!(recorder.calls().iter().any(|call| call.starts_with("run shutdown /r /f /t 0")));
}

#[tokio::test]
async fn failures_are_tried_again_and_then_told() {
    let recorder = statuses(&[1, 5, 0]);
    let error = run(&plan(), &recorder, &data(), &context().0).await.unwrap_err();
    assert!(error.to_string().starts_with("installing updates of Windows ended with exit status 5"), "{error}");
    assert_eq!(passes(&recorder), 2);
}

#[tokio::test]
async fn updates_that_never_end_are_given_up() {
    let recorder = statuses(&[LOOK_AGAIN; 99]);
    let error = run(&plan(), &recorder, &data(), &context().0).await.unwrap_err();
    assert!(matches!(error, Error::EndlessUpdates { passes: 50 }), "{error}");
}
