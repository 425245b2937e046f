//! The provisioner `file`: moving files between this host and the guest.

use std::path::{Path, PathBuf};

use fs_err::tokio as fs;

use super::{Error, GuestData};
use crate::comm::{Communicator, Upload};
use crate::event::{Event, Work};
use crate::io::Context;
use crate::plan::provisioner::{Direction, FilePlan};
use crate::template::interpolate::{Fields, Late};

/// Packer uploads `content` from a temporary file, whose mode this is.
const CONTENT_MODE: u32 = 0o600;

pub(super) async fn run(
    plan: &FilePlan,
    communicator: &impl Communicator,
    data: &GuestData,
    context: &Context,
) -> Result<(), Error> {
    let destination = rendered(&plan.destination, "destination", &data.fields)?;
    if let Some(content) = &plan.content {
        let content = rendered(content, "content", &data.fields)?;
        let source = Upload::Bytes { bytes: content.as_bytes(), mode: CONTENT_MODE };
        return Ok(communicator.upload(source, &destination).await?);
    }
    for source in &plan.sources {
        let source = rendered(source, "source", &data.fields)?;
        match plan.direction {
            Direction::Upload => upload(&source, &destination, communicator, context).await?,
            Direction::Download => download(&source, &destination, communicator, context).await?,
        }
    }
    Ok(())
}

fn rendered(text: &Late, what: &str, fields: &Fields) -> Result<String, Error> {
    text.render(fields).map_err(Error::render(what))
}

/// The parent folders in the guest are never made.
async fn upload(
    source: &str,
    destination: &str,
    communicator: &impl Communicator,
    context: &Context,
) -> Result<(), Error> {
    let metadata = fs::metadata(source).await.map_err(Error::local("upload a file"))?;
    if metadata.is_dir() {
        context.events.debug(format!("uploading {source} to {destination}"));
        return Ok(communicator.upload_directory(source, destination).await?);
    }
    let destination = in_folder(destination, source)?;
    let (work, total) = (Work::Upload { destination: destination.clone() }, Some(metadata.len()));
    context.events.send(Event::Progress { work: work.clone(), done: 0, total });
    communicator.upload(Upload::File(source.into()), &destination).await?;
    context.events.send(Event::Progress { work, done: metadata.len(), total });
    Ok(())
}

async fn download(
    source: &str,
    destination: &str,
    communicator: &impl Communicator,
    context: &Context,
) -> Result<(), Error> {
    if source.ends_with('/') || source.contains(['*', '?', '[']) {
        return Ok(communicator.download_directory(source, Path::new(destination)).await?);
    }
    let destination = PathBuf::from(in_folder(destination, source)?);
    if let Some(parent) = destination.parent() {
        fs::create_dir_all(parent).await.map_err(Error::local("download a file"))?;
    }
    communicator.download(source, &destination).await?;
    let bytes = fs::metadata(&destination).await.map_or(0, |metadata| metadata.len());
    context.events.send(Event::FileWritten { path: destination, bytes });
    Ok(())
}

/// A destination with a trailing slash is a folder that keeps the source's name.
fn in_folder(destination: &str, source: &str) -> Result<String, Error> {
    if !destination.ends_with('/') {
        return Ok(destination.to_owned());
    }
    let name = Path::new(source).file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Error::Plan { message: format!("{source} has no file name") })?;
    Ok(format!("{destination}{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provision::testing::{Recorder, context, data};

    fn plan(direction: Direction, sources: &[&str], destination: &str) -> FilePlan {
        FilePlan {
            sources: sources.iter().map(|source| Late::literal(*source)).collect(),
            content: None,
            destination: Late::literal(destination),
            direction,
            generated: false,
        }
    }

    async fn calls(plan: &FilePlan) -> Result<Vec<String>, Error> {
        let recorder = Recorder::default();
        run(plan, &recorder, &data(), &context().0).await?;
        Ok(recorder.calls())
    }

    #[tokio::test]
    async fn a_file_goes_to_the_destination_or_into_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.conf").display().to_string();
        fs_err::write(&file, "x").unwrap();
        let exact = calls(&plan(Direction::Upload, &[&file], "/etc/b")).await.unwrap();
        assert_eq!(exact, [format!("upload /etc/b {file}")]);
        let inside = calls(&plan(Direction::Upload, &[&file], "/etc/")).await.unwrap();
        assert_eq!(inside, [format!("upload /etc/a.conf {file}")]);
    }

    #[tokio::test]
    async fn a_folder_keeps_its_slash() {
        let folder = tempfile::tempdir().unwrap();
        let source = format!("{}/", folder.path().display());
        let done = calls(&plan(Direction::Upload, &[&source], "/srv")).await.unwrap();
        assert_eq!(done, [format!("upload folder {source} to /srv")]);
    }

    #[tokio::test]
    async fn content_is_written_as_a_private_file() {
        let plan = FilePlan { content: Some(Late::literal("hi")), ..plan(Direction::Upload, &[], "/etc/motd") };
        assert_eq!(calls(&plan).await.unwrap(), ["upload /etc/motd 600 hi"]);
    }

    #[tokio::test]
    async fn a_missing_source_is_named() {
        let error = calls(&plan(Direction::Upload, &["/no/such/file"], "/x")).await.unwrap_err();
        assert!(crate::error::chain(&error).contains("/no/such/file"), "{error}");
    }

    #[tokio::test]
    async fn downloads_make_local_folders() {
        let folder = tempfile::tempdir().unwrap();
        let destination = format!("{}/logs/today/", folder.path().display());
        let done = calls(&plan(Direction::Download, &["/var/log/syslog"], &destination)).await.unwrap();
        assert_eq!(done, [format!("download /var/log/syslog to {destination}syslog")]);
        assert!(folder.path().join("logs/today").is_dir());
    }

    #[tokio::test]
    async fn patterns_and_slashes_download_folders() {
        for source in ["/var/log/", "/var/log/*.log"] {
            let done = calls(&plan(Direction::Download, &[source], "logs")).await.unwrap();
            assert_eq!(done, [format!("download folder {source} to logs")]);
        }
    }
}
