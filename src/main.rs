//! The `boxwright` program.

fn main() {}
