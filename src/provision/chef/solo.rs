//! `chef-solo`: cookbooks, roles, data bags and environments of this host.

use std::path::Path;

use crate::comm::Communicator;
use crate::plan::provisioner::{ChefPlan, SoloPlan};
use crate::provision::staging::Staging;
use crate::provision::{Error, GuestData};
use crate::template::interpolate::Fields;

use super::config::{self, quoted};
use super::{start, upload_attributes, upload_config, upload_secret};

pub(super) async fn run<C: Communicator>(
    plan: &ChefPlan,
    solo: &SoloPlan,
    staging: &Staging<'_, C>,
    data: &GuestData,
) -> Result<(), Error> {
    let fields = upload(plan, solo, staging).await?;
    let config = upload_config(plan, staging, data, fields, ("solo.rb", config::SOLO)).await?;
    let attributes = upload_attributes(plan, staging, "node.json").await?;
    start(plan, staging.guest(), data, &config, &attributes).await
}

/// Uploads what Chef works on; gives the dot-variables of the configuration.
async fn upload<C: Communicator>(plan: &ChefPlan, solo: &SoloPlan, staging: &Staging<'_, C>) -> Result<Fields, Error> {
    let mut cookbooks = solo.remote_cookbooks.clone();
    for (number, folder) in solo.cookbooks.iter().enumerate() {
        cookbooks.push(staging.upload_folder(folder, &format!("cookbooks-{number}")).await?);
    }
    let cookbooks: Vec<_> = cookbooks.iter().map(|path| quoted(path)).collect();
    let paths = [
        ("RolesPath", upload_one(staging, solo.roles.as_deref(), "roles").await?),
        ("DataBagsPath", upload_one(staging, solo.data_bags.as_deref(), "data_bags").await?),
        ("EncryptedDataBagSecretPath", upload_secret(plan, staging).await?),
        ("EnvironmentsPath", upload_one(staging, solo.environments.as_deref(), "environments").await?),
    ];
    let mut fields = Fields::new();
    for (name, path) in paths {
        // A text is true where it is not empty.
        let is_there = if path.is_empty() { "" } else { "true" };
        fields.insert(format!("Has{name}"), is_there.to_owned());
        fields.insert(name.to_owned(), path);
    }
    fields.insert("CookbookPaths".into(), cookbooks.join(","));
    fields.insert("ChefEnvironment".into(), plan.environment.clone().unwrap_or_default());
    fields.insert("ChefLicense".into(), plan.license.clone().unwrap_or_default());
    Ok(fields)
}

/// The folder's path in the guest; an empty text where there is none.
async fn upload_one<C: Communicator>(
    staging: &Staging<'_, C>,
    folder: Option<&Path>,
    name: &str,
) -> Result<String, Error> {
    match folder {
        Some(folder) => staging.upload_folder(folder, name).await,
        None => Ok(String::new()),
    }
}
