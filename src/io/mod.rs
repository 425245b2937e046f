//! Leaf services that every stage may use: the context of a build, its cleanup stack and its journal.

pub mod bgzf;
pub mod blocking;
pub mod blocks;
pub mod cleanup;
pub mod gzip;
pub mod hash;
pub mod journal;
pub mod lines;
pub mod meter;
pub mod partial;
pub mod powershell;
pub mod secrets;
pub mod tar;
pub mod text;
pub mod tls;
pub mod zstd;

use crate::event::Events;
use cleanup::CleanupStack;
use secrets::Secrets;

/// What each stage of one build is given beside its input.
#[derive(Clone, Debug)]
pub struct Context {
    pub events: Events,
    /// What must be undone; register before doing.
    pub cleanup: CleanupStack,
    /// Texts that must never be shown.
    pub secrets: Secrets,
}
