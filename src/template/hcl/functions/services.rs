//! Functions that would ask a service for a secret. This program asks none: it builds without a network.

use crate::template::hcl::value::Value;

use super::CallError;
use super::arguments::Arguments;
use super::table::{Function, text};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("aws_secretsmanager", &[text("name")], AWS).and_maybe(text("key")),
    Function::new("aws_secretsmanager_raw", &[text("name")], AWS),
    Function::new("consul_key", &[text("key")], |_| Err(unsupported("Consul"))),
    Function::new("vault", &[text("path"), text("key")], |_| Err(unsupported("Vault"))),
];

const AWS: fn(&Arguments<'_>) -> Result<Value, CallError> = |_| Err(unsupported("AWS Secrets Manager"));

fn unsupported(service: &str) -> CallError {
    CallError::new(format!(
        "this program does not ask {service} for secrets; give the value with -var or -var-file, or read it from \
         the environment with `env` in a variable's default"
    ))
}
