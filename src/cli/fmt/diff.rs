//! What changes, in the unified format.

use similar::TextDiff;

use crate::source::SourceFile;

/// Lines around a change.
const CONTEXT: usize = 3;

pub(super) fn unified(old: &SourceFile, new: &str) -> String {
    let diff = TextDiff::from_lines(old.text.as_str(), new);
    let names = (format!("old/{}", old.name), format!("new/{}", old.name));
    diff.unified_diff().context_radius(CONTEXT).header(&names.0, &names.1).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_file_without_a_line_break_is_told() {
        let old = SourceFile::new("t", "a = 1\nb=2");
        let expected = "--- old/t\n+++ new/t\n@@ -1,2 +1,2 @@\n a = 1\n-b=2\n\\ No newline at end of file\n+b = 2\n\\ No newline at end of file\n";
        assert_eq!(unified(&old, "a = 1\nb = 2"), expected);
    }
}
