//! `null` and `file`, for tests of templates, and `vagrant`, which starts from a box

use crate::plan::catalog::groups::{BOOT, COMMUNICATOR, FLOPPY, HTTP, ISO, SSH, WINRM};
use crate::plan::catalog::option::{Opt, choice, flag, text, texts};

pub(super) const NULL: &[&[Opt]] = &[COMMUNICATOR, SSH, WINRM];

pub(super) const FILE: &[&[Opt]] = &[&[
    text("target", "path of the file to make").required(),
    text("source", "file to copy"),
    text("content", "text to write into the file"),
]];

pub(super) const VAGRANT: &[&[Opt]] = &[BOX, ISO, HTTP, FLOPPY, BOOT, COMMUNICATOR, SSH, WINRM];

const BOX: &[Opt] = &[
    text("source_path", "name, path or URL of the box to start from"),
    text("global_id", "machine of Vagrant to start from"),
    text("checksum", "checksum of the box, in the forms of iso_checksum"),
    text("box_name", "name that the box gets in Vagrant"),
    text("box_version", "version of the box"),
    text("provider", "provider of the box"),
    text("output_dir", "folder that the new box is written to; output-BUILD by default"),
    text("template", "template of the Vagrantfile to start the machine with"),
    text("output_vagrantfile", "Vagrantfile to put into the new box"),
    texts("package_include", "files to put into the new box"),
    text("synced_folder", "folder of this host that the machine sees"),
    flag("insert_key", "give the machine a key of its own"),
    choice("teardown_method", &["halt", "suspend", "destroy"], "what becomes of the machine; halt by default"),
    flag("skip_add", "take it that Vagrant has the box"),
    flag("skip_package", "make no box of the machine"),
    text("add_cacert", "certificates of the box's server"),
    text("add_capath", "folder of certificates of the box's server"),
    text("add_cert", "certificate to show the box's server"),
    flag("add_clean", "download the box anew"),
    flag("add_force", "replace the box that Vagrant has"),
    flag("add_insecure", "accept any certificate of the box's server"),
];
