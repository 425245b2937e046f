//! The inventory: the guest's line, and the groups that it is in.

use std::path::PathBuf;

use super::files::{self, PrivateFiles};
use super::login::{Login, Protocol};
use crate::io::Context;
use crate::io::cleanup::CleanupId;
use crate::plan::provisioner::InventoryPlan;
use crate::provision::Error;
use crate::template::interpolate::Fields;

/// An inventory that is there.
#[derive(Debug)]
pub(super) struct Inventory {
    pub(super) path: PathBuf,
    cleanup: Option<CleanupId>,
}

impl Inventory {
    pub(super) async fn remove(self, context: &Context) {
        if let Some(id) = self.cleanup {
            files::forget(id, context).await;
        }
    }
}

/// The template's own, or one that is made. What is kept, or has files of variables beside it, is not among the
/// private files.
pub(super) async fn ready(
    plan: &InventoryPlan,
    login: &Login,
    private: &PrivateFiles,
    context: &Context,
) -> Result<Inventory, Error> {
    if let Some(path) = &plan.file {
        return Ok(Inventory { path: path.clone(), cleanup: None });
    }
    let text = text(plan, login)?;
    if plan.folder.is_none() && !plan.keep {
        return Ok(Inventory { path: private.write("inventory", &text).await?, cleanup: None });
    }
    let folder = plan.folder.clone().unwrap_or_else(std::env::temp_dir);
    let path = folder.join(format!("boxwright-inventory-{}", uuid::Uuid::new_v4()));
    let path = std::path::absolute(path).map_err(Error::local("find the folder of the inventory"))?;
    let forgotten = |path| context.cleanup.push_unique_path(path).map_err(Error::local("write the inventory"));
    let cleanup = if plan.keep { None } else { Some(forgotten(&path)?) };
    files::write(&path, &text).await?;
    Ok(Inventory { path, cleanup })
}

/// A group repeats the guest's line, so that a template's variables hold in each.
fn text(plan: &InventoryPlan, login: &Login) -> Result<String, Error> {
    let host = host_line(plan, login)?;
    let groups = plan.groups.iter().map(|group| format!("[{group}]\n{host}"));
    let empty_groups = plan.empty_groups.iter().map(|group| format!("[{group}]\n"));
    Ok(std::iter::once(host.clone()).chain(groups).chain(empty_groups).collect())
}

/// With its end, which a template may lack.
fn host_line(plan: &InventoryPlan, login: &Login) -> Result<String, Error> {
    let Login { host, port, user, .. } = login;
    let alias = &plan.host_alias;
    let line = match &plan.template {
        Some(template) => {
            let fields = [("Host", host), ("HostAlias", alias), ("Port", port), ("User", user)];
            let fields: Fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect();
            template.render(&fields).map_err(Error::render("inventory_file_template"))?
        }
        None => format!("{alias} ansible_host={host}{} ansible_user={user} ansible_port={port}", extra(login.protocol)),
    };
    Ok(if line.ends_with('\n') { line } else { line + "\n" })
}

fn extra(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Ssh => "",
        Protocol::WinRm { .. } => {
            " ansible_connection=winrm ansible_winrm_server_cert_validation=ignore ansible_shell_type=powershell"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::testing::late_over;

    fn plan() -> InventoryPlan {
        InventoryPlan {
            file: None,
            folder: None,
            template: None,
            host_alias: "box".into(),
            user: None,
            groups: Vec::new(),
            empty_groups: Vec::new(),
            keep: false,
        }
    }

    fn login(protocol: Protocol) -> Login {
        Login { protocol, ..Login::to("h", "22", "u") }
    }

    #[test]
    fn groups_repeat_the_guest_and_empty_ones_do_not() {
        let plan = InventoryPlan { groups: vec!["web".into()], empty_groups: vec!["east".into()], ..plan() };
        let line = "box ansible_host=h ansible_user=u ansible_port=22\n";
        assert_eq!(text(&plan, &login(Protocol::Ssh)).unwrap(), format!("{line}[web]\n{line}[east]\n"));
    }

    #[test]
    fn a_template_gets_an_end_of_line() {
        let template = late_over("{{ .HostAlias }} a={{ .Host }}:{{ .Port }}", &["HostAlias", "Host", "Port", "User"]);
        let plan = InventoryPlan { template: Some(template), groups: vec!["g".into()], ..plan() };
        assert_eq!(text(&plan, &login(Protocol::Ssh)).unwrap(), "box a=h:22\n[g]\nbox a=h:22\n");
    }

    #[test]
    fn windows_is_spoken_to_by_winrm() {
        let text = text(&plan(), &login(Protocol::WinRm { tls: false, ntlm: false })).unwrap();
        assert!(text.contains("ansible_connection=winrm") && text.contains("powershell"), "{text}");
    }
}
