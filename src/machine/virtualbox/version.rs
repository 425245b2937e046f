//! VirtualBox's version, and what its commands are called in it.

use std::fmt;

/// Before this one `VBoxManage` has other commands altogether.
pub(super) const OLDEST: Version = Version::new(4, 0, 0);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    major: u32,
    minor: u32,
    patch: u32,
}

impl Version {
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self { major, minor, patch }
    }

    /// Of a number such as `7.0.14`; what follows the digits says who built it: `_Debian`, `_OSE`, `_RC1`, `r161033`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(text.len());
        let mut parts = text[..end].split('.');
        let mut part = || parts.next()?.parse().ok();
        let version = Self::new(part()?, part()?, part()?);
        parts.next().is_none().then_some(version)
    }

    /// `--portcount` was called `--sataportcount`.
    pub(super) fn port_count_option(self) -> &'static str {
        if self < Self::new(4, 3, 0) { "--sataportcount" } else { "--portcount" }
    }

    /// Disks became media, beside discs and floppies.
    pub(super) fn create_disk(self) -> &'static [&'static str] {
        if self < Self::new(5, 0, 0) { &["createhd"] } else { &["createmedium", "disk"] }
    }

    pub(super) fn close_disk(self) -> &'static [&'static str] {
        if self < Self::new(5, 0, 0) { &["closehd"] } else { &["closemedium", "disk"] }
    }

    /// From 7.0 on a guest reaches servers on this host's loopback address only where the machine allows it. Older
    /// ones refuse the option.
    pub(super) fn hides_loopback(self) -> bool {
        self >= Self::new(7, 0, 0)
    }

    /// `--audio` is only read for old scripts' sake.
    pub(super) fn names_audio_driver(self) -> bool {
        self >= Self::new(7, 0, 0)
    }

    /// `import` takes `--basefolder`.
    pub(super) fn imports_into_folder(self) -> bool {
        self >= Self::new(5, 2, 0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_many_builders() {
        for (text, expected) in [
            ("7.2.22_Debianr175245", Version::new(7, 2, 22)),
            ("6.1.50r161033", Version::new(6, 1, 50)),
            ("5.2.44_Ubuntur139111", Version::new(5, 2, 44)),
            ("4.1.12_OSEr77245", Version::new(4, 1, 12)),
            ("7.0.0_RC1r153351", Version::new(7, 0, 0)),
        ] {
            assert_eq!(Version::parse(text), Some(expected), "{text}");
        }
        for text in ["", "7", "7.0", "7..1", "7.0.1.2", "WARNING: no module", "99999999999.1.1"] {
            assert_eq!(Version::parse(text), None, "{text}");
        }
    }

    #[test]
    fn options_change_with_the_version() {
        let (old, new) = (Version::new(4, 2, 36), Version::new(7, 0, 14));
        assert_eq!((old.port_count_option(), new.port_count_option()), ("--sataportcount", "--portcount"));
        assert_eq!((old.create_disk(), new.create_disk()), (&["createhd"][..], &["createmedium", "disk"][..]));
        assert!(new.hides_loopback() && !Version::new(6, 1, 50).hides_loopback());
        assert_eq!(new.to_string(), "7.0.14");
    }
}
