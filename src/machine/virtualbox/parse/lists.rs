//! `list systemproperties`.

use std::path::PathBuf;

const ADDITIONS: &str = "Default Guest Additions ISO:";

/// The additions' CD that came with VirtualBox; many packages have none.
pub(in crate::machine::virtualbox) fn default_additions(text: &str) -> Option<PathBuf> {
    let path = text.lines().find_map(|line| line.strip_prefix(ADDITIONS))?.trim();
    (!path.is_empty()).then(|| PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_line_is_no_path() {
        let text = "Default machine folder:          /root/VirtualBox VMs\n\
                    Default Guest Additions ISO:     /usr/share/virtualbox/VBoxGuestAdditions.iso\n\
                    Logging Level:                   all\n";
        assert_eq!(default_additions(text), Some("/usr/share/virtualbox/VBoxGuestAdditions.iso".into()));
        assert_eq!(default_additions("Default Guest Additions ISO:     \n"), None);
        assert_eq!(default_additions(""), None);
    }
}
