//! Text files that a user names, templates above all: read up to a limit, whatever the path leads to.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use fs_err::File;
use fs_err::os::unix::fs::OpenOptionsExt;
use rustix::fs::{FileType, OFlags, fcntl_getfl, fcntl_setfl, fstat};

use crate::error;

/// In bytes. What is larger was named by mistake (a disk image), or never ends (a device).
pub const SIZE_LIMIT: usize = 8 << 20;

/// A file's text. Bytes that are not UTF-8 are replaced, as Packer does it.
#[derive(Debug)]
pub struct Text {
    pub text: String,
    /// Where the first replaced byte stood; what is before it is as it was read.
    pub invalid_at: Option<usize>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The error names the path.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error("{name} is larger than {} MiB", SIZE_LIMIT >> 20)]
    TooLarge { name: String },
    #[error("{name} is UTF-16 text; save it as UTF-8")]
    Utf16 { name: String },
    #[error("{} is a pipe that no program writes to", path.display())]
    NoWriter { path: PathBuf },
}

impl error::Classify for ReadError {
    fn kind(&self) -> error::ErrorKind {
        error::ErrorKind::User
    }
}

/// Reads a file, a device or a pipe.
pub fn read(path: &Path) -> Result<Text, ReadError> {
    let name = path.display().to_string();
    // A pipe would keep us waiting for its first writer.
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let mut file = fs_err::OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.len() > SIZE_LIMIT as u64 {
        return Err(ReadError::TooLarge { name });
    }
    let first = first_bytes(&mut file)?;
    if first.is_empty() && is_pipe(&file) {
        return Err(ReadError::NoWriter { path: path.to_owned() });
    }
    text(&name, first, file)
}

/// Reads a stream to its end; `name` is for errors.
pub fn read_stream(name: &str, stream: impl Read) -> Result<Text, ReadError> {
    text(name, Vec::new(), stream)
}

fn text(name: &str, mut bytes: Vec<u8>, stream: impl Read) -> Result<Text, ReadError> {
    let room = (SIZE_LIMIT + 1).saturating_sub(bytes.len());
    stream.take(room as u64).read_to_end(&mut bytes)?;
    if bytes.len() > SIZE_LIMIT {
        return Err(ReadError::TooLarge { name: name.to_owned() });
    }
    if is_utf_16(&bytes) {
        return Err(ReadError::Utf16 { name: name.to_owned() });
    }
    Ok(match String::from_utf8(bytes) {
        Ok(text) => Text { text, invalid_at: None },
        Err(error) => Text {
            text: String::from_utf8_lossy(error.as_bytes()).into_owned(),
            invalid_at: Some(error.utf8_error().valid_up_to()),
        },
    })
}

/// With its mark, or without one: a template begins with an ASCII character.
fn is_utf_16(bytes: &[u8]) -> bool {
    matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 1..=255, ..] | [1..=255, 0, ..])
}

/// What can be read at once, or is written next; empty at the end. From here on reads wait.
fn first_bytes(file: &mut File) -> std::io::Result<Vec<u8>> {
    let mut bytes = vec![0; 4096];
    let first = file.read(&mut bytes);
    fcntl_setfl(&*file, fcntl_getfl(&*file)? - OFlags::NONBLOCK)?;
    let length = match first {
        Err(error) if error.kind() == ErrorKind::WouldBlock => file.read(&mut bytes)?,
        first => first?,
    };
    bytes.truncate(length);
    Ok(bytes)
}

fn is_pipe(file: &File) -> bool {
    fstat(file).is_ok_and(|found| FileType::from_raw_mode(found.st_mode) == FileType::Fifo)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(bytes: &[u8]) -> Result<Text, ReadError> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs_err::write(file.path(), bytes).unwrap();
        read(file.path())
    }

    #[test]
    fn the_limit_is_exact() {
        assert_eq!(written(&vec![b' '; SIZE_LIMIT]).unwrap().text.len(), SIZE_LIMIT);
        assert!(matches!(written(&vec![b' '; SIZE_LIMIT + 1]), Err(ReadError::TooLarge { .. })));
        assert!(read_stream("t", &vec![b' '; SIZE_LIMIT][..]).is_ok());
        assert!(matches!(read_stream("t", std::io::repeat(0)), Err(ReadError::TooLarge { .. })));
        assert!(matches!(read(Path::new("/dev/zero")), Err(ReadError::TooLarge { .. })));
    }

    #[test]
    fn says_where_a_text_is_not_utf_8() {
        let read = written(b"{\"\xc3\xa9\": \"\xe9\"}").unwrap();
        assert_eq!((read.text.as_str(), read.invalid_at), ("{\"é\": \"\u{fffd}\"}", Some(8)));
        for text in [b"\xff\xfe{\0}\0", b"\0{\0}\0\n", b"{\0}\0\n\0"] {
            assert!(matches!(written(text), Err(ReadError::Utf16 { .. })));
        }
    }

    #[test]
    fn only_a_pipe_with_a_writer_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, &path, rustix::fs::Mode::RWXU).unwrap();
        assert!(matches!(read(&path), Err(ReadError::NoWriter { .. })));
        // A pipe that is open for both opens at once, and holds what is written before anybody reads.
        let mut writer = fs_err::OpenOptions::new().read(true).write(true).open(&path).unwrap();
        std::io::Write::write_all(&mut writer, b"{}").unwrap();
        let reader = std::thread::spawn(move || read(&path));
        // Its end is the end of the text.
        while !reader.is_finished() && !is_empty(&writer) {
            std::thread::yield_now();
        }
        drop(writer);
        assert_eq!(reader.join().unwrap().unwrap().text, "{}");
    }

    fn is_empty(pipe: &File) -> bool {
        rustix::io::ioctl_fionread(pipe).unwrap() == 0
    }
}
