//! Running as another user with all rights, as the provisioners for Windows do it.

use serde::{Serialize, Serializer};

use crate::io::secrets::MASK;
use crate::template::interpolate::{Fields, Late};

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ElevationPlan {
    pub user: Late,
    /// `None`: an account that needs none, such as SYSTEM.
    pub password: Option<LateSecret>,
}

/// A password that may be complete only at run time, and shows as a mask.
#[derive(Clone, PartialEq)]
pub struct LateSecret(Late);

impl LateSecret {
    pub fn new(text: Late) -> Self {
        Self(text)
    }

    /// What may be wrong in it is not told: the text could show.
    pub fn render(&self, fields: &Fields) -> Option<String> {
        self.0.render(fields).ok()
    }

    pub fn known(&self) -> Option<String> {
        self.0.known()
    }

    pub(super) fn late(&self) -> &Late {
        &self.0
    }
}

impl std::fmt::Debug for LateSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for LateSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

impl ElevationPlan {
    pub(super) fn lates(&self) -> impl Iterator<Item = &Late> {
        std::iter::once(&self.user).chain(self.password.as_ref().map(LateSecret::late))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_shows_nowhere() {
        let password = Some(LateSecret::new(Late::literal("swordfish")));
        let plan = ElevationPlan { user: Late::literal("vagrant"), password };
        let shown = format!("{plan:?} {}", serde_json::to_string(&plan).unwrap());
        assert!(shown.contains("vagrant") && !shown.contains("swordfish"), "{shown}");
    }
}
