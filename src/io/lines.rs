//! Cutting a byte stream into the lines that are shown.

/// A line without an end is handed on when it is this long, in bytes.
const LONGEST: usize = 64 * 1024;

/// Collects bytes of one stream until a line is complete.
///
/// Programs show progress by writing a line over and over, with carriage returns. Each such state is handed on as it
/// comes, with a carriage return at its end to tell it from a line; the last state comes once more, as the line.
#[derive(Debug, Default)]
pub struct Lines {
    /// What came behind the last line end or carriage return.
    bytes: Vec<u8>,
    /// The state that was handed on last.
    state: Option<String>,
}

impl Lines {
    /// Takes bytes in and hands on each line that they complete.
    pub fn push(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n' || byte == b'\r') {
            self.take(piece, &mut line);
        }
    }

    fn take(&mut self, piece: &[u8], line: &mut impl FnMut(String)) {
        // It may have been the first half of a Windows line end.
        if self.bytes.ends_with(b"\r") && piece != b"\n" {
            self.keep_state(line);
        }
        self.bytes.extend_from_slice(piece);
        if piece.ends_with(b"\n") {
            line(self.whole());
        } else if self.bytes.len() >= LONGEST {
            let rest = self.bytes.split_off(whole_characters(&self.bytes));
            line(String::from_utf8_lossy(&self.bytes).trim_end_matches('\r').to_owned());
            self.bytes = rest;
        }
    }

    /// The last line, when it has no end.
    pub fn finish(&mut self, mut line: impl FnMut(String)) {
        if !self.bytes.is_empty() || self.state.is_some() {
            line(self.whole());
        }
    }

    /// Trailing space goes. A line that ends right behind a state is that state.
    fn whole(&mut self) -> String {
        let text = String::from_utf8_lossy(&self.bytes).trim_end().to_owned();
        self.bytes.clear();
        let state = self.state.take();
        if text.is_empty() { state.unwrap_or_default() } else { text }
    }

    fn keep_state(&mut self, line: &mut impl FnMut(String)) {
        let text = String::from_utf8_lossy(&self.bytes).trim_end().to_owned();
        self.bytes.clear();
        if !text.is_empty() && self.state.as_ref() != Some(&text) {
            line(format!("{text}\r"));
            self.state = Some(text);
        }
    }
}

/// How many of the bytes can be cut off without cutting through a character.
fn whole_characters(bytes: &[u8]) -> usize {
    let is_start = |&end: &usize| bytes.get(end).is_none_or(|byte| byte & 0xc0 != 0x80);
    let last = (bytes.len().saturating_sub(4)..bytes.len()).rev().find(is_start);
    match last {
        Some(start) if std::str::from_utf8(&bytes[start..]).is_err_and(|error| error.error_len().is_none()) => start,
        _ => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(pieces: &[&[u8]]) -> Vec<String> {
        let (mut lines, mut found) = (Lines::default(), Vec::new());
        for piece in pieces {
            lines.push(piece, |line| found.push(line));
        }
        lines.finish(|line| found.push(line));
        found
    }

    #[test]
    fn lines_come_whole_whatever_the_pieces() {
        assert_eq!(lines(&[b"on", b"e\ntw", b"o  \r\n\nthree"]), ["one", "two", "", "three"]);
        assert_eq!(lines(&[b"\xc3", b"\xa4\n"]), ["ä"]);
        assert!(lines(&[]).is_empty());
    }

    #[test]
    fn a_line_that_is_written_over_is_handed_on_state_by_state_and_then_as_it_stays() {
        assert_eq!(lines(&[b" 10%\r 50%\r", b"100%\r\n"]), [" 10%\r", " 50%\r", "100%"]);
        assert_eq!(lines(&[b"50%\r100%\r", b"\r\nnext\n"]), ["50%\r", "100%\r", "100%", "next"]);
        assert_eq!(lines(&[b"50%\r50%\r\r\r", b"done"]), ["50%\r", "done"]);
        assert_eq!(lines(&[b"50%\r"]), ["50%"]);
    }

    #[test]
    fn bytes_that_are_no_text_are_marked_and_a_long_line_is_not_cut_within_a_character() {
        assert_eq!(lines(&[b"a\xff\xfeb\n"]), ["a\u{fffd}\u{fffd}b"]);
        let mut long = vec![b'x'; LONGEST - 1];
        long.extend("ä and more".as_bytes());
        let found = lines(&[&long[..LONGEST], &long[LONGEST..]]);
        assert_eq!(found.concat(), String::from_utf8(long).unwrap());
        assert_eq!(found.len(), 2);
    }

    proptest::proptest! {
        #[test]
        fn the_lines_do_not_depend_on_how_the_bytes_arrive(bytes: Vec<u8>, cut in 0_usize..64) {
            let cut = cut.min(bytes.len());
            proptest::prop_assert_eq!(lines(&[&bytes[..cut], &bytes[cut..]]), lines(&[&bytes]));
        }
    }

    #[test]
    fn a_line_without_end_does_not_grow_for_ever() {
        let block = vec![b'x'; LONGEST];
        assert_eq!(lines(&[&block, &block, b"y"]).len(), 3);
    }
}
