//! Any bytes on a meter's line: they are frames or damage, never a panic, and no value is one that its quantity cannot have.

#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sensors::tic::{Frames, Meter};
use sensors::uptime::Uptime;

fuzz_target!(|bytes: &[u8]| {
    let (mut frames, mut meter) = (Frames::default(), Meter::new("linky".parse().expect("it is a name")));
    let mut received_at = Uptime::from_millis(0);
    for byte in bytes {
        let Some(frame) = frames.push(*byte) else { continue };
        received_at = received_at + Duration::from_secs(1);
        for one in meter.read(&frame, received_at) {
            assert!(one.quantity.plausible().contains(&one.value.as_f64()));
        }
    }
});
