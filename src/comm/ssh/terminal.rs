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
        let asked = tokio::task::spawn_blocking(move || ask_one(&question, echo));
        let answer = asked.await.map_err(|error| error.to_string())?;
        answers.push(answer.map_err(|error| format!("`ssh_bastion_interactive` needs a terminal: {error}"))?);
    }
    Ok(answers)
}

fn ask_one(question: &str, echo: bool) -> std::io::Result<String> {
    let mut options = fs_err::OpenOptions::new();
    let terminal = options.read(true).write(true).open(TERMINAL)?.into_parts().0;
    let mut terminal = &terminal;
    let _silent = (!echo).then(|| Silent::new(terminal)).transpose()?;
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
struct Silent<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Silent<'a> {
    fn new(terminal: &'a File) -> std::io::Result<Self> {
        let before = tcgetattr(terminal)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &silent)?;
        Ok(Self { terminal, before })
    }
}

impl Drop for Silent<'_> {
    fn drop(&mut self) {
        // A terminal that is gone needs no echo.
        let _ = tcsetattr(self.terminal, OptionalActions::Now, &self.before);
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
}
