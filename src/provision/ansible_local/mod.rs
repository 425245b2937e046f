//! The provisioner `ansible-local`: a playbook that is uploaded and runs in the guest.

#[cfg(test)]
mod real_guest;

use std::path::Path;

use fs_err::tokio as fs;

use super::ansible::{galaxy, rendered};
use super::guest_commands::{GuestCommands, unix};
use super::staging::{Guest, Staging};
use super::{Error, GuestData, environment};
use crate::comm::Communicator;
use crate::event::Event;
use crate::io::Context;
use crate::plan::provisioner::{AnsibleLocalPlan, GalaxyPlan, GuestSystem, LocalInventory};

/// Below it each run has a folder of its own.
const STAGING: &str = "/tmp/packer-provisioner-ansible-local";

pub(super) async fn run(
    plan: &AnsibleLocalPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let folder = plan.staging_folder.clone().unwrap_or_else(|| format!("{STAGING}/{}", uuid::Uuid::new_v4()));
    let commands = GuestCommands::new(GuestSystem::Unix, false);
    let guest = Guest { communicator, commands, events: &context.events, account: None };
    let staging = Staging::make(guest, &folder).await?;
    let stage = Stage { plan, staging, guest, folder, context };
    let playbooks = stage.upload_playbooks().await?;
    let inventory = stage.upload_inventory().await?;
    stage.upload_folders().await?;
    if let Some(galaxy) = &plan.galaxy {
        stage.install(galaxy).await?;
    }
    let tail = stage.arguments(data, &inventory)?;
    for playbook in &playbooks {
        stage.succeed("ansible-playbook", &format!("{} {} {tail}", plan.command, unix(playbook))).await?;
    }
    if plan.clean_staging_folder { stage.staging.remove().await } else { Ok(()) }
}

/// The folder in the guest while it is filled and used.
struct Stage<'a, C> {
    plan: &'a AnsibleLocalPlan,
    staging: Staging<'a, C>,
    guest: Guest<'a, C>,
    folder: String,
    context: &'a Context,
}

impl<C: Communicator> Stage<'_, C> {
    /// Gives their paths in the guest. One that came with the folder of playbooks stays where it is in there.
    async fn upload_playbooks(&self) -> Result<Vec<String>, Error> {
        if let Some(folder) = &self.plan.playbook_folder {
            self.guest.upload_contents(folder, &self.folder).await?;
        }
        let mut paths = Vec::with_capacity(self.plan.playbooks.len());
        for playbook in &self.plan.playbooks {
            paths.push(self.upload_playbook(playbook).await?);
        }
        Ok(paths)
    }

    async fn upload_playbook(&self, playbook: &Path) -> Result<String, Error> {
        let folder = self.plan.playbook_folder.as_deref().map(absolute).transpose()?;
        let path = absolute(playbook)?;
        if let Some(inside) = folder.and_then(|folder| Some(path.strip_prefix(folder).ok()?.to_owned())) {
            return Ok(self.staging.path(text(&inside)?));
        }
        if let [_] = self.plan.playbooks.as_slice() {
            return self.staging.upload_file(playbook, name(playbook)?).await;
        }
        // Several may have the same name.
        let parent = text(path.parent().unwrap_or(Path::new("/")))?.trim_start_matches('/').to_owned();
        self.guest.make_folder(&self.staging.path(&parent)).await?;
        self.staging.upload_file(playbook, &format!("{parent}/{}", name(playbook)?)).await
    }

    async fn upload_inventory(&self) -> Result<String, Error> {
        match &self.plan.inventory {
            LocalInventory::File(path) => self.staging.upload_file(path, name(path)?).await,
            LocalInventory::Groups(groups) => self.staging.upload_text(&inventory(groups), "inventory").await,
        }
    }

    async fn upload_folders(&self) -> Result<(), Error> {
        for (folder, name) in [(&self.plan.group_vars, "group_vars"), (&self.plan.host_vars, "host_vars")] {
            if let Some(folder) = folder {
                self.staging.upload_folder(folder, name).await?;
            }
        }
        let plan = self.plan;
        let kinds = [
            (&plan.role_folders, "roles"),
            (&plan.collection_folders, "collections"),
            (&plan.playbook_folders, "playbooks"),
        ];
        for (folders, kind) in kinds {
            for folder in folders {
                self.staging.upload_folder(folder, &format!("{kind}/{}", name(folder)?)).await?;
            }
        }
        Ok(())
    }

    /// Roles and collections go where the playbook looks for them, unless the template knows better.
    async fn install(&self, plan: &GalaxyPlan) -> Result<(), Error> {
        let text = fs::read_to_string(&plan.file).await;
        let text = text.map_err(Error::local("read the requirements for Ansible Galaxy"))?;
        let path = self.staging.upload_file(&plan.file, name(&plan.file)?).await?;
        let below = |name: &str| Some(self.staging.path(name));
        let plan = GalaxyPlan {
            roles_path: plan.roles_path.clone().or_else(|| below("roles")),
            collections_path: plan.collections_path.clone().or_else(|| below("collections")),
            ..plan.clone()
        };
        for words in galaxy::lines(&plan, &text, &path) {
            self.succeed("ansible-galaxy", &format!("{} {}", plan.command, shell_words::join(words))).await?;
        }
        Ok(())
    }

    /// What follows the playbook.
    fn arguments(&self, data: &GuestData, inventory: &str) -> Result<String, Error> {
        let mut variables = format!("packer_build_name={} packer_builder_type={}", data.build_name, data.builder_type);
        if let Some(address) = environment::of_build(data).get("PACKER_HTTP_ADDR") {
            variables.extend([" packer_http_addr=", address]);
        }
        let extra = rendered(&self.plan.extra_arguments, "extra_arguments", &data.fields)?;
        let extra: String = extra.iter().flat_map(|argument| [" ", argument]).collect();
        Ok(format!("--extra-vars \"{variables}\"{extra} -c local -i {}", unix(inventory)))
    }

    async fn succeed(&self, what: &str, command: &str) -> Result<(), Error> {
        let command = format!("cd {} && {command}", unix(&self.folder));
        self.context.events.send(Event::ScriptStarted { name: command.clone() });
        self.guest.run_to(&[0], &format!("`{what}`"), &command).await
    }
}

/// The guest by its own name, which needs no connection.
fn inventory(groups: &[String]) -> String {
    let groups = groups.iter().map(|group| format!("[{group}]\n127.0.0.1\n"));
    std::iter::once("127.0.0.1\n".to_owned()).chain(groups).collect()
}

fn absolute(path: &Path) -> Result<std::path::PathBuf, Error> {
    std::path::absolute(path).map_err(Error::local("find a playbook"))
}

fn name(path: &Path) -> Result<&str, Error> {
    match path.file_name() {
        Some(name) => text(Path::new(name)),
        None => Err(Error::Plan { message: format!("{} has no name of its own", path.display()) }),
    }
}

fn text(path: &Path) -> Result<&str, Error> {
    path.to_str().ok_or_else(|| Error::Plan { message: format!("the name of {} is no UTF-8", path.display()) })
}
