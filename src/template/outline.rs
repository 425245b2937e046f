//! What a template consists of, for people: names only.

use std::fmt::{Display, Formatter};

/// The parts of a template, in the form of its language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outline {
    Legacy(LegacyOutline),
    Hcl(HclOutline),
}

/// The parts of a JSON template: shared by all builds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegacyOutline {
    /// The name as written, and the type.
    pub builders: Vec<(String, String)>,
    /// Types.
    pub provisioners: Vec<String>,
    /// Names.
    pub post_processors: Vec<String>,
}

/// The parts of an HCL2 template.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HclOutline {
    /// Names and values; `None` is sensitive.
    pub locals: Vec<(String, Option<String>)>,
    pub builds: Vec<BlockOutline>,
}

/// A `build` block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockOutline {
    pub name: Option<String>,
    pub description: Option<String>,
    /// `type.name`
    pub sources: Vec<String>,
    pub provisioners: Vec<ComponentOutline>,
    /// Each list is a sequence.
    pub post_processors: Vec<Vec<ComponentOutline>>,
}

/// A provisioner or a post-processor of a `build` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComponentOutline {
    pub kind: String,
    pub name: Option<String>,
}

/// `type`, or `type.name`
impl Display for ComponentOutline {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.kind)?;
        self.name.iter().try_for_each(|name| write!(f, ".{name}"))
    }
}

impl Outline {
    /// Types of all provisioners.
    pub fn provisioners(&self) -> Vec<&str> {
        match self {
            Self::Legacy(outline) => outline.provisioners.iter().map(String::as_str).collect(),
            Self::Hcl(outline) => {
                outline.builds.iter().flat_map(|build| &build.provisioners).map(|one| one.kind.as_str()).collect()
            }
        }
    }

    /// Names of all post-processors: the type, where there is none.
    pub fn post_processors(&self) -> Vec<&str> {
        match self {
            Self::Legacy(outline) => outline.post_processors.iter().map(String::as_str).collect(),
            Self::Hcl(outline) => outline
                .builds
                .iter()
                .flat_map(|build| build.post_processors.iter().flatten())
                .map(|one| one.name.as_ref().unwrap_or(&one.kind).as_str())
                .collect(),
        }
    }
}
