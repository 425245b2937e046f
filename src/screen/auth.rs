//! VNC's password check: the server's challenge, enciphered with DES under the password.

use des::Des;
use des::cipher::{BlockCipherEncrypt, KeyInit};

pub(super) const CHALLENGE: usize = 16;

/// Only the first eight bytes of a password count. VNC hands DES each of them with its bits reversed.
pub(super) fn respond(password: &str, mut challenge: [u8; CHALLENGE]) -> [u8; CHALLENGE] {
    let mut key = [0_u8; 8];
    for (slot, byte) in key.iter_mut().zip(password.bytes()) {
        *slot = byte.reverse_bits();
    }
    let cipher = Des::new(&key.into());
    for block in challenge.as_chunks_mut::<8>().0 {
        cipher.encrypt_block(block.into());
    }
    challenge
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with OpenSSL's des-ecb over the bytes 0 to 15.
    #[test]
    fn agrees_with_another_implementation() {
        let challenge = std::array::from_fn(|index| u8::try_from(index).unwrap());
        let long = 0xcb4f_97d1_2818_b8e4_8e83_862d_563b_0878_u128.to_be_bytes();
        let short = 0x9c22_b4f2_088c_3465_a156_2c4b_9d6e_db04_u128.to_be_bytes();
        assert_eq!(respond("secret7!", challenge), long);
        assert_eq!(respond("secret7! and what follows", challenge), long);
        assert_eq!(respond("abc", challenge), short);
    }
}
