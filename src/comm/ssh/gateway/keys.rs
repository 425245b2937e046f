//! The keys of the server and of its clients: from files, or made for one run.

use std::path::Path;

use fs_err::tokio as fs;
use russh::keys::{PrivateKey, PublicKey, decode_secret_key};

use super::GatewayTerms;
use crate::comm::Error;
use crate::comm::ssh::credentials::parse_key;
use crate::comm::ssh::keypair::KeyPair;
use crate::io::secrets::Secret;
use crate::plan::communicator::TemporaryKey;

/// Sizes that are made at once and that any client takes, in bits.
const RSA_BITS: u32 = 2048;
const ECDSA_BITS: u32 = 256;

pub(super) async fn host_key(terms: &GatewayTerms) -> Result<PrivateKey, Error> {
    let Some(path) = &terms.host_key_file else {
        return private(&made(&terms.key_type).await?);
    };
    let text = read(path).await?;
    parse_key(&text).map_err(|reason| setup(format!("host key {}: {reason}", path.display())))
}

/// The keys that may log in, and the private one if it is made here.
pub(super) async fn client_keys(terms: &GatewayTerms) -> Result<(Vec<PublicKey>, Option<Secret>), Error> {
    if let Some(path) = &terms.authorized_key_file {
        let keys: Vec<_> = read(path).await?.lines().filter_map(|line| PublicKey::from_openssh(line).ok()).collect();
        if keys.is_empty() {
            return Err(setup(format!("there is no public SSH key in {}", path.display())));
        }
        return Ok((keys, None));
    }
    let pair = made(&terms.key_type).await?;
    Ok((vec![private(&pair)?.public_key().clone()], Some(pair.private_pem)))
}

async fn made(kind: &str) -> Result<KeyPair, Error> {
    let bits = if kind == "rsa" { RSA_BITS } else { ECDSA_BITS };
    KeyPair::generate(&TemporaryKey { kind: kind.to_owned(), bits }).await
}

fn private(pair: &KeyPair) -> Result<PrivateKey, Error> {
    decode_secret_key(pair.private_pem.reveal(), None)
        .map_err(|error| setup(format!("a key that was just made cannot be read back: {error}")))
}

async fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).await.map_err(|error| setup(error.to_string()))
}

fn setup(message: String) -> Error {
    Error::Setup { message }
}
