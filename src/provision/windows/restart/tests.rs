//! `windows-restart` against a guest whose uptime is played.

use std::path::Path;
use std::sync::Mutex;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use tokio::time::Instant;

use super::*;
use crate::comm::Upload;
use crate::event::Stream;
use crate::provision::testing::context;

fn plan() -> WindowsRestartPlan {
    WindowsRestartPlan {
        restart_command: "shutdown /r".into(),
        restart_check_command: None,
        restart_timeout: Duration::from_mins(5),
        registry_keys: Vec::new(),
    }
}

/// A Windows that goes down some time after it was asked to, and comes back.
#[derive(Debug)]
struct Windows {
    started: Instant,
    asked: Mutex<Option<Instant>>,
    /// From being asked to going down; `None`: it never does.
    lingers: Option<Duration>,
    is_down_for: Duration,
    has_powershell: bool,
    commands: Mutex<Vec<String>>,
}

impl Windows {
    fn new() -> Self {
        Self {
            started: Instant::now().checked_sub(Duration::from_secs(100)).unwrap(),
            asked: Mutex::new(None),
            lingers: Some(Duration::from_secs(20)),
            is_down_for: Duration::from_secs(60),
            has_powershell: true,
            commands: Mutex::default(),
        }
    }

    /// `None` while it is down.
    fn uptime(&self) -> Option<Duration> {
        let now = Instant::now();
        let asked = *self.asked.lock().unwrap();
        let Some(down) = asked.zip(self.lingers).map(|(asked, lingers)| asked + lingers).filter(|down| *down <= now)
        else {
            return Some(now - self.started);
        };
        now.checked_duration_since(down + self.is_down_for)
    }

    fn lingers_now(&self) -> bool {
        let asked = *self.asked.lock().unwrap();
        asked.zip(self.lingers).is_some_and(|(asked, lingers)| Instant::now() < asked + lingers)
    }

    fn powershell(&self, script: &str, uptime: Duration) -> (u32, String) {
        match script {
            _ if !self.has_powershell && script.contains("TickCount") => (1, String::new()),
            _ if script.contains("TickCount") => (0, format!("boxwright-uptime {}", uptime.as_millis())),
            _ if script.contains("GetHostName") => (0, "WIN restarted.".into()),
            _ => (0, String::new()),
        }
    }
}

fn script_of(command: &str) -> Option<String> {
    let encoded = command.split_once("-EncodedCommand ")?.1;
    let bytes = BASE64_STANDARD.decode(encoded).unwrap();
    let units: Vec<u16> = bytes.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    Some(String::from_utf16(&units).unwrap())
}

impl Communicator for Windows {
    async fn run(&self, command: &str, mut output: impl FnMut(Stream, String) + Send) -> Result<Exit, comm::Error> {
        let script = script_of(command);
        self.commands.lock().unwrap().push(script.clone().unwrap_or_else(|| command.to_owned()));
        let gone = || comm::Error::Session { message: "no answer".into() };
        let uptime = self.uptime().ok_or_else(gone)?;
        let (status, line) = match (script, command) {
            (Some(script), _) => self.powershell(&script, uptime),
            (None, SECOND_RESTART) if self.lingers_now() => (1115, String::new()),
            (None, "shutdown /r") => {
                *self.asked.lock().unwrap() = Some(Instant::now());
                (0, String::new())
            }
            (None, "refused") => (5, String::new()),
            _ => (0, String::new()),
        };
        output(Stream::Stdout, line);
        Ok(Exit::Status(status))
    }

    async fn upload(&self, _: Upload<'_>, _: &str) -> Result<(), comm::Error> {
        Ok(())
    }

    async fn upload_directory(&self, _: &str, _: &str) -> Result<(), comm::Error> {
        Ok(())
    }

    async fn download(&self, _: &str, _: &Path) -> Result<(), comm::Error> {
        Ok(())
    }

    async fn download_directory(&self, _: &str, _: &Path) -> Result<(), comm::Error> {
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_has_not_gone_yet_is_not_taken_for_one_that_is_back() {
    let (windows, start) = (Windows::new(), Instant::now());
    run(&plan(), &windows, &context().0).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(80), "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_guest_without_powershell_is_asked_for_a_second_restart() {
    let windows = Windows { has_powershell: false, ..Windows::new() };
    let start = Instant::now();
    run(&plan(), &windows, &context().0).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(80), "{:?}", start.elapsed());
    assert!(windows.commands.lock().unwrap().iter().any(|command| command == SECOND_RESTART));
}

#[tokio::test(start_paused = true)]
async fn a_guest_that_never_goes_down_is_told_from_one_that_stays_away() {
    let staying = Windows { lingers: None, ..Windows::new() };
    let error = run(&plan(), &staying, &context().0).await.unwrap_err();
    assert!(error.to_string().contains("it went on running"), "{error}");
    let lost = Windows { is_down_for: Duration::from_hours(1), ..Windows::new() };
    let error = run(&plan(), &lost, &context().0).await.unwrap_err();
    assert!(error.to_string().contains("within 300 s") && error.to_string().contains("did not come back"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_is_refused_is_told() {
    let plan = WindowsRestartPlan { restart_command: "refused".into(), ..plan() };
    let error = run(&plan, &Windows::new(), &context().0).await.unwrap_err();
    assert_eq!(error.to_string(), "the restart command ended with exit status 5 (good is 0 or 1115 or 1190)");
}

#[tokio::test(start_paused = true)]
async fn the_check_and_the_registry_come_after_the_restart() {
    let plan = WindowsRestartPlan {
        restart_check_command: Some("check".into()),
        registry_keys: vec![r"HKLM:SOFTWARE\It's".into()],
        ..plan()
    };
    let windows = Windows::new();
    run(&plan, &windows, &context().0).await.unwrap();
    let commands = windows.commands.lock().unwrap();
    assert_eq!(commands[commands.len() - 2], "check");
    assert!(commands.last().unwrap().contains(r"'HKLM:SOFTWARE\It''s'"), "{commands:?}");
}
