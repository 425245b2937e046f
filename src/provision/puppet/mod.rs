//! The provisioners `puppet-masterless` and `puppet-server`: uploads into a staging folder, facts as variables
//! of the environment, and one command line.

mod facts;

use std::path::{Path, PathBuf};

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

/// Its folder below the staging folder, and what it is the value of.
const MANIFESTS: &str = "manifests";

pub(super) async fn run(
    plan: &PuppetPlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let commands = GuestCommands::new(plan.system, !plan.prevent_sudo);
    let guest = Guest { communicator, commands, events: &context.events };
    let staging = Staging::make(guest, &plan.staging_directory).await?;
    let mut fields = shared_fields(plan, data)?;
    fields.extend(match &plan.job {
        PuppetJob::Apply { manifest_file, manifest_dir, modules, hiera } => {
            let module_path = upload_modules(&staging, plan.system, modules, hiera.as_deref()).await?;
            let manifests = upload_manifests(&staging, manifest_file, manifest_dir.as_deref()).await?;
            module_path.into_iter().chain(manifests).collect::<Fields>()
        }
        PuppetJob::Agent { server, node, certificate, private_key } => {
            let identity = upload_identity(&staging, certificate.as_deref(), private_key.as_deref()).await?;
            let names = [field("PuppetServer", server.as_deref()), field("PuppetNode", node.as_deref())];
            identity.into_iter().chain(names).collect()
        }
    });
    fields.insert("ExtraArguments".into(), extra_arguments(plan, &fields)?);
    start(plan, guest, &fields, &context.events).await?;
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

async fn upload_modules<C: Communicator>(
    staging: &Staging<'_, C>,
    system: GuestSystem,
    modules: &[PathBuf],
    hiera: Option<&Path>,
) -> Result<[(String, String); 2], Error> {
    let hiera = match hiera {
        Some(hiera) => Some(staging.upload_file(hiera, "hiera.yaml").await?),
        None => None,
    };
    let mut paths = Vec::with_capacity(modules.len());
    for (number, module) in modules.iter().enumerate() {
        paths.push(staging.upload_folder(module, &format!("module-{number}")).await?);
    }
    let separator = if system == GuestSystem::Windows { ";" } else { ":" };
    Ok([field("HieraConfigPath", hiera.as_deref()), field("ModulePath", Some(&paths.join(separator)))])
}

/// Manifests of a folder come to lie beside each other and beside those of `manifest_dir`.
async fn upload_manifests<C: Communicator>(
    staging: &Staging<'_, C>,
    manifest: &Path,
    folder: Option<&Path>,
) -> Result<[(String, String); 2], Error> {
    let folder = match folder {
        Some(folder) => Some(staging.upload_folder(folder, MANIFESTS).await?),
        None => None,
    };
    let file = if manifest.is_dir() {
        staging.upload_folder(manifest, MANIFESTS).await?
    } else {
        let name = manifest.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        staging.make_folder(MANIFESTS).await?;
        staging.upload_file(manifest, &format!("{MANIFESTS}/{name}")).await?
    };
    Ok([field("ManifestDir", folder.as_deref()), field("ManifestFile", Some(&file))])
}

async fn upload_identity<C: Communicator>(
    staging: &Staging<'_, C>,
    certificate: Option<&Path>,
    private_key: Option<&Path>,
) -> Result<[(String, String); 2], Error> {
    let certificate = match certificate {
        Some(folder) => Some(staging.upload_folder(folder, "certs").await?),
        None => None,
    };
    let private_key = match private_key {
        Some(folder) => Some(staging.upload_folder(folder, "private_keys").await?),
        None => None,
    };
    Ok([field("ClientCertPath", certificate.as_deref()), field("ClientPrivateKeyPath", private_key.as_deref())])
}

#[cfg(test)]
mod tests;
