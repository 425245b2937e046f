//! One option: its name, the shape of its value, and a phrase about it.

/// An option of a component.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opt {
    pub name: &'static str,
    pub shape: Shape,
    /// What it is, with its unit and default, as a phrase without a full stop.
    pub doc: &'static str,
    pub required: bool,
    /// Its texts hold `{{ }}` that are filled in while the build runs.
    pub late: bool,
    /// Accepted, and without effect in this program.
    pub inert: bool,
    /// The least and the most that an integer may be.
    pub bounds: Option<(i64, i64)>,
}

/// What an option's value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Text,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// The path of something that must exist on this host.
    File,
    Folder,
    /// A file or a folder.
    Path,
    Flag,
    /// A flag that is told apart from one that is not set.
    Trilean,
    Integer,
    /// `1m30s`
    Duration,
    Texts,
    /// A list of `NAME=value`.
    Assignments,
    /// Paths of files that must exist on this host.
    Files,
    /// Paths of folders that must exist on this host.
    Folders,
    /// Paths or patterns of files and folders.
    Paths,
    Integers,
    /// A list of lists of texts.
    Rows,
    TextMap,
    /// A map with options of its own.
    Nested(Options),
    Any,
}

/// The options of a component: groups, because components share many of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options(pub &'static [&'static [Opt]]);

impl Options {
    pub fn iter(self) -> impl Iterator<Item = &'static Opt> {
        self.0.iter().copied().flatten()
    }

    /// Names are matched without regard to case, as Packer does it.
    pub fn find(self, name: &str) -> Option<&'static Opt> {
        self.iter().find(|option| option.name.eq_ignore_ascii_case(name))
    }

    pub fn names(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(|option| option.name)
    }
}

impl Opt {
    pub(super) const fn new(name: &'static str, shape: Shape, doc: &'static str) -> Self {
        Self { name, shape, doc, required: false, late: false, inert: false, bounds: None }
    }

    pub(super) const fn required(self) -> Self {
        Self { required: true, ..self }
    }

    pub(super) const fn late(self) -> Self {
        Self { late: true, ..self }
    }

    pub(super) const fn between(self, least: i64, most: i64) -> Self {
        Self { bounds: Some((least, most)), ..self }
    }

    pub(super) const fn inert(self) -> Self {
        Self { inert: true, ..self }
    }
}

/// Makes the constructors that tables are written with.
macro_rules! constructors {
    ($($name:ident => $shape:ident),* $(,)?) => {
        $(pub(super) const fn $name(name: &'static str, doc: &'static str) -> Opt {
            Opt::new(name, Shape::$shape, doc)
        })*
    };
}

constructors! {
    text => Text,
    file => File,
    folder => Folder,
    path => Path,
    flag => Flag,
    trilean => Trilean,
    integer => Integer,
    duration => Duration,
    texts => Texts,
    assignments => Assignments,
    files => Files,
    folders => Folders,
    paths => Paths,
    integers => Integers,
    rows => Rows,
    text_map => TextMap,
    any => Any,
}

pub(super) const fn choice(name: &'static str, words: &'static [&'static str], doc: &'static str) -> Opt {
    Opt::new(name, Shape::Choice(words), doc)
}

pub(super) const fn nested(name: &'static str, options: &'static [&'static [Opt]], doc: &'static str) -> Opt {
    Opt::new(name, Shape::Nested(Options(options)), doc)
}
