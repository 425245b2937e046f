//! Packer's machine-readable lines: `timestamp,target,type,data...`.

/// One line. Commas and line breaks in the data are escaped as Packer does it.
pub(crate) fn line(unix_seconds: i64, target: &str, kind: &str, data: &[&str]) -> String {
    let escape = |text: &&str| text.replace(',', "%!(PACKER_COMMA)").replace('\r', "\\r").replace('\n', "\\n");
    let mut fields = vec![unix_seconds.to_string(), target.to_owned(), kind.to_owned()];
    fields.extend(data.iter().map(escape));
    fields.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_escaped() {
        assert_eq!(line(7, "b", "ui", &["say", "a, b\r\nc"]), "7,b,ui,say,a%!(PACKER_COMMA) b\\r\\nc");
    }
}
