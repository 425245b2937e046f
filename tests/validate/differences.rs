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
        "newer than 1.6.6: options and functions that it has not got",
        &[
            "json/qemu newer: texts of a CD",
            "json/qemu newer: UEFI",
            "json/qemu newer: http_content",
            "json/qemu newer: a TPM",
            "json/qemu newer: cpu_model",
            "json/qemu newer: another option of cloud builders",
            "json/provisioner-options newer: shell has env",
            "json/provisioner-options newer: a text to upload",
            "json/provisioner-options newer: powershell 7",
            "json/virtualbox newer: chipset",
            "json/virtualbox newer: firmware",
            "json/virtualbox newer: gfx_controller",
            "json/virtualbox newer: nested_virt",
            "json/virtualbox newer: several disks",
            "hcl2/sources newer: texts of a CD",
            "hcl2/sources newer: http_content",
            "hcl2/sources newer: UEFI",
            "hcl2/locals functions: the time as of old",
            "hcl2/locals newer: regex and regexall",
            "hcl2/locals newer: templatefile",
            "hcl2/locals newer: startswith and its like",
            "hcl2/locals newer: sum, alltrue, anytrue",
            "hcl2/locals newer: base64gzip and filebase64",
            "hcl2/locals newer: text in other encodings",
        ],
    ),
    difference(
        "newer than 1.6.6: blocks, types and places for values that it has not got",
        &[
            "hcl2/blocks newer: plugins",
            "hcl2/blocks newer: a plugin that nobody has",
            "hcl2/blocks newer: data",
            "hcl2/blocks newer: the registry",
            "hcl2/blocks newer: a local block",
            "hcl2/blocks newer: an error-cleanup-provisioner",
            "hcl2/provisioners newer: go on after an error",
            "hcl2/blocks source-reference: from a local",
            "hcl2/blocks source-reference: from a variable in a text",
            "hcl2/blocks build: its name is made of a variable",
            "hcl2/sources value: source in a source",
            "hcl2/variables newer: any type",
            "hcl2/variables newer: an optional attribute",
        ],
    ),
    difference(
        "newer than 1.6.6: templates that ask for a later Packer",
        &[
            "json/language version: a newer version than the recorded one",
            "hcl2/blocks version: newer than the recorded one",
        ],
    ),
    difference(
        "newer than 1.6.6: what leaves no build is an error",
        &[
            "json/builders selection: nothing is selected",
            "json/builders selection: everything is left out",
            "json/builders selection: both flags",
            "hcl2/blocks selection: nothing is selected",
            "hcl2/blocks build: none at all",
            "hcl2/syntax syntax: an empty file",
            "hcl2/blocks build: without a source",
            "hcl2/blocks build: an empty list of sources",
            "hcl2/blocks source-reference: null",
        ],
    ),
    difference(
        "newer than 1.6.6: later Packers decide so",
        &[
            "json/qemu boot_command: wait for no time",
            "json/qemu http: interface and address",
            "json/qemu http: an interface",
            "json/qemu ports: VNC below its first one",
            "hcl2/locals duplicate-local: the same name in two blocks",
            "hcl2/locals functions: index",
            "hcl2/locals number: the rest of a division by zero",
            "hcl2/sources functions: user of JSON",
        ],
    ),
    difference(
        "old keys and components are read as `packer fix` would write them, with a warning",
        &[
            "json/qemu old-key: iso_checksum_type",
            "json/qemu old-key: iso_checksum_url",
            "json/qemu old-key: iso_md5",
            "json/virtualbox old-key: guest_additions_attach",
            "json/virtualbox old-key: the builder virtualbox",
            "json/post-processors manifest: the old name of output",
            "json/post-processors vagrant: the old form of an override",
            "json/post-processors dropped: atlas",
            "hcl2/sources old-key: iso_checksum_type",
        ],
    ),
    difference(
        "the build would end with this error, perhaps hours after it began",
        &[
            "json/typing number-to-list: an element of its own, and no algorithm",
            "json/qemu boot_command: an unknown variable",
            "json/qemu cpus: less than none",
            "json/qemu ports: above the last one",
            "json/qemu http: an address that is none",
            "json/qemu typing: one word for rows",
            "json/virtualbox typing: disk_size below zero",
            "json/provisioner-options retries: less than none",
            "json/provisioner-options shell: a folder as a script",
            "json/interpolation syntax: literal braces",
            "json/post-processors vagrant: a level too high",
        ],
    ),
    difference(
        "this option is settled before the build runs, when `build` is not known yet",
        &["hcl2/provisioners value: the host in a restart command"],
    ),
    difference(
        "Packer would pass over it in silence, and it is most likely a mistake",
        &[
            "json/post-processors vagrant: an unknown option in an override",
            "json/post-processors vagrant: a text for the options of a provider",
            "hcl2/blocks source-reference: too many parts",
            "hcl2/locals use: source has no place here",
        ],
    ),
    difference(
        "a component that no build here can run needs not be known in full",
        &["json/post-processors cloud: no tag", "json/provisioner-options shell-local: the paths of another system"],
    ),
    difference(
        "a component that is in no build is not looked for",
        &[
            "hcl2/blocks source: an unknown type that is not used",
            "hcl2/post-processors unknown-type: a post-processor that no build has",
            "hcl2/provisioners unknown-type: a provisioner that no build has",
        ],
    ),
    difference(
        "templates with a variable for `iso_checksum_type` make such texts; what `none` says is plain",
        &["json/qemu checksum: none, with digits", "json/qemu checksum: a kind without digits"],
    ),
    difference(
        "it is clear what is meant",
        &[
            "json/interpolation functions: clean_resource_name",
            "json/interpolation functions: clean_ami_name",
            "json/language key-matching: options in capitals",
            "json/post-processors checksum: capitals",
            "json/provisioner-options retries: hexadecimal",
            "json/provisioner-options missing-file: null among the sources",
            "json/qemu missing-file: null for a floppy's",
            "json/virtualbox none: the version file is uploaded",
            "hcl2/post-processors map: a block",
            "hcl2/post-processors vagrant: an override",
            "hcl2/sources block: an object for a block",
            "hcl2/typing nested: an argument",
            "hcl2/variables type: in quotes",
            "hcl2/variables type: a list of nothing",
            "hcl2/variables type: a map of nothing",
            "hcl2/variables inferred: a list longer than the default",
        ],
    ),
    difference("a look at the syntax alone decodes no component", &["json/language syntax-only: a duration"]),
];

/// The reason for deciding this case otherwise, if we do.
pub(crate) fn why(case: &str) -> Option<&'static str> {
    ALL.iter().find(|difference| difference.cases.contains(&case)).map(|difference| difference.why)
}
