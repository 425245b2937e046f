//! The key that is made for one build.

use rand::CryptoRng;
use russh::keys::ssh_key::LineEnding;
use russh::keys::ssh_key::private::{KeypairData, RsaKeypair};
use russh::keys::{Algorithm, EcdsaCurve, PrivateKey};

use crate::comm::Error;
use crate::io::secrets::Secret;
use crate::plan::communicator::TemporaryKey;

/// Packer's sizes where the template gives none (0), in bits.
const RSA_BITS: u32 = 4096;
const ECDSA_BITS: u32 = 521;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyPair {
    /// In the form of an `authorized_keys` line, without an end of line.
    pub public_line: String,
    /// In OpenSSH's format.
    pub private_pem: Secret,
}

impl KeyPair {
    /// Makes a key. A large RSA key takes seconds, so it is made on a thread of its own.
    pub async fn generate(plan: &TemporaryKey) -> Result<Self, Error> {
        let plan = plan.clone();
        let made = tokio::task::spawn_blocking(move || Self::generate_now(&plan));
        made.await.map_err(|error| failed(&error))?
    }

    fn generate_now(plan: &TemporaryKey) -> Result<Self, Error> {
        let key = private_key(plan, &mut rand::rng())?;
        let private = key.to_openssh(LineEnding::LF).map_err(|error| failed(&error))?;
        let public_line = key.public_key().to_openssh().map_err(|error| failed(&error))?;
        Ok(Self { public_line: public_line.trim().to_owned(), private_pem: Secret::new(private.as_str()) })
    }
}

fn failed(error: &dyn std::fmt::Display) -> Error {
    Error::Setup { message: format!("cannot make the temporary SSH key: {error}") }
}

fn private_key(plan: &TemporaryKey, random: &mut impl CryptoRng) -> Result<PrivateKey, Error> {
    let bits = |default: u32| if plan.bits == 0 { default } else { plan.bits };
    let key = match plan.kind.as_str() {
        "rsa" => RsaKeypair::random(random, bits(RSA_BITS) as usize)
            .and_then(|pair| PrivateKey::new(KeypairData::from(pair), "")),
        "ecdsa" => PrivateKey::random(random, Algorithm::Ecdsa { curve: curve(bits(ECDSA_BITS))? }),
        "ed25519" => PrivateKey::random(random, Algorithm::Ed25519),
        other => return Err(failed(&format!("type `{other}` is not supported; use rsa, ecdsa or ed25519"))),
    };
    key.map_err(|error| failed(&error))
}

fn curve(bits: u32) -> Result<EcdsaCurve, Error> {
    match bits {
        256 => Ok(EcdsaCurve::NistP256),
        384 => Ok(EcdsaCurve::NistP384),
        521 => Ok(EcdsaCurve::NistP521),
        other => Err(failed(&format!("an ecdsa key has 256, 384 or 521 bits, not {other}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::comm::ssh::credentials::parse_key;

    async fn made(kind: &str, bits: u32) -> KeyPair {
        KeyPair::generate(&TemporaryKey { kind: kind.into(), bits }).await.unwrap()
    }

    #[tokio::test]
    async fn each_type_can_be_read_back_and_fits_its_public_line() {
        for (kind, bits, algorithm) in [
            ("rsa", 1024, "ssh-rsa"),
            ("ecdsa", 0, "ecdsa-sha2-nistp521"),
            ("ecdsa", 256, "ecdsa-sha2-nistp256"),
            ("ed25519", 7, "ssh-ed25519"),
        ] {
            let pair = made(kind, bits).await;
            let key = parse_key(pair.private_pem.reveal()).unwrap();
            assert_eq!(key.public_key().to_openssh().unwrap().trim(), pair.public_line);
            assert_eq!(pair.public_line.split(' ').next(), Some(algorithm));
        }
    }

    #[tokio::test]
    async fn the_private_part_is_not_shown() {
        assert!(!format!("{:?}", made("ed25519", 0).await).contains("PRIVATE"));
    }

    #[tokio::test]
    async fn unknown_types_and_sizes_name_the_known_ones() {
        for (kind, bits, text) in [("dsa", 0, "use rsa, ecdsa or ed25519"), ("ecdsa", 255, "256, 384 or 521")] {
            let error = KeyPair::generate(&TemporaryKey { kind: kind.into(), bits }).await.unwrap_err();
            assert!(error.to_string().contains(text), "{error}");
        }
    }
}
