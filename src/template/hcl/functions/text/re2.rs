//! RE2's syntax as that of the regex library: classes such as `\d` mean ASCII, `\Q…\E` quotes, a brace
//! that repeats nothing and the set operators inside of `[…]` are ordinary characters.

/// The same expression for `regex::Regex`. What is wrong in it stays wrong.
pub(super) fn translate(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    let mut class = Class::Outside;
    while let Some(character) = rest.chars().next() {
        let taken = match (character, &class) {
            ('\\', _) => push_escape(rest, &class, &mut out),
            ('[', Class::Outside) => push_open(rest, &mut out),
            ('[', Class::Inside) => push_inside(rest, &mut out),
            ('{', Class::Outside) if !repeats(rest) => push(r"\{", 1, &mut out),
            ('&' | '~', Class::Inside) => push(&format!(r"\{character}"), 1, &mut out),
            _ => push(character.encode_utf8(&mut [0; 4]), character.len_utf8(), &mut out),
        };
        class = match (character, class) {
            ('[', Class::Outside) => Class::Inside,
            (']', Class::Inside) => Class::Outside,
            (_, class) => class,
        };
        rest = &rest[taken..];
    }
    out
}

enum Class {
    Outside,
    Inside,
}

/// Gives how much of the pattern has been read.
fn push(text: &str, taken: usize, out: &mut String) -> usize {
    out.push_str(text);
    taken
}

fn push_escape(rest: &str, class: &Class, out: &mut String) -> usize {
    if let Some(quoted) = rest.strip_prefix(r"\Q") {
        let text = quoted.split_once(r"\E").map_or(quoted, |(text, _)| text);
        out.push_str(&regex::escape(text));
        return rest.len().min(text.len() + r"\Q\E".len());
    }
    let Some(letter) = rest[1..].chars().next() else { return push(r"\", 1, out) };
    if let Some(length) = braced(rest) {
        return push(&rest[..length], length, out);
    }
    if let Some((code, length)) = octal(rest) {
        return push(&format!(r"\x{code:02X}"), length, out);
    }
    let ascii = match (letter, class) {
        ('d', _) => "[0-9]",
        ('D', _) => "[^0-9]",
        ('s', _) => r"[\t\n\f\r ]",
        ('S', _) => r"[^\t\n\f\r ]",
        ('w', _) => "[0-9A-Za-z_]",
        ('W', _) => "[^0-9A-Za-z_]",
        ('b', Class::Outside) => r"(?-u:\b)",
        _ => &rest[..=letter.len_utf8()],
    };
    push(ascii, 1 + letter.len_utf8(), out)
}

/// The length of `\p{Greek}`, `\P{Greek}` or `\x{10FFFF}`.
fn braced(rest: &str) -> Option<usize> {
    let starts = [r"\p{", r"\P{", r"\x{"].iter().any(|start| rest.starts_with(start));
    starts.then(|| rest.find('}')).flatten().map(|end| end + 1)
}

/// `\0`, `\012`, `\101`: a character by its octal number, and the length. One digit but zero is no number.
fn octal(rest: &str) -> Option<(u32, usize)> {
    let digits = rest.bytes().skip(1).take(3).take_while(|byte| matches!(byte, b'0'..=b'7')).count();
    let text = &rest[1..=digits];
    let is_number = digits > 1 || text == "0";
    let code = is_number.then(|| u32::from_str_radix(text, 8).ok()).flatten()?;
    (code < 0x80).then_some((code, 1 + digits))
}

/// `[`, `[^`, and a `]` that stands first and so belongs to the class.
fn push_open(rest: &str, out: &mut String) -> usize {
    let open = if rest.starts_with("[^") { "[^" } else { "[" };
    out.push_str(open);
    if rest[open.len()..].starts_with(']') {
        return push(r"\]", open.len() + 1, out);
    }
    open.len()
}

/// `[:alpha:]` inside of a class; any other bracket is an ordinary character.
fn push_inside(rest: &str, out: &mut String) -> usize {
    match rest.starts_with("[:").then(|| rest.find(":]")).flatten() {
        Some(end) => push(&rest[..end + 2], end + 2, out),
        None => push(r"\[", 1, out),
    }
}

/// Whether a brace is a repetition: `{2}`, `{2,}`, `{2,3}`.
fn repeats(rest: &str) -> bool {
    let Some((inside, _)) = rest[1..].split_once('}') else { return false };
    let (least, most) = inside.split_once(',').unwrap_or((inside, ""));
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !least.is_empty() && is_digits(least) && is_digits(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_library_reads_otherwise_is_rewritten() {
        for (re2, ours) in [
            (r"\d+\w", "[0-9]+[0-9A-Za-z_]"),
            (r"[\w-]", "[[0-9A-Za-z_]-]"),
            (r"\Qa.b\E.", r"a\.b."),
            (r"\Qa.", r"a\."),
            ("a{2,}{x}{", r"a{2,}\{x}\{"),
            ("[]a]", r"[\]a]"),
            ("[^]a][[&&~]", r"[^\]a][\[\&\&\~]"),
            ("[[:alpha:]_]é", "[[:alpha:]_]é"),
            (r"\p{Lu}\x{e9}\pN{2}", r"\p{Lu}\x{e9}\pN{2}"),
            (r"\101\0\1", r"\x41\x00\1"),
            (r"a\", r"a\"),
        ] {
            assert_eq!(translate(re2), ours, "{re2}");
        }
    }
}
