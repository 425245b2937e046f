//! Rows of `qemuargs`: a switch and the parts of its value.

use super::{Argument, Origin};
use crate::machine::Error;
use crate::template::interpolate::{Fields, Late, RenderError};

/// The parts of a value are joined with nothing between them; an empty value is no value. A row without
/// a switch is nothing.
pub(super) fn render(rows: &[Vec<Late>], fields: &Fields, origin: Origin) -> Result<Vec<Argument>, Error> {
    let rows = rows.iter().map(|row| render_row(row, fields, origin)).collect::<Result<Vec<_>, _>>()?;
    Ok(rows.into_iter().filter(|argument| !argument.switch.is_empty()).collect())
}

fn render_row(row: &[Late], fields: &Fields, origin: Origin) -> Result<Argument, Error> {
    let mut words = row.iter().map(|word| word.render(fields));
    let switch = words.next().transpose().map_err(|error| plan_error(&error))?.unwrap_or_default();
    let value = words.collect::<Result<String, _>>().map_err(|error| plan_error(&error))?;
    Ok(Argument { switch, value: (!value.is_empty()).then_some(value), origin })
}

fn plan_error(error: &RenderError) -> Error {
    Error::Plan { message: format!("cannot fill in `qemuargs`: {error}") }
}
