//! Create: output folder, seed media, HTTP server, build key, machine. Nothing runs in the guest yet.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

use fs_err::tokio as fs;

use super::{Fetched, Guest};
use crate::cache::ports::{PortLease, PortRange};
use crate::comm::connector::Connector;
use crate::event::Event;
use crate::io::cleanup::CleanupStack;
use crate::machine::{Driver, Media};
use crate::plan::MachinePlan;
use crate::run::build::Build;
use crate::run::error::Cause;
use crate::run::output;
use crate::seed::http::HttpServer;
use crate::template::interpolate::Fields;

pub(in crate::run) async fn create<D: Driver, C: Connector>(
    build: &Build<'_, D, C>,
    plan: &MachinePlan,
    fetched: Fetched,
) -> Result<Guest<D::Machine>, Cause> {
    let context = build.context;
    let output = output::prepare(&plan.output_directory, build.run.options.force, context).await?;
    let work_directory = work_directory(&build.run.cache.work_folder(), &context.cleanup).await?;
    let floppy =
        write_medium(build, "floppy", work_directory.join("floppy.img"), plan.floppy.as_ref(), |plan, path| {
            crate::seed::floppy::write(plan, path).map(|()| crate::seed::floppy::IMAGE_BYTES)
        });
    let cd = write_medium(build, "CD", work_directory.join("cd.iso"), plan.cd.as_ref(), |plan, path| {
        crate::seed::cd::write(plan, path)
    });
    let (floppy, cd) = (floppy.await?, cd.await?);
    let key = build.run.connector.make_key(&build.plan.communicator).await?;
    if let Some(key) = &key {
        // Templates can hand it to scripts, which may print it.
        context.secrets.add(key.private_pem.reveal());
    }
    let http = serve(build, plan).await?;
    let mut fields = http_fields(build, plan, http.as_ref()).await?;
    fields.insert("Name".into(), plan.vm_name.clone());
    fields.insert("SSHPublicKey".into(), key.as_ref().map_or_else(String::new, |key| key.public_line.clone()));
    let media = Media {
        iso: fetched.iso,
        source: fetched.source,
        additions: fetched.additions,
        iso_url: plan.iso.as_ref().and_then(|iso| iso.urls.first().cloned()),
        cd,
        floppy,
        output_directory: output.path.clone(),
        work_directory: work_directory.clone(),
        fields: fields.clone(),
    };
    let machine = build.run.driver.create(plan, &media, context).await?;
    Ok(Guest { machine, output, work_directory, http, key, fields })
}

/// A private folder for this build's short-lived files. Its name is short: socket paths have 107 bytes.
async fn work_directory(parent: &Path, cleanup: &CleanupStack) -> Result<PathBuf, Cause> {
    let path = parent.join(&uuid::Uuid::new_v4().simple().to_string()[..12]);
    let failed = || Cause::io(format!("make work folder {}", path.display()));
    cleanup.push_unique_path(&path).map_err(failed())?;
    fs::create_dir_all(&path).await.map_err(failed())?;
    Ok(path)
}

async fn write_medium<D, C, P: Clone + Send + 'static>(
    build: &Build<'_, D, C>,
    kind: &'static str,
    path: PathBuf,
    plan: Option<&P>,
    write: fn(&P, &Path) -> Result<u64, crate::seed::Error>,
) -> Result<Option<PathBuf>, Cause> {
    let Some(plan) = plan.cloned() else { return Ok(None) };
    let target = path.clone();
    let written = tokio::task::spawn_blocking(move || write(&plan, &target)).await;
    let bytes = written.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?;
    build.context.events.send(Event::SeedMediumWritten { kind, path: path.clone(), bytes });
    Ok(Some(path))
}

async fn serve<D, C>(build: &Build<'_, D, C>, plan: &MachinePlan) -> Result<Option<HttpServer>, Cause> {
    let http = &plan.http;
    if !http.is_served() {
        return Ok(None);
    }
    let address = http.bind_address.unwrap_or_else(|| {
        let bridged = plan.qemu().is_some_and(|qemu| qemu.net_bridge.is_some());
        if bridged { Ipv4Addr::UNSPECIFIED.into() } else { Ipv4Addr::LOCALHOST.into() }
    });
    let range = PortRange { address, min: http.port_min, max: http.port_max, option: "http_port" };
    let lease = PortLease::take(&build.run.cache.port_folder(), &range, &build.context.cleanup)?;
    let listener = lease.into_listener().expect("nobody released the socket");
    Ok(Some(HttpServer::start(http, listener, build.context.events.clone()).await?))
}

async fn http_fields<D: Driver, C>(
    build: &Build<'_, D, C>,
    plan: &MachinePlan,
    server: Option<&HttpServer>,
) -> Result<Fields, Cause> {
    let address = build.run.driver.http_address(plan).await?;
    let port = server.map_or(0, HttpServer::port);
    let directory = plan.http.directory.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
    let content = format!("{:?}", plan.http.content.keys().collect::<Vec<_>>());
    Ok(Fields::from([
        ("HTTPIP".into(), address.to_string()),
        ("HTTPPort".into(), port.to_string()),
        ("HTTPDir".into(), directory),
        ("HTTPContent".into(), content),
    ]))
}
