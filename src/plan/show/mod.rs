//! Templates and plans as text for people. Pure: the caller prints it, masking what it knows to be secret.

mod go_quoted;
mod inspect;
mod tree;

use std::fmt::Write;

use super::BuildPlan;

pub use inspect::{inspect_sections, variables_text};

/// All plans, each option on its line. What is known only at run time shows as `{{ .HTTPIP }}`.
pub fn plan_text(plans: &[BuildPlan]) -> String {
    let mut text = String::new();
    for plan in plans {
        let value =
            serde_json::to_value(plan).expect("a plan holds only texts, numbers, lists and maps with text keys");
        let _ = writeln!(text, "Build `{}` ({})", plan.name, plan.builder_type);
        text.push_str(&tree::text(&value, 1));
        text.push('\n');
    }
    text
}
