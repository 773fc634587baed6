//! The registers of thirty meters over the year 2025, every quarter of an hour.

use domain::{DatedBy, Instant, Observation, Period, Quantity, Reading, Source, Value};

use crate::building::{Dice, HOUR_MS, every};

const METERS: usize = 30;

/// The year by the clocks of Paris, and the last day before it, from which its first day counts.
pub(crate) fn period() -> Period {
    let at = |text: &str| text.parse().expect("an instant");
    Period::new(at("2024-12-30T23:00:00Z"), at("2025-12-31T23:00:00Z")).expect("in order")
}

pub(crate) fn sources() -> Vec<Source> {
    let source = |n| Source {
        device: format!("year-{n}").parse().expect("a name"),
        quantity: Quantity::EnergyImported,
        channel: None,
    };
    (0..METERS).map(source).collect()
}

/// Adds all readings, in the order in which they arrived.
pub(crate) fn year(readings: &mut Vec<Reading>) {
    let sources = sources();
    let mut registers = [12_345_i64; METERS];
    let mut dice = Dice(2025);
    let (start, end) = (period().start().as_millis(), period().end().as_millis());
    for beat in every(HOUR_MS / 4, start, end) {
        for (source, register) in sources.iter().zip(&mut registers) {
            *register += 20 + dice.throw(400);
            let observed_at = Instant::from_millis(beat + 300 + dice.throw(401));
            let observation = Observation {
                observed_at,
                received_at: observed_at,
                dated_by: DatedBy::Device,
                value: Value::Register(*register as f64),
            };
            readings.push(Reading { source: source.clone(), observation });
        }
    }
}
