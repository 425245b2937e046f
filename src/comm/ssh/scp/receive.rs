//! Receiving files and folders from a source.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use fs_err::tokio as fs;
use tokio::io::{AsyncBufRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream, WriteHalf};

use super::{Fault, read_answer, read_line};

/// Mode of a downloaded single file.
const FILE_MODE: u32 = 0o644;

/// One record of a source.
#[derive(Debug, PartialEq, Eq)]
enum Record {
    File { mode: u32, size: u64, name: String },
    Enter { mode: u32, name: String },
    Leave,
    Times,
}

/// Receives one file into `destination`, which is made or overwritten.
pub(in crate::comm::ssh) async fn file(stream: DuplexStream, destination: &Path) -> Result<(), Fault> {
    let mut source = Source::new(stream);
    source.acknowledge().await?;
    loop {
        match source.next().await? {
            Some(Record::Times) => source.acknowledge().await?,
            Some(Record::File { size, .. }) => return source.content(destination, FILE_MODE, size).await,
            Some(_) => return Err(Fault::Failed("it is a folder; end the source with `/` to download it".into())),
            None => return Err(Fault::Failed("the guest sent nothing".into())),
        }
    }
}

/// Receives everything into the existing folder `destination`.
pub(in crate::comm::ssh) async fn tree(stream: DuplexStream, destination: &Path) -> Result<(), Fault> {
    let mut source = Source::new(stream);
    source.acknowledge().await?;
    let mut folders = vec![destination.to_owned()];
    while let Some(record) = source.next().await? {
        let current = folders.last().cloned().unwrap_or_else(|| destination.to_owned());
        match record {
            Record::Times => source.acknowledge().await?,
            Record::File { mode, size, name } => source.content(&current.join(name), mode, size).await?,
            Record::Enter { mode, name } => {
                folders.push(make_folder(&current.join(name), mode).await?);
                source.acknowledge().await?;
            }
            Record::Leave if folders.len() > 1 => {
                folders.pop();
                source.acknowledge().await?;
            }
            Record::Leave => return Err(Fault::Failed("scp left more folders than it entered".into())),
        }
    }
    Ok(())
}

/// The owner can always write into it: its files follow.
async fn make_folder(path: &Path, mode: u32) -> Result<PathBuf, Fault> {
    fs::create_dir_all(path).await.map_err(Fault::failed)?;
    let permissions = std::fs::Permissions::from_mode(mode | 0o700);
    fs::set_permissions(path, permissions).await.map_err(Fault::failed)?;
    Ok(path.to_owned())
}

struct Source {
    reader: BufReader<tokio::io::ReadHalf<DuplexStream>>,
    writer: WriteHalf<DuplexStream>,
}

impl Source {
    fn new(stream: DuplexStream) -> Self {
        let (reader, writer) = tokio::io::split(stream);
        Self { reader: BufReader::new(reader), writer }
    }

    async fn acknowledge(&mut self) -> Result<(), Fault> {
        answer(&mut self.writer).await
    }

    /// `None` at the end.
    async fn next(&mut self) -> Result<Option<Record>, Fault> {
        match self.reader.read_u8().await {
            Err(_) => Ok(None),
            Ok(1 | 2) => Err(Fault::Failed(read_line(&mut self.reader).await?)),
            Ok(kind) => parse(kind, &read_line(&mut self.reader).await?).map(Some),
        }
    }

    async fn content(&mut self, path: &Path, mode: u32, size: u64) -> Result<(), Fault> {
        let mut file = fs::File::create(path).await.map_err(Fault::failed)?;
        self.acknowledge().await?;
        copy(&mut self.reader, &mut file, size).await?;
        file.flush().await.map_err(Fault::failed)?;
        file.set_permissions(std::fs::Permissions::from_mode(mode)).await.map_err(Fault::failed)?;
        read_answer(&mut self.reader).await?;
        self.acknowledge().await
    }
}

async fn answer(writer: &mut (impl AsyncWrite + Unpin)) -> Result<(), Fault> {
    writer.write_all(b"\0").await.map_err(|_| Fault::ended_early())
}

async fn copy(
    reader: &mut (impl AsyncBufRead + Unpin),
    writer: &mut (impl AsyncWrite + Unpin),
    size: u64,
) -> Result<(), Fault> {
    let copied = tokio::io::copy_buf(&mut reader.take(size), writer).await.map_err(Fault::failed)?;
    if copied == size { Ok(()) } else { Err(Fault::Failed(format!("{copied} of {size} bytes arrived"))) }
}

fn parse(kind: u8, line: &str) -> Result<Record, Fault> {
    let record = match kind {
        b'C' => header(line).map(|(mode, size, name)| Record::File { mode, size, name }),
        b'D' => header(line).map(|(mode, _, name)| Record::Enter { mode, name }),
        b'E' => Some(Record::Leave),
        b'T' => Some(Record::Times),
        _ => None,
    };
    record.ok_or_else(|| Fault::Failed(format!("scp sent an unknown record `{}{line}`", char::from(kind))))
}

/// Mode, size and name. A guest must not name a place outside the destination.
fn header(line: &str) -> Option<(u32, u64, String)> {
    let mut parts = line.splitn(3, ' ');
    let mode = u32::from_str_radix(parts.next()?, 8).ok()? & 0o777;
    let size = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let is_plain = !name.is_empty() && name != "." && name != ".." && !name.contains('/');
    is_plain.then(|| (mode, size, name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn source(mut stream: DuplexStream, text: &[u8]) {
        stream.write_all(text).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answers = Vec::new();
        stream.read_to_end(&mut answers).await.unwrap();
        assert!(answers.iter().all(|&byte| byte == 0));
    }

    async fn received_tree(text: &[u8]) -> (Result<(), Fault>, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let (ours, theirs) = tokio::io::duplex(4096);
        let (result, ()) = tokio::join!(tree(ours, folder.path()), source(theirs, text));
        (result, folder)
    }

    #[tokio::test]
    async fn one_file_gets_its_bytes_and_a_plain_mode() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        let (ours, theirs) = tokio::io::duplex(4096);
        let text = b"T1 0 1 0\nC0600 3 secret\nabc\0";
        let (result, ()) = tokio::join!(file(ours, &path), source(theirs, text));
        assert_eq!(result, Ok(()));
        assert_eq!(fs_err::read_to_string(&path).unwrap(), "abc");
        assert_eq!(fs_err::metadata(&path).unwrap().permissions().mode() & 0o777, FILE_MODE);
    }

    #[tokio::test]
    async fn folders_are_made_and_left_again() {
        let (result, folder) = received_tree(b"D0755 0 a\nC0755 2 b\nhi\0E\nC0644 0 c\n\0").await;
        assert_eq!(result, Ok(()));
        assert_eq!(fs_err::read_to_string(folder.path().join("a/b")).unwrap(), "hi");
        assert!(folder.path().join("c").exists());
    }

    #[tokio::test]
    async fn names_that_lead_outside_are_refused() {
        for name in ["..", "../x", "/etc/passwd", "a/b"] {
            let (result, _folder) = received_tree(format!("C0644 1 {name}\nx\0").as_bytes()).await;
            assert!(matches!(result, Err(Fault::Failed(text)) if text.contains("unknown record")));
        }
    }

    #[tokio::test]
    async fn a_missing_source_and_a_cut_file_are_told() {
        let (result, _folder) = received_tree(b"\x01scp: /x: No such file or directory\n").await;
        assert_eq!(result, Err(Fault::Failed("scp: /x: No such file or directory".into())));
        let (result, _folder) = received_tree(b"C0644 5 a\nabc").await;
        assert_eq!(result, Err(Fault::Failed("3 of 5 bytes arrived".into())));
    }

    proptest::proptest! {
        #[test]
        fn a_record_never_names_a_place_outside(kind: u8, line: String) {
            if let Ok(Record::File { name, .. } | Record::Enter { name, .. }) = parse(kind, &line) {
                let place = Path::new("/destination").join(&name);
                proptest::prop_assert_eq!(place.parent(), Some(Path::new("/destination")));
            }
        }
    }
}
