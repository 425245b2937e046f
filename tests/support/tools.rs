//! Programs that a test needs and a machine may lack.

use std::path::PathBuf;

use boxwright::process::find_program;

/// Where the program is. Without it the test is skipped, or fails where the tools are required.
pub(crate) fn tool_or_skip(name: &str) -> Option<PathBuf> {
    let found = find_program(name);
    if found.is_none() {
        let required = ["CI", "BOXWRIGHT_REQUIRE_TOOLS"].iter().any(|name| std::env::var_os(name).is_some());
        assert!(!required, "`{name}` is not installed");
        println!("skipped: `{name}` is not installed");
    }
    found
}
