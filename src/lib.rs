//! Boxwright turns an installer ISO into a ready machine image on hardware you own.
//!
//! Data flows one way: `template` (text) → `plan` (data) → `run` (a machine) → `artifact` (files).
//! See `docs/architecture.md`.

pub mod artifact;
pub mod cache;
pub mod cli;
pub mod comm;
pub mod diag;
pub mod error;
pub mod event;
pub mod fetch;
pub mod image;
pub mod io;
pub mod keys;
pub mod machine;
pub mod plan;
pub mod post;
pub mod process;
pub mod provision;
pub mod run;
pub mod screen;
pub mod seed;
pub mod source;
pub mod template;
pub mod ui;
