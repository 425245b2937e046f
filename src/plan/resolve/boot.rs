//! The boot command and its timing.

use std::time::Duration;

use crate::diag::Diagnostic;
use crate::keys;
use crate::plan::decode::Decoder;
use crate::plan::decode::duration::Signed;
use crate::plan::{BootPlan, BootStepPlan, ShutdownPlan, fields};
use crate::source::{Span, Spanned};
use crate::template::interpolate::{Late, Site};
use crate::template::value::Kind;

const DEFAULT_WAIT: Duration = Duration::from_secs(10);
const DEFAULT_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(300);

pub(super) fn boot(decoder: &mut Decoder<'_>, key_interval: Option<Duration>) -> BootPlan {
    // Only where keys go through VNC.
    let by_vnc = decoder.has("disable_vnc");
    let disabled = by_vnc && decoder.boolean("disable_vnc");
    let steps = if by_vnc { steps(decoder) } else { Vec::new() };
    let own_interval = if by_vnc { decoder.positive_duration("boot_key_interval") } else { None };
    let command = command(decoder);
    if command.is_some() && !steps.is_empty() {
        decoder.exclusive("boot_command", "boot_steps");
    }
    if disabled && command.is_some() {
        decoder.reject("disable_vnc", "a boot command cannot be typed with `disable_vnc`");
    }
    if disabled && !steps.is_empty() {
        decoder.warn("boot_steps", "`boot_steps` are not typed with `disable_vnc`");
    }
    BootPlan {
        wait: wait(decoder),
        steps: command.into_iter().chain(steps).collect(),
        key_interval: own_interval.or(key_interval),
        keygroup_interval: decoder.positive_duration("boot_keygroup_interval").or(key_interval),
        disabled,
    }
}

/// 0 means the default, less than 0 means not to wait.
fn wait(decoder: &mut Decoder<'_>) -> Option<Duration> {
    match decoder.signed_duration("boot_wait").map(Signed::positive) {
        Some(Some(wait)) if wait.is_zero() => Some(DEFAULT_WAIT),
        Some(wait) => wait,
        None => Some(DEFAULT_WAIT),
    }
}

/// The parts are one text: a template action or a `<key>` may span them.
fn command(decoder: &mut Decoder<'_>) -> Option<BootStepPlan> {
    let parts = decoder.raw_strings("boot_command");
    warn_of_commas(decoder, &parts);
    let text: String = parts.iter().map(|part| part.value.as_str()).collect();
    let command = late(decoder, &text, &parts)?;
    Some(BootStepPlan { description: None, command })
}

fn warn_of_commas(decoder: &mut Decoder<'_>, parts: &[Spanned<String>]) {
    let is_one_string = decoder.value("boot_command").is_some_and(|value| matches!(value.kind, Kind::String(_)));
    if is_one_string && parts.len() > 1 {
        let span = decoder.span("boot_command");
        let warning = Diagnostic::warning("`boot_command` is one string, so its commas are lost").at(&span);
        decoder.push(warning.help("write it as a list: [\"...\"]"));
    }
}

fn steps(decoder: &mut Decoder<'_>) -> Vec<BootStepPlan> {
    let rows = decoder.raw_rows("boot_steps");
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        match row.as_slice() {
            [command] => steps.extend(step(decoder, command, None)),
            [command, description] => steps.extend(step(decoder, command, Some(description))),
            _ => decoder.reject("boot_steps", "a step is a list of a command and an optional description"),
        }
    }
    steps
}

fn step(
    decoder: &mut Decoder<'_>,
    command: &Spanned<String>,
    description: Option<&Spanned<String>>,
) -> Option<BootStepPlan> {
    let description = match description {
        Some(text) => {
            let rendered = decoder.scope().render(&text.value, &text.span);
            Some(decoder.take(rendered)?)
        }
        None => None,
    };
    let command = late(decoder, &command.value, std::slice::from_ref(command))?;
    Some(BootStepPlan { description, command })
}

/// The joined text; a mistake is shown in the part it is in.
fn late(decoder: &mut Decoder<'_>, text: &str, parts: &[Spanned<String>]) -> Option<Late> {
    if text.is_empty() {
        return None;
    }
    let site = Site::Struct(fields::BOOT);
    let scope = decoder.scope();
    let span = if parts.len() == 1 { parts[0].span.clone() } else { decoder.span("boot_command") };
    let joined = scope.late(text, &span, site).map_err(|error| {
        parts.iter().find_map(|part| scope.late(&part.value, &part.span, site).err()).unwrap_or(error)
    });
    let late = decoder.take(joined)?;
    check_keys(decoder, &late, &span);
    Some(late)
}

/// The keys' grammar, with made-up values for what is known only at run time.
fn check_keys(decoder: &mut Decoder<'_>, command: &Late, span: &Span) {
    let fields = fields::BOOT.iter().map(|field| ((*field).to_owned(), String::from("0"))).collect();
    let checked = command.render(&fields).map_err(|error| error.to_string());
    let checked = checked.and_then(|text| match keys::actions(&text).find_map(Result::err) {
        Some(error) => Err(error.to_string()),
        None => Ok(()),
    });
    if let Err(reason) = checked {
        decoder.push(Diagnostic::error(format!("the boot command cannot be typed: {reason}")).at(span));
    }
}

pub(super) fn shutdown(decoder: &mut Decoder<'_>) -> ShutdownPlan {
    ShutdownPlan {
        command: decoder.late("shutdown_command", Site::Map(&[])),
        timeout: decoder.positive_duration("shutdown_timeout").unwrap_or(DEFAULT_SHUTDOWN_TIMEOUT),
        manner: None,
        delay: None,
    }
}
