//! Bringing Chef into a guest that does not have it, with the script of its makers. Only this needs the network.

use crate::comm::Communicator;
use crate::plan::fields::CHEF_ON_WINDOWS;
use crate::plan::provisioner::{ChefInstall, ChefPlan, GuestSystem};
use crate::provision::staging::Guest;
use crate::provision::{Error, GuestData};

use super::{filled, sudo};

const HELP: &str = "where the guest has no network, put Chef into it before and set `skip_install`";

/// What a program says of its version is short; more is not kept.
const LONGEST_ANSWER_BYTES: usize = 4096;

/// Chef is in the guest afterwards. A command of the template's own is run in any case: only its author knows what
/// it looks for.
pub(super) async fn ensure<C: Communicator>(
    plan: &ChefPlan,
    guest: Guest<'_, C>,
    data: &GuestData,
) -> Result<(), Error> {
    let Some(install) = &plan.install else { return Ok(()) };
    let program = match plan.system {
        GuestSystem::Unix => plan.program().to_owned(),
        GuestSystem::Windows => format!("{CHEF_ON_WINDOWS}/{}.bat", plan.program()),
    };
    if !install.is_own && is_there(guest, &program, install.version.as_deref()).await? {
        return Ok(());
    }
    let command = command(plan, install, data)?;
    let code = guest.run("the installation of Chef", &command).await?;
    let reason = match code {
        0 if install.is_own || guest.has_program(&program).await? => return Ok(()),
        // What curl could not fetch is an empty script, which ends well.
        0 => "its installation script did not install it".to_owned(),
        code => format!("its installation ended with exit status {code}"),
    };
    Err(Error::NoTool { tool: program, reason, help: HELP })
}

fn command(plan: &ChefPlan, install: &ChefInstall, data: &GuestData) -> Result<String, Error> {
    let version = install.version.as_deref().unwrap_or_default();
    filled(&install.command, "install_command", data, [("Sudo", sudo(plan)), ("Version", version)])
}

async fn is_there<C: Communicator>(guest: Guest<'_, C>, program: &str, version: Option<&str>) -> Result<bool, Error> {
    if !guest.has_program(program).await? {
        return Ok(false);
    }
    let Some(version) = version else { return Ok(true) };
    let mut answer = String::new();
    let command = format!("{}{program} --version", guest.commands.sudo());
    let keep = |_, line: String| {
        if answer.len() + line.len() < LONGEST_ANSWER_BYTES {
            answer.push_str(&line);
            answer.push('\n');
        }
    };
    guest.communicator.run(&command, keep).await?;
    Ok(says_version(&answer, version))
}

/// Whether the answer names the version, or one within it: `16` is satisfied by 16.12.3.
fn says_version(answer: &str, version: &str) -> bool {
    let mut words = answer.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '.');
    words.any(|word| word.strip_prefix(version).is_some_and(|rest| rest.is_empty() || rest.starts_with('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_the_whole_of_a_word_or_its_beginning() {
        for (answer, version, expected) in [
            ("Chef Infra Client: 16.12.3\n", "16.12.3", true),
            ("Chef: 16.12.3", "16", true),
            ("Chef: 16.12.3", "16.1", false),
            ("Chef: 116.1", "16", false),
            ("", "16", false),
        ] {
            assert_eq!(says_version(answer, version), expected, "{answer} {version}");
        }
    }
}
