//! Evaluates a folded tree with the values of its dot-variables.

use std::ops::Range;
use std::sync::Arc;

use super::ast::{Base, Binding, Branch, BranchKind, Command, Node, Operand, Pipeline, Tree};
use super::growth::Growth;
use super::problem::Problem;
use super::value::Value;
use super::{Fields, functions};

/// `{{template}}` inside of `{{template}}` and so on: past this a text calls itself for ever.
const CALL_LIMIT: usize = 32;
/// A text cannot loop for longer, over all its `range` blocks.
const STEP_LIMIT: usize = 100_000;

/// What a dot-variable without a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Missing {
    NoValue,
    Error,
}

pub(super) fn evaluate(tree: &Tree, fields: &Fields, missing: Missing, growth: &Growth) -> Result<String, Problem> {
    let root = Value::Map(Arc::new(fields.clone()));
    let mut evaluator = Evaluator {
        tree,
        root: root.clone(),
        missing,
        variables: Vec::new(),
        out: String::new(),
        growth,
        calls: 0,
        steps: 0,
    };
    evaluator.nodes(&tree.nodes, &root)?;
    Ok(evaluator.out)
}

/// `.A.B` of a value: of a missing value nothing, of a text an error.
pub(super) fn field_of(value: Value, fields: &[String], range: &Range<usize>) -> Result<Value, Problem> {
    fields.iter().try_fold(value, |value, name| match value {
        Value::None => Ok(Value::None),
        Value::Map(map) => Ok(map.get(name).cloned().map_or(Value::None, Value::String)),
        other => Err(Problem::new(range, format!("{} has no field `.{name}`", other.kind()))),
    })
}

/// How a sequence of nodes ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    Next,
    Break,
    Continue,
}

struct Evaluator<'a> {
    tree: &'a Tree,
    root: Value,
    missing: Missing,
    variables: Vec<(String, Value)>,
    out: String,
    growth: &'a Growth,
    calls: usize,
    steps: usize,
}

impl Evaluator<'_> {
    fn nodes(&mut self, nodes: &[Node], dot: &Value) -> Result<Flow, Problem> {
        for node in nodes {
            let flow = match node {
                Node::Text(text) => self.print(text)?,
                Node::Action(pipeline) => self.action(pipeline, dot)?,
                Node::Branch(branch) => self.branch(branch, dot)?,
                Node::Call { name, argument, range } => self.call(name, argument.as_ref(), range, dot)?,
                Node::Break => Flow::Break,
                Node::Continue => Flow::Continue,
            };
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn print(&mut self, text: &str) -> Result<Flow, Problem> {
        // Text that is printed once was counted where it came from.
        if self.steps > 0 {
            self.growth.add(text.len(), &(0..usize::MAX))?;
        }
        self.out.push_str(text);
        Ok(Flow::Next)
    }

    fn action(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Flow, Problem> {
        let value = self.pipeline(pipeline, dot)?;
        match &pipeline.binding {
            Some(binding) => {
                self.bind(binding, &[value]);
                Ok(Flow::Next)
            }
            None => self.print(&value.to_string()),
        }
    }

    /// Binds the last names to the values: `$element`, or `$index` and `$element`.
    fn bind(&mut self, binding: &Binding, values: &[Value]) {
        let values = &values[values.len().saturating_sub(binding.names.len())..];
        for (name, value) in binding.names.iter().zip(values) {
            if binding.assigns {
                if let Some(slot) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
                    slot.1 = value.clone();
                }
            } else {
                self.variables.push((name.clone(), value.clone()));
            }
        }
    }

    fn branch(&mut self, branch: &Branch, dot: &Value) -> Result<Flow, Problem> {
        let outer = self.variables.len();
        let value = self.pipeline(&branch.condition, dot)?;
        let flow = if branch.kind == BranchKind::Range {
            self.range(branch, &value, dot)
        } else {
            if let Some(binding) = &branch.condition.binding {
                self.bind(binding, std::slice::from_ref(&value));
            }
            match (value.is_true(), branch.kind) {
                (false, _) => self.nodes(&branch.otherwise, dot),
                (true, BranchKind::With) => self.nodes(&branch.then, &value),
                (true, _) => self.nodes(&branch.then, dot),
            }
        };
        self.variables.truncate(outer);
        flow
    }

    fn range(&mut self, branch: &Branch, value: &Value, dot: &Value) -> Result<Flow, Problem> {
        let mut items = items(value, &branch.condition.range)?.peekable();
        if items.peek().is_none() {
            return self.nodes(&branch.otherwise, dot);
        }
        let outer = self.variables.len();
        for (index, element) in items {
            self.step(&branch.condition.range)?;
            if let Some(binding) = &branch.condition.binding {
                self.bind(binding, &[index, element.clone()]);
            }
            let flow = self.nodes(&branch.then, &element)?;
            self.variables.truncate(outer);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(Flow::Next)
    }

    fn step(&mut self, range: &Range<usize>) -> Result<(), Problem> {
        self.steps += 1;
        if self.steps > STEP_LIMIT {
            return Err(Problem::new(range, format!("the text loops more than {STEP_LIMIT} times")));
        }
        Ok(())
    }

    fn call(
        &mut self,
        name: &str,
        argument: Option<&Pipeline>,
        range: &Range<usize>,
        dot: &Value,
    ) -> Result<Flow, Problem> {
        let tree = self.tree;
        let Some(nodes) = tree.definitions.get(name) else {
            return Err(Problem::new(range, format!("no text is defined as `{name}`")));
        };
        if self.calls == CALL_LIMIT {
            return Err(Problem::new(range, format!("`template` calls are nested more than {CALL_LIMIT} deep")));
        }
        self.step(range)?;
        let argument = argument.map_or(Ok(Value::None), |pipeline| self.pipeline(pipeline, dot))?;
        let outer_variables = std::mem::take(&mut self.variables);
        let outer_root = std::mem::replace(&mut self.root, argument.clone());
        self.calls += 1;
        self.nodes(nodes, &argument)?;
        self.calls -= 1;
        (self.root, self.variables) = (outer_root, outer_variables);
        Ok(Flow::Next)
    }

    fn pipeline(&mut self, pipeline: &Pipeline, dot: &Value) -> Result<Value, Problem> {
        let mut piped = None;
        for command in &pipeline.commands {
            piped = Some(self.command(command, piped, dot)?);
        }
        Ok(piped.unwrap_or(Value::None))
    }

    fn command(&mut self, command: &Command, piped: Option<Value>, dot: &Value) -> Result<Value, Problem> {
        let Some((name, operands)) = command.call() else { return self.operand(&command.operands[0], dot) };
        let mut arguments = operands.iter().map(|operand| self.operand(operand, dot)).collect::<Result<Vec<_>, _>>()?;
        arguments.extend(piped);
        let range = &command.operands[0].range;
        let value = functions::call(name, &arguments).map_err(|message| Problem::new(range, message))?;
        self.growth.admit(value, range)
    }

    fn operand(&mut self, operand: &Operand, dot: &Value) -> Result<Value, Problem> {
        let Operand { base, fields, range } = operand;
        let value = match base {
            Base::Literal(value) => value.clone(),
            Base::Dot => dot.clone(),
            Base::Variable(name) if name.is_empty() => self.root.clone(),
            Base::Variable(name) => self.variable(name),
            Base::Function(name) => functions::call(name, &[]).map_err(|message| Problem::new(range, message))?,
            Base::Nested(pipeline) => self.pipeline(pipeline, dot)?,
        };
        let found = self.growth.admit(field_of(value, fields, range)?, range)?;
        match (found, fields.last()) {
            (Value::None, Some(name)) if self.missing == Missing::Error => {
                Err(Problem::new(range, format!("`.{name}` has no value")))
            }
            (found, _) => Ok(found),
        }
    }

    fn variable(&self, name: &str) -> Value {
        self.variables.iter().rev().find(|(known, _)| known == name).map_or(Value::None, |(_, value)| value.clone())
    }
}

/// What `range` goes over: the names and values of a map, or the numbers below an integer. One after the other, since
/// a loop may end at its first.
fn items<'a>(value: &'a Value, range: &Range<usize>) -> Result<Box<dyn Iterator<Item = (Value, Value)> + 'a>, Problem> {
    match value {
        Value::None => Ok(Box::new(std::iter::empty())),
        Value::Map(fields) => {
            let text = |text: &String| Value::String(text.clone());
            Ok(Box::new(fields.iter().map(move |(name, value)| (text(name), text(value)))))
        }
        Value::Int(count) => Ok(Box::new((0..*count).map(|number| (Value::Int(number), Value::Int(number))))),
        other => Err(Problem::new(range, format!("`range` cannot go over {}", other.kind()))),
    }
}
