//! Any message on any topic: it is admitted, refused or ignored, in bounded time and without a panic.

#![no_main]

use domain::admission::Admission;
use domain::message::Message;
use domain::site::{DREUX, parse};
use domain::{Instant, Source};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8], bool)| {
    let (topic, payload, retained) = input;
    thread_local! {
        static SITE: domain::site::Site = parse(DREUX, "dreux.toml").expect("the shipped site file is right");
    }
    let received_at = Instant::from_millis(1_796_000_000_000);
    SITE.with(|site| {
        let mut admission = Admission::new(site, std::iter::empty::<Source>());
        let admitted = admission.admit(&Message { topic, payload, retained, received_at });
        let latest = received_at.as_millis() + 5 * 60_000;
        assert!(admitted.readings.iter().all(|reading| reading.observation.observed_at.as_millis() <= latest));
    });
});
