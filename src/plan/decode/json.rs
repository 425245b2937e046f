//! Reading an option that is a map of anything, as JSON.

use serde_json::{Map, Number, Value as Json};

use crate::template::value::{Kind, Object, Value};

use super::Decoder;
use super::table::Reader;
use super::typing::Mismatch;

impl Decoder<'_> {
    /// A map, with every text in it rendered; a block of HCL2 that is written once is one too.
    pub(in crate::plan) fn json_map(&mut self, key: &'static str) -> Option<Map<String, Json>> {
        self.read(key, Reader::Any, "a map", |_, value| match &value.kind {
            Kind::Map(map) => Ok(object(map)),
            Kind::List(list) => match list.as_slice() {
                [Value { kind: Kind::Map(map), .. }] => Ok(object(map)),
                _ => Err(Mismatch::Kind),
            },
            Kind::Unknown => Ok(Map::new()),
            _ => Err(Mismatch::Kind),
        })
    }
}

fn object(map: &Object) -> Map<String, Json> {
    map.entries.iter().map(|(name, value)| (name.value.clone(), json(value))).collect()
}

fn json(value: &Value) -> Json {
    match &value.kind {
        Kind::Null | Kind::Unknown | Kind::Deferred(_) => Json::Null,
        Kind::Bool(flag) => Json::Bool(*flag),
        Kind::Number(text) => number(text),
        Kind::String(text) => Json::String(text.clone()),
        Kind::List(list) => Json::Array(list.iter().map(json).collect()),
        Kind::Map(map) => Json::Object(object(map)),
    }
}

/// What JSON has no number for stays a text.
fn number(text: &str) -> Json {
    text.parse::<Number>().map_or_else(|_| Json::String(text.to_owned()), Json::Number)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::plan::catalog::{Role, component};
    use crate::plan::decode::{Folders, Reading, Typing};
    use crate::source::SourceFile;
    use crate::template::interpolate::{Facts, Scope};

    fn read(options: &str) -> (Option<Map<String, Json>>, bool) {
        let document = crate::template::json::parse(&SourceFile::new("options", options), "options").unwrap();
        let Kind::Map(object) = document.value.kind else { panic!("{options}") };
        let folder = Path::new("/");
        let facts = Facts {
            started: jiff::Timestamp::UNIX_EPOCH,
            working_folder: folder.to_owned(),
            template_folder: folder.to_owned(),
        };
        let scope = Scope::new(facts, std::collections::BTreeMap::new());
        let folders = Folders { working: folder, template: folder, may_come_later: false };
        let reading = Reading { scope: &scope, folders, typing: Typing::Weak };
        let mut decoder = Decoder::new(reading, component(Role::Provisioner, "chef-solo").unwrap(), object);
        let map = decoder.json_map("json");
        (map, decoder.finish().has_errors())
    }

    #[test]
    fn a_map_keeps_its_types_and_its_texts_are_rendered() {
        let (map, is_wrong) =
            read(r#"{"json": {"a": {"b": [1, 1.5, null, true, "{{upper `x`}}"]}, "big": 12345678901}}"#);
        let expected = serde_json::json!({"a": {"b": [1, 1.5, null, true, "X"]}, "big": 12_345_678_901_i64});
        assert_eq!((Json::Object(map.unwrap()), is_wrong), (expected, false));
    }

    #[test]
    fn anything_else_is_wrong() {
        assert_eq!(read(r#"{"json": "{}"}"#), (None, true));
        assert_eq!(read(r#"{"json": null}"#), (None, false));
    }
}
