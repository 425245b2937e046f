//! `windows-restart` and `windows-update`

use std::time::Duration;

use crate::diag::Diagnostic;
use crate::plan::decode::Decoder;
use crate::plan::fields;
use crate::plan::provisioner::{ElevationPlan, LateSecret, UpdateFilter, WindowsRestartPlan, WindowsUpdatePlan};
use crate::source::Spanned;
use crate::template::interpolate::{Late, Site};

const RESTART: &str = r#"shutdown /r /f /t 0 /c "packer restart""#;
const RESTART_TIMEOUT: Duration = Duration::from_secs(5 * 60);

/// They exist while Windows has parts to put in place at its next start.
const PENDING: [&str; 3] = ["RebootPending", "PackagesPending", "RebootInProgress"];
const SERVICING: &str = r"HKLM:SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing";

const RECOMMENDED: &str = "BrowseOnly=0 and IsInstalled=0";
const UPDATE_RESTART_TIMEOUT: Duration = Duration::from_secs(4 * 60 * 60);

pub(super) fn windows_restart(decoder: &mut Decoder<'_>) -> WindowsRestartPlan {
    let check_registry = decoder.boolean("check_registry");
    let mut registry_keys = decoder.strings("registry_keys");
    if registry_keys.is_empty() {
        registry_keys = PENDING.map(|key| format!(r"{SERVICING}\{key}")).to_vec();
    }
    WindowsRestartPlan {
        restart_command: decoder.string_or("restart_command", RESTART),
        restart_check_command: decoder.string("restart_check_command"),
        restart_timeout: decoder.positive_duration("restart_timeout").unwrap_or(RESTART_TIMEOUT),
        registry_keys: if check_registry { registry_keys } else { Vec::new() },
    }
}

pub(super) fn windows_update(decoder: &mut Decoder<'_>) -> WindowsUpdatePlan {
    WindowsUpdatePlan {
        search_criteria: decoder.string_or("search_criteria", RECOMMENDED),
        filters: filters(decoder),
        update_limit: decoder.number("update_limit", 1..=i64::from(u32::MAX)).unwrap_or(1000),
        update_max_retries: decoder.number("update_max_retries", 0..=i64::from(u32::MAX)).unwrap_or(5),
        restart_timeout: decoder.positive_duration("restart_timeout").unwrap_or(UPDATE_RESTART_TIMEOUT),
        elevation: account(decoder),
    }
}

/// The account of the system has the rights that updates need, and no password.
fn account(decoder: &mut Decoder<'_>) -> ElevationPlan {
    let site = Site::Map(fields::BUILD);
    let user = decoder.late("username", site);
    let password = decoder.late("password", site).map(LateSecret::new);
    if user.is_none() && password.is_some() {
        decoder.reject("password", "`password` needs `username`");
    }
    ElevationPlan { user: user.unwrap_or_else(|| Late::literal("SYSTEM")), password }
}

/// Everything that the search finds, where nothing is said.
fn filters(decoder: &mut Decoder<'_>) -> Vec<UpdateFilter> {
    let mut filters = Vec::new();
    for text in decoder.spanned_strings("filters") {
        filters.extend(decoder.take(filter(&text)));
    }
    if filters.is_empty() { vec![UpdateFilter::Include("$true".into())] } else { filters }
}

fn filter(text: &Spanned<String>) -> Result<UpdateFilter, Diagnostic> {
    let (action, expression) = text.value.split_once(':').unwrap_or_default();
    let expression = expression.trim();
    match action {
        "include" if !expression.is_empty() => Ok(UpdateFilter::Include(expression.to_owned())),
        "exclude" if !expression.is_empty() => Ok(UpdateFilter::Exclude(expression.to_owned())),
        _ => {
            let error = Diagnostic::error("a filter is written as `include:EXPRESSION` or `exclude:EXPRESSION`");
            Err(error.at(&text.span))
        }
    }
}
