//! Post-processors: one artifact to the next.
