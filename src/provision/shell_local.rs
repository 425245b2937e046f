//! `shell-local`: scripts that run on this host, as a provisioner and as a post-processor.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};

use fs_err::tokio as fs;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::Child;

use super::environment::{self, Variables};
use super::{Error, shell};
use crate::event::{Event, Events, Stream};
use crate::io::Context;
use crate::io::cleanup::CleanupId;
use crate::io::journal::Resource;
use crate::io::lines::Lines;
use crate::plan::provisioner::{Scripts, ShellLocalPlan};
use crate::process::Cmd;
use crate::template::interpolate::Fields;

/// Of the script that is made from inline commands.
const SCRIPT_MODE: u32 = 0o700;

/// Bytes read from a program at once.
const READ_BUFFER: usize = 16 * 1024;

/// Runs the scripts one after another in this process's folder. `environment` is what they are given beside
/// the template's own variables, such as `PACKER_BUILD_NAME`.
pub async fn run_local(
    plan: &ShellLocalPlan,
    fields: &Fields,
    environment: &Variables,
    context: &Context,
) -> Result<(), Error> {
    if !is_for_this_system(&plan.only_on) {
        context.events.warn(format!("shell-local is skipped: it is only for {}", plan.only_on.join(", ")));
        return Ok(());
    }
    let variables = environment::with_template(environment.clone(), &plan.environment, fields)?;
    let local = Local { plan, fields, variables: &variables, context };
    match &plan.scripts {
        Scripts::Inline { lines, shebang } => {
            local.run_inline(&shell::inline_text(lines, shebang.as_deref(), fields)?).await
        }
        Scripts::Files(paths) => {
            for path in paths {
                let path = std::path::absolute(path).map_err(Error::local("find a script"))?;
                local.run_script(&path.display().to_string(), &path, "").await?;
            }
            Ok(())
        }
    }
}

/// Packer's names are Go's.
fn is_for_this_system(only_on: &[String]) -> bool {
    let name = if std::env::consts::OS == "macos" { "darwin" } else { std::env::consts::OS };
    only_on.is_empty() || only_on.iter().any(|system| system == name)
}

struct Local<'a> {
    plan: &'a ShellLocalPlan,
    fields: &'a Fields,
    variables: &'a Variables,
    context: &'a Context,
}

impl Local<'_> {
    async fn run_inline(&self, text: &str) -> Result<(), Error> {
        let extension = self.plan.tempfile_extension.trim_start_matches('.');
        let mut name = format!("boxwright-shell-{}", uuid::Uuid::new_v4());
        if !extension.is_empty() {
            name = format!("{name}.{extension}");
        }
        let path = std::env::temp_dir().join(name);
        let failed = || Error::local("write the inline script");
        let id = self.context.cleanup.push_unique_path(&path).map_err(failed())?;
        write_script(&path, text).await.map_err(failed())?;
        let result = self.run_script("inline script", &path, text.trim_end()).await;
        if let Err(reason) = self.context.cleanup.run(id).await {
            self.context.events.warn(format!("the inline script stays in the temporary folder: {reason}"));
        }
        result
    }

    async fn run_script(&self, name: &str, path: &Path, inline: &str) -> Result<(), Error> {
        self.context.events.send(Event::ScriptStarted { name: name.to_owned() });
        let status = run_streaming(&self.command(path, inline)?, self.context).await?;
        let code = exit_code(status);
        if self.plan.valid_exit_codes.contains(&code) {
            return Ok(());
        }
        let valid_exit_codes = self.plan.valid_exit_codes.clone();
        Err(Error::Script { script: name.to_owned(), code, valid_exit_codes })
    }

    fn command(&self, path: &Path, inline: &str) -> Result<Cmd, Error> {
        let mut fields = self.fields.clone();
        fields.insert("Vars".into(), environment::flatten(self.variables, &self.plan.env_var_format));
        fields.insert("Script".into(), path.display().to_string());
        fields.insert("Command".into(), inline.to_owned());
        let words: Result<Vec<String>, _> = self.plan.execute_command.iter().map(|word| word.render(&fields)).collect();
        let words = words.map_err(Error::render("execute_command"))?;
        let Some((program, arguments)) = words.split_first() else {
            return Err(Error::Plan {
                message: "`execute_command` is empty; it is a list of a program's words".into(),
            });
        };
        Ok(Cmd::new(program).args(arguments))
    }
}

async fn write_script(path: &PathBuf, text: &str) -> std::io::Result<()> {
    fs::write(path, text).await?;
    fs::set_permissions(path, std::fs::Permissions::from_mode(SCRIPT_MODE)).await
}

/// A shell reports a program that a signal ended as 128 and the signal's number.
fn exit_code(status: ExitStatus) -> u32 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(1);
    code.unsigned_abs()
}

async fn run_streaming(command: &Cmd, context: &Context) -> Result<ExitStatus, Error> {
    let (mut child, _group) = start(command, context)?;
    let stdout = child.stdout.take().expect("standard output is piped");
    let stderr = child.stderr.take().expect("standard error is piped");
    let read = tokio::try_join!(
        stream_lines(stdout, Stream::Stdout, &context.events),
        stream_lines(stderr, Stream::Stderr, &context.events),
    );
    read.map_err(Error::local(format!("read the output of `{command}`")))?;
    child.wait().await.map_err(Error::local(format!("wait for `{command}`")))
}

/// The user's own environment, locale included, since the script is the user's.
fn start<'a>(command: &Cmd, context: &'a Context) -> Result<(Child, Group<'a>), Error> {
    let mut program = command.to_tokio();
    match std::env::var_os("LC_ALL") {
        Some(locale) => program.env("LC_ALL", locale),
        None => program.env_remove("LC_ALL"),
    };
    // The group is ended as a whole, which works only while its leader lives.
    program.kill_on_drop(false).stdout(Stdio::piped()).stderr(Stdio::piped());
    let failed = || Error::local(format!("start `{command}`"));
    let child = program.spawn().map_err(failed())?;
    let resource = Resource::process(child.id().unwrap_or_default());
    let label = format!("end `{command}`");
    let id = context.cleanup.push_resource(label, resource.clone()).map_err(failed())?;
    Ok((child, Group { resource, id, context }))
}

/// A started script and all that it started; ended when dropped.
struct Group<'a> {
    resource: Resource,
    id: CleanupId,
    context: &'a Context,
}

impl Drop for Group<'_> {
    fn drop(&mut self) {
        // A leader that has ended is not there any more, and what it left running stays, as with any shell.
        let _ = self.resource.remove();
        self.context.cleanup.keep(self.id);
    }
}

async fn stream_lines(mut reader: impl AsyncRead + Unpin, stream: Stream, events: &Events) -> std::io::Result<()> {
    let (mut lines, mut buffer) = (Lines::default(), vec![0; READ_BUFFER]);
    loop {
        let count = reader.read(&mut buffer).await?;
        if count == 0 {
            break;
        }
        lines.push(&buffer[..count], |line| events.send(Event::Output { stream, line }));
    }
    lines.finish(|line| events.send(Event::Output { stream, line }));
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plan::provisioner::Environment;
    use crate::provision::testing::{context, data};
    use crate::template::interpolate::Late;

    fn plan(scripts: Scripts) -> ShellLocalPlan {
        ShellLocalPlan {
            scripts,
            environment: Environment::new(),
            env_var_format: "%s='%s' ".into(),
            execute_command: ["/bin/sh", "-c", "true"].map(Late::literal).to_vec(),
            valid_exit_codes: vec![0],
            only_on: Vec::new(),
            tempfile_extension: String::new(),
        }
    }

    /// The engine that fills in `{{.Script}}` has its own tests; here the command is written out.
    fn running(lines: &[&str]) -> ShellLocalPlan {
        let mut plan = plan(Scripts::Files(vec!["unused".into()]));
        plan.execute_command = ["/bin/sh", "-c", &lines.join("\n")].map(Late::literal).to_vec();
        plan
    }

    async fn output_of(plan: &ShellLocalPlan) -> (Result<(), Error>, Vec<String>) {
        let (context, mut receiver) = context();
        let result = run_local(plan, &Fields::new(), &environment::of_build(&data()), &context).await;
        let events = std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, event)| event);
        let lines = events.filter_map(|event| match event {
            Event::Output { line, .. } => Some(line),
            Event::Warning { text } => Some(text),
            _ => None,
        });
        (result, lines.collect())
    }

    #[tokio::test]
    async fn output_is_streamed_and_the_status_is_checked() {
        let (result, lines) = output_of(&running(&["echo one", "echo two >&2", "exit 4"])).await;
        let error = result.unwrap_err().to_string();
        assert!(error.ends_with("ended with exit status 4 (good is 0)"), "{error}");
        assert_eq!(lines.len(), 2);
        let plan = ShellLocalPlan { valid_exit_codes: vec![4], ..running(&["exit 4"]) };
        output_of(&plan).await.0.unwrap();
    }

    #[tokio::test]
    async fn other_systems_are_skipped_with_a_word() {
        let plan = ShellLocalPlan { only_on: vec!["windows".into()], ..running(&["exit 1"]) };
        let (result, lines) = output_of(&plan).await;
        result.unwrap();
        assert_eq!(lines, ["shell-local is skipped: it is only for windows"]);
    }

    #[tokio::test]
    async fn an_inline_script_is_private_and_goes_away() {
        let (context, _receiver) = context();
        let plan = plan(Scripts::Files(Vec::new()));
        let local = Local { plan: &plan, fields: &Fields::new(), variables: &Variables::new(), context: &context };
        local.run_inline("#!/bin/sh\ntrue\n").await.unwrap();
        assert_eq!(format!("{:?}", context.cleanup), "[]");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        write_script(&path, "true").await.unwrap();
        assert_eq!(fs::metadata(&path).await.unwrap().permissions().mode() & 0o777, SCRIPT_MODE);
    }

    #[tokio::test]
    async fn a_dropped_script_is_ended_with_all_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pid");
        let plan = running(&[&format!("sleep 600 & echo $! > {0}.new; mv {0}.new {0}; wait", file.display())]);
        let (context, _receiver) = context();
        let (fields, variables) = (Fields::new(), Variables::new());
        let started = async {
            while !file.exists() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            result = run_local(&plan, &fields, &variables, &context) => panic!("it ended: {result:?}"),
            () = started => {}
        }
        let pid = fs::read_to_string(&file).await.unwrap();
        let stat = format!("/proc/{}/stat", pid.trim());
        // The kernel takes a moment to bury it.
        while fs::read_to_string(&stat).await.is_ok_and(|text| !text.contains(") Z")) {
            tokio::task::yield_now().await;
        }
        assert_eq!(format!("{:?}", context.cleanup), "[]");
    }

    #[tokio::test]
    async fn the_users_locale_is_kept() {
        let (_, lines) = output_of(&running(&["echo \"${LC_ALL-unset}\""])).await;
        assert_eq!(lines, [std::env::var("LC_ALL").unwrap_or_else(|_| "unset".into())]);
    }
}
