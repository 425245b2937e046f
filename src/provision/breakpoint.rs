//! The provisioner `breakpoint`: the build waits until somebody has looked at the guest.

use super::{Error, GuestData};
use crate::io::Context;
use crate::plan::provisioner::BreakpointPlan;

/// Somebody at the terminal; the run lends it.
pub trait Person: Sync {
    /// No answer means that nobody can be asked.
    fn ask(&self, question: String) -> impl Future<Output = Option<String>> + Send;
}

pub(super) async fn run(
    plan: &BreakpointPlan,
    data: &GuestData,
    person: &impl Person,
    context: &Context,
) -> Result<(), Error> {
    let note = plan.note.as_ref().map(|note| note.render(&data.fields).map_err(Error::render("note")));
    let note = note.transpose()?.map_or_else(String::new, |note| format!(": {note}"));
    if plan.disable {
        context.events.step(format!("breakpoint passed over, it is disabled{note}"));
        return Ok(());
    }
    // For the log; the question is gone with its answer.
    context.events.step(format!("breakpoint{note}; it waits for Enter at the terminal"));
    let place = context.secrets.mask(&format!("build `{}` waits at a breakpoint{note}", data.build_name));
    let answer = person.ask(format!("{place}; press Enter to go on")).await;
    answer.map(|_| ()).ok_or(Error::Alone)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::event::Event;
    use crate::provision::testing::{Nobody, context, data};
    use crate::template::interpolate::Late;

    /// Presses Enter at once.
    #[derive(Debug, Default)]
    struct Somebody(Mutex<Vec<String>>);

    impl Person for Somebody {
        async fn ask(&self, question: String) -> Option<String> {
            self.0.lock().unwrap().push(question);
            Some(String::new())
        }
    }

    fn plan(note: Option<&str>, disable: bool) -> BreakpointPlan {
        BreakpointPlan { note: note.map(Late::literal), disable }
    }

    #[tokio::test]
    async fn somebody_is_asked_and_reads_the_note() {
        let (somebody, (context, mut receiver)) = (Somebody::default(), context());
        context.secrets.add("swordfish");
        run(&plan(Some("look, swordfish"), false), &data(), &somebody, &context).await.unwrap();
        let expected = "build `box` waits at a breakpoint: look, <sensitive>; press Enter to go on";
        assert_eq!(*somebody.0.lock().unwrap(), [expected]);
        assert!(matches!(receiver.try_recv().unwrap().1, Event::Step { text } if text.starts_with("breakpoint: look")));
    }

    #[tokio::test]
    async fn without_a_terminal_it_fails() {
        let error = run(&plan(None, false), &data(), &Nobody, &context().0).await.unwrap_err();
        assert!(error.to_string().contains("`disable`"), "{error}");
    }

    #[tokio::test]
    async fn one_that_is_disabled_asks_nobody() {
        let (context, mut receiver) = context();
        run(&plan(Some("why"), true), &data(), &Nobody, &context).await.unwrap();
        let Event::Step { text } = receiver.try_recv().unwrap().1 else { panic!("nothing is said") };
        assert_eq!(text, "breakpoint passed over, it is disabled: why");
        assert!(receiver.try_recv().is_err());
    }
}
