//! Base64 and what is written in it: other text encodings, compressed data.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::Encoding;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::table::{Function, text};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::new("base64decode", &[text("str")], base64_decode),
    Function::always("base64encode", &[text("str")], |a| encode(a.text(0).as_bytes())),
    Function::always("base64gzip", &[text("str")], base64_gzip),
    Function::new("textdecodebase64", &[text("source"), text("encoding")], text_decode),
    Function::new("textencodebase64", &[text("string"), text("encoding")], text_encode),
];

pub(in crate::template::hcl::functions) fn encode(bytes: &[u8]) -> Value {
    Value::string(STANDARD.encode(bytes))
}

/// With padding; line ends are skipped.
pub(in crate::template::hcl::functions) fn decode(
    arguments: &Arguments<'_>,
    index: usize,
) -> Result<Vec<u8>, CallError> {
    let text: String = arguments.text(index).chars().filter(|character| !matches!(character, '\r' | '\n')).collect();
    STANDARD.decode(text).map_err(|_| CallError::of(index, "the text is not base64 with its padding"))
}

fn base64_decode(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let bytes = decode(arguments, 0)?;
    let text = String::from_utf8(bytes).map_err(|_| CallError::of(0, "the decoded bytes are not UTF-8 text"))?;
    Ok(Value::string(text))
}

fn base64_gzip(arguments: &Arguments<'_>) -> Value {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    let written = encoder.write_all(arguments.text(0).as_bytes()).and_then(|()| encoder.finish());
    encode(&written.expect("memory takes all bytes"))
}

fn text_encode(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (text, name) = (arguments.text(0), arguments.text(1));
    let units = text.encode_utf16();
    let bytes = match Unicode::named(name) {
        Some(Unicode::Little) => units.flat_map(u16::to_le_bytes).collect(),
        Some(Unicode::Big) => units.flat_map(u16::to_be_bytes).collect(),
        Some(Unicode::Marked) => [0xfeff].into_iter().chain(units).flat_map(u16::to_be_bytes).collect(),
        None => {
            let (bytes, _, has_strangers) = encoding(name)?.encode(text);
            if has_strangers {
                return Err(CallError::of(0, format!("the text has characters that {name} has not")));
            }
            bytes.into_owned()
        }
    };
    Ok(encode(&bytes))
}

fn text_decode(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let (bytes, name) = (decode(arguments, 0)?, arguments.text(1));
    let (text, has_errors) = match Unicode::named(name) {
        Some(Unicode::Little) => encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes),
        Some(Unicode::Big) => encoding_rs::UTF_16BE.decode_without_bom_handling(&bytes),
        Some(Unicode::Marked) => {
            let (text, _, has_errors) = encoding_rs::UTF_16BE.decode(&bytes);
            (text, has_errors)
        }
        None => encoding(name)?.decode_without_bom_handling(&bytes),
    };
    if has_errors {
        return Err(CallError::of(0, format!("the decoded bytes are not text in {name}")));
    }
    Ok(Value::string(text))
}

/// The encodings of two bytes; on the web, which the library follows, nobody writes them.
enum Unicode {
    Little,
    Big,
    /// In the order that a mark at the beginning tells.
    Marked,
}

impl Unicode {
    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "utf-16le" => Some(Self::Little),
            "utf-16be" => Some(Self::Big),
            "utf-16" => Some(Self::Marked),
            _ => None,
        }
    }
}

fn encoding(name: &str) -> Result<&'static Encoding, CallError> {
    let found = Encoding::for_label(name.as_bytes()).filter(|encoding| *encoding != encoding_rs::REPLACEMENT);
    found.ok_or_else(|| CallError::of(1, format!("`{name}` is not the name of a known text encoding")))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;
    use crate::template::hcl::functions::call;
    use crate::template::hcl::functions::cases::context;

    #[test]
    fn what_is_compressed_can_be_read_again() {
        let Ok(Value::String(text)) = call("base64gzip", &[Value::string("hello")], &context()) else {
            panic!("a text");
        };
        let bytes = STANDARD.decode(text.as_bytes()).unwrap();
        let mut back = String::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut back).unwrap();
        assert_eq!(back, "hello");
    }
}
