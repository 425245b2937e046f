//! VirtualBox, driven by `VBoxManage`.
//!
//! `calls` are the arguments of each step, as data made from a plan; `parse` reads what is printed; `manage` runs a
//! call, waits for locks and judges its end, and `failure` says what its errors mean. With these `driver` and `site`
//! make a machine, `vm` is one, and `removal` takes one out of VirtualBox again, also in a later run.

mod additions;
mod calls;
pub mod doctor;
mod driver;
mod failure;
mod manage;
mod parse;
mod ports;
pub mod preview;
pub mod removal;
mod site;
mod snapshots;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod typing;
mod version;
mod vm;

pub use driver::VirtualBoxDriver;
pub use vm::VirtualBoxMachine;
