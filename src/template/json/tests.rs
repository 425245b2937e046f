use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Document, Diagnostic> {
    parse(&SourceFile::new("t.json", text), "template")
}

fn message(text: &str) -> String {
    let diagnostic = read(text).expect_err("the text is wrong");
    diagnostic.help.map_or(diagnostic.message.clone(), |help| format!("{}; {help}", diagnostic.message))
}

/// The value as serde_json has it, to compare with.
fn plain(value: &Value) -> serde_json::Value {
    match &value.kind {
        Kind::Unknown | Kind::Deferred(_) => unreachable!("JSON has none"),
        Kind::Null => serde_json::Value::Null,
        Kind::Bool(value) => (*value).into(),
        Kind::Number(digits) => serde_json::from_str(digits).expect("the digits are a number"),
        Kind::String(text) => text.as_str().into(),
        Kind::List(values) => values.iter().map(plain).collect(),
        Kind::Map(object) => object.entries.iter().map(|(key, value)| (key.value.clone(), plain(value))).collect(),
    }
}

#[test]
fn values_know_their_places() {
    let text = "\u{feff}{\n \"a\": [1.50, \"\\u00e9\\ud83d\\ude00\\n\", true, null],\n \"b\": {}}";
    let document = read(text).expect("the text is well formed");
    let Kind::Map(root) = &document.value.kind else { panic!("not a map: {document:?}") };
    let Some(Value { kind: Kind::List(items), span }) = root.get("a") else { panic!("no list: {root:?}") };
    assert_eq!(format!("{span:?} {:?}", items[2].span), "t.json:2:7 t.json:2:38");
    assert_eq!(items[0].kind, Kind::Number("1.50".to_owned()));
    assert_eq!(items[1].kind, Kind::String("é😀\n".to_owned()));
    assert_eq!(&text[root.get("b").expect("b is there").span.range.clone()], "{}");
}

#[test]
fn syntax_errors_give_line_column_offset_and_a_fix() {
    assert_eq!(
        message("{\n  \"builders\": [\n    {\"type\":\"null\",}\n  ]\n}"),
        "the template is not valid JSON: a comma stands before the end (line 3, column 19, offset 37); \
         remove the comma before `}`"
    );
    assert_eq!(
        message(""),
        "the template is not valid JSON: unexpected end: a value is needed here (line 1, column 1, offset 0)"
    );
    assert!(message("{\"a\": 1 // x\n}").contains("JSON has no comments"));
    assert!(message("{'a': 1}").contains("double quotes"));
    assert!(message("{\"a\": \"x\ny\"}").contains("written \\n"));
    assert!(message("{\"a\": True}").contains("lower case"));
    assert!(message("{\"a\" 1}").contains("a colon is needed behind a key (line 1, column 6"));
    assert!(message("[1 2]").contains("a comma or `]` is needed here"));
    assert!(message("{} x").contains("nothing may follow"));
    assert!(message("[01]").contains("cannot begin with a zero"));
}

#[test]
fn repeated_keys_are_found_at_any_depth() {
    let document = read("{\"a\": 1,\n \"b\": [{\"x\": 1, \"x\": 2}],\n \"a\": 3}").expect("the syntax is right");
    let found: Vec<String> = document
        .repeated_keys
        .iter()
        .map(|finding| {
            let (span, label) = finding.label.as_ref().expect("it has a place");
            format!("{span:?} {} {label}", finding.message)
        })
        .collect();
    assert_eq!(
        found,
        [
            "t.json:2:17 key `x` is repeated the same key is on line 2",
            "t.json:3:2 key `a` is repeated the same key is on line 1"
        ]
    );
    assert_eq!(plain(&document.value), serde_json::json!({"a": 3, "b": [{"x": 2}]}));
}

#[test]
fn half_a_surrogate_pair_is_the_replacement_character() {
    let read_text = |text: &str| plain(&read(text).expect("it is well formed").value);
    assert_eq!(read_text(r#""a\ud83db""#), "a\u{fffd}b");
    assert_eq!(read_text(r#""\ude00\ud83d\u0041""#), "\u{fffd}\u{fffd}A");
    assert_eq!(read_text(r#""\ud83d\ude00""#), "😀");
    assert!(read(r#""\ud83d\u00""#).is_err());
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    assert!(read(&"[".repeat(100_000)).is_err());
    assert!(read(&format!("{}{}", "[".repeat(127), "]".repeat(127))).is_ok());
}

/// Texts that are nearly JSON.
fn nearly_json() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        Just("{".to_owned()),
        Just("}".to_owned()),
        Just("[".to_owned()),
        Just("]".to_owned()),
        Just(",".to_owned()),
        Just(":".to_owned()),
        Just("null".to_owned()),
        Just("true".to_owned()),
        Just("\"a\"".to_owned()),
        Just("\"\\ud83d\\ude00\"".to_owned()),
        Just("\"\\ud83d\"".to_owned()),
        Just(" \n".to_owned()),
        "-?[0-9]{1,3}(\\.[0-9]{0,2})?([eE][+-]?[0-9]?)?",
        "\"[ -~é\\\\]{0,4}\"",
    ];
    prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn agrees_with_serde_json(text in prop_oneof![nearly_json(), ".{0,40}"]) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        let ours = read(&text);
        // Digits stay as written here, so no number is too large; half of a surrogate pair is read as Go reads it.
        let refused = theirs.as_ref().map_or_else(ToString::to_string, |_| String::new());
        prop_assume!(!["out of range", "hex escape", "surrogate"].iter().any(|reason| refused.contains(reason)));
        prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{:?} against {:?}", ours, theirs);
        if let (Ok(ours), Ok(theirs)) = (ours, theirs) {
            prop_assert_eq!(plain(&ours.value), theirs);
        }
    }

    #[test]
    fn reads_what_serde_json_writes(keys in prop::collection::btree_map(".{0,5}", ".{0,9}", 0..5)) {
        let text = serde_json::to_string(&keys).expect("strings can be written");
        prop_assert_eq!(plain(&read(&text).expect("it is well formed").value), serde_json::json!(keys));
    }
}
