//! Putting wrong bytes together.

/// A file of a case: its name and its bytes. Behind them it has a hole up to `length`.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) length: u64,
}

impl Image {
    pub(crate) fn new(name: &str, bytes: Vec<u8>) -> Self {
        Self { name: name.into(), length: bytes.len() as u64, bytes }
    }

    pub(crate) fn put(mut self, at: usize, bytes: &[u8]) -> Self {
        let end = at + bytes.len();
        if self.bytes.len() < end {
            self.bytes.resize(end, 0);
        }
        self.bytes[at..end].copy_from_slice(bytes);
        self.length = self.length.max(end as u64);
        self
    }

    pub(crate) fn cut(mut self, length: usize) -> Self {
        self.bytes.truncate(length);
        self.length = length as u64;
        self
    }

    pub(crate) fn sparse(mut self, length: u64) -> Self {
        self.length = length;
        self
    }
}

/// Files, of which the first one is converted, and what is to be said of it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) what: String,
    pub(crate) images: Vec<Image>,
    pub(crate) expected: &'static str,
}

pub(crate) fn case(what: &str, image: Image, expected: &'static str) -> Case {
    Case { what: what.into(), images: vec![image], expected }
}
