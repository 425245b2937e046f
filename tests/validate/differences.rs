//! Where our decision is not Packer 1.6.6's, and why.

/// Cases that we decide otherwise for one reason.
#[derive(Debug)]
pub(crate) struct Difference {
    pub(crate) why: &'static str,
    pub(crate) cases: &'static [&'static str],
}

const fn difference(why: &'static str, cases: &'static [&'static str]) -> Difference {
    Difference { why, cases }
}

pub(crate) const ALL: &[Difference] = &[
    difference(
        "newer than 1.6.6: options that its plugins have got since",
        &[
            "json/qemu newer: texts of a CD",
            "json/qemu newer: UEFI",
            "json/qemu newer: http_content",
            "json/qemu newer: a TPM",
            "json/qemu newer: cpu_model",
        ],
    ),
    difference(
        "newer than 1.6.6: a selection that leaves no build is an error",
        &[
            "json/builders selection: nothing is selected",
            "json/builders selection: everything is left out",
            "json/builders selection: both flags",
        ],
    ),
    difference(
        "newer than 1.6.6: later Packers refuse it",
        &["json/qemu boot_command: wait for no time", "json/qemu http: interface and address"],
    ),
    difference(
        "old keys are read as `packer fix` would write them, with a warning",
        &["json/qemu old-key: iso_checksum_type", "json/qemu old-key: iso_checksum_url", "json/qemu old-key: iso_md5"],
    ),
    difference(
        "the build would end with this error, long after it began",
        &["json/qemu boot_command: an unknown variable", "json/qemu cpus: less than none"],
    ),
    difference("a look at the syntax alone decodes no component", &["json/language syntax-only: a duration"]),
];

/// The reason for deciding this case otherwise, if we do.
pub(crate) fn why(case: &str) -> Option<&'static str> {
    ALL.iter().find(|difference| difference.cases.contains(&case)).map(|difference| difference.why)
}
