//! What the guest boots from, what it is given, and what is typed into it.

use crate::plan::catalog::option::{Opt, choice, duration, folder, integer, paths, text, text_map, texts};

pub(in crate::plan::catalog) const HTTP: &[Opt] = &[
    folder("http_directory", "folder that the guest can read by HTTP while the build runs"),
    text_map("http_content", "texts that the guest can read by HTTP, by path"),
    integer("http_port_min", "lowest port of the HTTP server; 8000 by default"),
    integer("http_port_max", "highest port of the HTTP server; 9000 by default"),
    text("http_bind_address", "address that the HTTP server listens on; all by default"),
    text("http_interface", "network interface whose address the guest is told"),
    choice(
        "http_network_protocol",
        &["tcp", "tcp4", "tcp6", "unix", "unixpacket"],
        "network of the HTTP server; tcp by default",
    ),
];

pub(in crate::plan::catalog) const ISO: &[Opt] = &[
    text("iso_url", "path or URL of the installer image"),
    texts("iso_urls", "paths and URLs of the installer image, tried in order"),
    text("iso_checksum", "checksum of the image: TYPE:HEX, HEX, file:URL of a checksum file, or none"),
    text("iso_target_path", "file or folder that the image is downloaded to; the cache by default"),
    text("iso_target_extension", "extension of the downloaded image; iso by default"),
];

pub(in crate::plan::catalog) const FLOPPY: &[Opt] = &[
    paths("floppy_files", "files for the root of a floppy disk; patterns are allowed"),
    paths("floppy_dirs", "folders for a floppy disk; patterns are allowed"),
    text_map("floppy_content", "texts for a floppy disk, by path"),
    text("floppy_label", "label of the floppy disk; packer by default"),
];

pub(in crate::plan::catalog) const CD: &[Opt] = &[
    paths("cd_files", "files and folders for a second CD; patterns are allowed"),
    text_map("cd_content", "texts for a second CD, by path"),
    text("cd_label", "label of the second CD; packer by default"),
];

pub(in crate::plan::catalog) const BOOT: &[Opt] = &[
    texts("boot_command", "what is typed into the machine after it has started").late(),
    duration("boot_wait", "wait before typing; 10s by default, negative for none"),
    duration("boot_keygroup_interval", "pause after each batch of scancodes; 100ms by default"),
];

pub(in crate::plan::catalog) const SHUTDOWN: &[Opt] = &[
    text("shutdown_command", "command that shuts the guest down").late(),
    duration("shutdown_timeout", "how long the guest may take to shut down; 5m by default"),
];
