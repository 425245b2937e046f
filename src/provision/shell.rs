//! The provisioner `shell`: scripts that are uploaded to the guest and run there.

use std::time::Duration;

use fs_err::tokio as fs;
use tokio::time::Instant;

use super::{Error, GuestData, environment};
use crate::comm::{self, Communicator, Exit, Upload};
use crate::event::{Event, Events};
use crate::io::Context;
use crate::plan::provisioner::{Scripts, ShellPlan};
use crate::template::interpolate::{Fields, Late};

/// Between two tries to start a script or to remove it.
const RETRY_STEP: Duration = Duration::from_secs(2);

/// Names for remote files run below this number.
const REMOTE_NUMBERS: u32 = 9999;

/// Of the file with the variables, which may hold passwords.
const VARIABLES_MODE: u32 = 0o600;

pub(super) async fn run(
    plan: &ShellPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let shell = Shell::prepare(plan, communicator, data, context)?;
    shell.upload_variables().await?;
    match &plan.scripts {
        Scripts::Inline { lines, shebang } => {
            let text = inline_text(lines, shebang.as_deref(), &data.fields)?;
            shell.run_one("inline script", text.as_bytes()).await?;
        }
        Scripts::Files(paths) => {
            for path in paths {
                let script = fs::read(path).await.map_err(Error::local("read a script"))?;
                shell.run_one(&path.display().to_string(), &script).await?;
            }
        }
    }
    shell.finish().await
}

/// The lines as one script. Each is filled in by itself, as in Packer.
pub(super) fn inline_text(lines: &[Late], shebang: Option<&str>, fields: &Fields) -> Result<String, Error> {
    let mut text = shebang.map_or_else(String::new, |shebang| format!("#!{shebang}\n"));
    for line in lines {
        text.push_str(&line.render(fields).map_err(Error::render("an inline command"))?);
        text.push('\n');
    }
    Ok(text)
}

/// One provisioner with everything that its scripts share.
struct Shell<'a, C> {
    plan: &'a ShellPlan,
    communicator: &'a C,
    events: &'a Events,
    path: String,
    /// Path and content of the file with the variables.
    variables_file: Option<(String, String)>,
    command: String,
}

impl<'a, C: Communicator> Shell<'a, C> {
    fn prepare(
        plan: &'a ShellPlan,
        communicator: &'a C,
        data: &GuestData,
        context: &'a Context,
    ) -> Result<Self, Error> {
        let number = rand::random_range(0..REMOTE_NUMBERS);
        let path = remote_path(plan, number);
        let variables = environment::with_template(environment::of_build(data), &plan.environment, &data.fields)?;
        let flat = environment::flatten(&variables, &plan.env_var_format);
        let variables_path = format!("{}/varfile_{number}.sh", plan.remote_folder);
        let variables_file = plan.use_env_var_file.then(|| (variables_path, flat.clone()));
        let mut fields = data.fields.clone();
        fields.insert("Vars".into(), flat);
        fields.insert("Path".into(), path.clone());
        let env_var_file = variables_file.as_ref().map_or_else(String::new, |(path, _)| path.clone());
        fields.insert("EnvVarFile".into(), env_var_file);
        let command = plan.execute_command.render(&fields).map_err(Error::render("execute_command"))?;
        Ok(Self { plan, communicator, events: &context.events, path, variables_file, command })
    }

    async fn upload_variables(&self) -> Result<(), Error> {
        let Some((path, content)) = &self.variables_file else { return Ok(()) };
        let upload = || {
            let source = Upload::Bytes { bytes: content.as_bytes(), mode: VARIABLES_MODE };
            self.communicator.upload(source, path)
        };
        self.insist(upload).await.map_err(|source| self.not_started("the file with the variables", source))
    }

    async fn run_one(&self, name: &str, script: &[u8]) -> Result<(), Error> {
        self.events.send(Event::ScriptStarted { name: name.to_owned() });
        let script = if self.plan.binary { script.to_vec() } else { unix_text(script) };
        let start = || {
            let output = |stream, line| self.events.send(Event::Output { stream, line });
            self.communicator.run_script(&script, &self.path, &self.command, output)
        };
        let exit = self.insist(start).await.map_err(|source| self.not_started(name, source))?;
        self.check(name, exit)?;
        if self.plan.skip_clean { Ok(()) } else { self.remove(&self.path).await }
    }

    fn check(&self, name: &str, exit: Exit) -> Result<(), Error> {
        let code = exit.code();
        let is_valid = self.plan.valid_exit_codes.contains(&code);
        match exit {
            _ if is_valid => Ok(()),
            Exit::Disconnected if self.plan.expect_disconnect => Ok(()),
            Exit::Disconnected => Err(Error::Disconnected { script: name.to_owned() }),
            Exit::Status(_) => {
                let valid_exit_codes = self.plan.valid_exit_codes.clone();
                Err(Error::Script { script: name.to_owned(), code, valid_exit_codes })
            }
        }
    }

    /// After an expected disconnect this is also what waits for the guest to come back.
    async fn remove(&self, path: &str) -> Result<(), Error> {
        let command = format!("rm -f {path}");
        let remove = || async {
            match self.communicator.run(&command, |_, _| ()).await? {
                Exit::Disconnected => Err(comm::Error::Session { message: "it was cut during a removal".into() }),
                Exit::Status(status) => Ok(status),
            }
        };
        let refused = |reason: String| Error::Clean { path: path.to_owned(), reason };
        match self.insist(remove).await {
            Ok(0) => Ok(()),
            Ok(code) => Err(refused(format!("rm ended with exit status {code}"))),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    async fn finish(&self) -> Result<(), Error> {
        if let Some((path, _)) = self.variables_file.as_ref().filter(|_| !self.plan.skip_clean) {
            self.remove(path).await?;
        }
        if !self.plan.pause_after.is_zero() {
            self.events.send(Event::Pausing { duration: self.plan.pause_after });
            tokio::time::sleep(self.plan.pause_after).await;
        }
        Ok(())
    }

    /// Tries until it works or `start_retry_timeout` is over: the guest may be restarting.
    async fn insist<T, F>(&self, work: impl Fn() -> F) -> Result<T, comm::Error>
    where
        F: Future<Output = Result<T, comm::Error>>,
    {
        let deadline = Instant::now() + self.plan.start_retry_timeout;
        loop {
            match work().await {
                Err(error) if is_passing(&error) && Instant::now() + RETRY_STEP < deadline => {
                    self.events.debug(format!("trying again: {error}"));
                    tokio::time::sleep(RETRY_STEP).await;
                }
                result => return result,
            }
        }
    }

    fn not_started(&self, name: &str, source: comm::Error) -> Error {
        if is_passing(&source) {
            return Error::NotStarted { script: name.to_owned(), limit: self.plan.start_retry_timeout, source };
        }
        Error::Communicator(source)
    }
}

/// Whether another try can help.
fn is_passing(error: &comm::Error) -> bool {
    !matches!(error, comm::Error::Setup { .. } | comm::Error::NoCommunicator { .. })
}

fn remote_path(plan: &ShellPlan, number: u32) -> String {
    if let Some(path) = &plan.remote_path {
        return path.clone();
    }
    let file = plan.remote_file.clone().unwrap_or_else(|| format!("script_{number}.sh"));
    format!("{}/{file}", plan.remote_folder)
}

/// Windows line ends become Unix ones, and the last line gets an end.
fn unix_text(script: &[u8]) -> Vec<u8> {
    let mut text = Vec::with_capacity(script.len() + 1);
    for line in script.split_inclusive(|&byte| byte == b'\n') {
        text.extend_from_slice(line.strip_suffix(b"\r\n").or(line.strip_suffix(b"\n")).unwrap_or(line));
        text.push(b'\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;
    use crate::event::Stream;
    use crate::plan::provisioner::Environment;
    use crate::provision::testing::{Answer, Recorder, context, data};

    fn plan(scripts: Scripts) -> ShellPlan {
        ShellPlan {
            scripts,
            environment: Environment::from([("GREETING".to_owned(), Late::literal("it's"))]),
            env_var_format: "%s='%s' ".into(),
            use_env_var_file: false,
            execute_command: Late::literal("run it"),
            remote_folder: "/tmp".into(),
            remote_file: None,
            remote_path: Some("/tmp/s.sh".into()),
            binary: false,
            valid_exit_codes: vec![0],
            expect_disconnect: false,
            start_retry_timeout: Duration::from_mins(5),
            pause_after: Duration::ZERO,
            skip_clean: false,
        }
    }

    fn inline(lines: &[&str]) -> Scripts {
        let lines = lines.iter().map(|line| Late::literal(*line)).collect();
        Scripts::Inline { lines, shebang: Some("/bin/sh -e".into()) }
    }

    async fn run_with(plan: &ShellPlan, recorder: &Recorder) -> Result<(), Error> {
        run(plan, recorder, &data(), &context().0).await
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
        run(&plan(Scripts::Files(paths.to_vec())), &recorder, &data(), &context).await.unwrap();
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
        plan.env_var_format = "export %s='%s'\n".into();
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
        let start = Instant::now();
        run_with(&plan(inline(&["true"])), &recorder).await.unwrap();
        assert_eq!(start.elapsed(), 4 * RETRY_STEP);
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
    async fn output_becomes_events() {
        let recorder = Recorder::answering("run it", [Answer::Line("hello")]);
        let (context, mut receiver) = context();
        run(&plan(inline(&["true"])), &recorder, &data(), &context).await.unwrap();
        let events: Vec<_> = std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, event)| event).collect();
        let is_hello =
            |event: &Event| matches!(event, Event::Output { stream: Stream::Stdout, line } if line == "hello");
        assert!(events.iter().any(is_hello));
    }

    #[test]
    fn a_shebang_of_ones_own_is_not_doubled() {
        let lines = [Late::literal("#!/usr/bin/env bash\necho 1")];
        assert_eq!(inline_text(&lines, None, &Fields::new()).unwrap(), "#!/usr/bin/env bash\necho 1\n");
    }

    #[test]
    fn remote_names_follow_the_template() {
        let mut plan = plan(inline(&[]));
        assert_eq!(remote_path(&plan, 7), "/tmp/s.sh");
        plan.remote_path = None;
        assert_eq!(remote_path(&plan, 7), "/tmp/script_7.sh");
        plan.remote_file = Some("mine.sh".into());
        assert_eq!(remote_path(&plan, 7), "/tmp/mine.sh");
    }
}
