//! `chef-client`: a Chef server is asked; afterwards the node that was made only for this build is taken off it.

use uuid::Uuid;

use crate::comm::Communicator;
use crate::io::Context;
use crate::plan::provisioner::{ChefPlan, ClientPlan};
use crate::provision::elevated::Account;
use crate::provision::staging::{Guest, Staging};
use crate::provision::{Error, GuestData};
use crate::template::interpolate::Fields;

use super::{config, filled, start, sudo, upload_attributes, upload_config, upload_secret};

/// The name that a Chef server gives the client that makes clients.
const VALIDATOR: &str = "chef-validator";

pub(super) async fn run<C: Communicator>(
    plan: &ChefPlan,
    client: &ClientPlan,
    staging: &Staging<'_, C>,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let node = client.node_name.clone().unwrap_or_else(|| format!("packer-{}", Uuid::new_v4()));
    let fields = upload(plan, client, staging, &node).await?;
    let config = upload_config(plan, staging, data, fields.clone(), ("client.rb", config::CLIENT)).await?;
    let attributes = upload_attributes(plan, staging, "first-boot.json").await?;
    let account = Account::of(client.elevation.as_ref(), data, context)?;
    let guest = Guest { account: account.as_ref(), ..staging.guest() };
    let started = start(plan, guest, data, &config, &attributes).await;
    // A run that failed may have made the node.
    let signed_off = sign_off(plan, client, staging, data, &fields).await;
    started.and(signed_off)?;
    if client.skip_clean_staging_directory { Ok(()) } else { staging.remove().await }
}

/// Uploads keys; gives the dot-variables of the configuration.
async fn upload<C: Communicator>(
    plan: &ChefPlan,
    client: &ClientPlan,
    staging: &Staging<'_, C>,
    node: &str,
) -> Result<Fields, Error> {
    let validation_key = match &client.validation_key {
        Some(key) => staging.upload_file(key, "validation.pem").await?,
        None => String::new(),
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let fields = [
        ("ServerUrl", client.server_url.clone()),
        ("ClientKey", client.client_key.clone().unwrap_or_else(|| staging.path("client.pem"))),
        ("ChefLicense", text(&plan.license)),
        ("EncryptedDataBagSecretPath", upload_secret(plan, staging).await?),
        ("ValidationClientName", client.validation_client_name.clone().unwrap_or_else(|| VALIDATOR.to_owned())),
        ("ValidationKeyPath", validation_key),
        ("NodeName", node.to_owned()),
        ("ChefEnvironment", text(&plan.environment)),
        ("PolicyGroup", text(&client.policy_group)),
        ("PolicyName", text(&client.policy_name)),
        ("SslVerifyMode", text(&client.ssl_verify_mode)),
        ("TrustedCertsDir", text(&client.trusted_certs_dir)),
        ("RubygemsUrl", text(&client.rubygems_url)),
    ];
    Ok(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// Takes the node and its client off the server.
async fn sign_off<C: Communicator>(
    plan: &ChefPlan,
    client: &ClientPlan,
    staging: &Staging<'_, C>,
    data: &GuestData,
    fields: &Fields,
) -> Result<(), Error> {
    let wanted = [("node", !client.skip_clean_node), ("client", !client.skip_clean_client)];
    if wanted.iter().all(|(_, is_wanted)| !is_wanted) {
        return Ok(());
    }
    let config = staging.upload_text(&config::written(config::KNIFE, fields), "knife.rb").await?;
    let flags = format!("-y -c {config}");
    for (thing, _) in wanted.into_iter().filter(|(_, is_wanted)| *is_wanted) {
        let arguments = format!("{thing} delete {}", fields["NodeName"]);
        let own = [("Args", arguments.as_str()), ("Flags", &flags), ("Sudo", sudo(plan))];
        let command = filled(&client.knife_command, "knife_command", data, own)?;
        staging.guest().run_to(&[0], &format!("deleting the {thing} with knife"), &command).await?;
    }
    Ok(())
}
