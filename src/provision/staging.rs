//! A folder of the guest that a provisioner puts its files into, and runs a program in.

use std::path::Path;

use super::Error;
use super::elevated::Account;
use super::guest_commands::GuestCommands;
use crate::comm::{self, Communicator, Exit, Upload};
use crate::event::{Event, Events};

/// Of files whose text a provisioner writes.
const TEXT_MODE: u32 = 0o644;

/// The folder, which is there.
#[derive(Debug)]
pub(super) struct Staging<'a, C> {
    guest: Guest<'a, C>,
    folder: String,
}

impl<'a, C: Communicator> Staging<'a, C> {
    /// Makes the folder so that the user of the session can write into it, also where sudo makes it.
    pub(super) async fn make(guest: Guest<'a, C>, folder: &str) -> Result<Self, Error> {
        guest.make_folder(folder).await?;
        Ok(Self { guest, folder: folder.to_owned() })
    }

    /// The guest that the folder is in.
    pub(super) fn guest(&self) -> Guest<'a, C> {
        self.guest
    }

    /// Where a file of this name is in the guest.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}/{name}", self.folder)
    }

    /// Uploads a file, which keeps its mode, and gives its path in the guest.
    pub(super) async fn upload_file(&self, source: &Path, name: &str) -> Result<String, Error> {
        let path = self.path(name);
        self.guest.upload_file(source, &path).await?;
        Ok(path)
    }

    /// Uploads a text as a file, and gives its path in the guest.
    pub(super) async fn upload_text(&self, text: &str, name: &str) -> Result<String, Error> {
        let path = self.path(name);
        let source = Upload::Bytes { bytes: text.as_bytes(), mode: TEXT_MODE };
        self.guest.communicator.upload(source, &path).await?;
        Ok(path)
    }

    /// Makes a folder below this one, and gives its path in the guest.
    pub(super) async fn make_folder(&self, name: &str) -> Result<String, Error> {
        let path = self.path(name);
        self.guest.make_folder(&path).await?;
        Ok(path)
    }

    /// Makes a folder and uploads what is in `source` into it; gives its path in the guest.
    pub(super) async fn upload_folder(&self, source: &Path, name: &str) -> Result<String, Error> {
        let path = self.make_folder(name).await?;
        self.guest.upload_contents(source, &path).await?;
        Ok(path)
    }

    /// Removes the folder and all that is in it.
    pub(super) async fn remove(&self) -> Result<(), Error> {
        self.guest.remove(&self.folder).await
    }
}

/// The guest as a provisioner sees it: a session, and how commands are written there.
#[derive(Debug)]
pub(super) struct Guest<'a, C> {
    pub(super) communicator: &'a C,
    pub(super) commands: GuestCommands,
    pub(super) events: &'a Events,
    /// Whom its programs run as; the user of the session if there is none.
    pub(super) account: Option<&'a Account>,
}

// Derived ones would ask the session to be one.
impl<C> Clone for Guest<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Guest<'_, C> {}

impl<C: Communicator> Guest<'_, C> {
    /// Runs a command, hands on its output line by line, and gives its exit code. `what` is for errors.
    pub(super) async fn run(&self, what: &str, command: &str) -> Result<u32, Error> {
        self.events.debug(format!("running in the guest: {command}"));
        let output = |stream, line| self.events.send(Event::Output { stream, line });
        let exit = match self.account {
            Some(account) => account.run(command, self.communicator, output).await?,
            None => self.communicator.run(command, output).await?,
        };
        match exit {
            Exit::Status(code) => Ok(code),
            Exit::Disconnected => {
                let message = format!("it was cut while {what} ran");
                Err(comm::Error::Session { message }.into())
            }
        }
    }

    /// Runs a command whose exit code must be one of these.
    pub(super) async fn run_to(&self, valid: &[u32], what: &str, command: &str) -> Result<(), Error> {
        let code = self.run(what, command).await?;
        if valid.contains(&code) {
            return Ok(());
        }
        Err(Error::Script { script: what.to_owned(), code, valid_exit_codes: valid.to_vec() })
    }

    /// Whether a program is there, by name or by path.
    pub(super) async fn has_program(&self, name: &str) -> Result<bool, Error> {
        let exit = self.communicator.run(&self.commands.has_program(name), |_, _| ()).await?;
        Ok(exit == Exit::Status(0))
    }

    /// Makes a folder that the user of the session can write into.
    pub(super) async fn make_folder(&self, path: &str) -> Result<(), Error> {
        let what = format!("making the folder {path}");
        self.run_to(&[0], &what, &self.commands.make_folder(path)).await?;
        match self.commands.open_to_all(path) {
            Some(command) => self.run_to(&[0], &what, &command).await,
            None => Ok(()),
        }
    }

    /// Uploads a file, which keeps its mode.
    pub(super) async fn upload_file(&self, source: &Path, path: &str) -> Result<(), Error> {
        self.events.debug(format!("uploading {} to {path}", source.display()));
        Ok(self.communicator.upload(Upload::File(source.to_owned()), path).await?)
    }

    /// Uploads what is in a folder into one that is there.
    pub(super) async fn upload_contents(&self, source: &Path, path: &str) -> Result<(), Error> {
        let source = source.to_str().ok_or_else(|| not_text(source))?;
        self.events.debug(format!("uploading {source} to {path}"));
        let contents = format!("{}/", source.trim_end_matches('/'));
        Ok(self.communicator.upload_directory(&contents, path).await?)
    }

    pub(super) async fn remove(&self, path: &str) -> Result<(), Error> {
        self.run_to(&[0], &format!("removing {path}"), &self.commands.remove(path)).await
    }
}

fn not_text(path: &Path) -> Error {
    Error::Plan { message: format!("the name of {} is no UTF-8", path.display()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;
    use crate::event::Stream;
    use crate::plan::provisioner::GuestSystem;
    use crate::provision::testing::{Answer, Recorder, context};

    fn guest<'a>(recorder: &'a Recorder, events: &'a Events, sudo: bool) -> Guest<'a, Recorder> {
        Guest { communicator: recorder, commands: GuestCommands::new(GuestSystem::Unix, sudo), events, account: None }
    }

    #[tokio::test]
    async fn files_texts_and_folders_come_into_a_folder_that_goes_again() {
        let (recorder, (context, _)) = (Recorder::default(), context());
        let staging = Staging::make(guest(&recorder, &context.events, true), "/tmp/stage").await.unwrap();
        assert_eq!(staging.upload_file(Path::new("site.pp"), "a.pp").await.unwrap(), "/tmp/stage/a.pp");
        assert_eq!(staging.upload_text("x = 1\n", "x.conf").await.unwrap(), "/tmp/stage/x.conf");
        assert_eq!(staging.upload_folder(Path::new("roles//"), "roles").await.unwrap(), "/tmp/stage/roles");
        staging.remove().await.unwrap();
        let expected = [
            "run sudo mkdir -p '/tmp/stage'",
            "run sudo chmod 0777 '/tmp/stage'",
            "upload /tmp/stage/a.pp site.pp",
            "upload /tmp/stage/x.conf 644 x = 1\n",
            "run sudo mkdir -p '/tmp/stage/roles'",
            "run sudo chmod 0777 '/tmp/stage/roles'",
            "upload folder roles/ to /tmp/stage/roles",
            "run sudo rm -rf '/tmp/stage'",
        ];
        assert_eq!(recorder.calls(), expected);
    }

    #[tokio::test]
    async fn output_is_handed_on_as_it_comes() {
        let recorder = Recorder::answering("tool", [Answer::Line("changed one thing")]);
        let (context, mut receiver) = context();
        assert_eq!(guest(&recorder, &context.events, false).run("the tool", "tool").await.unwrap(), 0);
        let lines = std::iter::from_fn(|| receiver.try_recv().ok()).filter_map(|(_, event)| match event {
            Event::Output { stream: Stream::Stdout, line } => Some(line),
            _ => None,
        });
        assert_eq!(lines.collect::<Vec<_>>(), ["changed one thing"]);
    }

    #[tokio::test]
    async fn a_failure_names_the_step_and_the_exit_code() {
        let recorder = Recorder::answering("mkdir", [Answer::Exit(Exit::Status(1))]);
        let (context, _receiver) = context();
        let error = Staging::make(guest(&recorder, &context.events, true), "/proc/x").await.unwrap_err();
        assert_eq!(error.to_string(), "making the folder /proc/x ended with exit status 1 (good is 0)");
    }

    #[tokio::test]
    async fn a_session_that_is_cut_is_no_exit_code() {
        let recorder = Recorder::answering("tool", [Answer::Exit(Exit::Disconnected)]);
        let (context, _receiver) = context();
        let guest = guest(&recorder, &context.events, false);
        let error = guest.run_to(&[0, Exit::DISCONNECTED], "the tool", "tool").await.unwrap_err();
        assert!(chain(&error).contains("cut while the tool ran"), "{error}");
    }
}
