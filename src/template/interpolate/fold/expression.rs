//! Pipelines, commands and operands: a value where it is known, else what is left of them.

use std::ops::Range;

use crate::template::interpolate::ast::{Base, Command, Operand, Pipeline};
use crate::template::interpolate::problem::Problem;
use crate::template::interpolate::value::Value;
use crate::template::interpolate::{Site, evaluate, functions};

use super::{Dot, Folded, Folder};

/// One command or operand, folded.
enum Part {
    Known(Value),
    Late(Command),
}

impl Folder<'_> {
    pub(super) fn pipeline(&mut self, pipeline: Pipeline) -> Result<Folded, Problem> {
        let mut late = Vec::new();
        let mut piped: Option<Operand> = None;
        for command in pipeline.commands {
            let is_behind_late = !late.is_empty();
            match self.command(command, piped.take(), is_behind_late)? {
                Part::Known(value) => piped = Some(Operand::literal(value, &pipeline.range)),
                Part::Late(command) => late.push(command),
            }
        }
        match piped {
            Some(Operand { base: Base::Literal(value), .. }) => Ok(Folded::Known(value)),
            _ => Ok(Folded::Late(Pipeline { binding: None, commands: late, range: pipeline.range })),
        }
    }

    /// `piped` is the known value of the stage before; with `behind_late` it comes at run time.
    fn command(&mut self, command: Command, piped: Option<Operand>, behind_late: bool) -> Result<Part, Problem> {
        let range = command.operands.first().map_or(0..0, |operand| operand.range.clone());
        let Some((name, _)) = command.call() else {
            let operand = command.operands.into_iter().next().expect("the parser makes no empty command");
            return self.operand(operand);
        };
        let name = name.to_owned();
        let mut operands = Vec::new();
        for operand in command.operands.into_iter().skip(1).chain(piped) {
            operands.push(match self.operand(operand)? {
                Part::Known(value) => Operand::literal(value, &range),
                Part::Late(command) => as_operand(command, &range),
            });
        }
        let known: Option<Vec<Value>> = operands.iter().map(known_value).collect();
        match known.filter(|_| !behind_late) {
            Some(arguments) => self.call(&name, &arguments, &range),
            None if functions::is_scoped(&name) => {
                Err(Problem::new(&range, format!("`{name}` needs a value that is known only at run time")))
            }
            None => {
                let function = Operand { base: Base::Function(name), fields: Vec::new(), range };
                Ok(Part::Late(Command { operands: std::iter::once(function).chain(operands).collect() }))
            }
        }
    }

    fn call(&self, name: &str, arguments: &[Value], range: &Range<usize>) -> Result<Part, Problem> {
        if let Some(problem) = self.scope.refusal(name, range) {
            return Err(problem);
        }
        if name == "build" {
            return self.build_value(arguments, range);
        }
        let value = if functions::is_scoped(name) {
            self.scope.call(name, arguments, range)?
        } else {
            functions::call(name, arguments).map_err(|message| Problem::new(range, message))?
        };
        self.scope.growth.admit(value, range).map(Part::Known)
    }

    fn operand(&mut self, operand: Operand) -> Result<Part, Problem> {
        let range = operand.range.clone();
        match self.operand_part(operand)? {
            Part::Known(value) => self.scope.growth.admit(value, &range).map(Part::Known),
            late @ Part::Late(_) => Ok(late),
        }
    }

    fn operand_part(&mut self, operand: Operand) -> Result<Part, Problem> {
        let Operand { base, fields, range } = operand;
        let base = match base {
            Base::Literal(value) => return Ok(Part::Known(value)),
            Base::Dot => match self.dot.clone() {
                Dot::Root => return self.root(Base::Dot, fields, range),
                Dot::Known(value) => return evaluate::field_of(value, &fields, &range).map(Part::Known),
                Dot::Inner => Base::Dot,
            },
            Base::Variable(name) if name.is_empty() => return self.root(Base::Variable(name), fields, range),
            Base::Variable(name) => match self.bindings.get(&name) {
                Some(value) => return evaluate::field_of(value.clone(), &fields, &range).map(Part::Known),
                None => Base::Variable(name),
            },
            Base::Function(name) => match self.call(&name, &[], &range)? {
                Part::Known(value) => return evaluate::field_of(value, &fields, &range).map(Part::Known),
                Part::Late(command) => return Ok(Part::Late(command)),
            },
            Base::Nested(pipeline) => match self.pipeline(*pipeline)? {
                Folded::Known(value) => return evaluate::field_of(value, &fields, &range).map(Part::Known),
                Folded::Late(pipeline) => Base::Nested(Box::new(pipeline)),
            },
        };
        Ok(late(Operand { base, fields, range }))
    }

    /// A field of the site's data, or all of the data.
    fn root(&self, base: Base, fields: Vec<String>, range: Range<usize>) -> Result<Part, Problem> {
        let (names, strict) = match self.site {
            Site::Struct(names) => (names, true),
            Site::Map(names) => (names, false),
        };
        match fields.first() {
            None if names.is_empty() && !strict => Ok(Part::Known(Value::None)),
            Some(name) if !names.contains(&name.as_str()) => {
                if strict {
                    Err(unknown_field(name, names, &range))
                } else {
                    Ok(Part::Known(Value::None))
                }
            }
            Some(_) if fields.len() > 1 => {
                Err(Problem::new(&range, format!("`.{}` is a text and has no fields", fields[0])))
            }
            _ => Ok(late(Operand { base, fields, range })),
        }
    }

    /// ``{{build `Name`}}``: the same as `.Name`, but for a name that nobody provides.
    fn build_value(&self, arguments: &[Value], range: &Range<usize>) -> Result<Part, Problem> {
        functions::check_arity("build", &(1..=1), arguments.len()).map_err(|message| Problem::new(range, message))?;
        let name =
            functions::string(arguments, 0).map_err(|message| Problem::new(range, format!("`build`: {message}")))?;
        let (Site::Struct(names) | Site::Map(names)) = self.site;
        if names.contains(&name) {
            let base = if matches!(self.dot, Dot::Root) { Base::Dot } else { Base::Variable(String::new()) };
            return Ok(late(Operand { base, fields: vec![name.to_owned()], range: range.clone() }));
        }
        let problem = Problem::new(range, format!("`build` has no value `{name}` here"));
        Err(match names {
            [] => problem.help("what a build finds out is known only at run time; this option is needed before"),
            names => with_known(problem, name, names),
        })
    }
}

fn late(operand: Operand) -> Part {
    Part::Late(Command { operands: vec![operand] })
}

fn known_value(operand: &Operand) -> Option<Value> {
    match &operand.base {
        Base::Literal(value) if operand.fields.is_empty() => Some(value.clone()),
        _ => None,
    }
}

/// A command as an argument of another one.
fn as_operand(mut command: Command, range: &Range<usize>) -> Operand {
    if command.operands.len() == 1 && !matches!(command.operands[0].base, Base::Function(_)) {
        return command.operands.remove(0);
    }
    let pipeline = Pipeline { binding: None, commands: vec![command], range: range.clone() };
    Operand { base: Base::Nested(Box::new(pipeline)), fields: Vec::new(), range: range.clone() }
}

fn unknown_field(name: &str, names: &[&str], range: &Range<usize>) -> Problem {
    with_known(Problem::new(range, format!("there is no `.{name}` here")), name, names)
}

fn with_known(problem: Problem, name: &str, names: &[&str]) -> Problem {
    let problem = problem.suggest(name, names.iter().copied());
    if problem.help.is_some() { problem } else { problem.help(format!("known here: {}", names.join(", "))) }
}
