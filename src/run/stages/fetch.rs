//! Fetch: the installer image, from the store when it is there.

use super::Fetched;
use crate::plan::MachinePlan;
use crate::run::build::Build;
use crate::run::error::Cause;

pub(in crate::run) async fn fetch<D, C>(build: &Build<'_, D, C>) -> Result<Fetched, Cause> {
    let MachinePlan::Qemu(qemu) = &build.plan.machine;
    if qemu.iso_skip_cache {
        return Ok(Fetched { iso: None });
    }
    let iso = crate::fetch::iso(&build.plan.iso, &build.run.cache.store(), build.context).await?;
    Ok(Fetched { iso: Some(iso.path) })
}
