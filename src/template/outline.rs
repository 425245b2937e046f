//! What a template consists of, for people: names only.

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
    /// Types.
    pub provisioners: Vec<String>,
    /// Types with names where they have one; each list is a sequence.
    pub post_processors: Vec<Vec<String>>,
}

impl Outline {
    /// Types of all provisioners.
    pub fn provisioners(&self) -> Vec<&str> {
        match self {
            Self::Legacy(outline) => outline.provisioners.iter().map(String::as_str).collect(),
            Self::Hcl(outline) => {
                outline.builds.iter().flat_map(|build| &build.provisioners).map(String::as_str).collect()
            }
        }
    }

    /// Names of all post-processors.
    pub fn post_processors(&self) -> Vec<&str> {
        match self {
            Self::Legacy(outline) => outline.post_processors.iter().map(String::as_str).collect(),
            Self::Hcl(outline) => outline
                .builds
                .iter()
                .flat_map(|build| build.post_processors.iter().flatten())
                .map(String::as_str)
                .collect(),
        }
    }
}
