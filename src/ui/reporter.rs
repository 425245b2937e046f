//! The reporter: takes the events of all builds, one at a time, and writes lines.

use std::collections::HashMap;
use std::io::Write;

use console::Style as Paint;

use super::Settings;
use super::line::{self, Line, Weight};
use super::machine_readable;
use super::progress::Bars;
use super::states::States;
use super::steps::Steps;
use super::timeline::Timelines;
use crate::event::{Event, EventReceiver};
use crate::io::secrets::Secrets;

/// Colours of the builds, in turn.
const BUILD_COLORS: [fn(Paint) -> Paint; 5] = [Paint::green, Paint::cyan, Paint::magenta, Paint::yellow, Paint::blue];

/// Erases from the cursor to the end of the line (ECMA-48, EL).
const CLEAR_LINE: &str = "\x1b[K";

/// Whom a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    Say,
    Message,
    Error,
}

impl From<Weight> for Style {
    fn from(weight: Weight) -> Self {
        match weight {
            Weight::Say => Self::Say,
            Weight::Message => Self::Message,
            Weight::Error => Self::Error,
        }
    }
}

/// Owns the terminal.
pub struct Reporter {
    settings: Settings,
    secrets: Secrets,
    out: Box<dyn Write + Send>,
    bars: Bars,
    colors: HashMap<String, usize>,
    states: States,
    /// Stands on the terminal, and waits for its answer.
    question: Option<String>,
    pub(crate) timelines: Timelines,
    pub(crate) steps: Steps,
}

impl Reporter {
    pub fn new(settings: Settings, secrets: Secrets, out: Box<dyn Write + Send>) -> Self {
        let bars = Bars::new(settings.terminal && !settings.machine_readable);
        Self {
            settings,
            secrets,
            out,
            bars,
            colors: HashMap::new(),
            states: States::default(),
            question: None,
            timelines: Timelines::default(),
            steps: Steps::default(),
        }
    }

    /// The reporter for this process's standard output.
    pub fn stdout(settings: Settings, secrets: Secrets) -> Self {
        Self::new(settings, secrets, Box::new(std::io::stdout()))
    }

    /// For what stands beside an output that a program reads.
    pub fn stderr(settings: Settings, secrets: Secrets) -> Self {
        Self::new(settings, secrets, Box::new(std::io::stderr()))
    }

    pub fn settings(&self) -> Settings {
        self.settings
    }

    /// Writes until the run is finished, or until every sender of events is gone. What was sent before is still
    /// written. A machine that is left running keeps its sender, so one cannot wait for the last of them.
    pub async fn follow(mut self, mut receiver: EventReceiver, finished: impl Future<Output = ()>) -> Self {
        let mut finished = std::pin::pin!(finished);
        loop {
            tokio::select! {
                event = receiver.recv() => match event {
                    Some((build, event)) => self.report(&build, &event),
                    None => return self,
                },
                () = &mut finished, if !receiver.is_closed() => receiver.close(),
            }
        }
    }

    fn report(&mut self, build: &str, event: &Event) {
        match event {
            Event::Progress { work, done, total } => self.bars.update(build, work, *done, *total),
            Event::StageStarted { stage } => {
                self.bars.stage(build, line::stage_name(*stage));
                self.timelines.start(build, *stage);
            }
            Event::StageFinished { stage, elapsed } => {
                self.bars.clear(build);
                self.timelines.add(build, *stage, *elapsed);
                tracing::debug!(build, stage = line::stage_name(*stage), ?elapsed, "stage finished");
            }
            Event::Failed { .. } => {
                self.bars.clear(build);
                self.timelines.fail(build);
            }
            Event::Asking { question } => self.make_way(question),
            Event::Answered => self.go_on(),
            Event::Debug { text } => tracing::debug!(build, "{}", self.secrets.mask(text)),
            Event::MachineStarted { command, .. } => tracing::info!(build, "{}", self.secrets.mask(command)),
            Event::CleanupStep { label } => tracing::debug!(build, "cleanup: {}", self.secrets.mask(label)),
            Event::Output { line, .. } if !self.is_due(build, line) => return,
            _ => self.steps.take(build, event),
        }
        if let Some(Line { weight, text }) = line::of(event) {
            self.build_lines(build, weight.into(), &text);
        }
    }

    /// Whether a line of output is to be printed now.
    fn is_due(&mut self, build: &str, line: &str) -> bool {
        if let Some(state) = line.strip_suffix('\r') {
            return self.states.change(build, &self.secrets.mask(state), &mut self.bars);
        }
        self.states.end(build, &mut self.bars);
        true
    }

    /// Each line of a text with its build's name in front.
    fn build_lines(&mut self, build: &str, style: Style, text: &str) {
        let marker = if style == Style::Message { "   " } else { "==>" };
        let name = if build.is_empty() { String::new() } else { format!("{build}: ") };
        let prefixed: Vec<_> = text.lines().map(|line| format!("{marker} {name}{line}")).collect();
        self.text(build, style, &prefixed.join("\n"));
    }

    /// A text of the whole program, or a line that has its prefix already.
    pub fn text(&mut self, build: &str, style: Style, text: &str) {
        let text = self.secrets.mask(text);
        if self.settings.machine_readable {
            let kind = match style {
                Style::Say => "say",
                Style::Message => "message",
                Style::Error => "error",
            };
            return self.data(build, "ui", &[kind, &text]);
        }
        let stamp = if self.settings.timestamps { format!("{}: ", now()) } else { String::new() };
        for line in text.split('\n') {
            let line = self.paint(build, style, &format!("{stamp}{line}"));
            self.write(&line);
        }
    }

    /// A line for programs; nothing unless they asked.
    pub fn data(&mut self, target: &str, kind: &str, data: &[&str]) {
        if !self.settings.machine_readable {
            return;
        }
        let masked: Vec<_> = data.iter().map(|text| self.secrets.mask(text)).collect();
        let data: Vec<_> = masked.iter().map(String::as_str).collect();
        let line = machine_readable::line(jiff::Timestamp::now().as_second(), target, kind, &data);
        self.write(&line);
    }

    fn make_way(&mut self, question: &str) {
        self.bars.hide();
        self.question = Some(self.secrets.mask(question));
    }

    fn go_on(&mut self) {
        self.question = None;
        self.bars.show();
    }

    fn write(&mut self, line: &str) {
        // A closed pipe (`| head`) is not worth an error; the build goes on.
        let out = &mut self.out;
        let question = self.question.as_ref().filter(|_| self.settings.terminal);
        self.bars.suspend(|| {
            let _ = match question {
                // The line takes the place of the question, which moves below it.
                Some(question) => write!(out, "\r{CLEAR_LINE}{line}\n{question}"),
                None => writeln!(out, "{line}"),
            };
            let _ = out.flush();
        });
    }

    fn paint(&mut self, build: &str, style: Style, line: &str) -> String {
        if !self.settings.color || line.is_empty() {
            return line.to_owned();
        }
        let paint = Paint::new().force_styling(true);
        let paint = match style {
            Style::Error => paint.red(),
            _ if build.is_empty() => paint.bold(),
            _ => {
                let next = self.colors.len() % BUILD_COLORS.len();
                BUILD_COLORS[*self.colors.entry(build.to_owned()).or_insert(next)](paint)
            }
        };
        let paint = if style == Style::Say { paint.bold() } else { paint };
        paint.apply_to(line).to_string()
    }
}

impl std::fmt::Debug for Reporter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reporter").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// Local time, RFC 3339 to the second. Universal time is marked by a letter, as Packer does it.
fn now() -> String {
    let text = jiff::Zoned::now().strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
    text.strip_suffix("+00:00").map_or_else(|| text.clone(), |time| format!("{time}Z"))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::event::{Events, Stream};

    /// A buffer that can be looked at while the reporter owns it.
    #[derive(Clone, Debug, Default)]
    pub(crate) struct Screen(Arc<Mutex<Vec<u8>>>);

    impl Screen {
        pub(crate) fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    impl Write for Screen {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    async fn reported(settings: Settings, events: Vec<Event>) -> String {
        let (sender, receiver) = Events::channel();
        let screen = Screen::default();
        let secrets = Secrets::default();
        secrets.add("hunter2");
        let reporter = Reporter::new(settings, secrets, Box::new(screen.clone()));
        for event in events {
            sender.for_build("web").send(event);
        }
        // The sender lives on, as that of a machine that is left running.
        reporter.follow(receiver, std::future::ready(())).await;
        drop(sender);
        screen.text()
    }

    fn samples() -> Vec<Event> {
        vec![
            Event::MachineStopped,
            Event::Output { stream: Stream::Stdout, line: "the word is hunter2".into() },
            Event::Warning { text: "two\nlines".into() },
        ]
    }

    #[tokio::test]
    async fn piped_output_is_plain_and_masked() {
        let text = reported(Settings::default(), samples()).await;
        insta::assert_snapshot!(text, @r"
        ==> web: the machine is off
            web: the word is <sensitive>
        ==> web: warning: two
        ==> web: lines
        ");
    }

    #[tokio::test]
    async fn of_a_line_that_is_written_over_its_end_is_printed() {
        let output = |line: &str| Event::Output { stream: Stream::Stdout, line: line.into() };
        let text = reported(Settings::default(), vec![output("10%\r"), output("90%\r"), output("100%")]).await;
        assert_eq!(text, "    web: 100%\n");
    }

    #[tokio::test]
    async fn a_line_that_comes_during_a_question_stands_above_it() {
        let events = vec![
            Event::Asking { question: "go on? ".into() },
            Event::MachineStopped,
            Event::Answered,
            Event::MachineStopped,
        ];
        let terminal = Settings { terminal: true, ..Settings::default() };
        let text = reported(terminal, events).await;
        let line = "==> web: the machine is off\n";
        assert_eq!(text, format!("\r\x1b[K{line}go on? {line}"));
    }

    #[tokio::test]
    async fn machine_readable_lines_are_masked_too() {
        let text = reported(Settings { machine_readable: true, ..Settings::default() }, samples()).await;
        assert!(text.lines().all(|line| line.contains(",web,ui,")), "{text}");
        assert!(text.contains("ui,message,    web: the word is <sensitive>"), "{text}");
        assert!(text.contains("ui,error,==> web: warning: two\\n==> web: lines"), "{text}");
    }
}
