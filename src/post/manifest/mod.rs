//! The `manifest` post-processor: a JSON file that lists what builds have made. It outlives runs, so it is
//! read, extended and put in place whole, by one build at a time.

mod document;
mod lock;

use std::io::Write;
use std::path::Path;

use fs_err as fs;

use super::{Error, Outcome, PostContext, fields};
use crate::artifact::Artifact;
use crate::event::Event;
use crate::io::Context;
use crate::io::partial::PartialFile;
use crate::plan::post_processor::ManifestPlan;
use document::{Build, CustomData, File, Manifest};

/// Builds of this process take turns here; `lock` is for other processes.
static ONE_AT_A_TIME: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

pub(super) async fn run(
    plan: &ManifestPlan,
    input: &Artifact,
    post: &PostContext,
    context: &Context,
) -> Result<Outcome, Error> {
    let build = build(plan, input, post, jiff::Timestamp::now().as_second())?;
    let _turn = ONE_AT_A_TIME.lock().await;
    let lock = lock::take(&plan.output, &context.cleanup).await?;
    let bytes = extend(&plan.output, build, post, context).await?;
    drop(lock);
    context.events.send(Event::FileWritten { path: plan.output.clone(), bytes });
    Ok(Outcome::passing_on(input))
}

/// Gives the new length.
async fn extend(path: &Path, build: Build, post: &PostContext, context: &Context) -> Result<u64, Error> {
    let mut manifest = read(path)?;
    manifest.add(build, &post.run_uuid, post.force);
    let text = manifest.to_text();
    let (partial, mut file) = PartialFile::create(path, &context.cleanup).map_err(Error::write(path))?;
    file.write_all(text.as_bytes()).map_err(Error::write(path))?;
    partial.commit().await.map_err(Error::write(path))?;
    Ok(text.len() as u64)
}

/// A missing or empty file is a manifest without builds.
fn read(path: &Path) -> Result<Manifest, Error> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        text => text.map_err(Error::io("read the manifest"))?,
    };
    Manifest::parse(&text).map_err(|source| Error::BadManifest { path: path.to_owned(), source })
}

fn build(plan: &ManifestPlan, input: &Artifact, post: &PostContext, now: i64) -> Result<Build, Error> {
    let files: Vec<File> = input.files.iter().map(|path| file(path, plan.strip_path)).collect();
    Ok(Build {
        name: post.build_name.clone(),
        builder_type: post.builder_type.clone(),
        build_time: (!plan.strip_time).then_some(now),
        files: (!files.is_empty()).then_some(files),
        artifact_id: input.id.clone(),
        packer_run_uuid: post.run_uuid.clone(),
        custom_data: custom_data(plan, input, post)?,
    })
}

/// A file that cannot be looked at has size 0.
fn file(path: &Path, strip_path: bool) -> File {
    let name = if strip_path { path.file_name().map_or(path, Path::new) } else { path };
    let size = fs::metadata(path).map_or(0, |metadata| metadata.len());
    File { name: name.display().to_string(), size }
}

fn custom_data(plan: &ManifestPlan, input: &Artifact, post: &PostContext) -> Result<Option<CustomData>, Error> {
    let fields = fields(input, post);
    let mut data = CustomData::new();
    for (name, value) in &plan.custom_data {
        let value = value.render(&fields).map_err(Error::render("custom_data"))?;
        data.insert(name.clone(), value);
    }
    Ok((!data.is_empty()).then_some(data))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::testing::{context, files_artifact, post_context};
    use crate::template::interpolate::Late;

    fn plan(output: &Path) -> ManifestPlan {
        let custom_data = [("stage".to_owned(), Late::literal("test"))].into();
        ManifestPlan { output: output.to_owned(), strip_path: true, strip_time: true, custom_data }
    }

    #[tokio::test]
    async fn parallel_builds_are_all_in_it() {
        let folder = tempfile::tempdir().unwrap();
        let (output, disk) = (folder.path().join("manifest.json"), folder.path().join("vm"));
        fs::write(&disk, "12345").unwrap();
        let (plan, input) = (plan(&output), files_artifact(&[&disk]));
        let (context, _events) = context();
        let post = |name: &str| PostContext { build_name: name.into(), ..post_context() };
        let (one, two) = (post("one"), post("two"));
        let runs = futures::future::join_all([&one, &two].map(|post| run(&plan, &input, post, &context))).await;
        for outcome in runs {
            let outcome = outcome.unwrap();
            assert_eq!(outcome.artifact, input);
            assert!(outcome.keep_default && outcome.keep_forced);
        }
        insta::assert_snapshot!(fs::read_to_string(&output).unwrap(), @r#"
        {
          "builds": [
            {
              "name": "one",
              "builder_type": "qemu",
              "files": [
                {
                  "name": "vm",
                  "size": 5
                }
              ],
              "artifact_id": "",
              "packer_run_uuid": "8a9c2a6e-0000-4000-8000-000000000001",
              "custom_data": {
                "stage": "test"
              }
            },
            {
              "name": "two",
              "builder_type": "qemu",
              "files": [
                {
                  "name": "vm",
                  "size": 5
                }
              ],
              "artifact_id": "",
              "packer_run_uuid": "8a9c2a6e-0000-4000-8000-000000000001",
              "custom_data": {
                "stage": "test"
              }
            }
          ],
          "last_run_uuid": "8a9c2a6e-0000-4000-8000-000000000001"
        }
        "#);
        let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left.len(), 2, "{left:?}");
    }

    #[tokio::test]
    async fn what_is_no_manifest_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        let output = folder.path().join("manifest.json");
        fs::write(&output, "# notes").unwrap();
        let (context, _events) = context();
        let error = run(&plan(&output), &files_artifact(&[]), &post_context(), &context).await.unwrap_err();
        assert!(matches!(error, Error::BadManifest { .. }), "{error}");
        assert_eq!(fs::read_to_string(&output).unwrap(), "# notes");
        assert!(!folder.path().join("manifest.json.lock").exists());
    }
}
