//! Cutting a byte stream into the lines that are shown.

/// A line without an end is handed on when it is this long, in bytes.
const LONGEST: usize = 64 * 1024;

/// Collects bytes of one stream until a line is complete.
#[derive(Debug, Default)]
pub struct Lines(Vec<u8>);

impl Lines {
    /// Takes bytes in and hands on each line that they complete.
    pub fn push(&mut self, bytes: &[u8], mut line: impl FnMut(String)) {
        for piece in bytes.split_inclusive(|&byte| byte == b'\n') {
            self.0.extend_from_slice(piece);
            if piece.ends_with(b"\n") || self.0.len() >= LONGEST {
                line(shown(&self.0));
                self.0.clear();
            }
        }
    }

    /// The last line, when it has no end.
    pub fn finish(&mut self, mut line: impl FnMut(String)) {
        if !self.0.is_empty() {
            line(shown(&self.0));
            self.0.clear();
        }
    }
}

/// Trailing space goes; of a line that was written over with carriage returns the last text stays.
fn shown(line: &[u8]) -> String {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end();
    text.rsplit_once('\r').map_or(text, |(_, last)| last).to_owned()
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
    fn text_before_the_last_carriage_return_is_dropped() {
        assert_eq!(lines(&[b" 10%\r 50%\r100%\r\n"]), ["100%"]);
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
