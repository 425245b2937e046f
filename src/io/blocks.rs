//! Cuts a stream into blocks, codes them on all cores and writes them in order. The output depends on the
//! input alone, not on the number of cores nor on how the input was cut into writes.

use std::collections::VecDeque;
use std::io::Write;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// More threads would only wait for the disk, and each holds two blocks.
const MAX_THREADS: usize = 16;

/// As many may be asked for. There must be a limit, because the queue is made at once for all of them.
const MAX_ASKED_THREADS: usize = 256;

/// Blocks on their way beside those being coded, so that no thread waits for the writer.
const SPARE_BLOCKS: usize = 2;

/// Codes one block by itself. One coder is made for each thread.
pub trait BlockCoder: Send + 'static {
    /// Bytes of input in each block but the last.
    const BLOCK_SIZE: usize;

    /// Replaces what is in `output`.
    fn code(&mut self, input: &[u8], output: &mut Vec<u8>) -> std::io::Result<()>;
}

/// Takes the coded blocks in order, each one whole.
pub trait BlockSink {
    fn put(&mut self, block: &[u8]) -> std::io::Result<()>;
}

impl<W: Write> BlockSink for W {
    fn put(&mut self, block: &[u8]) -> std::io::Result<()> {
        self.write_all(block)
    }
}

struct Job {
    input: Vec<u8>,
    output: Vec<u8>,
    reply: SyncSender<Coded>,
}

struct Coded {
    input: Vec<u8>,
    output: Vec<u8>,
    result: std::io::Result<()>,
}

/// The writing end. Call `finish`: what is dropped before is not complete.
pub struct BlockWriter<S, C> {
    sink: S,
    block: Vec<u8>,
    make_coder: Box<dyn Fn() -> C + Send>,
    threads: Threads,
    pending: VecDeque<Receiver<Coded>>,
    /// Used buffers: input and output of a block.
    spare: Vec<(Vec<u8>, Vec<u8>)>,
    blocks: u64,
}

/// The threads that code, started one by one as blocks come, and joined when dropped.
struct Threads {
    max: usize,
    running: Vec<JoinHandle<()>>,
    /// `None` only while it is being dropped: that ends the threads.
    jobs: Option<SyncSender<Job>>,
    queue: Arc<Mutex<Receiver<Job>>>,
}

impl<S: BlockSink, C: BlockCoder> BlockWriter<S, C> {
    /// On at most so many threads, and at least one; `None`: one for each core.
    pub fn new(sink: S, threads: Option<usize>, make_coder: impl Fn() -> C + Send + 'static) -> Self {
        Self {
            sink,
            block: Vec::with_capacity(C::BLOCK_SIZE),
            make_coder: Box::new(make_coder),
            threads: Threads::new(threads.map_or_else(default_threads, |asked| asked.clamp(1, MAX_ASKED_THREADS))),
            pending: VecDeque::new(),
            spare: Vec::new(),
            blocks: 0,
        }
    }

    /// Codes what is left and gives the sink back. Even an empty input makes one block.
    pub fn finish(mut self) -> std::io::Result<S> {
        if !self.block.is_empty() || self.blocks == 0 {
            self.submit()?;
        }
        while let Some(coded) = self.pending.pop_front() {
            self.write_coded(&coded)?;
        }
        Ok(self.sink)
    }

    fn submit(&mut self) -> std::io::Result<()> {
        if self.pending.len() == self.threads.max + SPARE_BLOCKS
            && let Some(coded) = self.pending.pop_front()
        {
            self.write_coded(&coded)?;
        }
        let (next, output) = self.spare.pop().unwrap_or_else(|| (Vec::with_capacity(C::BLOCK_SIZE), Vec::new()));
        let (reply, coded) = sync_channel(1);
        let job = Job { input: std::mem::replace(&mut self.block, next), output, reply };
        self.threads.send(job, &self.make_coder)?;
        self.pending.push_back(coded);
        self.blocks += 1;
        Ok(())
    }

    fn write_coded(&mut self, coded: &Receiver<Coded>) -> std::io::Result<()> {
        let Coded { mut input, output, result } = coded.recv().map_err(|_| thread_ended())?;
        result?;
        self.sink.put(&output)?;
        input.clear();
        self.spare.push((input, output));
        Ok(())
    }
}

fn default_threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MAX_THREADS)
}

impl Threads {
    fn new(max: usize) -> Self {
        let (jobs, queue) = sync_channel(max + SPARE_BLOCKS);
        Self { max, running: Vec::new(), jobs: Some(jobs), queue: Arc::new(Mutex::new(queue)) }
    }

    fn send<C: BlockCoder>(&mut self, job: Job, make_coder: &dyn Fn() -> C) -> std::io::Result<()> {
        if self.running.len() < self.max {
            let (queue, mut coder) = (Arc::clone(&self.queue), make_coder());
            let thread = std::thread::Builder::new().name("block-coder".into());
            self.running.push(thread.spawn(move || code_blocks(&queue, &mut coder))?);
        }
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(thread_ended)
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.running.drain(..) {
            // A panic in it was already seen as a missing answer.
            let _ = thread.join();
        }
    }
}

fn code_blocks<C: BlockCoder>(queue: &Mutex<Receiver<Job>>, coder: &mut C) {
    while let Some(Job { input, mut output, reply }) = next_job(queue) {
        let result = coder.code(&input, &mut output);
        // Nobody waits for the answer when the writer was dropped.
        let _ = reply.send(Coded { input, output, result });
    }
}

fn next_job(queue: &Mutex<Receiver<Job>>) -> Option<Job> {
    queue.lock().ok()?.recv().ok()
}

fn thread_ended() -> std::io::Error {
    std::io::Error::other("a coding thread ended early")
}

impl<S: BlockSink, C: BlockCoder> Write for BlockWriter<S, C> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let taken = bytes.len().min(C::BLOCK_SIZE - self.block.len());
        self.block.extend_from_slice(&bytes[..taken]);
        if self.block.len() == C::BLOCK_SIZE {
            self.submit()?;
        }
        Ok(taken)
    }

    /// Does not end the block: that would make the output depend on the flushes.
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<S, C> std::fmt::Debug for BlockWriter<S, C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BlockWriter").field("blocks", &self.blocks).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes each block's length before it.
    struct Length;

    impl BlockCoder for Length {
        const BLOCK_SIZE: usize = 4;

        fn code(&mut self, input: &[u8], output: &mut Vec<u8>) -> std::io::Result<()> {
            if input == b"fail" {
                return Err(std::io::Error::other("asked to fail"));
            }
            assert_ne!(input, b"boom", "asked to panic");
            output.clear();
            output.push(u8::try_from(input.len()).unwrap());
            output.extend_from_slice(input);
            Ok(())
        }
    }

    fn coded(writes: &[&[u8]], threads: usize) -> std::io::Result<Vec<u8>> {
        let mut writer = BlockWriter::new(Vec::new(), Some(threads), || Length);
        for bytes in writes {
            writer.write_all(bytes)?;
        }
        writer.finish()
    }

    #[test]
    fn blocks_come_out_in_order_however_they_went_in() {
        let text: Vec<u8> = (0..=255).collect();
        let expected: Vec<u8> = text.chunks(4).flat_map(|block| [&[4], block].concat()).collect();
        for threads in [0, 1, 3, 16, usize::MAX] {
            assert_eq!(coded(&[&text], threads).unwrap(), expected);
            assert_eq!(coded(&text.chunks(7).collect::<Vec<_>>(), threads).unwrap(), expected);
        }
    }

    #[test]
    fn nothing_is_one_empty_block_and_a_short_rest_is_kept() {
        assert_eq!(coded(&[], 2).unwrap(), [0]);
        assert_eq!(coded(&[b"abcdef"], 2).unwrap(), b"\x04abcd\x02ef");
    }

    #[test]
    fn a_failing_or_panicking_coder_is_an_error() {
        assert_eq!(coded(&[b"goodfailgood"], 2).unwrap_err().to_string(), "asked to fail");
        assert_eq!(coded(&[b"boom"], 1).unwrap_err().to_string(), "a coding thread ended early");
    }
}
