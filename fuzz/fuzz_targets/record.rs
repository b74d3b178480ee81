//! A program for cargo-fuzz; what it does is in `targets/src/lib.rs`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| trailseal_fuzz::record(bytes));
