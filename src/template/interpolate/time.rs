//! Times in Go's reference layout (<https://pkg.go.dev/time#Layout>) and by strftime letters. Always UTC.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// RFC 3339 to the second.
pub(in crate::template) fn rfc3339(time: Timestamp) -> String {
    layout(time, "2006-01-02T15:04:05Z07:00")
}

/// Go's `Time.Format`: the parts of 2 January 2006, 15:04:05 in the layout are replaced.
pub(in crate::template) fn layout(time: Timestamp, layout: &str) -> String {
    let time = civil(time);
    let mut out = String::new();
    let mut rest = layout;
    while let Some(first) = rest.chars().next() {
        let (text, length) = match part(rest, &time).or_else(|| fraction(rest, &time)) {
            Some(found) => found,
            None => (first.to_string(), first.len_utf8()),
        };
        out.push_str(&text);
        rest = &rest[length..];
    }
    out
}

/// `%Y` and its like; letters without a meaning stay as they are.
pub(in crate::template) fn strftime(time: Timestamp, format: &str) -> String {
    let mut out = String::new();
    let mut characters = format.chars();
    while let Some(character) = characters.next() {
        if character != '%' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some(letter) => match specifier(letter) {
                Some(part) => out.push_str(&layout(time, part)),
                None if letter == '%' => out.push('%'),
                None => out.extend(['%', letter]),
            },
            None => out.push('%'),
        }
    }
    out
}

fn civil(time: Timestamp) -> DateTime {
    TimeZone::UTC.to_datetime(time)
}

fn specifier(letter: char) -> Option<&'static str> {
    Some(match letter {
        'a' => "Mon",
        'A' => "Monday",
        'b' => "Jan",
        'B' => "January",
        'd' => "02",
        'H' => "15",
        'I' => "03",
        'm' => "01",
        'M' => "04",
        'p' => "PM",
        'S' => "05",
        'y' => "06",
        'Y' => "2006",
        'z' => "-0700",
        'Z' => "MST",
        _ => return None,
    })
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The replacement of the part that `rest` begins with, and the part's length.
fn part(rest: &str, time: &DateTime) -> Option<(String, usize)> {
    const PARTS: [&str; 34] = [
        "January",
        "Jan",
        "Monday",
        "Mon",
        "MST",
        "002",
        "01",
        "02",
        "03",
        "04",
        "05",
        "06",
        "15",
        "1",
        "2006",
        "2",
        "__2",
        "_2006",
        "_2",
        "3",
        "4",
        "5",
        "PM",
        "pm",
        "-07:00:00",
        "-07:00",
        "-070000",
        "-0700",
        "-07",
        "Z07:00:00",
        "Z07:00",
        "Z070000",
        "Z0700",
        "Z07",
    ];
    let found = PARTS.into_iter().find(|part| rest.strip_prefix(part).is_some_and(|behind| ends_name(part, behind)))?;
    let month = MONTHS[usize::try_from(time.month() - 1).unwrap_or(0)];
    let day = DAYS[usize::try_from(time.weekday().to_monday_zero_offset()).unwrap_or(0)];
    let hour = (time.hour() + 11) % 12 + 1;
    let text = match found {
        "January" => month.to_owned(),
        "Jan" => month[..3].to_owned(),
        "Monday" => day.to_owned(),
        "Mon" => day[..3].to_owned(),
        "MST" => "UTC".to_owned(),
        "002" => format!("{:03}", time.day_of_year()),
        "__2" => format!("{:3}", time.day_of_year()),
        "01" => format!("{:02}", time.month()),
        "1" => time.month().to_string(),
        "02" => format!("{:02}", time.day()),
        "_2" => format!("{:2}", time.day()),
        "2" => time.day().to_string(),
        "15" => format!("{:02}", time.hour()),
        "03" => format!("{hour:02}"),
        "3" => hour.to_string(),
        "04" => format!("{:02}", time.minute()),
        "4" => time.minute().to_string(),
        "05" => format!("{:02}", time.second()),
        "5" => time.second().to_string(),
        "2006" => format!("{:04}", time.year()),
        "_2006" => format!("_{:04}", time.year()),
        "06" => format!("{:02}", time.year().rem_euclid(100)),
        "PM" => if time.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "pm" => if time.hour() < 12 { "am" } else { "pm" }.to_owned(),
        zone if zone.starts_with('Z') => "Z".to_owned(),
        zone => zone.replace('-', "+").replace('7', "0"),
    };
    Some((text, found.len()))
}

/// "Jan" in "Janitor" is not a month.
fn ends_name(part: &str, behind: &str) -> bool {
    !matches!(part, "Jan" | "Mon") || !behind.starts_with(|c: char| c.is_ascii_lowercase())
}

/// `.000` or `,000` (all digits), `.999` (without trailing zeros): fractions of a second.
fn fraction(rest: &str, time: &DateTime) -> Option<(String, usize)> {
    let separator = rest.chars().next().filter(|c| matches!(c, '.' | ','))?;
    let digit = rest[1..].chars().next().filter(|c| matches!(c, '0' | '9'))?;
    let behind = rest[1..].trim_start_matches(digit);
    if behind.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let length = rest.len() - behind.len();
    let nanoseconds = format!("{:09}", time.subsec_nanosecond());
    let shown = &nanoseconds[..(length - 1).min(9)];
    let shown = if digit == '9' { shown.trim_end_matches('0') } else { shown };
    let text = if shown.is_empty() { String::new() } else { format!("{separator}{shown}") };
    Some((text, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time() -> Timestamp {
        "2026-11-21T03:22:04.404Z".parse().expect("a valid time")
    }

    #[test]
    fn lays_out_as_go_does() {
        let shown = layout(time(), "2006-01-02 15:04:05.000 MST -0700 Z07:00 Jan _2 Mon PM 002");
        assert_eq!(shown, "2026-11-21 03:22:04.404 UTC +0000 Z Nov 21 Sat AM 325");
        assert_eq!(layout(time(), "20060102150405"), "20261121032204");
        assert_eq!(
            layout(time(), "January Janitor Monday 3:4:5pm 06 1/2 -07:00"),
            "November Janitor Saturday 3:22:4am 26 11/21 +00:00"
        );
        assert_eq!(layout(time(), "05.999999 05,0001 é"), "04.404 04,0011 é");
        assert_eq!(rfc3339(time()), "2026-11-21T03:22:04Z");
    }

    #[test]
    fn strftime_keeps_what_it_does_not_know() {
        let shown = strftime(time(), "%Y-%m-%d %H:%M:%S %A %a %b %B %I %p %y %Z %z %q 2006 %");
        assert_eq!(shown, "2026-11-21 03:22:04 Saturday Sat Nov November 03 AM 26 UTC +0000 %q 2006 %");
    }
}
