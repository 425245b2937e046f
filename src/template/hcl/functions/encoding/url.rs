//! Texts inside of URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::template::hcl::functions::arguments::Arguments;
use crate::template::hcl::functions::table::{Function, text};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] =
    &[Function::always("urlencode", &[text("str")], url_encode)];

/// All but letters, digits and these; a space becomes a plus sign.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b' ');

fn url_encode(arguments: &Arguments<'_>) -> Value {
    Value::string(utf8_percent_encode(arguments.text(0), QUERY).to_string().replace(' ', "+"))
}
