//! The options of components.

use crate::template::fixers::Role;
use crate::template::value::{Kind, Object, Value};

use super::layout::{self, Block, Body};
use super::text::{Part, Place, expression, parts, quoted};
use super::{Form, Writer};

/// What JSON takes for a flag that is set.
const TRUE: [&str; 6] = ["1", "t", "T", "true", "TRUE", "True"];

impl Writer<'_> {
    /// A text with what it names.
    pub(super) fn text(&self, text: &str) -> String {
        expression(&parts(text, Place::Option, self.names))
    }

    pub(super) fn value(&self, value: &Value) -> String {
        match &value.kind {
            Kind::Null | Kind::Unknown | Kind::Deferred(_) => "null".to_owned(),
            Kind::Bool(flag) => flag.to_string(),
            Kind::Number(digits) => digits.clone(),
            Kind::String(text) => self.text(text),
            Kind::List(items) => layout::list(&items.iter().map(|item| self.value(item)).collect::<Vec<_>>()),
            Kind::Map(object) => self.map(object),
        }
    }

    fn map(&self, object: &Object) -> String {
        let entries = object.entries.iter().map(|(key, value)| (key.value.clone(), self.value(value)));
        layout::map(&entries.collect::<Vec<_>>())
    }

    /// The options of a component but for `except`, which are written in another way. Null is the same as absent.
    pub(super) fn options(&self, role: Role, kind: &str, options: &Object, except: &[&str], body: &mut Body) {
        for (key, value) in &options.entries {
            let key = key.value.to_ascii_lowercase();
            if value.kind != Kind::Null && !except.contains(&key.as_str()) {
                self.option((self.style.form)(role, kind, &key), &key, value, body);
            }
        }
    }

    /// The same as a map.
    pub(super) fn options_map(&self, role: Role, kind: &str, options: &Object) -> String {
        let entry = |key: &str, value| (key.to_owned(), self.typed((self.style.form)(role, kind, key), value));
        let entries = options.entries.iter().map(|(key, value)| entry(&key.value, value));
        layout::map(&entries.collect::<Vec<_>>())
    }

    fn option(&self, form: Form, key: &str, value: &Value, body: &mut Body) {
        match &value.kind {
            Kind::Map(object) if form == Form::Block || has_structure(object) => self.block(key, object, body),
            Kind::List(items) if is_list_of_maps(items) => {
                for object in items.iter().filter_map(|item| super::map(&item.kind)) {
                    self.block(key, object, body);
                }
            }
            _ => body.attribute(key, self.typed(form, value)),
        }
    }

    fn typed(&self, form: Form, value: &Value) -> String {
        match (form, &value.kind) {
            (Form::List, Kind::String(text)) => self.split(text),
            (Form::List, Kind::Number(_) | Kind::Bool(_)) => format!("[{}]", self.value(value)),
            (Form::Flag, Kind::String(text)) => self.flag(text),
            (Form::Integer, Kind::String(text)) => self.integer(text),
            (Form::Integer, Kind::Bool(flag)) => u8::from(*flag).to_string(),
            (Form::Flag, Kind::Number(digits)) => (digits.parse() != Ok(0.0)).to_string(),
            // A number is in nanoseconds.
            (Form::Duration, Kind::Number(digits)) => quoted(&format!("{digits}ns")),
            _ => self.value(value),
        }
    }

    fn block(&self, key: &str, object: &Object, body: &mut Body) {
        let mut block = Block::option(key);
        for (key, value) in object.entries.iter().filter(|(_, value)| value.kind != Kind::Null) {
            self.option(Form::Other, &key.value, value, &mut block.body);
        }
        body.block(block);
    }

    /// In JSON a text is a list with commas between the items, and it is filled in before it is taken apart.
    fn split(&self, text: &str) -> String {
        match parts(text, Place::Option, self.names).as_slice() {
            [] => "[]".to_owned(),
            [Part::Text(text)] if !text.contains("{{") => {
                layout::list(&text.split(',').map(quoted).collect::<Vec<_>>())
            }
            parts => format!("compact(split(\",\", {}))", expression(parts)),
        }
    }

    /// HCL2 takes fewer words for a flag than JSON. A variable that says another one is looked up among all.
    fn flag(&self, text: &str) -> String {
        let is_false = ["", "0", "f", "F", "false", "FALSE", "False"].contains(&text);
        if is_false || TRUE.contains(&text) {
            return (!is_false).to_string();
        }
        let expression = self.text(text);
        match self.names.default_behind(&expression) {
            Some(default) if !["true", "false", "1", "0"].contains(&default) => {
                let words: Vec<_> = TRUE.iter().map(|word| quoted(word)).collect();
                format!("contains({}, {expression})", layout::list(&words))
            }
            _ => expression,
        }
    }

    /// Nothing counts as 0 in JSON.
    fn integer(&self, text: &str) -> String {
        if text.is_empty() {
            return "0".to_owned();
        }
        let expression = self.text(text);
        match self.names.default_behind(&expression) {
            Some("") => format!("{expression} == \"\" ? \"0\" : {expression}"),
            _ => expression,
        }
    }
}

/// Maps with more than texts in them are blocks in nearly every component.
fn has_structure(object: &Object) -> bool {
    object.entries.iter().any(|(_, value)| matches!(value.kind, Kind::Map(_) | Kind::List(_)))
}

fn is_list_of_maps(items: &[Value]) -> bool {
    !items.is_empty() && items.iter().all(|item| matches!(item.kind, Kind::Map(_)))
}
