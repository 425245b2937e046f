//! Uploading and starting a script in one go.
//!
//! By Packer's way a script takes three commands in the guest: the upload, a chmod and the start. Each is a
//! round trip and a few programs, which an emulated guest feels. Here the script goes in as the standard input
//! of one command that stores it, says so, waits for a word, and starts it. The script itself sees an empty input, as
//! ever.
//!
//! The wait makes it certain whether a script was started when the connection is cut, as by a script that restarts the
//! guest in its first line: one that may have started is never started again, and one that was not told to start does
//! not start by itself when its input ends.

use tokio::sync::Notify;

use super::SshCommunicator;
use super::exec::{Input, Last};
use super::scp::shell_word;
use crate::comm::{Error, Exit};
use crate::event::Stream;
use crate::plan::communicator::FileTransferMethod;

/// Tells a stored script to start.
const WORD: &str = "go";

impl SshCommunicator {
    /// A terminal would change the bytes, and who asks for SFTP may have a guest without a common shell.
    pub(super) fn can_start_in_one_go(&self) -> bool {
        !self.plan.pty && self.plan.file_transfer_method == FileTransferMethod::Scp
    }

    /// `None`: the script could not be stored this way, and was not started.
    pub(super) async fn start_in_one_go(
        &self,
        script: &[u8],
        path: &str,
        command: &str,
        output: &mut (impl FnMut(Stream, String) + Send),
    ) -> Result<Option<Exit>, Error> {
        let stored = Notify::new();
        let mut filter = Filter::new(format!("boxwright-stored-{:08x}", rand::random::<u32>()));
        let line = one_go(script.len(), path, command, &filter.mark);
        let word = format!("{WORD}\n");
        let input = Input { bytes: script, last: Some(Last { bytes: word.as_bytes(), when: &stored }) };
        let pass = |stream, line| {
            if filter.pass(stream, line, output) {
                stored.notify_one();
            }
        };
        let exit = self.exec(&line, input, pass).await?;
        match exit {
            exit if filter.stored => Ok(Some(exit)),
            Exit::Status(_) => Ok(None),
            Exit::Disconnected => Err(Error::Session { message: "it was cut before a script started".into() }),
        }
    }
}

/// Written so that Bourne shells, C shells and fish all take it. A program costs an emulated guest a tenth of a second:
/// the usual command makes the script executable itself.
fn one_go(length: usize, path: &str, command: &str, mark: &str) -> String {
    let path = shell_word(path);
    let chmod = if command.starts_with(&format!("chmod +x {path};")) { "" } else { &format!("chmod 0755 {path} && ") };
    format!("head -c {length} > {path} && {chmod}echo {mark} && grep -q {WORD} || exit 1; {command}")
}

/// Lines that are kept back at most; more come of start-up files that never end.
const HELD: usize = 1000;

/// Takes the mark out of the output. What comes before it (the guest's start-up files may print) is kept back
/// until it is known whether the script started.
struct Filter {
    mark: String,
    stored: bool,
    held: Vec<(Stream, String)>,
}

impl Filter {
    fn new(mark: String) -> Self {
        Self { mark, stored: false, held: Vec::new() }
    }

    /// Whether this line was the mark.
    fn pass(&mut self, stream: Stream, line: String, output: &mut impl FnMut(Stream, String)) -> bool {
        if self.stored {
            output(stream, line);
        } else if let Some(before) = line.strip_suffix(&self.mark).filter(|_| stream == Stream::Stdout) {
            // A start-up file may end without the end of a line. What a shell traces on standard error is not the mark.
            self.held.extend((!before.is_empty()).then(|| (stream, before.to_owned())));
            self.stored = true;
            self.held.drain(..).for_each(|(stream, line)| output(stream, line));
            return true;
        } else if self.held.len() < HELD {
            self.held.push((stream, line));
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_not_shown_and_earlier_lines_come_when_it_does() {
        let (mut filter, mut shown) = (Filter::new("mark".into()), Vec::new());
        for line in ["welcome", "mark", "one", "mark"] {
            filter.pass(Stream::Stdout, line.into(), &mut |_, line| shown.push(line));
        }
        assert!(filter.stored);
        assert_eq!(shown, ["welcome", "one", "mark"]);
    }

    #[test]
    fn the_mark_is_seen_behind_what_a_start_up_file_leaves_on_its_line() {
        let (mut filter, mut shown) = (Filter::new("mark".into()), Vec::new());
        assert!(!filter.pass(Stream::Stderr, "+ echo mark".into(), &mut |_, line| panic!("{line}")));
        assert!(filter.pass(Stream::Stdout, "\x1b[2Jmark".into(), &mut |_, line| shown.push(line)));
        assert_eq!(shown, ["+ echo mark", "\x1b[2J"]);
    }

    #[test]
    fn a_script_that_its_command_makes_executable_is_not_made_so_before() {
        let usual = one_go(3, "/tmp/s.sh", "chmod +x /tmp/s.sh; A='b' /tmp/s.sh", "mark");
        let expected =
            "head -c 3 > /tmp/s.sh && echo mark && grep -q go || exit 1; chmod +x /tmp/s.sh; A='b' /tmp/s.sh";
        assert_eq!(usual, expected);
        assert!(one_go(3, "/tmp/s.sh", "sudo /tmp/s.sh", "mark").contains("&& chmod 0755 /tmp/s.sh && echo mark"));
    }

    #[tokio::test]
    async fn a_stored_script_starts_when_it_is_told_to_and_not_when_its_input_ends() {
        let folder = tempfile::tempdir().unwrap();
        let (path, script) = (folder.path().join("s.sh"), "echo it runs");
        let line = one_go(script.len(), path.to_str().unwrap(), &format!("sh {}", path.display()), "mark");
        for (word, starts) in [("go\n", true), ("", false)] {
            let fed = format!("printf '{script}{word}' | {{ {line}; }}");
            let output = crate::process::Cmd::new("sh").args(["-c", &fed]).output().await.unwrap();
            assert_eq!((output.stdout.contains("it runs"), output.status.success()), (starts, starts), "{word:?}");
        }
    }

    #[test]
    fn without_the_mark_nothing_is_shown() {
        let mut filter = Filter::new("mark".into());
        filter.pass(Stream::Stderr, "Permission denied".into(), &mut |_, line| panic!("{line}"));
        assert!(!filter.stored);
    }
}
