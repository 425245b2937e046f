//! Where the guest additions come from. They are only looked for where the template asks for them.

use std::path::PathBuf;

use super::calls::Call;
use super::manage::Manage;
use super::parse;
use crate::machine::{Error, Wish};
use crate::plan::virtualbox::{GuestAdditionsNeed, GuestAdditionsPlan};
use crate::plan::{Algorithm, Checksum, IsoPlan};
use crate::template::interpolate::{Fields, Late};

/// Where VirtualBox's vendor puts them, by version.
const VENDOR: &str = "https://download.virtualbox.org/virtualbox";

pub(super) async fn wish(manage: &Manage, plan: &GuestAdditionsPlan) -> Result<Option<Wish>, Error> {
    if plan.need == GuestAdditionsNeed::None {
        return Ok(None);
    }
    let version = manage.version().to_string();
    let (url, checksum) = match &plan.url {
        Some(url) => (render(url, &version)?, given(plan)),
        None => match installed(manage).await? {
            Some(path) => (path.to_string_lossy().into_owned(), Checksum::None),
            None => vendors(&version, plan),
        },
    };
    let source = IsoPlan { urls: vec![url], checksum, target_path: None, target_extension: "iso".to_owned() };
    Ok(Some(Wish { what: "the guest additions", source, is_needed: plan.need == GuestAdditionsNeed::Needed }))
}

pub(super) fn render(text: &Late, version: &str) -> Result<String, Error> {
    let fields = Fields::from([("Version".to_owned(), version.to_owned())]);
    text.render(&fields).map_err(|error| Error::Plan { message: error.to_string() })
}

fn given(plan: &GuestAdditionsPlan) -> Checksum {
    match &plan.sha256 {
        Some(hex) => Checksum::Digest { algorithm: Algorithm::Sha256, hex: hex.clone() },
        None => Checksum::None,
    }
}

/// Those of the package.
async fn installed(manage: &Manage) -> Result<Option<PathBuf>, Error> {
    let text = manage.ask(&Call::new(&["list", "systemproperties"])).await?;
    Ok(parse::default_additions(&text).filter(|path| path.is_file()))
}

fn vendors(version: &str, plan: &GuestAdditionsPlan) -> (String, Checksum) {
    let url = format!("{VENDOR}/{version}/VBoxGuestAdditions_{version}.iso");
    let checksum = match given(plan) {
        Checksum::None => Checksum::File { location: format!("{VENDOR}/{version}/SHA256SUMS") },
        given => given,
    };
    (url, checksum)
}
