//! The pipeline: one plan in, one artifact out.
