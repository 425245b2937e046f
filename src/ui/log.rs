//! The log for somebody who looks for a fault: `PACKER_LOG=1` to standard error, `PACKER_LOG_PATH` to a file.

use std::sync::Mutex;

use tracing_subscriber::EnvFilter;

/// Starts logging if the environment asks for it. A log file that cannot be made is not worth a failed build.
pub(crate) fn start() {
    let path = std::env::var_os("PACKER_LOG_PATH").filter(|path| !path.is_empty());
    let asked = std::env::var("PACKER_LOG").is_ok_and(|value| !value.is_empty() && value != "0");
    if !asked && path.is_none() {
        return;
    }
    let log = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("boxwright=debug")).with_ansi(false);
    match path.and_then(|path| fs_err::File::create(std::path::PathBuf::from(path)).ok()) {
        Some(file) => log.with_writer(Mutex::new(file)).init(),
        None => log.with_writer(std::io::stderr).init(),
    }
}
