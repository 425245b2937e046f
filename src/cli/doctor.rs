//! `doctor`: what this host can do, with the fix for what it cannot.

use super::load;
use crate::cache::Cache;
use crate::error::exit;
use crate::io::secrets::Secrets;
use crate::machine::finding::{Finding, State};
use crate::machine::{qemu, virtualbox};
use crate::ui::{Reporter, Style};

pub(super) fn run(machine_readable: bool) -> u8 {
    let mut ui = Reporter::stdout(load::settings(machine_readable), Secrets::default());
    let mut findings = super::block_on(qemu::doctor::examine(&Cache::locate()));
    findings.extend(super::block_on(virtualbox::doctor::examine()));
    for finding in &findings {
        let (style, text) = line(finding);
        ui.text("", style, &text);
        let state = format!("{:?}", finding.state).to_lowercase();
        ui.data("", "finding", &[&finding.name, &state, &finding.detail, finding.fix.as_deref().unwrap_or_default()]);
    }
    if findings.iter().any(|finding| finding.is_required() && finding.state != State::Ok) {
        exit::FAILURE
    } else {
        exit::SUCCESS
    }
}

fn line(finding: &Finding) -> (Style, String) {
    let (style, mark) = match finding.state {
        State::Ok => (Style::Say, "ok     "),
        State::Missing => (Style::Error, "missing"),
        State::Broken => (Style::Error, "broken "),
    };
    let fix = finding.fix.as_ref().map_or_else(String::new, |fix| format!("\n          fix: {fix}"));
    (style, format!("{mark}  {}: {}{fix}", finding.name, finding.detail))
}
