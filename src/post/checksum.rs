//! The `checksum` post-processor: digests of an artifact's files, appended to text files.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use fs_err as fs;
use sha2::digest::DynDigest;

use super::{Error, Outcome, PostContext, base_name, fields, render_path};
use crate::artifact::Artifact;
use crate::event::{Event, Work};
use crate::io::hash::hex;
use crate::io::meter::Meter;
use crate::io::{Context, blocking};
use crate::plan::Algorithm;
use crate::plan::post_processor::ChecksumPlan;
use crate::template::interpolate::Fields;

const BUILDER_ID: &str = "packer.post-processor.checksum";

const CHUNK: usize = 256 * 1024;

/// Lines of digests, and the file they go to.
#[derive(Debug, PartialEq, Eq)]
struct Lines {
    path: PathBuf,
    text: String,
}

pub(super) async fn run(
    plan: &ChecksumPlan,
    input: &Artifact,
    post: &PostContext,
    context: &Context,
) -> Result<Outcome, Error> {
    let mut digests = Vec::new();
    for path in &input.files {
        digests.push((base_name(path)?, digest_file(path.clone(), plan.types.clone(), context).await?));
    }
    let mut files = input.files.clone();
    for lines in lines(plan, &digests, fields(input, post))? {
        if append(&lines).map_err(Error::write(&lines.path))? {
            files.push(lines.path.clone());
        }
        context.events.send(Event::FileWritten { path: lines.path, bytes: lines.text.len() as u64 });
    }
    Ok(Outcome { artifact: artifact(files, input), keep_default: true, keep_forced: true })
}

/// The input's files and the new ones. It can be told apart from the input, so build data ends here.
fn artifact(files: Vec<PathBuf>, input: &Artifact) -> Artifact {
    Artifact {
        builder_id: BUILDER_ID.into(),
        id: String::new(),
        description: super::created_from(&files),
        files,
        directory: None,
        machine: input.machine.clone(),
        build_data: Fields::new(),
    }
}

/// By type, then by file, as they are appended. Nothing is written for an artifact without files.
fn lines(plan: &ChecksumPlan, digests: &[(&str, Vec<String>)], mut fields: Fields) -> Result<Vec<Lines>, Error> {
    let mut all: Vec<Lines> = Vec::new();
    if digests.is_empty() {
        return Ok(all);
    }
    for (index, &algorithm) in plan.types.iter().enumerate() {
        fields.insert("ChecksumType".into(), name(algorithm).into());
        let path = render_path(&plan.output, &fields)?;
        let text: String = digests.iter().flat_map(|(file, digests)| [&digests[index], "\t", file, "\n"]).collect();
        match all.iter_mut().find(|lines| lines.path == path) {
            Some(lines) => lines.text.push_str(&text),
            None => all.push(Lines { path, text }),
        }
    }
    Ok(all)
}

/// Says whether the file is new. One write: a stopped program leaves no half line.
fn append(lines: &Lines) -> std::io::Result<bool> {
    let is_new = !lines.path.exists();
    if let Some(folder) = lines.path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().create(true).append(true).open(&lines.path)?;
    file.write_all(lines.text.as_bytes())?;
    Ok(is_new)
}

/// All digests of a file in one reading.
async fn digest_file(path: PathBuf, types: Vec<Algorithm>, context: &Context) -> Result<Vec<String>, Error> {
    let events = context.events.clone();
    let action = format!("read `{}`", path.display());
    let digests = blocking::run(move |cancelled| {
        let total = fs::metadata(&path)?.len();
        let meter = Meter::new(Work::Checksum { path: path.clone() }, total, events, cancelled.clone());
        digest_with(&path, &types, meter)
    });
    digests.await.map_err(Error::io(action))
}

fn digest_with(path: &Path, types: &[Algorithm], mut meter: Meter) -> std::io::Result<Vec<String>> {
    let mut hashers: Vec<Box<dyn DynDigest>> = types.iter().map(|&algorithm| hasher(algorithm)).collect();
    let mut file = fs::File::open(path)?;
    let mut buffer = vec![0; CHUNK];
    loop {
        let read = meter.reader(&mut file).read(&mut buffer)?;
        if read == 0 {
            break;
        }
        for hasher in &mut hashers {
            hasher.update(&buffer[..read]);
        }
    }
    meter.finish();
    Ok(hashers.into_iter().map(|hasher| hex(&hasher.finalize())).collect())
}

fn hasher(algorithm: Algorithm) -> Box<dyn DynDigest> {
    match algorithm {
        Algorithm::Md5 => Box::new(md5::Md5::default()),
        Algorithm::Sha1 => Box::new(sha1::Sha1::default()),
        Algorithm::Sha224 => Box::new(sha2::Sha224::default()),
        Algorithm::Sha256 => Box::new(sha2::Sha256::default()),
        Algorithm::Sha384 => Box::new(sha2::Sha384::default()),
        Algorithm::Sha512 => Box::new(sha2::Sha512::default()),
    }
}

/// Packer's word.
fn name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Md5 => "md5",
        Algorithm::Sha1 => "sha1",
        Algorithm::Sha224 => "sha224",
        Algorithm::Sha256 => "sha256",
        Algorithm::Sha384 => "sha384",
        Algorithm::Sha512 => "sha512",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::post::testing::{context, files_artifact, post_context};
    use crate::template::interpolate::Late;

    #[tokio::test]
    async fn lines_are_appended_by_type_and_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("one"), "abc").unwrap();
        fs::write(path("two"), "").unwrap();
        let output = Late::literal(path("sums/all").display().to_string());
        let plan = ChecksumPlan { types: vec![Algorithm::Md5, Algorithm::Sha1], output };
        let input = files_artifact(&[&path("one"), &path("two")]);
        let (context, _events) = context();
        // RFC 1321, appendix A.5; FIPS 180-1, appendix A; the digests of nothing.
        let expected = "900150983cd24fb0d6963f7d28e17f72\tone\n\
                        d41d8cd98f00b204e9800998ecf8427e\ttwo\n\
                        a9993e364706816aba3e25717850c26c9cd0d89d\tone\n\
                        da39a3ee5e6b4b0d3255bfef95601890afd80709\ttwo\n";
        let outcome = run(&plan, &input, &post_context(), &context).await.unwrap();
        assert_eq!(fs::read_to_string(path("sums/all")).unwrap(), expected);
        assert_eq!(outcome.artifact.files, [path("one"), path("two"), path("sums/all")]);
        assert!(outcome.keep_default && outcome.keep_forced);
        let again = run(&plan, &input, &post_context(), &context).await.unwrap();
        assert_eq!(fs::read_to_string(path("sums/all")).unwrap(), expected.repeat(2));
        assert_eq!(again.artifact.files, input.files, "the file is not new any more");
    }

    #[test]
    fn every_type_has_its_digest() {
        let lengths = [
            (Algorithm::Md5, 16),
            (Algorithm::Sha1, 20),
            (Algorithm::Sha224, 28),
            (Algorithm::Sha256, 32),
            (Algorithm::Sha384, 48),
            (Algorithm::Sha512, 64),
        ];
        for (algorithm, length) in lengths {
            assert_eq!(hasher(algorithm).output_size(), length, "{}", name(algorithm));
        }
    }
}
