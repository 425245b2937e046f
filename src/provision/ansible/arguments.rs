//! The arguments and settings of `ansible-playbook`, in Packer's order.

use std::path::Path;

use super::files::PrivateFiles;
use super::login::{Login, Protocol};
use super::rendered;
use crate::plan::provisioner::AnsiblePlan;
use crate::provision::{Error, GuestData, environment};

/// Only the key that is named, not those of an agent: a server closes the connection after a few wrong ones.
const ONLY_THIS_KEY: &str = "-o IdentitiesOnly=yes";
/// A guest's host key is new each time. With an old one in the list, OpenSSH would not send a password.
const NO_KNOWN_HOSTS: &str = "-o UserKnownHostsFile=/dev/null";

/// Variables that Ansible itself reads; they win over the template's, as they do with Packer.
pub(super) fn settings(plan: &AnsiblePlan) -> impl Iterator<Item = (&'static str, &'static str)> {
    let host_key = plan.proxy.host_key_file.is_none().then_some(("ANSIBLE_HOST_KEY_CHECKING", "False"));
    let copying = (!plan.use_sftp).then_some(("ANSIBLE_SCP_IF_SSH", "True"));
    host_key.into_iter().chain(copying)
}

pub(super) async fn of(
    plan: &AnsiblePlan,
    data: &GuestData,
    login: &Login,
    inventory: &Path,
    files: &PrivateFiles,
) -> Result<Vec<String>, Error> {
    let extra = rendered(&plan.extra_arguments, "extra_arguments", &data.fields)?;
    // A template that brings its own password wants to log in by it.
    let brings_password = extra.iter().any(|argument| argument.contains("ansible_password="));
    let mut arguments = variables(&build_variables(data));
    arguments.extend(protocol(login, &rendered(&plan.ssh_extra_arguments, "ansible_ssh_extra_args", &data.fields)?));
    arguments.extend(extra);
    match (&login.key, &login.password) {
        _ if brings_password => {}
        (Some(key), _) => arguments.extend(variables(&[format!("ansible_ssh_private_key_file={}", key.display())])),
        (None, Some(password)) => {
            let text = serde_json::json!({"ansible_password": password.reveal()}).to_string();
            let path = files.write("password.json", &text).await?;
            arguments.extend(variables(&[format!("@{}", path.display())]));
        }
        (None, None) => {}
    }
    let playbook = std::path::absolute(&plan.playbook_file).map_err(Error::local("find the playbook"))?;
    arguments.extend(["-i".to_owned(), inventory.display().to_string(), playbook.display().to_string()]);
    Ok(arguments)
}

fn variables(assignments: &[String]) -> Vec<String> {
    assignments.iter().flat_map(|assignment| ["-e".to_owned(), assignment.clone()]).collect()
}

fn build_variables(data: &GuestData) -> Vec<String> {
    let name = format!("packer_build_name=\"{}\"", data.build_name);
    let builder = format!("packer_builder_type={}", data.builder_type);
    let address = environment::of_build(data).remove("PACKER_HTTP_ADDR");
    [name, builder].into_iter().chain(address.map(|address| format!("packer_http_addr={address}"))).collect()
}

/// What the connection needs. Windows listens on a forwarded port, which tells Ansible nothing of the scheme.
fn protocol(login: &Login, ssh_extra: &[String]) -> Vec<String> {
    match login.protocol {
        Protocol::WinRm { tls, ntlm } => {
            let scheme = if tls { "https" } else { "http" };
            let ntlm = ntlm.then(|| "ansible_winrm_transport=ntlm".to_owned());
            variables(&[format!("ansible_winrm_scheme={scheme}")].into_iter().chain(ntlm).collect::<Vec<_>>())
        }
        Protocol::Ssh => match ssh_arguments(login, ssh_extra) {
            arguments if arguments.is_empty() => Vec::new(),
            // In one word: the arguments begin with a dash, as options of Ansible do.
            arguments => vec![format!("--ssh-extra-args={arguments}")],
        },
    }
}

fn ssh_arguments(login: &Login, extra: &[String]) -> String {
    match (extra, &login.password) {
        ([], Some(_)) => NO_KNOWN_HOSTS.to_owned(),
        ([], None) if login.agent => String::new(),
        ([], None) => ONLY_THIS_KEY.to_owned(),
        (extra, _) => extra.join(" "),
    }
}
