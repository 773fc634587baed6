//! Observations in files: the formats, the text of a value, and the arrival that a file states.

use clap::ValueEnum;
use domain::{DatedBy, Instant, Kind, Observation, Quantity, Value};

/// Format of a file of readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// Comma, decimal point, ISO 8601 in UTC: comes back to the last bit
    Csv,
    /// Semicolon, decimal comma, day/month/year, the site's time, a byte order mark: for a French spreadsheet
    CsvFr,
    /// Line protocol of InfluxDB, in milliseconds: comes back to the last bit
    Line,
}

/// Arrival of a reading, as far as a file states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The arrival dated the reading.
    Dating,
    /// At this instant.
    At(Instant),
    /// Not stated: it arrives now.
    Unstated,
}

/// Observation of a file, received `now` when the file states no arrival.
pub(super) fn observation(
    observed_at: Instant,
    arrival: Arrival,
    value: Value,
    now: Instant,
) -> Observation {
    let (received_at, dated_by) = match arrival {
        Arrival::Dating => (observed_at, DatedBy::Gateway),
        Arrival::At(at) => (at, DatedBy::Device),
        Arrival::Unstated => (now, DatedBy::Device),
    };
    Observation { observed_at, received_at, dated_by, value }
}

/// Text of a value in a file: the shortest one that gives every bit back, or true and false.
pub(super) fn written(value: Value) -> String {
    match value {
        Value::State(state) => state.to_string(),
        Value::Gauge(number) | Value::Register(number) => format!("{number:?}"),
    }
}

/// Value of a text that [`written`] has made.
pub(super) fn value(quantity: Quantity, text: &str) -> Result<Value, String> {
    let parsed = match quantity.kind() {
        Kind::State => match text {
            "true" => quantity.state(true),
            "false" => quantity.state(false),
            _ => return Err(format!("`{text}` is neither true nor false, as {quantity} is")),
        },
        Kind::Gauge | Kind::Register => {
            let number = text.parse().map_err(|_| {
                format!("`{text}` is no number; write one as 21.5, with a decimal point")
            })?;
            quantity.number(number)
        }
    };
    parsed.map_err(|error| error.to_string())
}

/// Readings of every kind, as the store gives them back: arrivals to the whole second.
#[cfg(test)]
pub(super) fn any_reading() -> impl proptest::strategy::Strategy<Value = domain::Reading> {
    use proptest::prelude::*;
    let names = r#"[\\%,;= "'#2-5Ca-cé/]{1,40}|\PC{1,40}"#;
    let source = (names, proptest::option::of(names), 0..Quantity::ALL.len());
    let millis = -2_000_000_000_000_i64..4_000_000_000_000;
    let arrival = proptest::option::of(-100_000_i64..10_000_000);
    let parsed = (source, millis, arrival, 0.0..=1.0_f64);
    parsed.prop_filter_map("a name that no device has", |(names, millis, arrival, share)| {
        let (device, channel, quantity) = names;
        let quantity = Quantity::ALL[quantity];
        let (low, high) = (*quantity.plausible().start(), *quantity.plausible().end());
        let value = match quantity.kind() {
            Kind::State => quantity.state(share > 0.5),
            Kind::Gauge | Kind::Register => quantity.number(low + (high - low) * share),
        };
        let observed_at = Instant::from_millis(millis);
        let arrival = arrival.map_or(Arrival::Dating, |seconds| {
            Arrival::At(observed_at + jiff::SignedDuration::from_secs(seconds))
        });
        let channel = channel.map(|channel| channel.parse()).transpose().ok()?;
        let source = domain::Source { device: device.parse().ok()?, quantity, channel };
        let observation = observation(observed_at, arrival, value.ok()?, observed_at);
        Some(domain::Reading { source, observation })
    })
}
