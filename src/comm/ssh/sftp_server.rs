//! For tests: an SFTP server over this host's files. A handle is the path itself.

use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};

use fs_err as fs;
use russh_sftp::protocol::{Attrs, Data, FileAttributes, Handle, OpenFlags, Status, StatusCode};

#[derive(Debug)]
pub(super) struct Files;

fn code(error: &std::io::Error) -> StatusCode {
    if error.kind() == std::io::ErrorKind::NotFound { StatusCode::NoSuchFile } else { StatusCode::Failure }
}

fn status(id: u32, result: std::io::Result<()>) -> Result<Status, StatusCode> {
    result.map_err(|error| code(&error))?;
    Ok(Status { id, status_code: StatusCode::Ok, error_message: "Ok".into(), language_tag: "en".into() })
}

fn attributes(id: u32, path: &str) -> Result<Attrs, StatusCode> {
    let metadata = fs::metadata(path).map_err(|error| code(&error))?;
    let attrs =
        FileAttributes { size: Some(metadata.len()), permissions: Some(metadata.mode()), ..FileAttributes::empty() };
    Ok(Attrs { id, attrs })
}

impl russh_sftp::server::Handler for Files {
    type Error = StatusCode;

    fn unimplemented(&self) -> Self::Error {
        StatusCode::OpUnsupported
    }

    async fn open(
        &mut self,
        id: u32,
        filename: String,
        flags: OpenFlags,
        _attributes: FileAttributes,
    ) -> Result<Handle, StatusCode> {
        let mut options = fs::OpenOptions::new();
        options.read(flags.contains(OpenFlags::READ)).write(flags.contains(OpenFlags::WRITE));
        options.create(flags.contains(OpenFlags::CREATE)).truncate(flags.contains(OpenFlags::TRUNCATE));
        options.open(&filename).map_err(|error| code(&error))?;
        Ok(Handle { id, handle: filename })
    }

    async fn close(&mut self, id: u32, _handle: String) -> Result<Status, StatusCode> {
        status(id, Ok(()))
    }

    async fn read(&mut self, id: u32, handle: String, offset: u64, length: u32) -> Result<Data, StatusCode> {
        let mut data = vec![0; length as usize];
        let file = fs::File::open(handle).map_err(|error| code(&error))?;
        let count = file.file().read_at(&mut data, offset).map_err(|error| code(&error))?;
        data.truncate(count);
        if data.is_empty() { Err(StatusCode::Eof) } else { Ok(Data { id, data }) }
    }

    async fn write(&mut self, id: u32, handle: String, offset: u64, data: Vec<u8>) -> Result<Status, StatusCode> {
        let file = fs::OpenOptions::new().write(true).open(handle).map_err(|error| code(&error))?;
        status(id, file.file().write_all_at(&data, offset))
    }

    async fn stat(&mut self, id: u32, path: String) -> Result<Attrs, StatusCode> {
        attributes(id, &path)
    }

    async fn fstat(&mut self, id: u32, handle: String) -> Result<Attrs, StatusCode> {
        attributes(id, &handle)
    }

    async fn setstat(&mut self, id: u32, path: String, attrs: FileAttributes) -> Result<Status, StatusCode> {
        let mode = attrs.permissions.ok_or(StatusCode::OpUnsupported)?;
        status(id, fs::set_permissions(path, std::fs::Permissions::from_mode(mode)))
    }

    async fn fsetstat(&mut self, id: u32, handle: String, attrs: FileAttributes) -> Result<Status, StatusCode> {
        self.setstat(id, handle, attrs).await
    }

    async fn mkdir(&mut self, id: u32, path: String, _attributes: FileAttributes) -> Result<Status, StatusCode> {
        status(id, fs::create_dir(path))
    }
}
