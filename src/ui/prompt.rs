//! Asking the person at the terminal.

use std::io::{BufRead, IsTerminal, Write};

use crate::event::Events;
use crate::run::prompt::Prompt;

/// Asks on the terminal; nobody can be asked where there is none.
pub fn terminal(machine_readable: bool, events: Events) -> Prompt {
    if machine_readable || !std::io::stdin().is_terminal() {
        return Prompt::nobody();
    }
    Prompt::new(move |question| {
        let events = events.clone();
        Box::pin(async move {
            let _asking = events.ask(&format!("{question} ")).await;
            tokio::task::spawn_blocking(move || ask(&question)).await.ok()?
        })
    })
}

/// One answer, without the blanks around it. `None` when there are no more.
pub(crate) fn ask(question: &str) -> Option<String> {
    let mut out = std::io::stdout();
    write!(out, "{question} ").and_then(|()| out.flush()).ok()?;
    let mut answer = String::new();
    let read = std::io::stdin().lock().read_line(&mut answer).ok()?;
    (read > 0).then(|| answer.trim().to_owned())
}
