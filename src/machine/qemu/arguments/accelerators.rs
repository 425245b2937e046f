//! What the arguments say about accelerators, and how the chosen one gets its way.

use super::{Accelerator, Argument, CommandLine, Origin, is_machine};

/// Accelerators under which `-cpu host` exists.
const NATIVE: [&str; 4] = ["kvm", "hvf", "whpx", "nvmm"];

/// In QEMU's order of preference. The last `accel=` counts, since machine options are merged.
pub(super) fn requested(arguments: &[Argument]) -> Vec<String> {
    let list = |text: &str| text.split(':').map(str::to_owned).collect::<Vec<_>>();
    let explicit = |argument: &Argument| argument.name() == "accel";
    let switches: Vec<_> =
        arguments.iter().filter(|argument| explicit(argument)).map(|a| first(a.text()).to_owned()).collect();
    if !switches.is_empty() {
        return switches;
    }
    arguments.iter().filter_map(machine_accelerator).next_back().map(|text| list(&text)).unwrap_or_default()
}

fn first(value: &str) -> &str {
    let name = value.split(',').next().unwrap_or_default();
    name.strip_prefix("accel=").unwrap_or(name)
}

fn machine_accelerator(argument: &Argument) -> Option<String> {
    if argument.name() == "enable-kvm" {
        return Some("kvm".to_owned());
    }
    let parts = is_machine(argument).then(|| argument.text().split(','))?;
    parts.filter_map(|part| part.strip_prefix("accel=")).next_back().map(str::to_owned)
}

/// Makes the arguments agree with each other and, where it is forced, with the chosen accelerator.
pub(super) fn settle(line: &mut CommandLine, chosen: &Accelerator) {
    if chosen.forced {
        force(line, &chosen.name);
    } else if line.has("accel") {
        // QEMU refuses both spellings at once, so the default gives way to the template's row.
        replace_defaults(line, without_accelerator);
    }
    if !requested(&line.arguments).iter().any(|name| NATIVE.contains(&name.as_str())) {
        replace_host_cpu(line);
    }
}

fn replace_defaults(line: &mut CommandLine, edit: impl Fn(&str) -> String) {
    for argument in
        line.arguments.iter_mut().filter(|argument| argument.origin == Origin::Default && is_machine(argument))
    {
        argument.value = Some(edit(argument.text()));
    }
}

fn without_accelerator(value: &str) -> String {
    value.split(',').filter(|part| !part.starts_with("accel=")).collect::<Vec<_>>().join(",")
}

/// Takes every accelerator out and puts the chosen one in, once.
fn force(line: &mut CommandLine, name: &str) {
    let before = requested(&line.arguments);
    line.arguments.retain(|argument| !matches!(argument.name(), "accel" | "enable-kvm"));
    for argument in line.arguments.iter_mut().filter(|argument| is_machine(argument)) {
        argument.value = Some(without_accelerator(argument.text()));
    }
    line.arguments.retain(|argument| !is_machine(argument) || !argument.text().is_empty());
    if before != [name] && !before.is_empty() {
        line.changes.push(format!("the accelerator `{}` of the template is replaced by `{name}`", before.join(":")));
    }
    if name == "none" {
        return;
    }
    match line.arguments.iter_mut().rfind(|argument| is_machine(argument)) {
        Some(machine) => machine.value = Some(format!("{},accel={name}", machine.text())),
        None => line.arguments.push(Argument::new("-machine", format!("accel={name}"))),
    }
}

/// `-cpu host` needs hardware virtualization; `max` is the nearest thing without it.
fn replace_host_cpu(line: &mut CommandLine) {
    let is_host = |argument: &Argument| argument.name() == "cpu" && argument.text().split(',').next() == Some("host");
    for argument in line.arguments.iter_mut().filter(|argument| is_host(argument)) {
        let features = argument.text().strip_prefix("host").unwrap_or_default();
        argument.value = Some(format!("max{features}"));
        line.changes
            .push("`-cpu host` becomes `-cpu max`: the machine runs without hardware virtualization".to_owned());
    }
}
