//! No argument may crash a function.

use proptest::prelude::*;

use crate::template::hcl::value::{Number, Value};

use super::cases::context;
use super::{Needs, call, functions};

/// These take their time, or walk over the disk.
const LEFT_OUT: [&str; 2] = ["bcrypt", "fileset"];

const TEXTS: [&str; 46] = [
    "",
    "a",
    "é",
    "q\u{303}",
    "\u{301}",
    "日本",
    "a\nb",
    " \n",
    "\0",
    "true",
    "1",
    "-1",
    "1e3",
    "1e999",
    "%",
    "%5.3d",
    "%[2]s",
    "%v%v",
    "%-08x",
    "[",
    "(",
    "{",
    "(a)|b",
    r"\Q",
    r"\1",
    "[[:",
    "$1",
    "2026-01-02T03:04:05+01:00",
    "1h1.5m",
    "YYYY'",
    "'a''",
    "10.0.0.7/24",
    "::/0",
    "fd00::/64",
    "{\"a\": [1]}",
    "[1, 2",
    "a: &x [*x]",
    "- yes\n- 1_0",
    "a,b\n1,2",
    "aGk=",
    "utf-16",
    "~/x",
    "../..",
    "dns",
    "\u{feff}",
    "=",
];

const NUMBERS: [&str; 14] = [
    "0",
    "1",
    "2",
    "-1",
    "3",
    "0.5",
    "-2.5",
    "10",
    "62",
    "128",
    "9223372036854775807",
    "-9223372036854775808",
    "1e40",
    "1e-40",
];

fn value() -> impl Strategy<Value = Value> {
    let number = |text: &str| Value::Number(text.parse::<Number>().expect("a number"));
    let leaf = prop_oneof![
        4 => prop::sample::select(&TEXTS[..]).prop_map(Value::string),
        4 => prop::sample::select(&NUMBERS[..]).prop_map(number),
        1 => any::<String>().prop_map(Value::string),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => Just(Value::Null),
        1 => Just(Value::Unknown),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let name = prop::sample::select(&TEXTS[..]).prop_map(str::to_owned);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::list),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::set),
            prop::collection::btree_map(name, inner, 0..4).prop_map(Value::map),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_call_ends_in_a_value_or_an_error(arguments in prop::collection::vec(value(), 0..4)) {
        for function in functions().filter(|function| !LEFT_OUT.contains(&function.name)) {
            let result = call(function.name, &arguments, &context());
            if function.needs == Needs::Everything && !arguments.iter().all(Value::is_wholly_known) {
                prop_assert!(matches!(result, Ok(Value::Unknown) | Err(_)), "{}", function.name);
            }
        }
    }
}

#[test]
fn shapes_are_known_before_their_parts() {
    let list = Value::list(vec![Value::Unknown, Value::string("b")]);
    let map = Value::map([("k".to_owned(), Value::Unknown), ("l".to_owned(), Value::integer(1))].into());
    let called = |name: &str, arguments: &[Value]| call(name, arguments, &context());
    assert_eq!(called("length", std::slice::from_ref(&list)), Ok(Value::integer(2)));
    assert_eq!(
        called("keys", std::slice::from_ref(&map)),
        Ok(Value::list(vec![Value::string("k"), Value::string("l")]))
    );
    assert!(called("lookup", &[map.clone(), Value::string("l"), Value::Null]).is_err());
    assert_eq!(called("lookup", &[map, Value::string("l"), Value::integer(0)]), Ok(Value::integer(1)));
    assert_eq!(called("element", &[list.clone(), Value::integer(1)]), Ok(Value::string("b")));
    assert_eq!(called("concat", &[list.clone(), Value::list(vec![])]), Ok(list.clone()));
    assert_eq!(called("coalesce", &[Value::Null, Value::string("a"), Value::Unknown]), Ok(Value::string("a")));
    assert_eq!(called("coalesce", &[Value::Unknown, Value::string("a")]), Ok(Value::Unknown));
    assert_eq!(called("contains", &[list.clone(), Value::string("b")]), Ok(Value::Unknown));
    assert_eq!(called("join", &[Value::string(","), list]), Ok(Value::Unknown));
    assert_eq!(called("upper", &[Value::Unknown]), Ok(Value::Unknown));
}
