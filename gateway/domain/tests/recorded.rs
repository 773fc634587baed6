//! Recorded messages of bought devices give the readings that they must give, and no others.

use domain::families::Families;
use domain::message::{DevicePresence, Message};
use domain::{Instant, Quantity, Value, site};
use serde::Deserialize;

/// One recorded message and what must come of it.
#[derive(Deserialize)]
struct Recorded {
    note: String,
    topic: String,
    #[serde(default)]
    payload: String,
    /// In the place of `payload` where it is no text.
    #[serde(default)]
    payload_hex: String,
    device: Option<String>,
    readings: Vec<Expected>,
    status: Option<DevicePresence>,
    /// How many parts of the message cannot be and are refused.
    #[serde(default)]
    refused: usize,
    /// Whether later messages mean something by this one.
    #[serde(default)]
    learned: bool,
}

impl Recorded {
    fn bytes(&self) -> Vec<u8> {
        if self.payload_hex.is_empty() {
            return self.payload.clone().into_bytes();
        }
        let digits = self.payload_hex.as_bytes().chunks(2);
        let byte = |two: &[u8]| {
            let two = std::str::from_utf8(two).expect("hexadecimal digits");
            u8::from_str_radix(two, 16).expect("hexadecimal digits")
        };
        digits.map(byte).collect()
    }
}

#[derive(Debug, Deserialize, PartialEq)]
struct Expected {
    quantity: Quantity,
    channel: Option<String>,
    value: serde_json::Value,
    observed_at: Option<Instant>,
}

fn every_message_gives_its_readings(family: &'static str, recorded: &str) {
    let site = site::parse(site::DREUX, "dreux.toml").expect("the example is good");
    let mut families = Families::new(&site.id, &site.families);
    read_cut_short_anywhere(recorded);
    let recorded: Vec<Recorded> =
        recorded.lines().map(|line| serde_json::from_str(line).expect("a fixture")).collect();
    assert!(recorded.len() >= 2, "the file is complete");

    for message in recorded {
        let received_at = "2026-11-23T14:00:00Z".parse().expect("an instant");
        let translated = families.recognise(&Message {
            topic: &message.topic,
            payload: &message.bytes(),
            retained: false,
            received_at,
        });
        let (name, translation) = translated.unwrap_or((family, <_>::default()));
        let what = format!("{} ({})", message.topic, message.note);

        assert_eq!(name, family, "{what}");
        assert_eq!(
            translation.refusals.len(),
            message.refused,
            "{what}: {:?}",
            translation.refusals
        );
        assert_eq!(
            translation.statuses.first().map(|status| status.presence),
            message.status,
            "{what}"
        );
        assert_eq!(translation.learned, message.learned, "{what}");
        let mut got: Vec<Expected> = Vec::new();
        for report in translation.reports {
            assert_eq!(Some(report.source.device.as_str()), message.device.as_deref(), "{what}");
            got.push(Expected {
                quantity: report.source.quantity,
                channel: report.source.channel.map(|channel| channel.as_str().to_owned()),
                value: match report.value {
                    Value::State(state) => state.into(),
                    Value::Gauge(number) | Value::Register(number) => number.into(),
                },
                observed_at: report.observed_at,
            });
        }
        assert_eq!(sorted(got), sorted(message.readings), "{what}");
    }
}

/// Every recorded message, cut short anywhere, as after a fault on the way.
fn read_cut_short_anywhere(recorded: &str) {
    let site = site::parse(site::DREUX, "dreux.toml").expect("the example is good");
    let mut families = Families::new(&site.id, &site.families);
    let received_at = "2026-11-23T14:00:00Z".parse().expect("an instant");
    for line in recorded.lines() {
        let message: Recorded = serde_json::from_str(line).expect("a fixture");
        let payload = message.bytes();
        for end in 0..payload.len() {
            families.recognise(&Message {
                topic: &message.topic,
                payload: &payload[..end],
                retained: true,
                received_at,
            });
        }
    }
}

/// In a common order and with whole numbers written as decimals.
fn sorted(mut readings: Vec<Expected>) -> Vec<Expected> {
    for reading in &mut readings {
        if let Some(number) = reading.value.as_f64() {
            reading.value = number.into();
        }
    }
    readings.sort_by_key(|reading| (reading.quantity, reading.channel.clone()));
    readings
}

#[test]
fn recorded_messages_of_zigbee2mqtt_give_their_readings() {
    every_message_gives_its_readings("zigbee2mqtt", include_str!("fixtures/zigbee2mqtt.jsonl"));
}

#[test]
fn recorded_messages_of_shelly_devices_give_their_readings() {
    every_message_gives_its_readings("shelly_gen2", include_str!("fixtures/shelly_gen2.jsonl"));
}

#[test]
fn recorded_messages_of_first_shelly_devices_give_their_readings() {
    every_message_gives_its_readings("shelly_gen1", include_str!("fixtures/shelly_gen1.jsonl"));
}

#[test]
fn recorded_messages_of_tasmota_give_their_readings() {
    every_message_gives_its_readings("tasmota", include_str!("fixtures/tasmota.jsonl"));
}

#[test]
fn recorded_messages_of_esphome_give_their_readings() {
    every_message_gives_its_readings("esphome", include_str!("fixtures/esphome.jsonl"));
}

#[test]
fn recorded_messages_of_senml_give_their_readings() {
    every_message_gives_its_readings("senml", include_str!("fixtures/senml.jsonl"));
}

#[test]
fn recorded_messages_of_the_things_stack_give_their_readings() {
    every_message_gives_its_readings(
        "the_things_stack",
        include_str!("fixtures/the_things_stack.jsonl"),
    );
}

#[test]
fn recorded_messages_of_chirpstack_give_their_readings() {
    every_message_gives_its_readings("chirpstack", include_str!("fixtures/chirpstack.jsonl"));
}

#[test]
fn recorded_messages_of_open_energy_monitor_give_their_readings() {
    every_message_gives_its_readings(
        "open_energy_monitor",
        include_str!("fixtures/open_energy_monitor.jsonl"),
    );
}

#[test]
fn recorded_messages_of_homie_give_their_readings() {
    every_message_gives_its_readings("homie", include_str!("fixtures/homie.jsonl"));
}

#[test]
fn recorded_messages_of_linky_tic_give_their_readings() {
    every_message_gives_its_readings("linky_tic", include_str!("fixtures/linky_tic.jsonl"));
}

#[test]
fn recorded_announcements_for_home_assistant_give_their_readings() {
    every_message_gives_its_readings(
        "home_assistant",
        include_str!("fixtures/home_assistant.jsonl"),
    );
}

#[test]
fn recorded_messages_of_sparkplug_b_give_their_readings() {
    every_message_gives_its_readings("sparkplug_b", include_str!("fixtures/sparkplug_b.jsonl"));
}
