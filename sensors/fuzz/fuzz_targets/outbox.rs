//! Any bytes as a line of the outbox: a reading that a node can have taken, or nothing.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sensors::outbox::decode;

fuzz_target!(|bytes: &[u8]| {
    // As it stands, and with the checksum that belongs to it, so that what is behind it is reached, too.
    let sealed = [format!("{:08x} ", crc32fast::hash(bytes)).as_bytes(), bytes].concat();
    for line in [bytes, sealed.as_slice()] {
        if let Some(record) = decode(line) {
            assert!(record.subject.quantity.plausible().contains(&record.value.as_f64()));
        }
    }
});
