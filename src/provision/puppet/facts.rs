//! Facts, which Puppet's Facter takes from the environment: `FACTER_name`.

use std::collections::BTreeMap;

use crate::plan::provisioner::{Environment, GuestSystem};
use crate::provision::guest_commands::unix;
use crate::provision::{Error, GuestData, environment};

/// The facts of the template, and beside them what scripts know of the build, under `packer_…`.
pub(super) fn of_build(data: &GuestData, facter: &Environment) -> Result<BTreeMap<String, String>, Error> {
    let mut facts = BTreeMap::new();
    for (name, value) in facter {
        let value = value.render(&data.fields).map_err(Error::render(format!("fact {name}")))?;
        facts.insert(name.clone(), value);
    }
    let of_build = environment::of_build(data);
    let known = ["PACKER_BUILD_NAME", "PACKER_BUILDER_TYPE", "PACKER_HTTP_ADDR"];
    facts.extend(known.iter().filter_map(|&name| Some((name.to_ascii_lowercase(), of_build.get(name)?.clone()))));
    Ok(facts)
}

/// As they stand in front of a command.
pub(super) fn assignments(facts: &BTreeMap<String, String>, system: GuestSystem) -> String {
    let assignment = |(name, value): (&String, &String)| match system {
        GuestSystem::Unix => format!("FACTER_{name}={}", unix(value)),
        GuestSystem::Windows => format!("SET \"FACTER_{name}={value}\""),
    };
    let separator = if system == GuestSystem::Unix { " " } else { " & " };
    facts.iter().map(assignment).collect::<Vec<_>>().join(separator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::testing::data;
    use crate::template::interpolate::Late;

    fn facts(value: &str) -> BTreeMap<String, String> {
        of_build(&data(), &Environment::from([("role".to_owned(), Late::literal(value))])).unwrap()
    }

    #[test]
    fn facts_are_quoted_for_a_unix_shell() {
        let expected = r#"FACTER_packer_build_name='box' FACTER_packer_builder_type='qemu' FACTER_role='it'"'"'s'"#;
        assert_eq!(assignments(&facts("it's"), GuestSystem::Unix), expected);
    }

    #[test]
    fn facts_are_set_for_windows() {
        let expected =
            r#"SET "FACTER_packer_build_name=box" & SET "FACTER_packer_builder_type=qemu" & SET "FACTER_role=a b""#;
        assert_eq!(assignments(&facts("a b"), GuestSystem::Windows), expected);
    }

    #[test]
    fn the_server_of_the_build_is_a_fact_where_there_is_one() {
        let mut data = data();
        data.fields.insert("PackerHTTPAddr".into(), "10.0.2.2:8000".into());
        assert_eq!(of_build(&data, &Environment::new()).unwrap()["packer_http_addr"], "10.0.2.2:8000");
    }
}
