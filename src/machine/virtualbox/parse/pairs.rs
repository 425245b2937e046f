//! `--machinereadable` output: `key="value"` a line, keys quoted in places, numbers bare.

/// Keys and values without their quotes. What is no such line (a warning, a wrapped description) is passed over.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let line = line.trim_end();
        let end = if line.starts_with('"') { line.get(1..)?.find('"')? + 2 } else { line.find('=')? };
        let value = line.get(end..)?.strip_prefix('=')?;
        Some((unquoted(&line[..end]), unquoted(value)))
    })
}

fn unquoted(text: &str) -> &str {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_belong_to_neither_keys_nor_values() {
        let text = "name=\"box\"\r\n\"SATA Controller-0-0\"=\"/a=b.vdi\"\ncpus=2\nVMState=\"\"\nno pair\n\"=\n\"half";
        let expected = [("name", "box"), ("SATA Controller-0-0", "/a=b.vdi"), ("cpus", "2"), ("VMState", "")];
        assert_eq!(pairs(text).collect::<Vec<_>>(), expected);
    }
}
