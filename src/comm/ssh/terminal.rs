//! Questions of a bastion, put to the person at the terminal (whatever the standard streams are).

use std::fs::File;
use std::io::{BufRead, BufReader, Write};

use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::event::Events;

const TERMINAL: &str = "/dev/tty";

/// Longest question that is shown, in characters.
const LONGEST: usize = 200;

/// The answers to all questions; the flag tells whether what is typed may be seen.
pub(super) async fn ask(questions: Vec<(String, bool)>, events: &Events) -> Result<Vec<String>, String> {
    let mut answers = Vec::with_capacity(questions.len());
    for (question, echo) in questions {
        let question = shown(&question);
        let _asking = events.ask(&question).await;
        let answer = ask_one(question, echo).await;
        answers.push(answer.map_err(|error| format!("`ssh_bastion_interactive` needs a terminal: {error}"))?);
    }
    Ok(answers)
}

async fn ask_one(question: String, echo: bool) -> std::io::Result<String> {
    ask_at(open(TERMINAL)?, question, echo).await
}

fn open(terminal: &str) -> std::io::Result<File> {
    let mut options = fs_err::OpenOptions::new();
    Ok(options.read(true).write(true).open(terminal)?.into_parts().0)
}

/// The thread that reads may outlive this future, which Ctrl-C and deadlines drop: so the echo is not left to it.
async fn ask_at(terminal: File, question: String, echo: bool) -> std::io::Result<String> {
    let silent = if echo { None } else { Some(Silent::new(terminal.try_clone()?)?) };
    let asked = tokio::task::spawn_blocking(move || read_answer(&terminal, &question, echo));
    let answer = asked.await.map_err(std::io::Error::other)?;
    drop(silent);
    answer
}

fn read_answer(mut terminal: &File, question: &str, echo: bool) -> std::io::Result<String> {
    write!(terminal, "{question}")?;
    let mut answer = String::new();
    BufReader::new(terminal).read_line(&mut answer)?;
    if !echo {
        writeln!(terminal)?;
    }
    Ok(answer.trim_end_matches(['\r', '\n']).to_owned())
}

/// A server's text must not move the cursor.
fn shown(question: &str) -> String {
    question.chars().filter(|character| !character.is_control()).take(LONGEST).collect()
}

/// A terminal that does not show what is typed, until it is dropped.
struct Silent {
    terminal: File,
    before: Termios,
}

impl Silent {
    fn new(terminal: File) -> std::io::Result<Self> {
        let before = tcgetattr(&terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(&terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silent {
    fn drop(&mut self) {
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(&self.terminal, OptionalActions::Now, &self.before);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_cannot_move_the_cursor() {
        assert_eq!(shown("\x1b[2JPassword:\n "), "[2JPassword: ");
        assert_eq!(shown(&"x".repeat(1000)).len(), LONGEST);
    }

    /// Linux lets the other end of a terminal ask for its modes.
    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_question_that_is_dropped_gives_the_echo_back() {
        let mut terminal = open("/dev/ptmx").unwrap();
        let watched = terminal.try_clone().unwrap();
        let echoes = || tcgetattr(&watched).unwrap().local_modes.contains(LocalModes::ECHO);
        let is_silent = async {
            while echoes() {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            answer = ask_at(terminal.try_clone().unwrap(), "Password: ".into(), false) => panic!("{answer:?}"),
            () = is_silent => {}
        }
        assert!(echoes());
        // Its echo is a line for the thread that still reads, which the test would wait for.
        terminal.write_all(b"\n").unwrap();
    }
}
