//! The same bytes on a processor without wide instructions: codecs choose at run time what they use.

#![cfg(test)]
#![cfg(target_arch = "x86_64")]

#[path = "support/bench.rs"]
mod bench;
#[path = "support/tools.rs"]
mod tools;

use bench::{Bench, Ran};
use fs_err as fs;
use tools::tool_or_skip;

/// Text, zeros and noise.
fn bench() -> Bench {
    let lines: Vec<String> = (0..60_000).map(|number: u32| format!("{number:07}\n")).collect();
    let number = |index: u64| index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let noise: Vec<String> = (0..30_000).map(|index| format!("{:016x}", number(index))).collect();
    Bench::new().file("disk.raw", &[lines.concat(), "\0".repeat(100_000), noise.concat()].concat())
}

/// A processor of 2003: no SSE3, no AVX, no BMI, no carry-less multiplication.
const OLD: [&str; 2] = ["-cpu", "qemu64,-sse3,-ssse3,-sse4.1,-sse4.2,-popcnt,-cx16"];

#[test]
fn an_old_processor_writes_the_same() {
    if tool_or_skip("qemu-x86_64").is_none() {
        return;
    }
    let bench = bench();
    let program = env!("CARGO_BIN_EXE_boxwright");
    let targets = [
        "-compression=zlib -compression-level=1 disk.raw new.qcow2",
        "-compression=zlib disk.raw new.qcow2",
        "-compression=zlib -compression-level=12 disk.raw new.qcow2",
        "-compression=zstd disk.raw new.qcow2",
        "-compression=zstd -compression-level=19 disk.raw new.qcow2",
        "disk.raw new.vmdk",
        "disk.raw new.vdi",
        "disk.raw new.vhd",
        "-O gce disk.raw new.tar.gz",
        "-O ec2-ova disk.raw new.ova",
        "-O box-libvirt disk.raw new.box",
        "-O box-libvirt -compression=zstd disk.raw new.box",
    ];
    for words in targets {
        let words: Vec<&str> = std::iter::once("convert").chain(words.split(' ')).collect();
        let new = bench.path(words[words.len() - 1]);
        let plain = bench.run(&words);
        assert_eq!(plain.code, 0, "{words:?}: {}", plain.stdout);
        let expected = fs::read(&new).unwrap();
        fs::remove_file(&new).unwrap();
        let masked = [&OLD[..], &[program], &words].concat();
        let masked = Ran::from(bench.command_of("qemu-x86_64", &masked).output().unwrap());
        assert_eq!(masked.code, 0, "{words:?}: {}{}", masked.stdout, masked.stderr);
        assert!(fs::read(&new).unwrap() == expected, "{words:?}");
        fs::remove_file(&new).unwrap();
    }
}
