//! How clusters of an image are compressed.

/// A codec and its level, within its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    /// deflate by libdeflate, levels 1 to 12.
    Zlib { level: i32 },
    /// Levels 1 to 19; readers older than QEMU 5.1 do not know it.
    Zstd { level: i32 },
}

impl Codec {
    /// As small as what qemu-img makes, for a fraction of its work.
    pub const ZLIB: Self = Self::Zlib { level: 6 };

    /// qemu-img's own level.
    pub const ZSTD: Self = Self::Zstd { level: 3 };

    /// The codec at another level; `None` where it has no such.
    pub fn with_level(self, level: i32) -> Option<Self> {
        match self {
            Self::Zlib { .. } => (1..=12).contains(&level).then_some(Self::Zlib { level }),
            Self::Zstd { .. } => (1..=19).contains(&level).then_some(Self::Zstd { level }),
        }
    }
}
