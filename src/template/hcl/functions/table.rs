//! How a function describes itself, so that the number of arguments, nulls and conversions are looked
//! at in one place.

use crate::template::hcl::value::Value;

use super::CallError;
use super::arguments::Arguments;

/// A function of HCL expressions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// Takes all arguments behind the others.
    pub(super) rest: Option<Rest>,
    pub(super) needs: Needs,
    run: Run,
}

#[derive(Clone, Copy, Debug)]
enum Run {
    /// Has a value for all arguments of the right kinds.
    Always(fn(&Arguments<'_>) -> Value),
    May(fn(&Arguments<'_>) -> Result<Value, CallError>),
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) takes_null: bool,
}

/// The parameter of the further arguments.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rest {
    pub(super) parameter: Parameter,
    pub(super) at_least: usize,
    pub(super) at_most: usize,
}

/// What an argument is converted to.
#[derive(Clone, Copy, Debug)]
pub(super) enum Kind {
    Any,
    Text,
    Number,
    Flag,
    /// A list, a tuple or a set. Elements that are null or not known stay as they are.
    List(&'static Kind),
    /// A list or a tuple, of anything. A set has no order that could be asked for.
    Sequence,
    Map,
}

/// What has to be known about the arguments. Where it is not, the result is not known either.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Every part of every argument.
    Everything,
    /// Every argument, but not each element of a list or a map.
    Shape,
    /// The function decides.
    Nothing,
}

impl Function {
    pub(super) const fn new(
        name: &'static str,
        parameters: &'static [Parameter],
        run: fn(&Arguments<'_>) -> Result<Value, CallError>,
    ) -> Self {
        Self { name, parameters, rest: None, needs: Needs::Everything, run: Run::May(run) }
    }

    /// One that does not fail.
    pub(super) const fn always(
        name: &'static str,
        parameters: &'static [Parameter],
        run: fn(&Arguments<'_>) -> Value,
    ) -> Self {
        Self { name, parameters, rest: None, needs: Needs::Everything, run: Run::Always(run) }
    }

    /// Further arguments, any number of them.
    pub(super) const fn and_any(self, parameter: Parameter) -> Self {
        self.and(parameter, 0, usize::MAX)
    }

    /// Further arguments, at least one.
    pub(super) const fn and_some(self, parameter: Parameter) -> Self {
        self.and(parameter, 1, usize::MAX)
    }

    /// One argument more, or not.
    pub(super) const fn and_maybe(self, parameter: Parameter) -> Self {
        self.and(parameter, 0, 1)
    }

    pub(super) const fn and(self, parameter: Parameter, at_least: usize, at_most: usize) -> Self {
        Self { rest: Some(Rest { parameter, at_least, at_most }), ..self }
    }

    pub(super) const fn needs(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    pub(super) fn run(&self, arguments: &Arguments<'_>) -> Result<Value, CallError> {
        match self.run {
            Run::Always(run) => Ok(run(arguments)),
            Run::May(run) => run(arguments),
        }
    }

    /// The parameter that takes the argument at `index`.
    pub(super) fn parameter(&self, index: usize) -> Option<&Parameter> {
        self.parameters.get(index).or(self.rest.as_ref().map(|rest| &rest.parameter))
    }
}

impl Parameter {
    pub(super) const fn or_null(self) -> Self {
        Self { takes_null: true, ..self }
    }
}

const fn parameter(name: &'static str, kind: Kind) -> Parameter {
    Parameter { name, kind, takes_null: false }
}

pub(super) const fn any(name: &'static str) -> Parameter {
    parameter(name, Kind::Any)
}

pub(super) const fn text(name: &'static str) -> Parameter {
    parameter(name, Kind::Text)
}

pub(super) const fn number(name: &'static str) -> Parameter {
    parameter(name, Kind::Number)
}

pub(super) const fn list(name: &'static str) -> Parameter {
    parameter(name, Kind::List(&Kind::Any))
}

pub(super) const fn sequence(name: &'static str) -> Parameter {
    parameter(name, Kind::Sequence)
}

pub(super) const fn texts(name: &'static str) -> Parameter {
    parameter(name, Kind::List(&Kind::Text))
}

pub(super) const fn numbers(name: &'static str) -> Parameter {
    parameter(name, Kind::List(&Kind::Number))
}

pub(super) const fn flags(name: &'static str) -> Parameter {
    parameter(name, Kind::List(&Kind::Flag))
}

pub(super) const fn map(name: &'static str) -> Parameter {
    parameter(name, Kind::Map)
}
