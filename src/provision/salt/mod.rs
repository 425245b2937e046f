//! The provisioner `salt-masterless`: Salt is brought into the guest where it is not there, states and pillars are
//! put into their folders, and `salt-call --local` applies them.

mod bootstrap;
mod formulas;

use super::Error;
use super::guest_commands::GuestCommands;
use super::staging::{Guest, Staging};
use crate::comm::Communicator;
use crate::io::Context;
use crate::plan::provisioner::{GuestSystem, SaltPlan};

pub(super) async fn run(plan: &SaltPlan, communicator: &impl Communicator, context: &Context) -> Result<(), Error> {
    let formulas = formulas::fetch(&plan.formulas, &context.events).await?;
    let commands = GuestCommands::new(plan.system, plan.sudo);
    let guest = Guest { communicator, commands, events: &context.events, account: None };
    let program = program(plan);
    if let Some(arguments) = &plan.bootstrap {
        bootstrap::ensure(guest, plan.system, &program, arguments).await?;
    }
    let staging = Staging::make(guest, plan.temp_config_dir.trim_end_matches('/')).await?;
    upload_configuration(plan, &staging).await?;
    let states = staging.upload_folder(&plan.local_state_tree, "states").await?;
    formulas::upload(&formulas, &staging, "states").await?;
    put_in_place(&staging, &states, &plan.remote_state_tree).await?;
    if let Some(pillars) = &plan.local_pillar_roots {
        let pillars = staging.upload_folder(pillars, "pillar").await?;
        put_in_place(&staging, &pillars, &plan.remote_pillar_roots).await?;
    }
    guest.run_to(&[0], "salt-call", &command(plan, guest.commands, &program)).await
}

/// What starts Salt in the guest.
fn program(plan: &SaltPlan) -> String {
    match &plan.salt_bin_dir {
        Some(folder) => format!("{}/salt-call", folder.trim_end_matches('/')),
        None => "salt-call".to_owned(),
    }
}

/// The minion's configuration and its grains, for Salt's own folder.
async fn upload_configuration<C: Communicator>(plan: &SaltPlan, staging: &Staging<'_, C>) -> Result<(), Error> {
    let folder = if plan.system == GuestSystem::Windows { "C:/salt/conf" } else { "/etc/salt" };
    for (source, name) in [(&plan.minion_config, "minion"), (&plan.grains_file, "grains")] {
        let Some(source) = source else { continue };
        let uploaded = staging.upload_file(source, name).await?;
        let (guest, place) = (staging.guest(), format!("{folder}/{name}"));
        guest.run_to(&[0], &format!("making {folder}"), &guest.commands.make_folder(folder)).await?;
        let command = guest.commands.move_file(&uploaded, &place);
        guest.run_to(&[0], &format!("writing {place}"), &command).await?;
    }
    Ok(())
}

/// Adds an uploaded tree to a folder of the guest. What is there stays, but for files of the same name: the
/// folder may be any.
async fn put_in_place<C: Communicator>(staging: &Staging<'_, C>, from: &str, to: &str) -> Result<(), Error> {
    let (guest, what) = (staging.guest(), format!("filling {to}"));
    guest.run_to(&[0], &what, &guest.commands.make_folder(to)).await?;
    guest.run_to(&[0], &what, &guest.commands.copy_contents(from, to)).await?;
    guest.remove(from).await
}

fn command(plan: &SaltPlan, commands: GuestCommands, program: &str) -> String {
    let mut words = vec![format!("{}{program} --local", commands.sudo())];
    words.push(match &plan.custom_state {
        Some(state) => format!("state.sls {state}"),
        None => "state.highstate".to_owned(),
    });
    if plan.minion_config.is_none() {
        words.push(format!("--file-root={} --pillar-root={}", plan.remote_state_tree, plan.remote_pillar_roots));
    }
    if !plan.no_exit_on_failure {
        words.push("--retcode-passthrough".to_owned());
    }
    words.push(format!("-l {}", plan.log_level));
    words.extend(plan.salt_call_args.clone());
    words.join(" ")
}

#[cfg(test)]
mod tests;
