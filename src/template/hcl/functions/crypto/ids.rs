//! Universally unique identifiers (RFC 9562).

use uuid::Uuid;

use crate::template::hcl::functions::CallError;
use crate::template::hcl::functions::arguments::{Arguments, quoted};
use crate::template::hcl::functions::table::{Function, text};
use crate::template::hcl::value::Value;

pub(in crate::template::hcl::functions) const FUNCTIONS: &[Function] = &[
    Function::always("uuidv4", &[], |_| Value::string(Uuid::new_v4().to_string())),
    Function::new("uuidv5", &[text("namespace"), text("name")], v5),
];

fn v5(arguments: &Arguments<'_>) -> Result<Value, CallError> {
    let name = arguments.text(0);
    let namespace = match name {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        _ => Uuid::parse_str(name).map_err(|_| {
            CallError::of(0, format!("{} is not a namespace: dns, url, oid, x500 or a UUID", quoted(name)))
        })?,
    };
    Ok(Value::string(Uuid::new_v5(&namespace, arguments.text(1).as_bytes()).to_string()))
}
