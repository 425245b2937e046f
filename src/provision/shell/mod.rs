//! The provisioner `shell`: scripts that are uploaded to the guest and run there.

mod text;

use std::sync::{Mutex, PoisonError};

use fs_err::tokio as fs;
use tokio::time::Instant;

pub(super) use self::text::inline_text;
use self::text::{remote_path, unix_text};
use super::complaint::Watch;
use super::insist::{insist, not_started};
use super::{Error, GuestData, environment};
use crate::comm::{self, Communicator, Exit, Upload};
use crate::event::{Event, Events};
use crate::io::Context;
use crate::plan::provisioner::{Scripts, ShellPlan};

/// Of the file with the variables, which may hold passwords.
const VARIABLES_MODE: u32 = 0o600;

/// Names of files in the guest end in `number` where the template gives none. All attempts have the same one, so that
/// a failed one leaves no script beside that of the next.
pub(super) async fn run(
    plan: &ShellPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    number: u32,
    context: &Context,
) -> Result<(), Error> {
    let shell = Shell::prepare(plan, communicator, data, number, context)?;
    shell.upload_variables().await?;
    match &plan.scripts {
        Scripts::Inline { lines, shebang } => {
            let text = inline_text(lines, shebang.as_ref(), &data.fields)?;
            shell.run_one("inline script", text.as_bytes(), usize::from(shebang.is_some())).await?;
        }
        Scripts::Files(paths) => {
            for path in paths {
                let script = fs::read(path).await.map_err(Error::local("read a script"))?;
                shell.run_one(&path.display().to_string(), &script, 0).await?;
            }
        }
    }
    shell.finish().await
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
        number: u32,
        context: &'a Context,
    ) -> Result<Self, Error> {
        let folder = plan.remote_folder.render(&data.fields).map_err(Error::render("remote_folder"))?;
        let path = remote_path(plan, &folder, number, &data.fields)?;
        let variables = environment::with_template(environment::of_build(data), &plan.environment, &data.fields)?;
        let format = environment::format(&plan.env_var_format, &data.fields)?;
        let flat = environment::flatten(&variables, &format);
        let variables_path = format!("{folder}/varfile_{number}.sh");
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

    /// `before` is how many lines of ours the script begins with.
    async fn run_one(&self, name: &str, script: &[u8], before: usize) -> Result<(), Error> {
        self.events.send(Event::ScriptStarted { name: name.to_owned() });
        let script = if self.plan.binary { script.to_vec() } else { unix_text(script) };
        let (watch, started) = (Mutex::new(Watch::new(&self.path)), Instant::now());
        let start = || {
            let output = |stream, line: String| {
                watch.lock().unwrap_or_else(PoisonError::into_inner).look(&line);
                self.events.send(Event::Output { stream, line });
            };
            self.communicator.run_script(&script, &self.path, &self.command, output)
        };
        let exit = self.insist(start).await.map_err(|source| self.not_started(name, source))?;
        let (elapsed, code) = (started.elapsed(), exit.code());
        self.events.send(Event::ScriptFinished { name: name.to_owned(), elapsed, code });
        if let Err(error) = self.check(name, exit) {
            watch.into_inner().unwrap_or_else(PoisonError::into_inner).tell(name, &script, before, self.events);
            return Err(error);
        }
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

    /// Tries for as long as the template allows.
    async fn insist<T, F>(&self, work: impl Fn() -> F) -> Result<T, comm::Error>
    where
        F: Future<Output = Result<T, comm::Error>>,
    {
        insist(self.plan.start_retry_timeout, self.events, work).await
    }

    fn not_started(&self, name: &str, source: comm::Error) -> Error {
        not_started(name, self.plan.start_retry_timeout, source)
    }
}

#[cfg(test)]
mod tests;
