//! Durations in words and in short.

use std::time::Duration;

/// The two largest units in words: `1 minute 12 seconds`, `1 second 689 milliseconds`.
pub(crate) fn in_words(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    let units = [
        (milliseconds / 3_600_000, "hour"),
        (milliseconds / 60_000 % 60, "minute"),
        (milliseconds / 1000 % 60, "second"),
        (milliseconds % 1000, "millisecond"),
    ];
    let words: Vec<_> = units
        .iter()
        .skip_while(|(count, _)| *count == 0)
        .take(2)
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count} {unit}{}", if *count == 1 { "" } else { "s" }))
        .collect();
    if words.is_empty() { "0 milliseconds".to_owned() } else { words.join(" ") }
}

/// `0.4 s`, `12.3 s`, `3 m 20 s`.
pub(crate) fn short(duration: Duration) -> String {
    if duration.as_secs() < 100 {
        return format!("{:.1} s", duration.as_secs_f64());
    }
    format!("{} m {:02} s", duration.as_secs() / 60, duration.as_secs() % 60)
}

/// `9.1 MB`, with factors of a thousand.
pub(crate) fn bytes(count: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
    let mut value = count as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if value < 1000.0 {
            return if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") };
        }
        value /= 1000.0;
    }
    format!("{value:.1} TB")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_two_largest_units() {
        let cases = [
            (0, "0 milliseconds"),
            (1689, "1 second 689 milliseconds"),
            (72_000, "1 minute 12 seconds"),
            (3_600_000, "1 hour"),
            (7_265_500, "2 hours 1 minute"),
        ];
        for (milliseconds, words) in cases {
            assert_eq!(in_words(Duration::from_millis(milliseconds)), words);
        }
    }

    #[test]
    fn bytes_have_three_digits_or_so() {
        assert_eq!([bytes(999), bytes(9_123_456)], ["999 B", "9.1 MB"]);
    }
}
