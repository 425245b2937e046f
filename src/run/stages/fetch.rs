//! Fetch: the installer image, from the store when it is there.

use super::Fetched;
use crate::plan::MachinePlan;
use crate::run::build::Build;
use crate::run::error::Cause;

pub(in crate::run) async fn fetch<D, C>(build: &Build<'_, D, C>, plan: &MachinePlan) -> Result<Fetched, Cause> {
    let is_left_to_the_hypervisor = plan.qemu().is_some_and(|qemu| qemu.iso_skip_cache);
    let Some(iso) = plan.iso.as_ref().filter(|_| !is_left_to_the_hypervisor) else {
        return Ok(Fetched { iso: None });
    };
    let iso = crate::fetch::iso(iso, &build.run.cache.store(), build.context).await?;
    Ok(Fetched { iso: Some(iso.path) })
}
