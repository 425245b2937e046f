//! Lists and maps, written out or made by `for`.

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::source::Span;
use crate::template::hcl::syntax::tree::{Bindings, Expression, For, Item, Key};
use crate::template::hcl::value::Value;

use super::{Evaluated, Scope, at, evaluate, operators};

pub(super) fn list(items: &[Expression], span: &Span, scope: &Scope<'_>) -> Evaluated {
    let values = items.iter().map(|item| evaluate(item, scope)).collect::<Result<Vec<_>, _>>()?;
    scope.budget().admit(Value::list(values), span)
}

/// Of equal keys the last one counts.
pub(super) fn object(items: &[Item], span: &Span, scope: &Scope<'_>) -> Evaluated {
    let mut entries = BTreeMap::new();
    let mut is_known = true;
    for item in items {
        let key = match &item.key {
            Key::Name(name) => Some(name.value.clone()),
            Key::Computed(key) => key_text(&evaluate(key, scope)?, &key.span)?,
        };
        let value = evaluate(&item.value, scope)?;
        match key {
            Some(key) => drop(entries.insert(key, value)),
            None => is_known = false,
        }
    }
    if is_known { scope.budget().admit(Value::map(entries), span) } else { Ok(Value::Unknown) }
}

/// Nothing for an unknown key.
fn key_text(key: &Value, span: &Span) -> Evaluated<Option<String>> {
    match key {
        Value::Unknown => Ok(None),
        Value::Null => Err(Diagnostic::error("a key must not be null").at(span)),
        key => at(key.to_text(), span).map(Some),
    }
}

/// `[for ..]` and `{for ..}`
pub(super) fn each(each: &For, span: &Span, scope: &Scope<'_>) -> Evaluated {
    let collection = evaluate(&each.collection, scope)?;
    let Some(elements) = elements(&collection, &each.collection.span)? else { return Ok(Value::Unknown) };
    let mut result = Collected::new(each);
    for (key, value) in elements {
        let inner = bind(&each.bindings, key, value, scope);
        match is_wanted(each, &inner)? {
            Some(true) => result.add(each, &inner)?,
            Some(false) => {}
            None => return Ok(Value::Unknown),
        }
    }
    scope.budget().admit(result.finish(), span)
}

fn is_wanted(each: &For, scope: &Scope<'_>) -> Evaluated<Option<bool>> {
    match &each.condition {
        None => Ok(Some(true)),
        Some(condition) => operators::truth(&evaluate(condition, scope)?, &condition.span),
    }
}

type Elements<'a> = Box<dyn Iterator<Item = (Value, Value)> + 'a>;

/// The keys and values of a collection: indices of a list, elements of a set twice. Nothing if it is unknown.
pub(super) fn elements<'a>(collection: &'a Value, span: &Span) -> Evaluated<Option<Elements<'a>>> {
    Ok(Some(match collection {
        Value::Unknown => return Ok(None),
        Value::List(items) => Box::new((0_i64..).map(Value::integer).zip(items.iter().cloned())),
        Value::Set(items) => Box::new(items.iter().map(|item| (item.clone(), item.clone()))),
        Value::Map(entries) => Box::new(entries.iter().map(|(key, value)| (Value::string(key), value.clone()))),
        other => {
            let message = format!("`for` needs a list, a set or a map, this is {}", other.describe());
            return Err(Diagnostic::error(message).at(span));
        }
    }))
}

/// The scope for one element.
pub(super) fn bind<'a>(bindings: &'a Bindings, key: Value, value: Value, scope: &'a Scope<'_>) -> Scope<'a> {
    let mut inner = scope.inner();
    if let Some(name) = &bindings.key {
        inner.set(&**name, key);
    }
    inner.set(&*bindings.value, value);
    inner
}

/// What a `for` has made so far.
enum Collected {
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
    Groups(BTreeMap<String, Vec<Value>>),
    /// A key is unknown.
    Unknown,
}

impl Collected {
    fn new(each: &For) -> Self {
        match (&each.key, each.groups) {
            (None, _) => Self::List(Vec::new()),
            (Some(_), false) => Self::Map(BTreeMap::new()),
            (Some(_), true) => Self::Groups(BTreeMap::new()),
        }
    }

    fn add(&mut self, each: &For, scope: &Scope<'_>) -> Evaluated<()> {
        let key = match &each.key {
            None => Some(String::new()),
            Some(key) => key_text(&evaluate(key, scope)?, &key.span)?,
        };
        let value = evaluate(&each.value, scope)?;
        scope.budget().charge_value(&value, &each.value.span)?;
        match (&mut *self, key) {
            (Self::List(items), _) => items.push(value),
            (Self::Unknown, _) => {}
            (_, None) => *self = Self::Unknown,
            (Self::Groups(groups), Some(key)) => groups.entry(key).or_default().push(value),
            (Self::Map(entries), Some(key)) => {
                if entries.insert(key, value).is_some() {
                    return Err(repeated_key(each));
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> Value {
        match self {
            Self::List(items) => Value::list(items),
            Self::Map(entries) => Value::map(entries),
            Self::Groups(groups) => {
                Value::map(groups.into_iter().map(|(key, values)| (key, Value::list(values))).collect())
            }
            Self::Unknown => Value::Unknown,
        }
    }
}

fn repeated_key(each: &For) -> Diagnostic {
    let span = each.key.as_ref().map_or(&each.value.span, |key| &key.span);
    Diagnostic::error("two elements have the same key")
        .at(span)
        .help("write ... behind the value to gather the values of equal keys in lists")
}
