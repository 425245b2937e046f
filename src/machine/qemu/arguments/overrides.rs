//! Packer's rule for `qemuargs`: a switch that the template names replaces every default of exactly that
//! spelling, whatever the defaults were for.

use super::{Argument, CommandLine, Origin};

/// Lays the template's rows over the defaults. Rows take the place of what they replace.
pub(super) fn apply(line: &mut CommandLine, rows: Vec<Argument>) {
    let defaults = std::mem::take(&mut line.arguments);
    let mut rest = rows;
    for default in defaults {
        if !rest.iter().chain(&line.arguments).any(|row| row.origin == Origin::Template && row.switch == default.switch)
        {
            line.arguments.push(default);
            continue;
        }
        line.changes.push(format!("`{}` in qemuargs removes the default `{default}`", default.switch));
        let (same, other) = rest.into_iter().partition(|row| row.switch == default.switch);
        line.arguments.extend::<Vec<_>>(same);
        rest = other;
    }
    line.arguments.extend(rest);
}

/// When the template's devices have no network card of the wanted kind, the default one is added.
pub(super) fn rescue_network_card(line: &mut CommandLine, net_device: &str) {
    let devices = || line.arguments.iter().filter(|argument| argument.switch == "-device");
    if devices().any(|device| device.text().contains(net_device)) {
        return;
    }
    let card = Argument::new("-device", format!("{net_device},netdev=user.0"));
    if !line.values("netdev").any(|value| value.split(',').any(|part| part == "id=user.0")) {
        line.warnings.push(format!("`{card}` is left out: the template's `-netdev` rows have no `id=user.0`"));
        return;
    }
    line.changes.push(format!("`{card}` is added: the template's `-device` rows name no `{net_device}`"));
    let after = line.arguments.iter().rposition(|argument| argument.switch == "-device").map_or(0, |at| at + 1);
    line.arguments.insert(after, card);
}
