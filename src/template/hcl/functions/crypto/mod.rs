//! Digests, identifiers, decryption.

mod digests;
mod ids;
mod rsa;

use super::table::Function;

pub(super) const GROUPS: &[&[Function]] = &[digests::FUNCTIONS, ids::FUNCTIONS];
