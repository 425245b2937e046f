//! Digests of files.

use std::io::Read;
use std::path::{Path, PathBuf};

use fs_err as fs;
use sha2::digest::DynDigest;

use crate::event::{Events, Work};
use crate::io::blocking;
use crate::io::hash::hex;
use crate::io::meter::Meter;
use crate::plan::Algorithm;

/// A digest that is expected of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    pub algorithm: Algorithm,
    /// Lower case.
    pub hex: String,
}

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.algorithm.name(), self.hex)
    }
}

/// A digest while it is computed.
pub struct Hasher(Box<dyn DynDigest + Send>);

impl Hasher {
    pub fn new(algorithm: Algorithm) -> Self {
        Self(match algorithm {
            Algorithm::Md5 => Box::new(md5::Md5::default()),
            Algorithm::Sha1 => Box::new(sha1::Sha1::default()),
            Algorithm::Sha224 => Box::new(sha2::Sha224::default()),
            Algorithm::Sha256 => Box::new(sha2::Sha256::default()),
            Algorithm::Sha384 => Box::new(sha2::Sha384::default()),
            Algorithm::Sha512 => Box::new(sha2::Sha512::default()),
        })
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Forgets what it was given.
    pub fn reset(&mut self) {
        self.0.reset();
    }

    /// Lower-case hexadecimal digits.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

impl std::fmt::Debug for Hasher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hasher")
    }
}

/// The digest of a short text.
pub fn of_text(algorithm: Algorithm, text: &str) -> String {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(text.as_bytes());
    hasher.finish()
}

/// Feeds all of a file to a hasher, with progress reports.
pub async fn feed(path: &Path, mut hasher: Hasher, events: &Events) -> std::io::Result<Hasher> {
    let (path, events) = (path.to_owned(), events.clone());
    blocking::run(move |cancelled| {
        let file = fs::File::open(&path)?;
        let meter = Meter::new(work(path), file.metadata()?.len(), events, cancelled.clone());
        read_all(file, meter, &mut hasher)?;
        Ok(hasher)
    })
    .await
}

fn work(path: PathBuf) -> Work {
    Work::Checksum { path }
}

fn read_all(file: fs::File, mut meter: Meter, hasher: &mut Hasher) -> std::io::Result<()> {
    let mut buffer = vec![0; 1 << 20];
    let mut reader = meter.reader(file);
    loop {
        match reader.read(&mut buffer)? {
            0 => break,
            count => hasher.update(&buffer[..count]),
        }
    }
    meter.finish();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn every_algorithm_gives_its_number_of_digits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        fs::write(&path, "abc").unwrap();
        let (events, _receiver) = Events::channel();
        // FIPS 180-2 and RFC 1321, "abc".
        for (algorithm, start) in [
            (Algorithm::Md5, "900150983cd24fb0"),
            (Algorithm::Sha1, "a9993e364706816a"),
            (Algorithm::Sha224, "23097d223405d822"),
            (Algorithm::Sha256, "ba7816bf8f01cfea"),
            (Algorithm::Sha384, "cb00753f45a35e8b"),
            (Algorithm::Sha512, "ddaf35a193617aba"),
        ] {
            let digest = feed(&path, Hasher::new(algorithm), &events).await.unwrap().finish();
            assert!(digest.starts_with(start), "{digest}");
            assert_eq!(digest.len(), algorithm.hex_digits());
            assert_eq!(digest, of_text(algorithm, "abc"));
        }
    }
}
