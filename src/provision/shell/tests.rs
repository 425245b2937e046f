//! `shell` against the guest that writes down what it is asked.

use std::time::Duration;

use tokio::time::Instant;

use super::*;
use crate::error::chain;
use crate::event::Stream;
use crate::plan::provisioner::Environment;
use crate::provision::insist::STEP;
use crate::provision::testing::{Answer, Recorder, context, data, late};
use crate::template::interpolate::Late;

pub(super) fn plan(scripts: Scripts) -> ShellPlan {
    ShellPlan {
        scripts,
        environment: Environment::from([("GREETING".to_owned(), Late::literal("it's"))]),
        env_var_format: Late::literal("%s='%s' "),
        use_env_var_file: false,
        execute_command: Late::literal("run it"),
        remote_folder: Late::literal("/tmp"),
        remote_file: None,
        remote_path: Some(Late::literal("/tmp/s.sh")),
        binary: false,
        valid_exit_codes: vec![0],
        expect_disconnect: false,
        start_retry_timeout: Duration::from_mins(5),
        pause_after: Duration::ZERO,
        skip_clean: false,
    }
}

pub(super) fn inline(lines: &[&str]) -> Scripts {
    let lines = lines.iter().map(|line| Late::literal(*line)).collect();
    Scripts::Inline { lines, shebang: Some(Late::literal("/bin/sh -e")) }
}

async fn run_with(plan: &ShellPlan, recorder: &Recorder) -> Result<(), Error> {
    run(plan, recorder, &data(), 7, &context().0).await
}

#[tokio::test]
async fn an_inline_script_is_uploaded_run_and_removed() {
    let recorder = Recorder::default();
    run_with(&plan(inline(&["echo 1", "echo 2"])), &recorder).await.unwrap();
    let expected = [
        "upload /tmp/s.sh 755 #!/bin/sh -e\necho 1\necho 2\n",
        "run chmod 0755 /tmp/s.sh",
        "run run it",
        "run rm -f /tmp/s.sh",
    ];
    assert_eq!(recorder.calls(), expected);
}

#[tokio::test]
async fn each_script_file_is_run_at_the_same_path_with_unix_line_ends() {
    let folder = tempfile::tempdir().unwrap();
    let paths = ["a.sh", "b.sh"].map(|name| folder.path().join(name));
    fs_err::write(&paths[0], "one\r\ntwo").unwrap();
    fs_err::write(&paths[1], "three\n").unwrap();
    let recorder = Recorder::default();
    let (context, mut receiver) = context();
    run(&plan(Scripts::Files(paths.to_vec())), &recorder, &data(), 7, &context).await.unwrap();
    let uploads: Vec<_> = recorder.calls().into_iter().filter(|call| call.starts_with("upload")).collect();
    assert_eq!(uploads, ["upload /tmp/s.sh 755 one\ntwo\n", "upload /tmp/s.sh 755 three\n"]);
    let (_, event) = receiver.try_recv().unwrap();
    assert!(matches!(event, Event::ScriptStarted { name } if name == paths[0].display().to_string()));
}

#[tokio::test]
async fn a_binary_is_sent_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a");
    fs_err::write(&path, "one\r\ntwo").unwrap();
    let (recorder, mut plan) = (Recorder::default(), plan(Scripts::Files(vec![path])));
    plan.binary = true;
    run_with(&plan, &recorder).await.unwrap();
    assert_eq!(recorder.calls()[0], "upload /tmp/s.sh 755 one\r\ntwo");
}

#[tokio::test]
async fn the_variables_go_into_a_private_file_when_asked() {
    let (recorder, mut plan) = (Recorder::default(), plan(inline(&["true"])));
    plan.use_env_var_file = true;
    plan.env_var_format = Late::literal("export %s='%s'\n");
    run_with(&plan, &recorder).await.unwrap();
    let calls = recorder.calls();
    assert!(calls[0].starts_with("upload /tmp/varfile_") && calls[0].contains("600 export GREETING="), "{calls:?}");
    assert!(calls.last().unwrap().starts_with("run rm -f /tmp/varfile_"));
}

#[tokio::test]
async fn a_failing_script_names_itself_and_stays_in_the_guest() {
    let recorder = Recorder::answering("run it", [Answer::Exit(Exit::Status(3))]);
    let error = run_with(&plan(inline(&["exit 3"])), &recorder).await.unwrap_err();
    assert_eq!(error.to_string(), "inline script ended with exit status 3 (good is 0)");
    assert!(!recorder.calls().iter().any(|call| call.contains("rm -f")));
}

#[tokio::test]
async fn other_exit_codes_can_be_good() {
    let recorder = Recorder::answering("run it", [Answer::Exit(Exit::Status(143))]);
    let plan = ShellPlan { valid_exit_codes: vec![0, 143], ..plan(inline(&["reboot"])) };
    run_with(&plan, &recorder).await.unwrap();
}

#[tokio::test]
async fn a_disconnect_must_be_expected() {
    let cut = || Recorder::answering("run it", [Answer::Exit(Exit::Disconnected)]);
    let unexpected = run_with(&plan(inline(&["reboot"])), &cut()).await.unwrap_err();
    assert!(unexpected.to_string().contains("expect_disconnect"), "{unexpected}");
    let expecting = ShellPlan { expect_disconnect: true, ..plan(inline(&["reboot"])) };
    run_with(&expecting, &cut()).await.unwrap();
    let listed = ShellPlan { valid_exit_codes: vec![0, Exit::DISCONNECTED], ..plan(inline(&["reboot"])) };
    run_with(&listed, &cut()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_start_and_the_removal_are_tried_while_the_guest_restarts() {
    let recorder = Recorder::answering("run it", [Answer::Fail, Answer::Fail]);
    recorder.answer("rm -f", [Answer::Exit(Exit::Disconnected), Answer::Fail]);
    let (start, (context, mut receiver)) = (Instant::now(), context());
    run(&plan(inline(&["true"])), &recorder, &data(), 7, &context).await.unwrap();
    assert_eq!(start.elapsed(), 4 * STEP);
    let told = std::iter::from_fn(|| receiver.try_recv().ok());
    let told = told.filter(|(_, event)| matches!(event, Event::SshNotYet { .. })).count();
    assert_eq!(told, 3, "each reason once, of the start and of the removal");
    assert_eq!(recorder.calls().iter().filter(|call| call.starts_with("upload")).count(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_does_not_come_back_is_given_up() {
    let recorder = Recorder::answering("run it", std::iter::repeat_n(Answer::Fail, 1000));
    let start = Instant::now();
    let error = run_with(&plan(inline(&["true"])), &recorder).await.unwrap_err();
    assert!(matches!(error, Error::NotStarted { .. }), "{error}");
    assert!(chain(&error).contains("within 300 s") && start.elapsed() < Duration::from_mins(5));
}

#[tokio::test]
async fn a_removal_that_fails_is_an_error_and_can_be_left_out() {
    let failing = || Recorder::answering("rm -f", [Answer::Exit(Exit::Status(1))]);
    let error = run_with(&plan(inline(&["true"])), &failing()).await.unwrap_err();
    assert!(matches!(error, Error::Clean { .. }), "{error}");
    let skipping = ShellPlan { skip_clean: true, ..plan(inline(&["true"])) };
    run_with(&skipping, &failing()).await.unwrap();
}

#[tokio::test]
async fn a_script_that_vanished_is_named() {
    let scripts = Scripts::Files(vec!["/no/such/script.sh".into()]);
    let error = run_with(&plan(scripts), &Recorder::default()).await.unwrap_err();
    assert!(chain(&error).contains("/no/such/script.sh"), "{}", chain(&error));
}

#[tokio::test]
async fn the_line_at_which_a_script_failed_is_told_with_its_exit_code() {
    let recorder = Recorder::answering("run it", [Answer::LineAndExit("/tmp/s.sh: 3: foo: not found", 127)]);
    let (context, mut receiver) = context();
    let plan = plan(inline(&["echo 1", "foo --bar", "echo 3"]));
    run(&plan, &recorder, &data(), 7, &context).await.unwrap_err();
    let events: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, event)| event).collect();
    let is_fault = |event: &Event| {
        matches!(event, Event::ScriptFault { name, line: 2, source, message }
            if name == "inline script" && source == "foo --bar" && message == "foo: not found")
    };
    assert!(events.iter().any(is_fault), "{events:?}");
    assert!(events.iter().any(|event| matches!(event, Event::ScriptFinished { code: 127, .. })), "{events:?}");
}

#[tokio::test]
async fn output_becomes_events() {
    let recorder = Recorder::answering("run it", [Answer::Line("hello")]);
    let (context, mut receiver) = context();
    run(&plan(inline(&["true"])), &recorder, &data(), 7, &context).await.unwrap();
    let events: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, event)| event).collect();
    let is_hello = |event: &Event| matches!(event, Event::Output { stream: Stream::Stdout, line } if line == "hello");
    assert!(events.iter().any(is_hello));
}

#[tokio::test]
async fn the_command_is_filled_in_with_variables_path_and_build_data() {
    let command = "echo {{ .Host }} | {{ .Vars }}sudo -S '{{ .Path }}' {{ .EnvVarFile }}";
    let plan = ShellPlan { execute_command: late(command), ..plan(inline(&["true"])) };
    let recorder = Recorder::default();
    let mut data = data();
    data.fields.insert("Host".into(), "10.0.2.15".into());
    run(&plan, &recorder, &data, 7, &context().0).await.unwrap();
    let vars = r#"GREETING='it'"'"'s' PACKER_BUILDER_TYPE='qemu' PACKER_BUILD_NAME='box' "#;
    assert_eq!(recorder.calls()[2], format!("run echo 10.0.2.15 | {vars}sudo -S '/tmp/s.sh' "));
}

#[tokio::test]
async fn the_running_build_may_choose_the_shebang_and_how_variables_are_written() {
    let recorder = Recorder::default();
    let mut data = data();
    data.fields.insert("Host".into(), "there".into());
    let scripts = Scripts::Inline { lines: vec![late("true")], shebang: Some(late("/bin/{{.Host}}")) };
    let command = late("{{.Vars}}x");
    let plan = ShellPlan { env_var_format: late("{{.Host}} %s=%s "), execute_command: command, ..plan(scripts) };
    run(&plan, &recorder, &data, 7, &context().0).await.unwrap();
    let calls = recorder.calls().join("\n");
    assert!(calls.contains("#!/bin/there\ntrue\n"), "{calls}");
    assert!(calls.contains("there PACKER_BUILDER_TYPE=qemu there PACKER_BUILD_NAME=box x"), "{calls}");
}
