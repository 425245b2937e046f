#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| boxwright_fuzz::archive(input));
