//! The provisioners of each build, with the time and the exit code of what they ran.

use std::collections::HashMap;
use std::time::Duration;

use super::duration::short;
use crate::event::Event;

/// One script, or a provisioner that runs none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    /// Packer's type, and the script's name.
    pub(crate) name: String,
    pub(crate) elapsed: Duration,
    pub(crate) end: End,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    Exit(u32),
    Success,
    Failure,
}

/// What each build has done so far.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    done: HashMap<String, Vec<Step>>,
    /// The provisioner that runs, and how many scripts it has ended.
    running: HashMap<String, (String, usize)>,
}

impl Steps {
    pub(crate) fn take(&mut self, build: &str, event: &Event) {
        match event {
            Event::ProvisionerStarted { kind, .. } => drop(self.running.insert(build.to_owned(), (kind.clone(), 0))),
            Event::ScriptFinished { name, elapsed, code } => self.script(build, name, *elapsed, *code),
            Event::ProvisionerFinished { kind, elapsed, success } => {
                let scripts = self.running.remove(build).map_or(0, |(_, scripts)| scripts);
                let end = if *success { End::Success } else { End::Failure };
                // Its scripts say it better.
                if scripts == 0 {
                    self.add(build, Step { name: kind.clone(), elapsed: *elapsed, end });
                }
            }
            _ => {}
        }
    }

    /// Post-processors run scripts, too; they are no steps.
    fn script(&mut self, build: &str, name: &str, elapsed: Duration, code: u32) {
        let Some((kind, scripts)) = self.running.get_mut(build) else { return };
        *scripts += 1;
        let step = Step { name: format!("{kind}: {name}"), elapsed, end: End::Exit(code) };
        self.add(build, step);
    }

    fn add(&mut self, build: &str, step: Step) {
        self.done.entry(build.to_owned()).or_default().push(step);
    }

    pub(crate) fn of(&self, build: &str) -> &[Step] {
        self.done.get(build).map_or(&[], Vec::as_slice)
    }
}

impl Step {
    /// `   12.1 s  exit 0  shell: setup.sh`
    pub(crate) fn text(&self) -> String {
        format!("{:>10}  {:<8}  {}", short(self.elapsed), self.end.text(), self.name)
    }
}

impl End {
    pub(crate) fn text(self) -> String {
        match self {
            Self::Exit(crate::comm::Exit::DISCONNECTED) => "cut".to_owned(),
            Self::Exit(code) => format!("exit {code}"),
            Self::Success => "done".to_owned(),
            Self::Failure => "failed".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(kind: &str) -> Event {
        Event::ProvisionerStarted { kind: kind.into(), name: kind.into() }
    }

    fn finished(kind: &str, success: bool) -> Event {
        Event::ProvisionerFinished { kind: kind.into(), elapsed: Duration::from_millis(300), success }
    }

    fn script(name: &str, code: u32) -> Event {
        Event::ScriptFinished { name: name.into(), elapsed: Duration::from_secs(12), code }
    }

    #[test]
    fn scripts_are_steps_and_so_is_a_provisioner_without_any() {
        let mut steps = Steps::default();
        let events = [
            started("shell"),
            script("a.sh", 0),
            script("b.sh", 7),
            finished("shell", false),
            started("file"),
            finished("file", true),
            script("of a post-processor", 0),
        ];
        for event in &events {
            steps.take("web", event);
        }
        let texts: Vec<_> = steps.of("web").iter().map(Step::text).collect();
        assert_eq!(
            texts,
            ["    12.0 s  exit 0    shell: a.sh", "    12.0 s  exit 7    shell: b.sh", "     0.3 s  done      file"]
        );
        assert!(steps.of("other").is_empty());
    }
}
