//! The letters of `formatdate`, as the documentation of the function lists them.

use super::Moment;

/// Letters stand for parts of the time, what is between apostrophes for itself.
pub(super) fn format(format: &str, moment: &Moment) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = format;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' => push_quoted(rest, &mut out)?,
            'A'..='Z' | 'a'..='z' => {
                let length = rest.chars().take_while(|letter| *letter == first).count();
                out.push_str(&part(&rest[..length], moment)?);
                length
            }
            _ => {
                out.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    Ok(out)
}

/// Two apostrophes are one, inside of quoted text and outside of it.
fn push_quoted(rest: &str, out: &mut String) -> Result<usize, String> {
    if rest.starts_with("''") {
        out.push('\'');
        return Ok(2);
    }
    let mut at = 1;
    loop {
        let length = rest[at..].find('\'').ok_or("an apostrophe opens a text that is not closed")?;
        out.push_str(&rest[at..at + length]);
        at += length + 1;
        if !rest[at..].starts_with('\'') {
            return Ok(at);
        }
        out.push('\'');
        at += 1;
    }
}

fn part(letters: &str, moment: &Moment) -> Result<String, String> {
    let time = &moment.civil;
    let hour = (time.hour() + 11) % 12 + 1;
    let is_utc = moment.offset.is_zero();
    Ok(match letters {
        "YYYY" => format!("{:04}", time.year()),
        "YY" => format!("{:02}", time.year().rem_euclid(100)),
        "MMMM" => moment.month_name(),
        "MMM" => moment.month_name()[..3].to_owned(),
        "MM" => format!("{:02}", time.month()),
        "M" => time.month().to_string(),
        "DD" => format!("{:02}", time.day()),
        "D" => time.day().to_string(),
        "EEEE" => moment.weekday_name(),
        "EEE" => moment.weekday_name()[..3].to_owned(),
        "hh" => format!("{:02}", time.hour()),
        "h" => time.hour().to_string(),
        "HH" => format!("{hour:02}"),
        "H" => hour.to_string(),
        "AA" => if time.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        "aa" => if time.hour() < 12 { "am" } else { "pm" }.to_owned(),
        "mm" => format!("{:02}", time.minute()),
        "m" => time.minute().to_string(),
        "ss" => format!("{:02}", time.second()),
        "s" => time.second().to_string(),
        "ZZZ" if is_utc => String::from("UTC"),
        "ZZZZ" | "ZZZ" => moment.offset_text(""),
        "Z" if is_utc => String::from("Z"),
        "ZZZZZ" | "Z" => moment.offset_text(":"),
        _ => return Err(unknown(letters)),
    })
}

fn unknown(letters: &str) -> String {
    let meant = match letters.as_bytes()[0] {
        b'Y' => "; years are YYYY or YY",
        b'M' => "; months are MMMM, MMM, MM or M",
        b'D' => "; days are DD or D",
        b'E' => "; days of the week are EEEE or EEE",
        b'h' | b'H' => "; hours are hh or h, of twelve HH or H",
        b'a' | b'A' => "; halves of the day are AA or aa",
        b'm' => "; minutes are mm or m",
        b's' => "; seconds are ss or s",
        b'Z' => "; offsets are ZZZZZ, ZZZZ, ZZZ or Z",
        _ => "; text stands between apostrophes",
    };
    format!("`{letters}` is not a part of a time{meant}")
}
