//! What this host can do for QEMU builds, and how to mend what it cannot.

use super::accelerator::{self, Prober, Verdict};
use super::firmware::{self, Wanted};
use super::host;
use crate::cache::Cache;
use crate::error::chain;
use crate::machine::finding::Finding;
use crate::process::{Cmd, find_program};

const QEMU: &str = "qemu-system-x86_64";

/// Looks at everything that a QEMU build may need.
pub async fn examine(cache: &Cache) -> Vec<Finding> {
    let mut findings = vec![qemu().await, qemu_img().await];
    if let Ok(version) = host::version(QEMU).await {
        findings.extend(accelerators(version, cache).await);
        findings.push(displays().await);
    }
    findings.extend(["pc", "q35"].map(uefi));
    findings.push(tool("swtpm", "builds with `vtpm`", "install the package swtpm"));
    findings.push(tool("vagrant", "using the boxes", "install Vagrant"));
    findings
}

async fn qemu() -> Finding {
    let Some(path) = find_program(QEMU) else {
        return Finding::missing(QEMU, "not on PATH", "install the package qemu-system-x86 (or qemu-kvm, qemu)");
    };
    match host::version(QEMU).await {
        Ok(version) => Finding::ok(QEMU, format!("{version}, {}", path.display())),
        Err(error) => Finding::broken(QEMU, chain(&error), "install it anew"),
    }
}

async fn qemu_img() -> Finding {
    match Cmd::new("qemu-img").arg("--version").run().await {
        Ok(output) => Finding::ok("qemu-img", output.stdout.lines().next().unwrap_or_default()),
        Err(error) => Finding::missing("qemu-img", chain(&error), "install the package qemu-utils (or qemu-img)"),
    }
}

/// Each is tried now, and builds will go by the result.
async fn accelerators(version: String, cache: &Cache) -> Vec<Finding> {
    let folder = Some(cache.root().to_owned());
    let prober = Prober { binary: QEMU.to_owned(), version, folder, anew: true };
    let mut findings = Vec::new();
    for name in accelerator::candidates().iter().copied().chain(["tcg"]) {
        findings.push(accelerator_finding(name, prober.verdict(name).await));
    }
    findings
}

fn accelerator_finding(name: &str, Verdict { usable, reason }: Verdict) -> Finding {
    let title = format!("accelerator {name}");
    if usable {
        return Finding::ok(&title, reason);
    }
    let fix =
        "without it builds run under `tcg`, several times slower; on a virtual host ask for nested virtualization";
    Finding::broken(&title, reason, fix)
}

async fn displays() -> Finding {
    match host::displays(QEMU).await {
        Ok(names) => Finding::ok("display", format!("{}; VNC in any case", names.join(", "))),
        Err(error) => Finding::broken("display", chain(&error), "set `headless` to true"),
    }
}

fn uefi(machine_type: &str) -> Finding {
    let name = format!("UEFI firmware for {machine_type}");
    let wanted = Wanted { architecture: "x86_64".to_owned(), machine_type: machine_type.to_owned() };
    match firmware::pairs(&wanted).first() {
        Some(pair) => {
            Finding::ok(&name, format!("{} with {}", pair.code.path.display(), pair.variables.path.display()))
        }
        None => Finding::missing(&name, "no pair of code and variables", "install the package ovmf (or edk2-ovmf)"),
    }
}

fn tool(name: &str, purpose: &str, fix: &str) -> Finding {
    match find_program(name) {
        Some(path) => Finding::ok(name, path.display().to_string()),
        None => Finding::missing(name, format!("not on PATH; needed only for {purpose}"), fix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine::finding::State;
    use crate::process::tool_or_skip;

    #[tokio::test]
    async fn emulation_and_qemu_are_found_to_work() {
        if tool_or_skip(QEMU).is_none() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let findings = examine(&Cache::at(folder.path())).await;
        let state = |name: &str| findings.iter().find(|finding| finding.name == name).unwrap().state;
        assert_eq!(state(QEMU), State::Ok);
        assert_eq!(state("accelerator tcg"), State::Ok);
        assert!(findings.iter().all(|finding| (finding.state == State::Ok) == finding.fix.is_none()));
    }
}
