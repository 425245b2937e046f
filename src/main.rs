//! The `boxwright` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    boxwright::cli::main(std::env::args_os().skip(1).collect())
}
