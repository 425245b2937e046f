//! Salt against the guest that writes down what it is asked.

use super::*;
use crate::comm::Exit;
use crate::error::chain;
use crate::event::Event;
use crate::plan::provisioner::Formula;
use crate::process::{Cmd, tool_or_skip};
use crate::provision::testing::{Answer, Recorder, context};

fn plan() -> SaltPlan {
    SaltPlan {
        system: GuestSystem::Unix,
        local_state_tree: "states".into(),
        local_pillar_roots: None,
        formulas: Vec::new(),
        remote_state_tree: "/srv/salt".into(),
        remote_pillar_roots: "/srv/pillar".into(),
        minion_config: None,
        grains_file: None,
        custom_state: None,
        bootstrap: None,
        sudo: false,
        temp_config_dir: "/tmp/salt".into(),
        no_exit_on_failure: false,
        log_level: "info".into(),
        salt_call_args: None,
        salt_bin_dir: None,
    }
}

async fn run_with(plan: &SaltPlan, recorder: &Recorder) -> Result<(), Error> {
    run(plan, recorder, &context().0).await
}

#[tokio::test]
async fn states_are_put_into_their_folder_and_applied() {
    let recorder = Recorder::default();
    run_with(&plan(), &recorder).await.unwrap();
    let expected = [
        "run mkdir -p '/tmp/salt'",
        "run mkdir -p '/tmp/salt/states'",
        "upload folder states/ to /tmp/salt/states",
        "run mkdir -p '/srv/salt'",
        "run cp -R '/tmp/salt/states/.' '/srv/salt'",
        "run rm -rf '/tmp/salt/states'",
        "run salt-call --local state.highstate --file-root=/srv/salt --pillar-root=/srv/pillar --retcode-passthrough -l info",
    ];
    assert_eq!(recorder.calls(), expected);
}

#[tokio::test]
async fn a_minions_own_configuration_says_where_states_are() {
    let recorder = Recorder::default();
    let (minion_config, grains_file) = (Some("m".into()), Some("g".into()));
    let plan = SaltPlan {
        minion_config,
        grains_file,
        custom_state: Some("web".into()),
        no_exit_on_failure: true,
        salt_call_args: Some("-t 5".into()),
        salt_bin_dir: Some("/opt/salt/".into()),
        ..plan()
    };
    run_with(&plan, &recorder).await.unwrap();
    let calls = recorder.calls();
    for place in ["minion", "grains"] {
        assert!(calls.contains(&format!("run mv '/tmp/salt/{place}' '/etc/salt/{place}'")), "{calls:?}");
    }
    assert_eq!(calls.last().unwrap(), "run /opt/salt/salt-call --local state.sls web -l info -t 5");
}

#[tokio::test]
async fn salt_that_is_there_is_not_fetched() {
    let (recorder, (context, mut receiver)) = (Recorder::default(), context());
    run(&SaltPlan { bootstrap: Some("-P stable".into()), ..plan() }, &recorder, &context).await.unwrap();
    assert!(recorder.calls().iter().all(|call| !call.contains("curl")), "{:?}", recorder.calls());
    let warned =
        std::iter::from_fn(|| receiver.try_recv().ok()).any(|(_, event)| matches!(event, Event::Warning { .. }));
    assert!(warned);
}

#[tokio::test]
async fn salt_that_is_missing_is_brought() {
    let absent = [Answer::Exit(Exit::Status(127)), Answer::Exit(Exit::Status(0))];
    let recorder = Recorder::answering("command -v", absent);
    run_with(&SaltPlan { bootstrap: Some("-P stable".into()), sudo: true, ..plan() }, &recorder).await.unwrap();
    let calls = recorder.calls();
    assert!(calls[1].starts_with("run curl -L https://bootstrap.saltstack.com"), "{calls:?}");
    assert_eq!(calls[2], "run sudo sh /tmp/install_salt.sh -P stable");
}

#[tokio::test]
async fn a_guest_without_network_is_told_what_to_do() {
    let recorder = Recorder::answering("command -v", [Answer::Exit(Exit::Status(127))]);
    recorder.answer("curl", [Answer::Exit(Exit::Status(6))]);
    let error = run_with(&SaltPlan { bootstrap: Some(String::new()), ..plan() }, &recorder).await.unwrap_err();
    let text = chain(&error);
    assert!(text.contains("cannot be fetched") && text.contains("`skip_bootstrap`"), "{text}");
}

#[tokio::test]
async fn a_state_that_fails_fails_the_build() {
    let recorder = Recorder::answering("salt-call", [Answer::Exit(Exit::Status(2))]);
    let error = run_with(&plan(), &recorder).await.unwrap_err();
    assert_eq!(error.to_string(), "salt-call ended with exit status 2 (good is 0)");
}

async fn repository(folder: &std::path::Path) -> Option<String> {
    tool_or_skip("git")?;
    let git = || Cmd::new("git").arg("-C").arg(folder).args(["-c", "user.name=a", "-c", "user.email=a@b.test"]);
    fs_err::create_dir_all(folder.join("web")).unwrap();
    git().args(["init", "--quiet"]).run().await.unwrap();
    for version in ["one", "two"] {
        fs_err::write(folder.join("web/init.sls"), version).unwrap();
        git().args(["add", "."]).run().await.unwrap();
        git().args(["commit", "--quiet", "-m", version]).run().await.unwrap();
        git().args(["tag", version]).run().await.unwrap();
    }
    Some(format!("file://{}", folder.display()))
}

#[tokio::test]
async fn formulas_come_from_their_repository() {
    let folder = tempfile::tempdir().unwrap();
    let Some(repository) = repository(folder.path()).await else { return };
    let formula = |reference: Option<&str>| {
        let reference = reference.map(str::to_owned);
        Formula { repository: repository.clone(), folder: "web".into(), reference }
    };
    for (reference, expected) in [(None, "two"), (Some("one"), "one")] {
        let fetched = formulas::fetch(&[formula(reference)], &context().0.events).await.unwrap();
        assert_eq!(fetched[0].read("init.sls"), expected);
    }
    let missing = Formula { folder: "db".into(), ..formula(None) };
    let error = formulas::fetch(&[missing], &context().0.events).await.unwrap_err();
    assert!(error.to_string().ends_with("has no folder db"), "{error}");
}
