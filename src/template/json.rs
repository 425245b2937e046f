//! The legacy JSON form: a reader that keeps spans, and what the keys mean.
