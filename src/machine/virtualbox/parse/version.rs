//! `--version`, before which packages print warnings on the same stream.

use crate::machine::virtualbox::version::Version;

/// What `--version` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::machine::virtualbox) enum Banner {
    Version(Version),
    /// The kernel module is not loaded: no machine would start.
    NoModule,
    /// There is no version in it.
    Unknown,
}

/// Of both streams: where the warning stands differs between packages.
pub(in crate::machine::virtualbox) fn banner(stdout: &str, stderr: &str) -> Banner {
    if [stdout, stderr].iter().any(|text| text.contains("vboxdrv")) {
        return Banner::NoModule;
    }
    stdout.lines().rev().find_map(|line| Version::parse(line.trim())).map_or(Banner::Unknown, Banner::Version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_the_last_line_that_reads_as_one() {
        let version = |major, minor, patch| Banner::Version(Version::new(major, minor, patch));
        assert_eq!(banner("7.2.22_Debianr175245\n", ""), version(7, 2, 22));
        assert_eq!(banner("WARNING: deprecated settings\n\n6.1.38_Ubuntur153438\r\n", ""), version(6, 1, 38));
        assert_eq!(banner("", "command not found"), Banner::Unknown);
    }

    #[test]
    fn a_missing_module_is_told_apart() {
        let text = "WARNING: The vboxdrv kernel module is not loaded. Either there is no module\n         \
                    available for the current kernel (6.1.0-18-amd64) or it failed to\n         \
                    load. Please recompile the kernel module and install it by\n\n           \
                    sudo /sbin/vboxconfig\n\n         You will not be able to start VMs until this problem is fixed.\n7.0.14r161095\n";
        assert_eq!(banner(text, ""), Banner::NoModule);
        assert_eq!(
            banner("7.0.14r161095\n", "WARNING: The character device /dev/vboxdrv does not exist."),
            Banner::NoModule
        );
    }
}
