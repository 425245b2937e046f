//! Where this program keeps things between runs.
