//! Native messages.

use std::fmt::Write;

use domain::Instant;
use jiff::SignedDuration;

/// The site of the tests.
pub const SITE: &str = "essai";

/// The topic of a source of the test site.
pub fn topic(device: &str, quantity: &str) -> String {
    format!("vigie/v1/{SITE}/sensors/{device}/{quantity}")
}

/// One reading as a message.
pub fn message(device: &str, quantity: &str, at: Instant, value: f64) -> (String, Vec<u8>) {
    batch(device, quantity, &[(at, value)])
}

/// Several readings of a source as one message.
pub fn batch(device: &str, quantity: &str, readings: &[(Instant, f64)]) -> (String, Vec<u8>) {
    let mut payload = String::from("[");
    for (index, (at, value)) in readings.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        write!(payload, r#"{comma}{{"value":{value},"observed_at":"{at}"}}"#)
            .expect("a string takes all");
    }
    payload.push(']');
    (topic(device, quantity), payload.into_bytes())
}

/// So many CO2 readings of a device, one a second from `start`, one a message.
pub fn numbered(device: &str, start: Instant, count: u32) -> Vec<(String, Vec<u8>)> {
    let at = |index: u32| start + SignedDuration::from_secs(i64::from(index));
    (0..count)
        .map(|index| message(device, "co2", at(index), 400.0 + f64::from(index % 1000)))
        .collect()
}

/// The present instant, for sensors of a program that reads the machine's clock.
#[expect(
    clippy::disallowed_methods,
    reason = "the program under test reads the machine's clock, so its sensors must"
)]
pub fn now() -> Instant {
    jiff::Timestamp::now().into()
}
