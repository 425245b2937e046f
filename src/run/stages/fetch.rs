//! Fetch: the installer image, from the store when it is there, and what else the machine needs.

use std::path::PathBuf;

use super::Fetched;
use crate::machine::{Driver, Wish};
use crate::plan::MachinePlan;
use crate::plan::virtualbox::VirtualBoxOrigin;
use crate::run::build::Build;
use crate::run::error::Cause;

pub(in crate::run) async fn fetch<D: Driver, C>(build: &Build<'_, D, C>, plan: &MachinePlan) -> Result<Fetched, Cause> {
    let wish = build.run.driver.wish(plan).await?;
    Ok(Fetched {
        iso: installer(build, plan).await?,
        source: source(build, plan).await?,
        additions: wished(build, wish).await?,
    })
}

async fn installer<D, C>(build: &Build<'_, D, C>, plan: &MachinePlan) -> Result<Option<PathBuf>, Cause> {
    let is_left_to_the_hypervisor = plan.qemu().is_some_and(|qemu| qemu.iso_skip_cache);
    let Some(iso) = plan.iso.as_ref().filter(|_| !is_left_to_the_hypervisor) else {
        return Ok(None);
    };
    let iso = crate::fetch::iso(iso, &build.run.cache.store(), build.context).await?;
    Ok(Some(iso.path))
}

/// The exported machine that the build starts from. A local one is used where it is: its disks lie beside it.
async fn source<D, C>(build: &Build<'_, D, C>, plan: &MachinePlan) -> Result<Option<PathBuf>, Cause> {
    let Some(VirtualBoxOrigin::Ovf { source, .. }) = plan.virtualbox().map(|plan| &plan.origin) else {
        return Ok(None);
    };
    let fetched = crate::fetch::file(source, &build.run.cache.store(), build.context).await?;
    Ok(Some(fetched.path))
}

/// What nothing needs may be missing.
async fn wished<D, C>(build: &Build<'_, D, C>, wish: Option<Wish>) -> Result<Option<PathBuf>, Cause> {
    let Some(wish) = wish else { return Ok(None) };
    match crate::fetch::file(&wish.source, &build.run.cache.store(), build.context).await {
        Ok(fetched) => Ok(Some(fetched.path)),
        Err(error) if wish.is_needed => Err(error.into()),
        Err(error) => {
            let reason = crate::error::chain(&error);
            build.context.events.warn(format!("the build goes on without {}: {reason}", wish.what));
            Ok(None)
        }
    }
}
