//! `rsadecrypt`: PKCS #1 v1.5 (RFC 8017, section 7.2). The library that reads the keys does not decrypt;
//! the power is calculated here. Its time depends on the key, which nobody else sees: the key is the user's own.

use bigdecimal::num_bigint::BigUint;
use russh::keys::ssh_key::private::KeypairData;

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::encoding::base64;
use crate::template::hcl::value::Value;

pub(super) fn decrypt(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let cipher = base64::decode(arguments, 0)?;
    let (modulus, exponent) = key(arguments.text(1))?;
    let failed = || CallError::of(0, "the key does not decrypt this");
    let size = usize::try_from(modulus.bits().div_ceil(8)).map_err(|_| failed())?;
    if cipher.len() != size {
        return Err(failed());
    }
    let plain = BigUint::from_bytes_be(&cipher).modpow(&exponent, &modulus).to_bytes_be();
    let text = unpadded(&plain, size).ok_or_else(failed)?;
    let text = std::str::from_utf8(text).map_err(|_| CallError::of(0, "the decrypted bytes are not UTF-8 text"))?;
    Ok(Value::string(text))
}

/// The modulus and the private exponent.
fn key(text: &str) -> Result<(BigUint, BigUint), CallError> {
    // Longer numbers would take minutes.
    const BITS_LIMIT: u64 = 16384;
    let wrong = || CallError::of(1, "this is not a private RSA key in PEM without a passphrase");
    let key = russh::keys::decode_secret_key(text, None).map_err(|_| wrong())?;
    let KeypairData::Rsa(pair) = key.key_data() else { return Err(wrong()) };
    let [modulus, exponent] = [pair.public().n(), pair.private().d()].map(|number| number.as_positive_bytes());
    let modulus = BigUint::from_bytes_be(modulus.ok_or_else(wrong)?);
    if modulus.bits() > BITS_LIMIT {
        return Err(CallError::of(1, format!("the key has more than {BITS_LIMIT} bits")));
    }
    Ok((modulus, BigUint::from_bytes_be(exponent.ok_or_else(wrong)?)))
}

/// Behind 0, 2, at least eight bytes that are not 0, and a 0. The first 0 is not in the number.
fn unpadded(plain: &[u8], size: usize) -> Option<&[u8]> {
    let padded = plain.strip_prefix(&[2]).filter(|_| plain.len() + 1 == size)?;
    let end = padded.iter().position(|byte| *byte == 0).filter(|end| *end >= 8)?;
    Some(&padded[end + 1..])
}
