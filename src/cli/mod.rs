//! The command line: what was typed, then one file for each command.

mod args;
mod build;
mod console;
mod convert;
mod data;
mod doctor;
mod fix;
mod fmt;
mod hcl2_upgrade;
mod help;
mod init;
mod inputs;
mod inspect;
mod load;
mod plan;
mod plugins;
mod schema;
mod signals;
mod validate;
mod version;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Arguments, Command};

/// Runs the program with the arguments it was started with (without its own name).
pub fn main(arguments: Vec<OsString>) -> ExitCode {
    let typed: Vec<String> = arguments.into_iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let normal = words::normalize(typed);
    if help::names_no_command(&normal) {
        return help::unknown_command(&normal);
    }
    match Arguments::try_parse_from(std::iter::once("boxwright".to_owned()).chain(normal)) {
        Ok(arguments) => run(arguments),
        Err(error) => help::usage(&error),
    }
}

fn run(arguments: Arguments) -> ExitCode {
    crate::ui::log::start();
    let machine_readable = arguments.machine_readable;
    let code = match arguments.command {
        Command::Build(args) => build::run(&args, machine_readable),
        Command::Validate(args) => validate::run(&args, machine_readable),
        Command::Inspect(args) => inspect::run(&args, machine_readable),
        Command::Plan(args) => plan::run(&args, machine_readable),
        Command::Fix(args) => fix::run(&args, machine_readable),
        Command::Console(args) => console::run(&args, machine_readable),
        Command::Convert(args) => convert::run(&args, machine_readable),
        Command::Init(args) => init::run(&args, machine_readable),
        Command::Plugins(args) => plugins::run(&args, machine_readable),
        Command::Fmt(args) => fmt::run(&args, machine_readable),
        Command::Hcl2Upgrade(args) => hcl2_upgrade::run(&args, machine_readable),
        Command::Doctor => doctor::run(machine_readable),
        Command::Schema(args) => schema::run(&args),
        Command::Version => version::run(machine_readable),
    };
    ExitCode::from(code)
}

/// Runs a command's future. Two threads do: the work is in child processes and in blocking threads.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.expect("a host that starts programs can start two threads");
    let value = runtime.block_on(work);
    // A thread that waits for a key must not hold the program up.
    runtime.shutdown_background();
    value
}
