//! Bringing Salt into a guest that does not have it, with the script of its makers. Only this needs the network.

use crate::comm::Communicator;
use crate::plan::provisioner::GuestSystem;
use crate::provision::Error;
use crate::provision::staging::Guest;

const UNIX_FETCH: &str = "curl -L https://bootstrap.saltstack.com -o /tmp/install_salt.sh || \
    wget -O /tmp/install_salt.sh https://bootstrap.saltstack.com";
const WINDOWS_FETCH: &str = "powershell Invoke-WebRequest \
    -Uri 'https://raw.githubusercontent.com/saltstack/salt-bootstrap/stable/bootstrap-salt.ps1' \
    -OutFile 'C:/Windows/Temp/bootstrap-salt.ps1'";

const HELP: &str = "where the guest has no network, put Salt into it before and set `skip_bootstrap`";

/// Salt is in the guest afterwards; where it was there before, nothing is done.
pub(super) async fn ensure<C: Communicator>(
    guest: Guest<'_, C>,
    system: GuestSystem,
    program: &str,
    arguments: &str,
) -> Result<(), Error> {
    if guest.has_program(program).await? {
        if !arguments.is_empty() {
            guest.events.warn("Salt is in the guest already and is not installed again as `bootstrap_args` says");
        }
        return Ok(());
    }
    let (fetch, install) = match system {
        GuestSystem::Unix => (UNIX_FETCH, format!("{}sh /tmp/install_salt.sh {arguments}", guest.commands.sudo())),
        GuestSystem::Windows => (WINDOWS_FETCH, format!("powershell C:/Windows/Temp/bootstrap-salt.ps1 {arguments}")),
    };
    expect(
        guest.run("fetching Salt's bootstrap script", fetch).await?,
        program,
        "its bootstrap script cannot be fetched",
    )?;
    expect(guest.run("Salt's bootstrap script", install.trim_end()).await?, program, "its bootstrap script failed")?;
    let found = u32::from(!guest.has_program(program).await?);
    expect(found, program, "its bootstrap script did not install it")
}

fn expect(code: u32, program: &str, reason: &str) -> Result<(), Error> {
    match code {
        0 => Ok(()),
        _ => Err(Error::NoTool { tool: program.to_owned(), reason: reason.to_owned(), help: HELP }),
    }
}
