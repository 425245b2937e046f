//! The `Range` header: which part of a file is wanted.

use std::ops::Range;

/// What a request asks of a file of a known size.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// No range, or one that may be passed over.
    Whole,
    Part(Range<u64>),
    /// No byte of the file is in any of the ranges.
    Unsatisfiable,
}

/// Reads the header. Several ranges at once get the whole file, which the standard (RFC 9110, 14.2) allows.
pub(super) fn wanted(header: Option<&str>, size: u64) -> Wanted {
    // Clients that add a range to every request would otherwise fail on empty files.
    let Some(list) = header.and_then(|header| header.trim().strip_prefix("bytes=")).filter(|_| size > 0) else {
        return Wanted::Whole;
    };
    let specs = list.split(',').map(str::trim).filter(|spec| !spec.is_empty());
    let Some(ranges) = specs.map(|spec| parse(spec, size)).collect::<Option<Vec<_>>>() else {
        return Wanted::Unsatisfiable;
    };
    let mut inside = ranges.into_iter().filter(|range| !range.is_empty());
    match (inside.next(), inside.next()) {
        (None, _) => Wanted::Unsatisfiable,
        (Some(range), None) => Wanted::Part(range),
        (Some(_), Some(_)) => Wanted::Whole,
    }
}

/// `first-last`, `first-` or `-suffix length`. Empty when it lies past the end; `None` when it is no range.
fn parse(spec: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = spec.split_once('-')?;
    if first.is_empty() {
        let length: u64 = number(last)?;
        return Some(size - length.min(size)..size);
    }
    let first = number(first)?;
    let end = if last.is_empty() { size } else { number(last)?.checked_add(1)? };
    (first < end || last.is_empty()).then(|| first.min(size)..end.min(size))
}

fn number(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_ranges() {
        for (header, expected) in [
            ("bytes=0-0", Wanted::Part(0..1)),
            ("bytes=2-4", Wanted::Part(2..5)),
            ("bytes=7-", Wanted::Part(7..10)),
            ("bytes=7-100", Wanted::Part(7..10)),
            ("bytes=-3", Wanted::Part(7..10)),
            ("bytes=-100", Wanted::Part(0..10)),
            ("bytes=10-", Wanted::Unsatisfiable),
            ("bytes=-0", Wanted::Unsatisfiable),
            ("bytes=4-2", Wanted::Unsatisfiable),
            ("bytes=x-2", Wanted::Unsatisfiable),
            ("bytes=+1-2", Wanted::Unsatisfiable),
            ("bytes=0-18446744073709551615", Wanted::Unsatisfiable),
            ("lines=1-2", Wanted::Whole),
        ] {
            assert_eq!(wanted(Some(header), 10), expected, "{header}");
        }
        assert_eq!(wanted(None, 10), Wanted::Whole);
    }

    #[test]
    fn several_ranges_get_the_whole_file_unless_only_one_is_inside() {
        assert_eq!(wanted(Some("bytes=0-1,4-5"), 10), Wanted::Whole);
        assert_eq!(wanted(Some("bytes=0-1, 40-50"), 10), Wanted::Part(0..2));
        assert_eq!(wanted(Some("bytes=30-31,40-50"), 10), Wanted::Unsatisfiable);
    }

    #[test]
    fn an_empty_file_is_always_whole() {
        assert_eq!(wanted(Some("bytes=0-100"), 0), Wanted::Whole);
    }

    proptest::proptest! {
        #[test]
        fn a_part_is_never_outside(header in "bytes=[0-9,-]{0,30}", size in 0..200u64) {
            if let Wanted::Part(range) = wanted(Some(&header), size) {
                proptest::prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
