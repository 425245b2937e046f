//! Connect: wait until the guest lets us in, or find at once that the machine is gone.

use super::{Booted, Connected, Guest, upload};
use crate::comm::connector::Connector;
use crate::comm::ssh::keypair::KeyPair;
use crate::machine::Machine;
use crate::plan::communicator::{CommunicatorPlan, SshPlan, WinRmPlan};
use crate::plan::fields;
use crate::run::build::Build;
use crate::run::error::Cause;
use crate::template::interpolate::Fields;

pub(in crate::run) async fn connect<D, C: Connector, M: Machine>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    _booted: Booted,
) -> Result<Connected<C::Session>, Cause> {
    let mut build_data = common_data(build, &guest.fields);
    let ssh = match &build.plan.communicator {
        CommunicatorPlan::Ssh(ssh) => ssh,
        CommunicatorPlan::WinRm(winrm) => return connect_by_winrm(build, guest, winrm, build_data).await,
        CommunicatorPlan::None => {
            build_data.insert("ConnType".into(), "none".into());
            return Ok(Connected { session: None, build_data });
        }
    };
    let (host, port) = guest.machine.guest_address(ssh.port).await?;
    let address = (ssh.host.clone().unwrap_or(host), port);
    add_ssh_data(&mut build_data, ssh, &address, guest.key.as_ref());
    let connecting = build.run.connector.connect(ssh, address, guest.key.as_ref(), build.context);
    let session = tokio::select! {
        session = connecting => session?,
        stopped = guest.machine.wait_stopped() => {
            stopped?;
            return Err(Cause::MachineStopped { during: "while the build waited for SSH" });
        }
    };
    upload::guest_files(&guest.machine, &session).await?;
    Ok(Connected { session: Some(session), build_data })
}

async fn connect_by_winrm<D, C: Connector, M: Machine>(
    build: &Build<'_, D, C>,
    guest: &mut Guest<M>,
    winrm: &WinRmPlan,
    mut build_data: Fields,
) -> Result<Connected<C::Session>, Cause> {
    let (host, port) = guest.machine.guest_address(winrm.port).await?;
    let address = (winrm.host.clone().unwrap_or(host), port);
    add_winrm_data(&mut build_data, winrm, &address);
    let connecting = build.run.connector.connect_winrm(winrm, address, build.context);
    let session = tokio::select! {
        session = connecting => session?,
        stopped = guest.machine.wait_stopped() => {
            stopped?;
            return Err(Cause::MachineStopped { during: "while the build waited for WinRM" });
        }
    };
    upload::guest_files(&guest.machine, &session).await?;
    Ok(Connected { session: Some(session), build_data })
}

/// Without a machine the template names the host.
pub(in crate::run) async fn connect_to_host<D, C: Connector>(
    build: &Build<'_, D, C>,
) -> Result<Connected<C::Session>, Cause> {
    let mut build_data = data_without_machine(build);
    let ssh = match &build.plan.communicator {
        CommunicatorPlan::Ssh(ssh) => ssh,
        CommunicatorPlan::WinRm(winrm) => {
            let address = (winrm.host.clone().unwrap_or_default(), winrm.port);
            add_winrm_data(&mut build_data, winrm, &address);
            let session = build.run.connector.connect_winrm(winrm, address, build.context).await?;
            return Ok(Connected { session: Some(session), build_data });
        }
        CommunicatorPlan::None => {
            build_data.insert("ConnType".into(), "none".into());
            return Ok(Connected { session: None, build_data });
        }
    };
    let address = (ssh.host.clone().unwrap_or_default(), ssh.port);
    build_data.insert("SSHPublicKey".into(), String::new());
    add_ssh_data(&mut build_data, ssh, &address, None);
    let session = build.run.connector.connect(ssh, address, None, build.context).await?;
    Ok(Connected { session: Some(session), build_data })
}

/// The values of `{{ build }}` that do not depend on the communicator.
fn common_data<D, C>(build: &Build<'_, D, C>, known: &Fields) -> Fields {
    let field = |name: &str| known.get(name).cloned().unwrap_or_default();
    let (ip, port) = (field("HTTPIP"), field("HTTPPort"));
    Fields::from([
        ("ID".into(), format!("ERR_ID{}", fields::NOT_IMPLEMENTED)),
        ("PackerRunUUID".into(), build.run.options.run_uuid.clone()),
        ("PackerHTTPAddr".into(), format!("{ip}:{port}")),
        ("PackerHTTPIP".into(), ip),
        ("PackerHTTPPort".into(), port),
        ("SSHPublicKey".into(), field("SSHPublicKey")),
    ])
}

/// The values of the `null` builder: templates see that there is no HTTP server.
fn data_without_machine<D, C>(build: &Build<'_, D, C>) -> Fields {
    let none = |what: &str| format!("ERR_{what}{}", fields::NOT_IMPLEMENTED);
    Fields::from([
        ("ID".into(), "Null".into()),
        ("PackerRunUUID".into(), build.run.options.run_uuid.clone()),
        ("PackerHTTPAddr".into(), none("HTTP_ADDR")),
        ("PackerHTTPIP".into(), none("HTTP_IP")),
        ("PackerHTTPPort".into(), none("HTTP_PORT")),
    ])
}

fn add_winrm_data(data: &mut Fields, winrm: &WinRmPlan, (host, port): &(String, u16)) {
    let password = winrm.password.as_ref().map_or("", |password| password.reveal()).to_owned();
    data.extend([
        ("ConnType".to_owned(), "winrm".to_owned()),
        ("Host".to_owned(), host.clone()),
        ("Port".to_owned(), port.to_string()),
        ("User".to_owned(), winrm.username.clone()),
        ("Password".to_owned(), password.clone()),
        ("WinRMPassword".to_owned(), password),
    ]);
}

fn add_ssh_data(data: &mut Fields, ssh: &SshPlan, (host, port): &(String, u16), key: Option<&KeyPair>) {
    let secret = |secret: Option<&crate::io::secrets::Secret>| secret.map_or("", |secret| secret.reveal()).to_owned();
    let key_file = ssh.private_key_file.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    data.extend([
        ("ConnType".to_owned(), "ssh".to_owned()),
        ("Host".to_owned(), host.clone()),
        ("Port".to_owned(), port.to_string()),
        ("User".to_owned(), ssh.username.clone()),
        ("Password".to_owned(), secret(ssh.password.as_ref())),
        ("SSHPrivateKey".to_owned(), secret(key.map(|key| &key.private_pem))),
        ("SSHPrivateKeyFile".to_owned(), key_file),
        ("SSHAgentAuth".to_owned(), ssh.agent_auth.to_string()),
        // Templates for both communicators name it.
        ("WinRMPassword".to_owned(), String::new()),
    ]);
}
