//! What this host can do for VirtualBox builds.

use super::manage::{self, Manage};
use crate::error::chain;
use crate::machine::finding::Finding;

const NAME: &str = "VirtualBox";

/// Builds with QEMU need none of it.
pub async fn examine() -> Vec<Finding> {
    let Some(program) = manage::find() else {
        let fix = "install VirtualBox; only `virtualbox-*` builders need it";
        return vec![Finding::missing(NAME, "`VBoxManage` is not on PATH", fix)];
    };
    vec![match Manage::locate().await {
        Ok(manage) => Finding::ok(NAME, format!("{}, {}", manage.version(), program.display())),
        Err(error) => {
            let text = chain(&error);
            let (cause, fix) = text.split_once("; ").unwrap_or((&text, "install it anew"));
            Finding::broken(NAME, cause, fix)
        }
    }]
}
