//! Any reading: it is one line that says what the reading says, or none.

#![no_main]

use domain::{DatedBy, Instant, Observation, Quantity, Reading, Source, Value};
use libfuzzer_sys::fuzz_target;
use store::influx::{Line, decode_tag};

fuzz_target!(|input: (&str, Option<&str>, f64, i64, i64, u8)| {
    let (device, channel, number, observed, received, choice) = input;
    let Ok(device) = device.parse() else { return };
    let Ok(channel) = channel.map(str::parse).transpose() else { return };
    let quantity = Quantity::ALL[usize::from(choice) % Quantity::ALL.len()];
    let source = Source { device, quantity, channel };
    let observation = Observation {
        observed_at: Instant::from_millis(observed),
        received_at: Instant::from_millis(received),
        dated_by: if choice > 127 { DatedBy::Device } else { DatedBy::Gateway },
        value: Value::from_f64(quantity.kind(), number),
    };
    let site = "dreux".parse().expect("a site");
    let Ok(line) = Line::of(&site, &Reading { source: source.clone(), observation }) else { return };

    let text = line.as_str();
    assert!(!text.chars().any(char::is_control), "{text:?}");
    // What InfluxDB takes apart at bare signs comes back as it was.
    let mut parts = vec![String::new()];
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some(' ' | ',' | '=')) => parts.last_mut().expect("one part").extend(characters.next()),
            (' ' | ',' | '=', _) => parts.push(String::new()),
            (other, _) => parts.last_mut().expect("one part").push(other),
        }
    }
    assert_eq!(parts[0], quantity.name());
    assert_eq!(decode_tag(&parts[4]), source.device.as_str());
    if let Some(channel) = &source.channel {
        assert_eq!(decode_tag(&parts[6]), channel.as_str());
    }
    // Behind the tags, since a device or a channel may be called like a field.
    let field = if source.channel.is_some() { 7 } else { 5 };
    assert_eq!(parts[field], "value");
    let value = parts.get(field + 1);
    match observation.value {
        Value::State(state) => assert_eq!(value, Some(&state.to_string())),
        Value::Gauge(_) | Value::Register(_) => {
            let found: f64 = value.and_then(|text| text.parse().ok()).expect("a number");
            assert_eq!(found.to_bits(), observation.value.as_f64().to_bits());
        }
    }
});
