//! `shell-local`: scripts that run on this host, as a provisioner and as a post-processor.

use std::path::Path;
use std::time::Instant;

use fs_err::tokio as fs;

use super::complaint::Watch;
use super::environment::{self, Variables};
use super::{Error, program, shell};
use crate::event::Event;
use crate::io::Context;
use crate::plan::provisioner::{Scripts, ShellLocalPlan};
use crate::process::{self, Cmd};
use crate::template::interpolate::Fields;

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
            local.run_inline(&shell::inline_text(lines, shebang.as_ref(), fields)?).await
        }
        Scripts::Files(paths) => {
            for path in paths {
                let path = std::path::absolute(path).map_err(Error::local("find a script"))?;
                local.run_script(&path.display().to_string(), &path, 0).await?;
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
        process::write_program(&path, text).map_err(failed())?;
        // It begins with our shebang.
        let result = self.run_script("inline script", &path, 1).await;
        if let Err(reason) = self.context.cleanup.run(id).await {
            self.context.events.warn(format!("the inline script stays in the temporary folder: {reason}"));
        }
        result
    }

    /// `before` is how many lines of ours the script begins with.
    async fn run_script(&self, name: &str, path: &Path, before: usize) -> Result<(), Error> {
        self.context.events.send(Event::ScriptStarted { name: name.to_owned() });
        let (local_name, started) = (path.display().to_string(), Instant::now());
        let mut watch = Watch::new(&local_name);
        let code = program::run(&self.command(path)?, self.context, |line| watch.look(line)).await?;
        let elapsed = started.elapsed();
        self.context.events.send(Event::ScriptFinished { name: name.to_owned(), elapsed, code });
        if self.plan.valid_exit_codes.contains(&code) {
            return Ok(());
        }
        // A script that is gone by now has no lines to show.
        let script = fs::read(path).await.unwrap_or_default();
        watch.tell(name, &script, before, &self.context.events);
        let valid_exit_codes = self.plan.valid_exit_codes.clone();
        Err(Error::Script { script: name.to_owned(), code, valid_exit_codes })
    }

    /// The script is called `.Script` and `.Command`, whether it is inline or not.
    fn command(&self, path: &Path) -> Result<Cmd, Error> {
        let mut fields = self.fields.clone();
        let format = environment::format(&self.plan.env_var_format, self.fields)?;
        fields.insert("Vars".into(), environment::flatten(self.variables, &format));
        for name in ["Script", "Command"] {
            fields.insert(name.into(), path.display().to_string());
        }
        let words: Result<Vec<String>, _> = self.plan.execute_command.iter().map(|word| word.render(&fields)).collect();
        let words = words.map_err(Error::render("execute_command"))?;
        let Some((program, arguments)) = words.split_first() else {
            return Err(Error::Plan {
                message: "`execute_command` is empty; it is a list of a program's words".into(),
            });
        };
        Ok(Cmd::new(program).args(arguments).users_locale())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::plan::provisioner::Environment;
    use crate::provision::testing::{context, data, late};

    fn plan(scripts: Scripts) -> ShellLocalPlan {
        ShellLocalPlan {
            scripts,
            environment: Environment::new(),
            env_var_format: late("%s='%s' "),
            execute_command: ["/bin/sh", "-c", "{{.Vars}} {{.Script}}"].map(late).to_vec(),
            valid_exit_codes: vec![0],
            only_on: Vec::new(),
            tempfile_extension: String::new(),
        }
    }

    fn running(lines: &[&str]) -> ShellLocalPlan {
        let lines = lines.iter().map(|line| late(line)).collect();
        plan(Scripts::Inline { lines, shebang: Some(late("/bin/sh -e")) })
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
        let (result, lines) = output_of(&running(&["echo $PACKER_BUILD_NAME", "echo two >&2", "exit 4"])).await;
        let error = result.unwrap_err().to_string();
        assert_eq!(error, "inline script ended with exit status 4 (good is 0)");
        assert!(lines.len() == 2 && lines.contains(&"box".to_owned()), "{lines:?}");
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
        let (result, lines) = output_of(&running(&["ls -l \"$0\" | cut -c1-10", "echo \"$0\""])).await;
        result.unwrap();
        assert_eq!(lines[0], "-rwx------");
        assert!(lines[1].contains("boxwright-shell-") && !Path::new(&lines[1]).exists(), "{lines:?}");
    }

    #[tokio::test]
    async fn a_file_of_somebody_else_is_not_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("script");
        fs::write(&path, "theirs").await.unwrap();
        let error = process::write_program(&path, "ours").unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read_to_string(&path).await.unwrap(), "theirs");
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
        let left = format!("{:?}", context.cleanup);
        assert!(left.contains("remove /") && !left.contains("end "), "only the script is left to remove: {left}");
        assert!(context.cleanup.unwind(&context.events).await.is_empty());
    }

    #[tokio::test]
    async fn the_users_locale_is_kept() {
        let (_, lines) = output_of(&running(&["echo \"${LC_ALL-unset}\""])).await;
        assert_eq!(lines, [std::env::var("LC_ALL").unwrap_or_else(|_| "unset".into())]);
    }
}
