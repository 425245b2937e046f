//! Type constraints are written like expressions: `list(string)`, `object({ a = optional(number, 1) })`.

use std::collections::BTreeMap;

use crate::diag::Diagnostic;
use crate::template::hcl::syntax::parse_expression_at;
use crate::template::hcl::syntax::tree::{Call, Expression, ExpressionKind, Item, Key};
use crate::template::hcl::value::{Attribute, Type, Value};

use super::{Evaluated, evaluate_constant};

const NAMES: [&str; 9] = ["string", "number", "bool", "any", "list", "set", "map", "object", "tuple"];

impl Type {
    /// The type an expression names. The old form in quotes, `"string"`, is read as well.
    pub(in crate::template) fn parse(expression: &Expression) -> Result<Self, Diagnostic> {
        match &expression.kind {
            ExpressionKind::Variable(name) => by_name(name, expression),
            ExpressionKind::Call(call) => constructed(call, expression),
            ExpressionKind::Parentheses(inner) => Self::parse(inner),
            ExpressionKind::Literal(Value::String(text)) => {
                let inner = parse_expression_at(text, &expression.span)?;
                if inner.as_plain_string().is_some() { Err(not_a_type(expression)) } else { Self::parse(&inner) }
            }
            _ => Err(not_a_type(expression)),
        }
    }
}

fn not_a_type(expression: &Expression) -> Diagnostic {
    Diagnostic::error("a type is needed here")
        .at(&expression.span)
        .help("types are string, number, bool, any, list(..), set(..), map(..), object({..}) and tuple([..])")
}

/// A collection without the type of its elements has any.
fn by_name(name: &str, expression: &Expression) -> Evaluated<Type> {
    match name {
        "string" => Ok(Type::String),
        "number" => Ok(Type::Number),
        "bool" => Ok(Type::Bool),
        "any" => Ok(Type::Any),
        "list" => Ok(Type::List(Box::new(Type::Any))),
        "set" => Ok(Type::Set(Box::new(Type::Any))),
        "map" => Ok(Type::Map(Box::new(Type::Any))),
        _ => Err(unknown_type(name, expression)),
    }
}

fn unknown_type(name: &str, expression: &Expression) -> Diagnostic {
    let diagnostic = Diagnostic::error(format!("there is no type `{name}`")).at(&expression.span).suggest(name, NAMES);
    if diagnostic.help.is_some() { diagnostic } else { Diagnostic { help: not_a_type(expression).help, ..diagnostic } }
}

fn constructed(call: &Call, expression: &Expression) -> Evaluated<Type> {
    let [argument] = &*call.arguments else { return Err(one_argument(call, expression)) };
    match (&*call.name.value, &argument.kind) {
        ("list", _) => Type::parse(argument).map(|kind| Type::List(Box::new(kind))),
        ("set", _) => Type::parse(argument).map(|kind| Type::Set(Box::new(kind))),
        ("map", _) => Type::parse(argument).map(|kind| Type::Map(Box::new(kind))),
        ("object", ExpressionKind::Object(items)) => object(items),
        ("tuple", ExpressionKind::List(items)) => {
            items.iter().map(Type::parse).collect::<Result<_, _>>().map(Type::Tuple)
        }
        ("object", _) => Err(Diagnostic::error("object needs attributes in braces").at(&argument.span)),
        ("tuple", _) => Err(Diagnostic::error("tuple needs types in brackets").at(&argument.span)),
        ("optional", _) => Err(Diagnostic::error("only an attribute of an object is optional").at(&expression.span)),
        (name, _) => Err(unknown_type(name, expression)),
    }
}

fn one_argument(call: &Call, expression: &Expression) -> Diagnostic {
    let name = &*call.name.value;
    if NAMES.contains(&name) {
        Diagnostic::error(format!("`{name}` needs one type in its parentheses")).at(&expression.span)
    } else {
        unknown_type(name, expression)
    }
}

fn object(items: &[Item]) -> Evaluated<Type> {
    let mut attributes = BTreeMap::new();
    for item in items {
        attributes.insert(attribute_name(&item.key)?, attribute(&item.value)?);
    }
    Ok(Type::Object(attributes))
}

fn attribute_name(key: &Key) -> Evaluated<String> {
    match key {
        Key::Name(name) => Ok(name.value.clone()),
        Key::Computed(key) => match key.as_plain_string() {
            Some(name) => Ok(name.to_owned()),
            None => Err(Diagnostic::error("the name of an attribute is needed here").at(&key.span)),
        },
    }
}

/// A type, `optional(type)` or `optional(type, value)`.
fn attribute(value: &Expression) -> Evaluated<Attribute> {
    let ExpressionKind::Call(Call { name, arguments, .. }) = &value.kind else {
        return Type::parse(value).map(|kind| Attribute { kind, optional: None });
    };
    match (&*name.value, &**arguments) {
        ("optional", [kind]) => Ok(Attribute { kind: Type::parse(kind)?, optional: Some(Value::Null) }),
        ("optional", [kind, default]) => {
            let kind = Type::parse(kind)?;
            let value = kind
                .convert(&evaluate_constant(default)?)
                .map_err(|reason| Diagnostic::error(format!("the default does not fit: {reason}")).at(&default.span))?;
            Ok(Attribute { kind, optional: Some(value) })
        }
        ("optional", _) => Err(Diagnostic::error("`optional` needs a type and may have a default").at(&value.span)),
        _ => Type::parse(value).map(|kind| Attribute { kind, optional: None }),
    }
}
