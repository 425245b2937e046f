//! The provisioners `chef-solo` and `chef-client`: Chef is brought into the guest where it is not there, its
//! configuration and the node's attributes are written, and the program runs once.

mod client;
mod config;
mod install;
mod solo;

use super::guest_commands::GuestCommands;
use super::staging::{Guest, Staging};
use super::{Error, GuestData};
use crate::comm::Communicator;
use crate::io::Context;
use crate::plan::provisioner::{ChefJob, ChefPlan};
use crate::template::interpolate::{Fields, Late};

pub(super) async fn run(
    plan: &ChefPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let commands = GuestCommands::new(plan.system, plan.sudo);
    let guest = Guest { communicator, commands, events: &context.events, account: None };
    install::ensure(plan, guest, data).await?;
    let staging = Staging::make(guest, &plan.staging_directory).await?;
    match &plan.job {
        ChefJob::Solo(solo) => solo::run(plan, solo, &staging, data).await,
        ChefJob::Client(client) => client::run(plan, client, &staging, data, context).await,
    }
}

impl ChefPlan {
    /// What the program is called, for errors and for looking whether it is there.
    fn program(&self) -> &'static str {
        match &self.job {
            ChefJob::Solo(_) => "chef-solo",
            ChefJob::Client(_) => "chef-client",
        }
    }
}

/// One run of Chef: where its files are in the guest.
async fn start<C: Communicator>(
    plan: &ChefPlan,
    guest: Guest<'_, C>,
    data: &GuestData,
    config: &str,
    attributes: &str,
) -> Result<(), Error> {
    let own = [("ConfigPath", config), ("JsonPath", attributes), ("Sudo", sudo(plan))];
    let command = filled(&plan.execute_command, "execute_command", data, own)?;
    guest.run_to(&[0], plan.program(), &command).await
}

/// Puts the configuration into the staging folder: the template's, or one of ours.
async fn upload_config<C: Communicator>(
    plan: &ChefPlan,
    staging: &Staging<'_, C>,
    data: &GuestData,
    fields: Fields,
    (name, settings): (&str, &[config::Setting]),
) -> Result<String, Error> {
    let text = match &plan.config_template {
        None => config::written(settings, &fields),
        Some(template) => {
            let fields = data.fields.clone().into_iter().chain(fields).collect();
            template.render(&fields).map_err(Error::render("config_template"))?
        }
    };
    staging.upload_text(&text, name).await
}

async fn upload_attributes<C: Communicator>(
    plan: &ChefPlan,
    staging: &Staging<'_, C>,
    name: &str,
) -> Result<String, Error> {
    let text = serde_json::to_string_pretty(&plan.attributes).expect("a map of JSON values has texts as keys");
    staging.upload_text(&text, name).await
}

/// The key of encrypted data bags; an empty text where there is none.
async fn upload_secret<C: Communicator>(plan: &ChefPlan, staging: &Staging<'_, C>) -> Result<String, Error> {
    match &plan.data_bag_secret {
        Some(secret) => staging.upload_file(secret, "encrypted_data_bag_secret").await,
        None => Ok(String::new()),
    }
}

fn filled<const N: usize>(text: &Late, what: &str, data: &GuestData, own: [(&str, &str); N]) -> Result<String, Error> {
    let own = own.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let fields = data.fields.clone().into_iter().chain(own).collect();
    text.render(&fields).map_err(Error::render(what))
}

/// A text that is true where there is sudo.
fn sudo(plan: &ChefPlan) -> &'static str {
    if plan.sudo { "true" } else { "" }
}

#[cfg(test)]
mod tests;
