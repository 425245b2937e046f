//! Starting a script, and what its end means.

use std::time::Duration;

use crate::comm::{self, Exit};
use crate::event::{Event, Events, Stream};
use crate::provision::Error;
use crate::provision::insist::{insist, not_started};

/// What the scripts of one provisioner have in common.
pub(super) struct Terms<'a> {
    pub(super) events: &'a Events,
    pub(super) start_retry_timeout: Duration,
    pub(super) valid_exit_codes: &'a [u32],
}

impl Terms<'_> {
    /// `start` uploads what the script needs and starts it; its errors mean that the script did not start.
    pub(super) async fn run<F>(&self, name: &str, start: impl Fn() -> F) -> Result<(), Error>
    where
        F: Future<Output = Result<Exit, comm::Error>>,
    {
        self.events.send(Event::ScriptStarted { name: name.to_owned() });
        let limit = self.start_retry_timeout;
        let exit = insist(limit, self.events, start).await.map_err(|source| not_started(name, limit, source))?;
        self.check(name, exit)
    }

    fn check(&self, name: &str, exit: Exit) -> Result<(), Error> {
        let (script, code) = (name.to_owned(), exit.code());
        match exit {
            _ if self.valid_exit_codes.contains(&code) => Ok(()),
            Exit::Disconnected => Err(Error::Cut { script }),
            Exit::Status(_) => Err(Error::Script { script, code, valid_exit_codes: self.valid_exit_codes.to_vec() }),
        }
    }

    /// Takes the lines of a script.
    pub(super) fn output(&self) -> impl FnMut(Stream, String) + Send {
        |stream, line| self.events.send(Event::Output { stream, line })
    }
}
