//! OVA: an OVF package in one tar file.
//!
//! VirtualBox's reader knows plain and GNU headers only, so names have at most 100 characters, and what is
//! no file does not belong into it.

mod name;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use name::Name;
pub use read::{Member, members};
pub use write::{Package, manifest_line, write};
