//! The whole pipeline on a machine of make-believe: however a build ends, the right thing is said first
//! and nothing is left behind.

#![expect(clippy::unwrap_used, reason = "a test fails by it")]

#[path = "pipeline/faults.rs"]
mod faults;
#[path = "support/fleet.rs"]
mod fleet;
#[path = "pipeline/guests.rs"]
mod guests;
#[path = "pipeline/on_error.rs"]
mod on_error;
#[path = "pipeline/parallel.rs"]
mod parallel;
#[path = "support/report.rs"]
mod report;
#[path = "support/site.rs"]
mod site;
#[path = "pipeline/success.rs"]
mod success;
#[path = "pipeline/without_machine.rs"]
mod without_machine;

use boxwright::machine::fake::{Answer, FakeDriver, FakeScript};

/// A guest that does as it is told, and turns itself off when the template says so.
fn good_guest() -> FakeScript {
    FakeScript::new().answer(Answer::to("poweroff").powers_off())
}

fn machines(script: FakeScript) -> FakeDriver {
    FakeDriver::new(script)
}
