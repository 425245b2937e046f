//! What goes wrong in a post-processor.

use std::path::{Path, PathBuf};

use super::convert::ProductError;
use crate::error::{Classify, ErrorKind};
use crate::image::{self, ovf};
use crate::process;
use crate::template::interpolate::RenderError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Resolving a plan that is to be run finds this before.
    #[error("this program does not run post-processors of this type")]
    NotRun,
    #[error("cannot {action}")]
    Io { action: String, source: std::io::Error },
    #[error(transparent)]
    Process(#[from] process::Error),
    #[error("cannot fill in `{option}`")]
    Render { option: String, source: RenderError },
    #[error("no Vagrant provider takes what `{builder_id}` makes; name one with `provider_override`")]
    UnknownBuilder { builder_id: String },
    #[error("boxes for the Vagrant provider `{provider}` cannot be made; those for libvirt, virtualbox and vmware can")]
    UnsupportedProvider { provider: String },
    #[error("the artifact holds no disk to put into a box; its files are: {files}")]
    NoDisk { files: String },
    #[error(transparent)]
    Image(#[from] image::Error),
    #[error("`{}` is a disk of the format `{format}`, which cannot be read; qcow2, raw, vmdk, vdi, vhd and vhdx can", .path.display())]
    UnknownFormat { path: PathBuf, format: String },
    #[error(
        "`{}` is packed, but a plain disk is needed here; put the post-processor `convert` before this one, with the \
         format raw, qcow2 or vmdk",
        .path.display()
    )]
    Packed { path: PathBuf },
    #[error("a machine of the architecture `{architecture}` cannot be described for VirtualBox; amd64 and 386 can")]
    UnsupportedArchitecture { architecture: String },
    #[error("a box holds one .ovf file, but there are {count} in: {files}")]
    NotOneDescriptor { count: usize, files: String },
    #[error("cannot read the machine's description `{name}`")]
    BadDescriptor { name: String, source: ovf::ReadError },
    #[error("`{name}` names no MAC address for the first network adapter, which the box's Vagrantfile needs")]
    NoMac { name: String },
    #[error("the name of `{}` does not tell its format; say it with `format`, one of: {known}", .path.display())]
    NoFormat { path: PathBuf, known: String },
    #[error("one image holds one disk, but the artifact has several: {disks}")]
    SeveralDisks { disks: String },
    #[error("`{}` is a link; the files of a package lie side by side under their own names", .path.display())]
    LinkInPackage { path: PathBuf },
    #[error(transparent)]
    Product(#[from] ProductError),
    #[error("`{}` is not a file name that a box can hold", .path.display())]
    BadName { path: PathBuf },
    #[error("`{output}` is a single compressed file, but the artifact has {count} files; use .tar or .zip in `output`")]
    NotOneFile { output: String, count: usize },
    #[error("`{}` holds something else than a manifest; move it away or choose another `output`", .path.display())]
    BadManifest { path: PathBuf, source: serde_json::Error },
    #[error("`{pattern}` is not a file pattern")]
    BadPattern { pattern: String, source: glob::PatternError },
    /// From the provisioner that runs local scripts.
    #[error("shell-local failed")]
    ShellLocal { kind: ErrorKind, source: Box<dyn std::error::Error + Send + Sync> },
}

impl Error {
    /// `action` reads well after "cannot".
    pub(super) fn io(action: impl Into<String>) -> impl FnOnce(std::io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }

    pub(super) fn write(path: &Path) -> impl FnOnce(std::io::Error) -> Self + use<> {
        Self::io(format!("write `{}`", path.display()))
    }

    /// Making `path` of an image failed on either side.
    pub(super) fn image(path: &Path) -> impl FnOnce(image::Error) -> Self + use<> {
        let write = Self::write(path);
        move |error| match error {
            image::Error::Write(source) => write(source),
            error => Self::Image(error),
        }
    }

    pub(super) fn render(option: &str) -> impl FnOnce(RenderError) -> Self {
        let option = option.to_owned();
        move |source| Self::Render { option, source }
    }

    /// Wraps what the runner of local scripts reports.
    pub fn shell_local(error: impl std::error::Error + Classify + Send + Sync + 'static) -> Self {
        Self::ShellLocal { kind: error.kind(), source: Box::new(error) }
    }
}

impl Classify for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Io { .. } | Self::Process(_) => ErrorKind::Environment,
            Self::ShellLocal { kind, .. } => *kind,
            Self::Image(error) => error.kind(),
            Self::NotRun
            | Self::Render { .. }
            | Self::UnknownBuilder { .. }
            | Self::UnsupportedProvider { .. }
            | Self::NoDisk { .. }
            | Self::UnknownFormat { .. }
            | Self::Packed { .. }
            | Self::UnsupportedArchitecture { .. }
            | Self::NotOneDescriptor { .. }
            | Self::BadDescriptor { .. }
            | Self::NoMac { .. }
            | Self::NoFormat { .. }
            | Self::SeveralDisks { .. }
            | Self::LinkInPackage { .. }
            | Self::Product(_)
            | Self::BadName { .. }
            | Self::NotOneFile { .. }
            | Self::BadPattern { .. }
            | Self::BadManifest { .. } => ErrorKind::User,
        }
    }
}
