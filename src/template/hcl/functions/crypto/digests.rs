//! Digests as hexadecimal text, and hashes of passwords.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use super::rsa;
use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::table::{Function, number, text};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("bcrypt", &[text("str")], bcrypt).and_maybe(number("cost")),
    Function::always("md5", &[text("str")], |a| hexadecimal(&Md5::digest(a.text(0)))),
    Function::new("rsadecrypt", &[text("ciphertext"), text("privatekey")], rsa::decrypt),
    Function::always("sha1", &[text("str")], |a| hexadecimal(&Sha1::digest(a.text(0)))),
    Function::always("sha256", &[text("str")], |a| hexadecimal(&Sha256::digest(a.text(0)))),
    Function::always("sha512", &[text("str")], |a| hexadecimal(&Sha512::digest(a.text(0)))),
];

fn hexadecimal(bytes: &[u8]) -> Value {
    let digits: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Value::string(digits.concat())
}

/// With the mark of Go's library, `$2a$`. The cost is the binary logarithm of the number of rounds.
fn bcrypt(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    // What takes some ten seconds; each step more doubles it.
    const COST_LIMIT: i64 = 16;
    let cost = if arguments.len() > 1 { arguments.integer(1)? } else { 10 };
    let cost = match cost {
        ..4 => 10,
        cost if cost > COST_LIMIT => return Err(CallError::of(1, format!("the cost must not be above {COST_LIMIT}"))),
        cost => u32::try_from(cost).unwrap_or(10),
    };
    let hash = bcrypt::non_truncating_hash_with_result(arguments.text(0), cost);
    let hash = hash.map_err(|_| CallError::of(0, "a password has at most 71 bytes, and no zero byte"))?;
    Ok(Value::string(hash.format_for_version(bcrypt::Version::TwoA)))
}
