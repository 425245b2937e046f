//! What a driver, its machine and the sessions in its guest share.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::sync::watch;

use super::log::FakeLog;
use super::script::{Answer, FakeScript, Misbehaviour, Operation};

#[derive(Debug)]
pub(super) struct World {
    script: Mutex<FakeScript>,
    pub(super) log: FakeLog,
    on: watch::Sender<bool>,
    /// By path in the guest.
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl World {
    pub(super) fn new(script: FakeScript) -> Self {
        Self { script: Mutex::new(script), log: FakeLog::new(), on: watch::Sender::new(false), files: Mutex::default() }
    }

    /// Begins an operation: writes it down, and misbehaves where the script says so.
    pub(super) async fn enter(&self, operation: Operation, object: &str) -> Result<(), String> {
        self.log.add(format!("{operation} {object}").trim_end().to_owned());
        let misbehaviour = self.script.lock().expect(UNPOISONED).misbehaviour(operation, object);
        match misbehaviour {
            None => Ok(()),
            Some(Misbehaviour::Fail) => Err(format!("the script lets `{operation}` fail")),
            Some(Misbehaviour::Hang) => std::future::pending().await,
            Some(Misbehaviour::Panic) => panic!("the script lets `{operation}` panic"),
        }
    }

    pub(super) fn answer_to(&self, command: &str) -> Answer {
        self.script.lock().expect(UNPOISONED).answer_to(command)
    }

    pub(super) fn hears_power_button(&self) -> bool {
        !self.script.lock().expect(UNPOISONED).deaf
    }

    pub(super) fn switch(&self, on: bool) {
        self.on.send_replace(on);
    }

    pub(super) fn is_on(&self) -> bool {
        *self.on.borrow()
    }

    pub(super) async fn wait_off(&self) {
        let off = self.on.subscribe().wait_for(|on| !on).await.map(|_| ());
        off.expect("the world holds the sender");
    }

    pub(super) fn guest_file(&self, path: &str) -> Option<Vec<u8>> {
        self.files.lock().expect(UNPOISONED).get(path).cloned()
    }

    pub(super) fn put_guest_file(&self, path: &str, bytes: Vec<u8>) {
        self.files.lock().expect(UNPOISONED).insert(path.to_owned(), bytes);
    }

    /// The files under a folder of the guest, by their paths relative to it.
    pub(super) fn guest_files_under(&self, folder: &str) -> Vec<(String, Vec<u8>)> {
        let files = self.files.lock().expect(UNPOISONED);
        let under = files.iter().filter_map(|(path, bytes)| {
            let relative = path.strip_prefix(folder.trim_end_matches('/'))?.strip_prefix('/')?;
            Some((relative.to_owned(), bytes.clone()))
        });
        under.collect()
    }
}

const UNPOISONED: &str = "no holder of the lock panics";
