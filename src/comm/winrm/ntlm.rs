//! NTLM version 2 (MS-NLMP): proof of the password without sending it. Messages are neither signed nor sealed,
//! as with Packer: the guest allows unencrypted ones, or HTTPS does that.

use std::time::{SystemTime, UNIX_EPOCH};

use md4::Md4;
use md5::{Digest, Md5};

const SIGNATURE: &[u8] = b"NTLMSSP\0";

/// Unicode, target asked for, NTLM, always sign (which only says that keys are of use), extended session security.
const FLAGS: u32 = 0x0000_0001 | 0x0000_0004 | 0x0000_0200 | 0x0000_8000 | 0x0008_0000;

/// Seconds from 1601, where Windows begins to count, to 1970.
const EPOCH: u64 = 11_644_473_600;

/// Bytes of the last message before its texts.
const HEADER: usize = 64;

/// The first message: what we can.
pub(super) fn negotiate() -> Vec<u8> {
    let mut message = [SIGNATURE, &1_u32.to_le_bytes(), &FLAGS.to_le_bytes()].concat();
    // No domain and no workstation are named.
    message.extend_from_slice(&[0; 16]);
    message
}

/// Who logs in. `DOMAIN\user` is taken apart.
#[derive(Clone, Copy)]
pub(super) struct Login<'a> {
    user: &'a str,
    domain: &'a str,
    password: &'a str,
}

impl<'a> Login<'a> {
    pub(super) fn new(username: &'a str, password: &'a str) -> Self {
        let (domain, user) = username.split_once('\\').unwrap_or(("", username));
        Self { user, domain, password }
    }
}

/// The last message, which answers the guest's challenge.
pub(super) fn authenticate(challenge: &[u8], login: Login<'_>) -> Option<Vec<u8>> {
    let challenge = Challenge::parse(challenge)?;
    let proof = response(&challenge, login, now(), rand::random());
    let fields = [vec![0; 24], proof, utf16(login.domain), utf16(login.user), Vec::new(), Vec::new()];
    let mut message = [SIGNATURE, &3_u32.to_le_bytes()].concat();
    let mut offset = HEADER;
    for field in &fields {
        let length = u16::try_from(field.len()).ok()?.to_le_bytes();
        message.extend([length, length].concat());
        message.extend(u32::try_from(offset).ok()?.to_le_bytes());
        offset += field.len();
    }
    message.extend(challenge.flags.to_le_bytes());
    message.extend(fields.concat());
    Some(message)
}

/// The guest's message.
#[derive(Debug, PartialEq, Eq)]
struct Challenge<'a> {
    nonce: [u8; 8],
    flags: u32,
    /// What the guest says of itself; it wants it back.
    target: &'a [u8],
}

impl<'a> Challenge<'a> {
    fn parse(message: &'a [u8]) -> Option<Self> {
        let number = |at: usize| Some(u32::from_le_bytes(message.get(at..at + 4)?.try_into().ok()?));
        if !message.starts_with(SIGNATURE) || number(8)? != 2 {
            return None;
        }
        let length = usize::from(u16::from_le_bytes(message.get(40..42)?.try_into().ok()?));
        let offset = usize::try_from(number(44)?).ok()?;
        let target = message.get(offset..offset.checked_add(length)?)?;
        Some(Self { nonce: message.get(24..32)?.try_into().ok()?, flags: number(20)? & FLAGS, target })
    }
}

fn response(challenge: &Challenge<'_>, login: Login<'_>, time: u64, nonce: [u8; 8]) -> Vec<u8> {
    let time = time.to_le_bytes();
    let blob = [&[1, 1, 0, 0, 0, 0, 0, 0], &time[..], &nonce, &[0; 4], challenge.target, &[0; 4]].concat();
    let proof = hmac(&key(login), &[&challenge.nonce, &blob]);
    [&proof[..], &blob].concat()
}

fn key(login: Login<'_>) -> [u8; 16] {
    let hash: [u8; 16] = Md4::digest(utf16(login.password)).into();
    hmac(&hash, &[&utf16(&login.user.to_uppercase()), &utf16(login.domain)])
}

/// HMAC-MD5 (RFC 2104) with a key that is shorter than a block.
fn hmac(key: &[u8; 16], parts: &[&[u8]]) -> [u8; 16] {
    let pad = |byte: u8| {
        let mut block = [byte; 64];
        block.iter_mut().zip(key).for_each(|(block, key)| *block ^= key);
        block
    };
    let inner = parts.iter().fold(Md5::new_with_prefix(pad(0x36)), Digest::chain_update).finalize();
    Md5::new_with_prefix(pad(0x5c)).chain_update(inner).finalize().into()
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// In units of 100 ns.
fn now() -> u64 {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    (since_1970.as_secs() + EPOCH) * 10_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOGIN: Login<'_> = Login { user: "User", domain: "Domain", password: "Password" };

    /// 16 bytes.
    fn hex(bytes: &[u8]) -> String {
        format!("{:032x}", u128::from_be_bytes(bytes.try_into().unwrap()))
    }

    /// The example of MS-NLMP 4.2.4.
    #[test]
    fn the_examples_of_the_protocols_document_come_out() {
        assert_eq!(hex(&key(LOGIN)), "0c868a403bfd7a93a3001ef22ef02e3f");
        let name =
            |kind: u8, text: &str| [&[kind, 0, u8::try_from(2 * text.len()).unwrap(), 0][..], &utf16(text)].concat();
        let target = [name(2, "Domain"), name(1, "Server"), vec![0; 4]].concat();
        let nonce = [0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef];
        let challenge = Challenge { nonce, flags: 0, target: &target };
        let response = response(&challenge, LOGIN, 0, [0xaa; 8]);
        assert_eq!(hex(&response[..16]), "68cd0ab851e51c96aabc927bebef6a1c");
    }

    #[test]
    fn a_domain_goes_before_the_user() {
        let login = Login::new("CORP\\me", "x");
        assert_eq!((login.domain, login.user), ("CORP", "me"));
        assert_eq!(Login::new("vagrant", "x").domain, "");
    }

    #[test]
    fn a_challenge_that_points_outside_itself_is_refused() {
        let mut message = [SIGNATURE, &2_u32.to_le_bytes(), &[0; 36]].concat();
        assert!(authenticate(&message, LOGIN).is_some());
        message[40..48].copy_from_slice(&[9, 0, 9, 0, 0xff, 0xff, 0xff, 0xff]);
        assert_eq!(authenticate(&message, LOGIN), None);
    }

    proptest::proptest! {
        #[test]
        fn no_challenge_is_too_odd(mut message: Vec<u8>, whole: bool) {
            if whole {
                message.splice(0..0, [SIGNATURE, &2_u32.to_le_bytes()].concat());
            }
            let _ = authenticate(&message, LOGIN);
        }
    }
}
