//! Readings in files: out of the store, and back into one.
//!
//! ```text
//! store ──export──▶ csv, line protocol ──import──▶ store      the same readings, to the last bit
//!            └────▶ csv-fr, for a French spreadsheet          foreign CSV ──by a map──▶ store
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `export` | which readings go out, page by page; what a damaged block hides is named and left out |
//! | `import` | files in, batches into the store; each line accepted or refused with its reason |
//! | `gate` | limits of an import: no reading from the future, not any number of new sources |
//! | `table` | readings as rows of CSV, for machines and for people |
//! | `line` | readings as lines of InfluxDB |
//! | `text` | lines of a file, however long or broken |
//!
//! **When a reading was received.** The store keeps it in whole seconds after it was observed, and an export states it
//! (`received_at` and `dated_by`; `lag` or `by_arrival` in line protocol). An import
//! keeps what is stated. A reading that states no arrival was received when it was imported.

mod export;
mod gate;
mod import;
mod line;
mod table;
mod text;

pub(crate) use export::{ExportArguments, export};
pub(crate) use import::{ImportArguments, import};

use clap::ValueEnum;
use domain::{DatedBy, Instant, Kind, Observation, Quantity, Value};

/// Format of a file of readings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Comma, decimal point, ISO 8601 in UTC: comes back to the last bit
    Csv,
    /// Semicolon, decimal comma, day/month/year, the site's time, a byte order mark: for a French spreadsheet
    CsvFr,
    /// Line protocol of InfluxDB, in milliseconds: comes back to the last bit
    Line,
}

/// Arrival of a reading, as far as a file states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Arrival {
    /// The arrival dated the reading.
    Dating,
    /// At this instant.
    At(Instant),
    /// Not stated: it arrives now.
    Unstated,
}

/// Observation of a file, received `now` when the file states no arrival.
fn observation(observed_at: Instant, arrival: Arrival, value: Value, now: Instant) -> Observation {
    let (received_at, dated_by) = match arrival {
        Arrival::Dating => (observed_at, DatedBy::Gateway),
        Arrival::At(at) => (at, DatedBy::Device),
        Arrival::Unstated => (now, DatedBy::Device),
    };
    Observation { observed_at, received_at, dated_by, value }
}

/// Text of a value in a file: the shortest one that gives every bit back, or true and false.
fn written(value: Value) -> String {
    match value {
        Value::State(state) => state.to_string(),
        Value::Gauge(number) | Value::Register(number) => format!("{number:?}"),
    }
}

/// Value of a text that [`written`] has made.
fn value(quantity: Quantity, text: &str) -> Result<Value, String> {
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
fn any_reading() -> impl proptest::strategy::Strategy<Value = domain::Reading> {
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
