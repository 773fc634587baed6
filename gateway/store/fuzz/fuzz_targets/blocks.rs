//! Any bytes as a block of readings or of rollups, with a checksum that fits: readings or an error, never a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| store::unpack_anything(bytes));
