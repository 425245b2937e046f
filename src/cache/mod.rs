//! What is kept between runs, and what runs that go on at the same time share.

pub mod ports;

use std::path::PathBuf;

/// The cache folder: Packer's variable first, then the customary place of the user.
pub fn root() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(folder) = variable("PACKER_CACHE_DIR") {
        return folder;
    }
    let user = variable("XDG_CACHE_HOME").or_else(|| std::env::home_dir().map(|home| home.join(".cache")));
    user.unwrap_or_else(std::env::temp_dir).join("boxwright")
}
