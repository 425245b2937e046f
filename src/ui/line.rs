//! What an event is called in words. Pure: an event in, a line or nothing out.

use super::duration::{bytes, short};
use crate::event::{Event, Stage, Stream, Work};

/// How a line stands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// A step of the build.
    Say,
    /// A detail of the step.
    Message,
    Error,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) weight: Weight,
    pub(crate) text: String,
}

pub(crate) fn of(event: &Event) -> Option<Line> {
    let line = |weight, text| Some(Line { weight, text });
    let say = |text: String| line(Weight::Say, text);
    let message = |text: String| line(Weight::Message, text);
    match event {
        Event::Warning { text } => line(Weight::Error, format!("warning: {text}")),
        Event::IsoReady { path, reused: true } => say(format!("using the image at hand: {}", path.display())),
        Event::IsoReady { path, reused: false } => say(format!("image ready: {}", path.display())),
        Event::HttpServing { address, root } => say(format!("serving {root} on {address}")),
        Event::HttpRequest { method, path, status, bytes: size } => {
            message(format!("the guest asked: {method} {path} -> {status}, {}", bytes(*size)))
        }
        Event::SeedMediumWritten { kind, bytes: size, .. } => say(format!("{kind} image written, {}", bytes(*size))),
        Event::DiskCreated { path, size } => say(format!("disk {} of {size}", path.display())),
        Event::AcceleratorChosen { accelerator, reason } => message(format!("accelerator {accelerator}: {reason}")),
        Event::MachineStarted { process, console, .. } => {
            let process = process.map_or_else(String::new, |process| format!(", process {process}"));
            let console = console.as_ref().map_or_else(String::new, |url| format!(", console on {url}"));
            say(format!("machine started{process}{console}"))
        }
        Event::BootWait { duration } => say(format!("waiting {} for the boot prompt", short(*duration))),
        Event::BootStep { description } => say(format!("typing: {description}")),
        Event::SshWaiting { address } => say(format!("waiting for SSH on {address}")),
        Event::WinRmWaiting { address } => say(format!("waiting for WinRM on {address}")),
        Event::SshNotYet { reason } => message(format!("not yet: {reason}")),
        Event::SshConnected { address, method, attempts } => {
            say(format!("connected to {address} by {method}, attempt {attempts}"))
        }
        Event::ProvisionerStarted { kind, name } if name.is_empty() => say(format!("provisioning with {kind}")),
        Event::ProvisionerStarted { kind, name } => say(format!("provisioning with {kind}: {name}")),
        Event::ProvisionerRetry { kind, attempt, reason } => {
            line(Weight::Error, format!("{kind} failed, attempt {attempt}: {reason}; trying again"))
        }
        Event::Pausing { duration } => say(format!("pausing {}", short(*duration))),
        Event::Step { text } => say(text.clone()),
        Event::ScriptStarted { name } => say(format!("running {name}")),
        Event::ScriptFault { name, line: number, source, message } => {
            line(Weight::Error, format!("{name}:{number}: {message}\n    {source}"))
        }
        Event::Output { stream: Stream::Stdout, line } => message(line.clone()),
        Event::Output { stream: Stream::Stderr, line: text } => line(Weight::Error, text.clone()),
        Event::ShutdownRequested { how } => say(how.clone()),
        Event::MachineStopped => say("the machine is off".to_owned()),
        Event::PostProcessorStarted { kind, name } if kind == name => say(format!("post-processing with {kind}")),
        Event::PostProcessorStarted { kind, name } => say(format!("post-processing with {name} (type {kind})")),
        Event::FileWritten { path, bytes: size } => message(format!("{} written, {}", path.display(), bytes(*size))),
        Event::Failed { stage, message, .. } => {
            let place = stage.map_or_else(String::new, |stage| format!("{}: ", stage_name(stage)));
            line(Weight::Error, format!("{place}{message}"))
        }
        Event::AlsoFailed { message } => line(Weight::Error, format!("also failed: {message}")),
        Event::EvidenceSaved { folder, files } => {
            let names =
                files.iter().filter_map(|path| path.file_name()).map(|name| name.to_string_lossy().into_owned());
            say(format!("kept for you in {}: {}", folder.display(), names.collect::<Vec<_>>().join(", ")))
        }
        Event::StageStarted { .. }
        | Event::StageFinished { .. }
        | Event::Progress { .. }
        | Event::ProvisionerFinished { .. }
        | Event::ScriptFinished { .. }
        | Event::CleanupStep { .. }
        | Event::Asking { .. }
        | Event::Answered
        | Event::Debug { .. } => None,
    }
}

pub(crate) fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Fetch => "fetch",
        Stage::Create => "create",
        Stage::Boot => "boot",
        Stage::Connect => "connect",
        Stage::Provision => "provision",
        Stage::Shutdown => "shutdown",
        Stage::Export => "export",
        Stage::PostProcess => "post-process",
        Stage::Cleanup => "cleanup",
    }
}

pub(crate) fn work_name(work: &Work) -> String {
    match work {
        Work::Download { url } => format!("downloading {url}"),
        Work::Checksum { path } => format!("checking {}", path.display()),
        Work::Typing => "typing the boot command".to_owned(),
        Work::Upload { destination } => format!("uploading to {destination}"),
        Work::Write { path } => format!("writing {}", path.display()),
        Work::Unpack { path } => format!("unpacking {}", path.display()),
    }
}
