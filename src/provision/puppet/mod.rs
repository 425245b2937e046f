//! The provisioners `puppet-masterless` and `puppet-server`: uploads into a staging folder, facts as variables
//! of the environment, and one command line.

mod facts;

use std::path::{Path, PathBuf};

use super::elevated::Account;
use super::guest_commands::GuestCommands;
use super::staging::{Guest, Staging};
use super::{Error, GuestData};
use crate::comm::Communicator;
use crate::event::Events;
use crate::io::Context;
use crate::plan::provisioner::{GuestSystem, PuppetJob, PuppetPlan};
use crate::template::interpolate::{Fields, Late};

/// With `--detailed-exitcodes` 2 says that something was changed, and that all of it went well.
const GOOD: &[u32] = &[0, 2];

/// The folder below the staging folder.
const MANIFESTS: &str = "manifests";

pub(super) async fn run(
    plan: &PuppetPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let commands = GuestCommands::new(plan.system, !plan.prevent_sudo);
    let guest = Guest { communicator, commands, events: &context.events, account: None };
    let staging = Staging::make(guest, &plan.staging_directory).await?;
    let mut fields = shared_fields(plan, data)?;
    fields.extend(match &plan.job {
        PuppetJob::Apply { manifest_file, manifest_dir, modules, hiera } => {
            let hiera = upload_hiera(&staging, hiera.as_deref()).await?;
            // The manifest itself is last: it stands above one of the same name beside it.
            let folder = upload_optional(&staging, manifest_dir.as_deref(), MANIFESTS).await?;
            let modules = upload_modules(&staging, plan.system, modules).await?;
            let manifest = upload_manifest(&staging, manifest_file).await?;
            Fields::from([
                field("HieraConfigPath", hiera.as_deref()),
                field("ManifestDir", folder.as_deref()),
                field("ModulePath", Some(&modules)),
                field("ManifestFile", Some(&manifest)),
            ])
        }
        PuppetJob::Agent { server, node, certificate, private_key } => {
            let certificate = upload_optional(&staging, certificate.as_deref(), "certs").await?;
            let private_key = upload_optional(&staging, private_key.as_deref(), "private_keys").await?;
            Fields::from([
                field("ClientCertPath", certificate.as_deref()),
                field("ClientPrivateKeyPath", private_key.as_deref()),
                field("PuppetServer", server.as_deref()),
                field("PuppetNode", node.as_deref()),
            ])
        }
    });
    fields.insert("ExtraArguments".into(), extra_arguments(plan, &fields)?);
    let account = Account::of(plan.elevation.as_ref(), data, context)?;
    start(plan, Guest { account: account.as_ref(), ..guest }, &fields, &context.events).await?;
    if plan.clean_staging_directory { staging.remove().await } else { Ok(()) }
}

async fn start<C: Communicator>(
    plan: &PuppetPlan,
    guest: Guest<'_, C>,
    fields: &Fields,
    events: &Events,
) -> Result<(), Error> {
    let command = plan.execute_command.render(fields).map_err(Error::render("execute_command"))?;
    if !plan.ignore_exit_codes {
        return guest.run_to(GOOD, "Puppet", &command).await;
    }
    let code = guest.run("Puppet", &command).await?;
    events.debug(format!("Puppet ended with exit status {code}, which `ignore_exit_codes` passes over"));
    Ok(())
}

/// The dot-variables that need no upload.
fn shared_fields(plan: &PuppetPlan, data: &GuestData) -> Result<Fields, Error> {
    let mut fields = data.fields.clone();
    let folder = match &plan.working_directory {
        Some(folder) => folder.render(&fields).map_err(Error::render("working_directory"))?,
        None => plan.staging_directory.clone(),
    };
    let facts = facts::of_build(data, &plan.facter)?;
    let sudo = if plan.prevent_sudo || plan.system == GuestSystem::Windows { "" } else { "true" };
    fields.extend([
        field("WorkingDir", Some(&folder)),
        field("FacterVars", Some(&facts::assignments(&facts, plan.system))),
        field("PuppetBinDir", plan.puppet_bin_dir.as_deref()),
        field("Sudo", Some(sudo)),
        // They may not hold themselves.
        field("ExtraArguments", None),
    ]);
    Ok(fields)
}

fn field(name: &str, value: Option<&str>) -> (String, String) {
    (name.to_owned(), value.unwrap_or_default().to_owned())
}

fn extra_arguments(plan: &PuppetPlan, fields: &Fields) -> Result<String, Error> {
    let render = |argument: &Late| argument.render(fields).map_err(Error::render("extra_arguments"));
    let arguments: Vec<_> = plan.extra_arguments.iter().map(render).collect::<Result<_, _>>()?;
    Ok(arguments.join(" "))
}

async fn upload_hiera<C: Communicator>(
    staging: &Staging<'_, C>,
    hiera: Option<&Path>,
) -> Result<Option<String>, Error> {
    match hiera {
        Some(hiera) => staging.upload_file(hiera, "hiera.yaml").await.map(Some),
        None => Ok(None),
    }
}

async fn upload_optional<C: Communicator>(
    staging: &Staging<'_, C>,
    folder: Option<&Path>,
    name: &str,
) -> Result<Option<String>, Error> {
    match folder {
        Some(folder) => staging.upload_folder(folder, name).await.map(Some),
        None => Ok(None),
    }
}

/// Gives the search path of modules.
async fn upload_modules<C: Communicator>(
    staging: &Staging<'_, C>,
    system: GuestSystem,
    modules: &[PathBuf],
) -> Result<String, Error> {
    let mut paths = Vec::with_capacity(modules.len());
    for (number, module) in modules.iter().enumerate() {
        paths.push(staging.upload_folder(module, &format!("module-{number}")).await?);
    }
    Ok(paths.join(if system == GuestSystem::Windows { ";" } else { ":" }))
}

/// Manifests of a folder come to lie beside each other and beside those of `manifest_dir`.
async fn upload_manifest<C: Communicator>(staging: &Staging<'_, C>, manifest: &Path) -> Result<String, Error> {
    if manifest.is_dir() {
        return staging.upload_folder(manifest, MANIFESTS).await;
    }
    let name = manifest.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    staging.make_folder(MANIFESTS).await?;
    staging.upload_file(manifest, &format!("{MANIFESTS}/{name}")).await
}

#[cfg(test)]
mod tests;
