//! Any payloads on the topics of every family, one after the other: readings that can be, or reasons; never a panic.
//!
//! The first byte of a message chooses its topic; messages are divided by two bytes of 0xFF.

#![no_main]

use domain::Instant;
use domain::families::Families;
use domain::message::Message;
use domain::site::{DREUX, parse};
use libfuzzer_sys::fuzz_target;

const TOPICS: &[&str] = &[
    "zigbee2mqtt/a",
    "zigbee2mqtt/a/availability",
    "shellies/a/emeter/0/total",
    "shellies/a/status",
    "shellies/a/info",
    "a/events/rpc",
    "a/status/em:0",
    "a/status/switch:0",
    "tele/a/SENSOR",
    "tele/a/ZbReceived",
    "tele/a/LWT",
    "v3/a@b/devices/c/up",
    "application/a/device/b/event/up",
    "application/a/device/b/event/status",
    "emon/a",
    "emon/a/P1",
    "teleinfo/a",
    "a/tic/EAST",
    "homie/a/b/power",
    "homie/a/b/power/$unit",
    "homie/a/$state",
    "homie/5/a/$description",
    "a/sensor/co2/state",
    "a/binary_sensor/pir/state",
    "vigie/v1/dreux/sensors/a/senml",
    "vigie/v1/dreux/sensors/a/co2",
    "vigie/v1/dreux/sensors/a/status",
    "homeassistant/sensor/a/b/config",
    "homeassistant/device/a/config",
    "some/topic",
    "spBv1.0/g/NBIRTH/n",
    "spBv1.0/g/DBIRTH/n/d",
    "spBv1.0/g/NDATA/n",
    "spBv1.0/g/DDATA/n/d",
    "spBv1.0/g/NDEATH/n",
];

fuzz_target!(|bytes: &[u8]| {
    thread_local! {
        static SITE: domain::site::Site = parse(DREUX, "dreux.toml").expect("the shipped site file is right");
    }
    let received_at = Instant::from_millis(1_796_000_000_000);
    let mut families = SITE.with(|site| Families::new(&site.id, &site.families));
    let mut rest = bytes;
    for _ in 0..32 {
        let end = rest.windows(2).position(|two| two == [0xFF, 0xFF]);
        let (message, after) = end.map_or((rest, &[][..]), |end| (&rest[..end], &rest[end + 2..]));
        let Some((topic, payload)) = message.split_first() else { break };
        let topic = TOPICS[usize::from(*topic) % TOPICS.len()];
        let message = Message { topic, payload, retained: false, received_at };
        if let Some((_, translation)) = families.recognise(&message) {
            for report in &translation.reports {
                assert!(report.source.quantity.plausible().contains(&report.value.as_f64()));
            }
            assert!(translation.reports.len() + translation.refusals.len() <= payload.len() + 5000);
        }
        rest = after;
    }
});
