//! What Packer wraps around a provisioner: retries around the pause, and the pause before the deadline's start.

use super::Error;
use crate::error::chain;
use crate::event::Event;
use crate::io::Context;
use crate::plan::provisioner::ProvisionerPlan;

/// Runs `work` until it succeeds or the retries are used up. The first error is the one that is told: later
/// ones are often only what the first has left behind.
pub(super) async fn run<F: Future<Output = Result<(), Error>>>(
    plan: &ProvisionerPlan,
    context: &Context,
    work: impl Fn() -> F,
) -> Result<(), Error> {
    let mut first_error = None;
    for attempt in 0..=plan.max_retries {
        let Err(error) = once(plan, context, work()).await else { return Ok(()) };
        if attempt < plan.max_retries {
            let (kind, reason) = (plan.kind.clone(), chain(&error));
            context.events.send(Event::ProvisionerRetry { kind, attempt: attempt + 1, reason });
        }
        first_error.get_or_insert(error);
    }
    match first_error {
        Some(error) if plan.continue_on_error => {
            context.events.warn(format!("{}; the build goes on (`continue_on_error`)", chain(&error)));
            Ok(())
        }
        Some(error) => Err(error),
        None => Ok(()),
    }
}

async fn once(
    plan: &ProvisionerPlan,
    context: &Context,
    work: impl Future<Output = Result<(), Error>>,
) -> Result<(), Error> {
    if !plan.pause_before.is_zero() {
        context.events.send(Event::Pausing { duration: plan.pause_before });
        tokio::time::sleep(plan.pause_before).await;
    }
    match plan.timeout {
        None => work.await,
        Some(limit) => match tokio::time::timeout(limit, work).await {
            Ok(result) => result,
            Err(_) => Err(Error::Deadline { kind: plan.kind.clone(), limit }),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;
    use crate::plan::provisioner::{Direction, FilePlan, ProvisionerAction};
    use crate::provision::testing::context;
    use crate::template::interpolate::Late;

    fn plan() -> ProvisionerPlan {
        let file = FilePlan {
            sources: Vec::new(),
            content: None,
            destination: Late::literal("/x"),
            direction: Direction::Upload,
            generated: false,
        };
        let action = ProvisionerAction::File(Box::new(file));
        let (kind, pause_before) = ("file".into(), Duration::ZERO);
        ProvisionerPlan { kind, pause_before, timeout: None, max_retries: 0, continue_on_error: false, action }
    }

    fn failure(message: &str) -> Error {
        Error::Plan { message: message.into() }
    }

    #[tokio::test(start_paused = true)]
    async fn each_attempt_pauses_and_the_first_error_is_told() {
        let plan = ProvisionerPlan { max_retries: 2, pause_before: Duration::from_secs(10), ..plan() };
        let (count, start) = (Cell::new(0), Instant::now());
        let work = || async {
            count.set(count.get() + 1);
            Err(failure(&format!("error {}", count.get())))
        };
        let error = run(&plan, &context().0, work).await.unwrap_err();
        assert_eq!((error.to_string().as_str(), count.get()), ("error 1", 3));
        assert_eq!(start.elapsed().as_secs(), 30);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failure_that_may_be_is_told_after_all_retries() {
        let plan = ProvisionerPlan { max_retries: 1, continue_on_error: true, ..plan() };
        let (context, mut receiver) = context();
        let count = Cell::new(0);
        let work = || async {
            count.set(count.get() + 1);
            Err(failure("no such package"))
        };
        run(&plan, &context, work).await.unwrap();
        assert_eq!(count.get(), 2);
        let told = std::iter::from_fn(|| receiver.try_recv().ok()).last().unwrap();
        assert!(format!("{told:?}").contains("no such package; the build goes on"), "{told:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_late_success_is_a_success_and_the_retry_is_told() {
        let plan = ProvisionerPlan { max_retries: 5, ..plan() };
        let (context, mut receiver) = context();
        let count = Cell::new(0);
        let work = || async {
            count.set(count.get() + 1);
            if count.get() < 2 { Err(failure("not yet")) } else { Ok(()) }
        };
        run(&plan, &context, work).await.unwrap();
        let (_, event) = receiver.try_recv().unwrap();
        assert!(matches!(event, Event::ProvisionerRetry { attempt: 1, reason, .. } if reason == "not yet"));
        assert!(receiver.try_recv().is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn the_deadline_ends_the_work_and_not_the_pause() {
        let (pause_before, timeout) = (Duration::from_secs(60), Some(Duration::from_secs(5)));
        let plan = ProvisionerPlan { pause_before, timeout, ..plan() };
        let start = Instant::now();
        let error = run(&plan, &context().0, std::future::pending).await.unwrap_err();
        assert!(matches!(error, Error::Deadline { .. }), "{error}");
        assert_eq!(start.elapsed().as_secs(), 65);
    }
}
