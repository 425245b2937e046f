//! Which accelerator runs the guest: what the template asks for, and what really works here.
//!
//! That a device can be opened proves nothing, so a small guest has to run (`guest`). Its verdict is
//! kept until the host is started anew or QEMU changes (`verdicts`).

mod guest;
mod verdicts;

use std::path::PathBuf;

use super::arguments::Accelerator;
use crate::machine::Error;
use crate::plan::qemu::QemuPlan;
use verdicts::Verdicts;

pub use guest::architecture;

/// What stands for "whatever works" in a template or a flag.
pub const AUTO: &str = "auto";
/// The environment variable that overrides templates.
pub const VARIABLE: &str = "BOXWRIGHT_ACCELERATOR";

/// Whether an accelerator runs guests here, and how that is known.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Verdict {
    pub usable: bool,
    pub reason: String,
}

impl Verdict {
    fn usable(reason: impl Into<String>) -> Self {
        Self { usable: true, reason: reason.into() }
    }

    fn unusable(reason: impl Into<String>) -> Self {
        Self { usable: false, reason: reason.into() }
    }

    /// A verdict of before: on a busy host it may have been a wrong one.
    fn remembered(mut self) -> Self {
        if !self.usable {
            self.reason.push_str(" (tested before; `boxwright doctor` tests again)");
        }
        self
    }
}

/// What was decided, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub accelerator: Accelerator,
    pub reason: String,
    pub warning: Option<String>,
}

/// Answers whether an accelerator works with one QEMU.
#[derive(Clone, Debug)]
pub struct Prober {
    pub binary: String,
    pub version: String,
    /// Where verdicts are kept; `None`: nowhere.
    pub folder: Option<PathBuf>,
    /// Test again what is known already.
    pub anew: bool,
}

impl Prober {
    /// Whether it works, by a test guest where there is one.
    pub async fn verdict(&self, name: &str) -> Verdict {
        match name {
            "tcg" | "none" => return Verdict::usable("QEMU's own emulation works everywhere, slowly"),
            "hax" => return Verdict::unusable("QEMU 8.2 and later have no `hax`"),
            "kvm" => {
                if let Some(reason) = kvm_obstacle() {
                    return Verdict::unusable(reason);
                }
            }
            _ => {}
        }
        self.tested(name).await
    }

    async fn tested(&self, name: &str) -> Verdict {
        let verdicts = Verdicts::open(self.folder.as_deref(), &self.binary, &self.version);
        if let Some(known) = verdicts.get(name).filter(|_| !self.anew) {
            return known.remembered();
        }
        let verdict = guest::run(&self.binary, name).await;
        verdicts.put(name, &verdict);
        verdict
    }
}

/// What can be said about KVM without running anything. Not kept: a new group changes it at once.
pub fn kvm_obstacle() -> Option<String> {
    match fs_err::OpenOptions::new().read(true).write(true).open("/dev/kvm") {
        Ok(_) => None,
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Some(
            "no permission to use /dev/kvm; add your user to the group `kvm` (`sudo usermod -aG kvm $USER`) and log in \
             again"
                .to_owned(),
        ),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Some(
            "there is no /dev/kvm; enable virtualization in the firmware setup and load the module kvm_intel or \
             kvm_amd"
                .to_owned(),
        ),
        Err(error) => Some(error.to_string()),
    }
}

/// The hardware accelerators of this operating system.
pub fn candidates() -> &'static [&'static str] {
    match std::env::consts::OS {
        "macos" => &["hvf"],
        "windows" => &["whpx"],
        _ => &["kvm"],
    }
}

/// `asked` is what the command line would ask for, best first; empty when it leaves it to QEMU.
pub async fn choose(prober: &Prober, qemu: &QemuPlan, asked: &[String]) -> Result<Choice, Error> {
    let placeholder = |name: &String| name == AUTO || name.starts_with('<');
    match (qemu.accelerator_override.as_deref(), asked) {
        (Some(AUTO), _) => Ok(automatic(prober, true).await),
        (Some(name), _) => forced(prober, name).await,
        (None, []) => Ok(choice("none", false, "the template leaves it to QEMU")),
        (None, [only]) if placeholder(only) => Ok(automatic(prober, false).await),
        (None, [only]) if only == "hax" => Ok(instead_of_hax(prober).await),
        (None, list) => first_usable(prober, list).await,
    }
}

fn choice(name: &str, forced: bool, reason: impl Into<String>) -> Choice {
    let accelerator = Accelerator { name: name.to_owned(), forced };
    Choice { accelerator, reason: reason.into(), warning: None }
}

async fn automatic(prober: &Prober, forced: bool) -> Choice {
    let mut obstacles = Vec::new();
    for name in candidates() {
        let verdict = prober.verdict(name).await;
        if verdict.usable {
            return choice(name, forced, verdict.reason);
        }
        obstacles.push(format!("{name} is not usable: {}", verdict.reason));
    }
    choice("tcg", forced, obstacles.join("; "))
}

async fn forced(prober: &Prober, name: &str) -> Result<Choice, Error> {
    let verdict = prober.verdict(name).await;
    if verdict.usable {
        return Ok(choice(name, true, "you asked for it"));
    }
    Err(Error::Host {
        message: format!("the accelerator `{name}` that you asked for does not work here: {}", verdict.reason),
    })
}

async fn instead_of_hax(prober: &Prober) -> Choice {
    let choice = automatic(prober, true).await;
    let name = &choice.accelerator.name;
    let warning = format!("the template's accelerator `hax` is gone from QEMU since 8.2; `{name}` is used instead");
    Choice { warning: Some(warning), ..choice }
}

async fn first_usable(prober: &Prober, list: &[String]) -> Result<Choice, Error> {
    let mut obstacles = Vec::new();
    for (place, name) in list.iter().enumerate() {
        let verdict = prober.verdict(name).await;
        if verdict.usable {
            let reason = if place == 0 { "the template asks for it".to_owned() } else { obstacles.join("; ") };
            return Ok(choice(name, place > 0, reason));
        }
        obstacles.push(format!("{name} is not usable: {}", verdict.reason));
    }
    Err(Error::Host {
        message: format!(
            "the template asks for the accelerator `{}`, which does not work here ({}); build without it by \
             `-accelerator tcg` or {VARIABLE}=tcg",
            list.join(":"),
            obstacles.join("; ")
        ),
    })
}

#[cfg(test)]
mod tests;
