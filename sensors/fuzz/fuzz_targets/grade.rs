//! Any payloads on the topics of a few devices, one after the other: each device that sends is graded.
//!
//! The first byte of a message chooses its topic, the second how much later it comes; messages are divided by two bytes
//! of 0xFF.

#![no_main]

use domain::Instant;
use domain::site::{DREUX, parse};
use libfuzzer_sys::fuzz_target;
use sensors::grade::{Grader, text};

const TOPICS: &[&str] = &[
    "vigie/v1/dreux/sensors/a/co2",
    "vigie/v1/dreux/sensors/a/status",
    "vigie/v1/dreux/sensors/b/people_in/x",
    "vigie/v1/dreux/sensors/b/senml",
    "zigbee2mqtt/a",
    "zigbee2mqtt/a/availability",
    "shellies/a/emeter/0/total",
    "a/status/switch:0",
    "a/online",
    "tele/a/SENSOR",
    "homeassistant/sensor/a/config",
    "x/y",
];

fuzz_target!(|bytes: &[u8]| {
    thread_local! {
        static SITE: domain::site::Site = parse(DREUX, "dreux.toml").expect("the shipped site file is right");
    }
    let mut grader = SITE.with(|site| Grader::new(site, None));
    let (mut at_ms, mut received, mut rest) = (1_780_000_000_000, 0, bytes);
    for _ in 0..64 {
        let end = rest.windows(2).position(|two| two == [0xFF, 0xFF]);
        let (message, after) = end.map_or((rest, &[][..]), |end| (&rest[..end], &rest[end + 2..]));
        let [topic, later, payload @ ..] = message else { break };
        let topic = TOPICS[usize::from(*topic) % TOPICS.len()];
        at_ms += i64::from(*later) * 1000;
        received += 1;
        grader.receive(topic, payload, later % 7 == 0, Instant::from_millis(at_ms));
        rest = after;
    }
    let grades = grader.grades();
    assert!(grades.len() <= received);
    assert!(grades.iter().all(|grade| !grade.findings.is_empty()));
    assert_eq!(text(&grades).is_empty(), grades.is_empty());
});
