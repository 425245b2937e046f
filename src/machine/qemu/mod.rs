//! QEMU, driven by its command line and QMP.
//!
//! `driver` makes a machine: it asks the `host` what it can do, makes `disks`, takes `ports` and hands them
//! to `vm`, the machine. That one has `arguments` write the command line, `launch` run it, and talks to
//! QEMU by `qmp`.

pub mod accelerator;
pub mod arguments;
mod bridge;
mod disks;
pub mod doctor;
mod driver;
mod events;
pub mod firmware;
#[cfg(test)]
mod fixture;
pub mod host;
mod launch;
mod ports;
mod qmp;
#[cfg(test)]
mod tests;
mod tpm;
mod vm;

pub use driver::QemuDriver;
pub use launch::QEMU_LOG;
pub use vm::QemuMachine;
