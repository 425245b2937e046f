//! `convert`: a disk image, written in another format or packed as a machine.

mod error;
mod machine;
mod request;

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use tokio_util::sync::CancellationToken;

use super::inputs::boolean;
use super::signals;
use crate::cache::Cache;
use crate::error::{chain, exit};
use crate::event::Events;
use crate::io::Context;
use crate::io::cleanup::CleanupStack;
use crate::io::journal::Journal;
use crate::io::secrets::Secrets;
use crate::post;
use crate::ui::{Reporter, Settings, Style};
use error::Error;
use machine::MachineArgs;

#[derive(Debug, Args)]
pub(super) struct ConvertArgs {
    /// The image to read, an archive with one in it (OVA, Vagrant box, tar), or the description beside one (OVF)
    #[arg(value_name = "SRC")]
    source: PathBuf,
    /// The file to write
    #[arg(value_name = "DST")]
    target: PathBuf,
    /// Format of SRC, if its first bytes are not to be trusted: raw, qcow2, vmdk...
    #[arg(long, alias = "f", value_name = "FORMAT")]
    from: Option<String>,
    /// Name of the disk in an archive that holds several
    #[arg(long, value_name = "NAME")]
    disk: Option<String>,
    /// Format of DST, if its extension does not tell it
    #[arg(long, alias = "O", value_name = "FORMAT")]
    format: Option<String>,
    /// How DST is compressed, where there is a choice: qcow2 files and boxes
    #[arg(long, value_enum)]
    compression: Option<CompressionArg>,
    /// 1 is fast, more is smaller: to 9 with gzip, to 12 with zlib, to 19 with zstd
    #[arg(long, value_name = "N")]
    compression_level: Option<i32>,
    /// Threads that compress; without it, one for each core. The file is the same
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// Copy free blocks of ext file systems as well; without it they are zero
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    keep_unused: bool,
    /// Replace DST if it is there, and what belongs to it
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true", default_value = "false", value_parser = boolean)]
    force: bool,
    #[command(flatten)]
    machine: MachineArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CompressionArg {
    None,
    Zlib,
    Gzip,
    Zstd,
}

pub(super) fn run(args: &ConvertArgs, machine_readable: bool) -> u8 {
    let ui = Reporter::stdout(Settings::for_build(true, false, machine_readable), Secrets::default());
    super::block_on(convert(args, ui))
}

async fn convert(args: &ConvertArgs, mut ui: Reporter) -> u8 {
    let journal = match Journal::open(&Cache::locate().journal_folder()) {
        Ok(journal) => journal,
        Err(error) => return fail(&mut ui, &format!("cannot start the journal of this run: {error}")),
    };
    let (events, receiver) = Events::channel();
    let (cancel, finished) = (CancellationToken::new(), CancellationToken::new());
    let watch = signals::watch(cancel.clone(), journal.clone(), events.clone());
    let reporter = tokio::spawn(ui.follow(receiver, finished.clone().cancelled_owned()));
    let cleanup = CleanupStack::new(journal.clone());
    let context = Context { events, cleanup, secrets: Secrets::default() };
    let converted = tokio::select! {
        // What has its name already is not called cancelled.
        biased;
        converted = perform(args, &context) => converted,
        () = cancel.cancelled() => Err(Error::Cancelled),
    };
    watch.stop().await;
    finished.cancel();
    journal.close();
    let mut ui = reporter.await.expect("the reporter does not panic");
    match converted {
        Ok(systems) => {
            if systems > 0 {
                ui.text("", Style::Message, &format!("    free blocks of {systems} ext file systems were left out"));
            }
            exit::SUCCESS
        }
        Err(error @ Error::Cancelled) => {
            fail(&mut ui, &chain(&error));
            exit::FORCED
        }
        Err(error) => fail(&mut ui, &chain(&error)),
    }
}

/// Tells of how many file systems the free blocks were left out.
async fn perform(args: &ConvertArgs, context: &Context) -> Result<usize, Error> {
    Ok(post::convert::convert(request::of(args)?, context).await?)
}

fn fail(ui: &mut Reporter, message: &str) -> u8 {
    ui.text("", Style::Error, message);
    exit::FAILURE
}
