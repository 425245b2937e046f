//! Which algorithms we offer, in which order.

use std::borrow::Cow;

use russh::keys::{Algorithm, EcdsaCurve, HashAlg};
use russh::{Preferred, cipher, kex, mac};

use crate::comm::Error;
use crate::plan::communicator::SshPlan;

/// Cheap ones first: guests are often emulated, and the line is this host's own. Those that only old
/// guests need come last.
const KEY_EXCHANGES: &[kex::Name] = &[
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::ECDH_SHA2_NISTP256,
    kex::MLKEM768X25519_SHA256,
    kex::ECDH_SHA2_NISTP384,
    kex::ECDH_SHA2_NISTP521,
    kex::DH_G14_SHA256,
    kex::DH_GEX_SHA256,
    kex::DH_G16_SHA512,
    kex::DH_G18_SHA512,
    kex::DH_G14_SHA1,
    kex::DH_GEX_SHA1,
    kex::DH_G1_SHA1,
];

/// Not key exchanges, but sent in the same list.
const EXTENSIONS: &[kex::Name] = &[kex::EXTENSION_SUPPORT_AS_CLIENT, kex::EXTENSION_OPENSSH_STRICT_KEX_AS_CLIENT];

const CIPHERS: &[cipher::Name] = &[
    cipher::CHACHA20_POLY1305,
    cipher::AES_128_GCM,
    cipher::AES_256_GCM,
    cipher::AES_128_CTR,
    cipher::AES_192_CTR,
    cipher::AES_256_CTR,
    cipher::AES_128_CBC,
    cipher::AES_192_CBC,
    cipher::AES_256_CBC,
];

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

/// The named algorithms. Names that we do not have are passed over as long as one is left.
fn chosen<N: Copy + AsRef<str>>(option: &str, names: &[String], ours: &[N]) -> Result<Vec<N>, Error> {
    if names.is_empty() {
        return Ok(ours.to_vec());
    }
    let known = |name: &String| ours.iter().find(|our| our.as_ref() == name.as_str()).copied();
    let list: Vec<N> = names.iter().filter_map(known).collect();
    if list.is_empty() {
        let ours = ours.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(" ");
        let message = format!("none of the algorithms in `{option}` is known; there are: {ours}");
        return Err(Error::Setup { message });
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
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
    fn the_templates_lists_replace_ours_and_unknown_names_are_passed_over() {
        let mut plan = plan();
        plan.ciphers = vec!["arcfour".into(), "aes128-ctr".into()];
        plan.key_exchange_algorithms = vec!["diffie-hellman-group14-sha1".into()];
        let preferred = preferred(&plan).unwrap();
        assert_eq!(preferred.cipher.as_ref(), [cipher::AES_128_CTR]);
        assert_eq!(preferred.kex[0], kex::DH_G14_SHA1);
        assert_eq!(preferred.kex.len(), 1 + EXTENSIONS.len());
    }

    #[test]
    fn a_list_without_any_known_name_is_an_error_that_shows_the_known_ones() {
        let mut plan = plan();
        plan.ciphers = vec!["arcfour".into()];
        let message = preferred(&plan).unwrap_err().to_string();
        assert!(message.contains("`ssh_ciphers`") && message.contains("aes128-ctr"), "{message}");
    }
}
