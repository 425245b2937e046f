//! Which algorithms we offer, in which order.

use std::borrow::Cow;

use russh::keys::{Algorithm, EcdsaCurve, HashAlg};
use russh::{AlgorithmKind, Preferred, kex, mac};

use crate::comm::Error;
use crate::plan::communicator::SshPlan;
use crate::plan::communicator::algorithms::{CIPHERS, KEY_EXCHANGES, Names};

/// Not key exchanges, but sent in the same list.
const EXTENSIONS: &[kex::Name] = &[kex::EXTENSION_SUPPORT_AS_CLIENT, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT];

const MACS: &[mac::Name] = &[
    mac::HMAC_SHA256_ETM,
    mac::HMAC_SHA512_ETM,
    mac::HMAC_SHA256,
    mac::HMAC_SHA512,
    mac::HMAC_SHA1_ETM,
    mac::HMAC_SHA1,
];

/// RSA is last: dropbear 2022.83 offers RSA host keys that it does not have and dies when one is chosen.
fn host_keys() -> Vec<Algorithm> {
    let curves = [EcdsaCurve::NistP256, EcdsaCurve::NistP384, EcdsaCurve::NistP521];
    let hashes = [Some(HashAlg::Sha512), Some(HashAlg::Sha256), None];
    std::iter::once(Algorithm::Ed25519)
        .chain(curves.map(|curve| Algorithm::Ecdsa { curve }))
        .chain(hashes.map(|hash| Algorithm::Rsa { hash }))
        .collect()
}

/// The offer, with the template's lists in place of ours where it has any.
pub(super) fn preferred(plan: &SshPlan) -> Result<Preferred, Error> {
    let ciphers = chosen("ssh_ciphers", &plan.ciphers, CIPHERS)?;
    let mut exchanges = chosen("ssh_key_exchange_algorithms", &plan.key_exchange_algorithms, KEY_EXCHANGES)?;
    exchanges.extend_from_slice(EXTENSIONS);
    Ok(Preferred {
        kex: Cow::Owned(exchanges),
        key: Cow::Owned(host_keys()),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Owned(ciphers),
        mac: Cow::Borrowed(MACS),
        compression: Cow::Borrowed(&[russh::compression::NONE]),
    })
}

/// The named algorithms, or those that are always offered.
fn chosen<N: for<'a> TryFrom<&'a str>>(option: &str, names: &[String], ours: Names) -> Result<Vec<N>, Error> {
    let list: Vec<N> = if names.is_empty() {
        ours.offered.iter().filter_map(|name| N::try_from(name).ok()).collect()
    } else {
        names.iter().filter_map(|name| N::try_from(name).ok()).collect()
    };
    if list.is_empty() {
        let ours = ours.spoken().collect::<Vec<_>>().join(" ");
        let message = format!("none of the algorithms in `{option}` is known; there are: {ours}");
        return Err(Error::Setup { message });
    }
    Ok(list)
}

/// What a person can do about a server that shares no algorithm with us.
pub(super) fn explained(error: &russh::Error) -> String {
    let russh::Error::NoCommonAlgo { kind, theirs, .. } = error else { return error.to_string() };
    let theirs = theirs.iter().take(SHOWN).map(|name| printable(name)).collect::<Vec<_>>();
    let (what, names) = match kind {
        AlgorithmKind::Kex => ("key exchange", Some(("ssh_key_exchange_algorithms", KEY_EXCHANGES))),
        AlgorithmKind::Cipher => ("cipher", Some(("ssh_ciphers", CIPHERS))),
        AlgorithmKind::Key => ("host key", None),
        AlgorithmKind::Mac => ("checksum (MAC)", None),
        AlgorithmKind::Compression => ("compression", None),
    };
    let offer = format!("it has no {what} that we offer, only {}", theirs.join(", "));
    match names.and_then(|(option, names)| Some((option, weak_one(names, &theirs)?))) {
        Some((option, name)) => format!("{offer}; if you must, name an old one: `{option}`: [\"{name}\"]"),
        None => offer,
    }
}

/// Names of a server's offer that go into a message.
const SHOWN: usize = 8;

fn weak_one(names: Names, theirs: &[String]) -> Option<&'static str> {
    names.on_request.iter().copied().find(|weak| theirs.iter().any(|name| name == weak))
}

/// The server's text, which a message may show.
fn printable(name: &str) -> String {
    name.chars().filter(|character| !character.is_control()).take(64).collect()
}

#[cfg(test)]
mod tests {
    use russh::cipher;

    use super::*;
    use crate::comm::ssh::testing::plan;

    #[test]
    fn rsa_host_keys_come_after_all_others() {
        let keys = host_keys();
        let first_rsa = keys.iter().position(|key| matches!(key, Algorithm::Rsa { .. })).unwrap();
        assert!(keys[first_rsa..].iter().all(|key| matches!(key, Algorithm::Rsa { .. })));
        assert_eq!(first_rsa, 4);
    }

    #[test]
    fn every_name_of_the_tables_is_spoken() {
        for name in KEY_EXCHANGES.spoken() {
            assert!(kex::Name::try_from(name).is_ok(), "{name}");
        }
        for name in CIPHERS.spoken() {
            assert!(cipher::Name::try_from(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn the_templates_lists_replace_ours() {
        let mut plan = plan();
        plan.ciphers = vec!["aes128-cbc".into()];
        plan.key_exchange_algorithms = vec!["diffie-hellman-group1-sha1".into()];
        let preferred = preferred(&plan).unwrap();
        assert_eq!(preferred.cipher.as_ref(), [cipher::AES_128_CBC]);
        assert_eq!(preferred.kex[0], kex::DH_G1_SHA1);
        assert_eq!(preferred.kex.len(), 1 + EXTENSIONS.len());
    }

    #[test]
    fn weak_algorithms_are_offered_only_when_named() {
        let preferred = preferred(&plan()).unwrap();
        assert!(!preferred.cipher.contains(&cipher::AES_128_CBC));
        assert!(!preferred.kex.contains(&kex::DH_G1_SHA1));
    }

    #[test]
    fn a_server_with_only_old_algorithms_is_answered_with_the_option_to_set() {
        let theirs = vec!["x\x1b[2J".to_owned(), "diffie-hellman-group1-sha1".to_owned()];
        let text = explained(&russh::Error::NoCommonAlgo { kind: AlgorithmKind::Kex, ours: Vec::new(), theirs });
        assert!(text.ends_with("`ssh_key_exchange_algorithms`: [\"diffie-hellman-group1-sha1\"]"), "{text}");
        assert!(!text.contains('\x1b'));
    }
}
