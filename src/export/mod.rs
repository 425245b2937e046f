//! From a stopped machine to an artifact in the output folder.
