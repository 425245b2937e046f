//! Makes VirtualBox machines.

use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::OnceCell;

use super::additions;
use super::calls::Runtime;
use super::manage::Manage;
use super::ports::Ports;
use super::site::Site;
use super::vm::VirtualBoxMachine;
use crate::cache::Cache;
use crate::io::Context;
use crate::machine::{Driver, Error, Media, Wish, has_desktop};
use crate::plan::MachinePlan;
use crate::plan::virtualbox::{VirtualBoxOrigin, VirtualBoxPlan};

/// VirtualBox's address translation shows this host to the guest under this address.
pub(super) const GUEST_VIEW_OF_HOST: &str = "10.0.2.2";

/// VirtualBox on this host.
#[derive(Clone, Debug)]
pub struct VirtualBoxDriver {
    cache: Cache,
    /// Found once, by the first build that needs it.
    manage: Arc<OnceCell<Manage>>,
}

impl VirtualBoxDriver {
    pub fn new(cache: Cache) -> Self {
        Self { cache, manage: Arc::default() }
    }

    #[cfg(test)]
    pub(super) fn with(cache: Cache, manage: Manage) -> Self {
        Self { cache, manage: Arc::new(OnceCell::new_with(Some(manage))) }
    }

    async fn manage(&self) -> Result<&Manage, Error> {
        self.manage.get_or_try_init(Manage::locate).await
    }
}

impl Driver for VirtualBoxDriver {
    type Machine = VirtualBoxMachine;

    async fn http_address(&self, _plan: &MachinePlan) -> Result<IpAddr, Error> {
        Ok(GUEST_VIEW_OF_HOST.parse().expect("the constant is an address"))
    }

    async fn wish(&self, plan: &MachinePlan) -> Result<Option<Wish>, Error> {
        additions::wish(self.manage().await?, &virtualbox_plan(plan).guest_additions).await
    }

    async fn create(&self, plan: &MachinePlan, media: &Media, context: &Context) -> Result<VirtualBoxMachine, Error> {
        let manage = self.manage().await?.clone();
        let ports = Ports::take(&self.cache.port_folder(), plan, virtualbox_plan(plan), &context.cleanup)?;
        let runtime = runtime(plan, media, &manage, &ports, context)?;
        let site = Site { manage, plan, runtime, media, context };
        let made = site.make().await?;
        let Site { manage, runtime, .. } = site;
        let (plan, context, work) = (plan.clone(), context.clone(), media.work_directory.clone());
        Ok(VirtualBoxMachine { manage, plan, runtime, context, ports, work, made })
    }
}

/// This driver is only given its own plans.
pub(super) fn virtualbox_plan(plan: &MachinePlan) -> &VirtualBoxPlan {
    plan.virtualbox().expect("the plan of a VirtualBox machine")
}

fn runtime(
    plan: &MachinePlan,
    media: &Media,
    manage: &Manage,
    ports: &Ports,
    context: &Context,
) -> Result<Runtime, Error> {
    let virtualbox = virtualbox_plan(plan);
    let import_folder = match virtualbox.origin {
        VirtualBoxOrigin::Ovf { .. } if !virtualbox.export.keep_registered => {
            Some(std::path::absolute(&media.output_directory).map_err(Error::io("find the current folder"))?)
        }
        _ => None,
    };
    Ok(Runtime {
        version: manage.version(),
        uuid: uuid::Uuid::new_v4().to_string(),
        installer: resolved(media.iso.as_ref()),
        source: media.source.clone(),
        additions: resolved(media.additions.as_ref()),
        cd: media.cd.clone(),
        floppy: media.floppy.clone(),
        output_directory: media.output_directory.clone(),
        import_folder,
        desktop_port: ports.desktop().to_string(),
        host_port: ports.host().map(|port| port.to_string()),
        has_window: has_window(virtualbox, context),
        update_date: update_date(),
        fields: media.fields.clone(),
    })
}

/// VirtualBox opens images by their final names.
fn resolved(path: Option<&PathBuf>) -> Option<PathBuf> {
    path.map(|path| path.canonicalize().unwrap_or_else(|_| path.clone()))
}

fn has_window(plan: &VirtualBoxPlan, context: &Context) -> bool {
    if !plan.headless && !has_desktop() {
        context.events.warn("there is no desktop session: the machine runs without a window");
        return false;
    }
    !plan.headless
}

/// Next year's first day: far enough away for any build.
fn update_date() -> String {
    let year = jiff::Zoned::now().year().saturating_add(1);
    format!("1 d, {year}-01-01, stable")
}
