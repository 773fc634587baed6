//! Shared support for tests of all packages: instants, a minimal site, readings.
//!
//! Compiled for tests of this package, and with the feature `testing`, which other packages ask for in their
//! `dev-dependencies` only. Everything here panics on input that is not valid.

use crate::site::{self, Site};
use crate::{DatedBy, Instant, Observation, Quantity, Reading, Source, Value};

/// The instant of a text such as `2026-11-23T14:00:00Z`.
///
/// # Panics
/// When the text is no instant.
pub fn at(text: &str) -> Instant {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The instant so many minutes after the beginning of 1970.
pub fn at_minute(minute: i64) -> Instant {
    Instant::from_millis(minute * 60_000)
}

/// Text of a site file with the smallest `[site]` table, of the id `essai` in Paris, followed by `tables`.
pub fn site_text(tables: &str) -> String {
    format!(
        "[site]\nid = \"essai\"\nname = \"Essai\"\ntimezone = \"Europe/Paris\"\ncapacity = 200\narea_m2 = 1200\n{tables}"
    )
}

/// The site of [`site_text`].
///
/// # Panics
/// When `tables` are no valid part of a site file.
pub fn site(tables: &str) -> Site {
    site::parse(&site_text(tables), "site.toml").unwrap_or_else(|faults| panic!("{faults}"))
}

/// A source without a channel.
///
/// # Panics
/// When `device` is no device id.
pub fn source(device: &str, quantity: Quantity) -> Source {
    let device = device.parse().unwrap_or_else(|error| panic!("{device}: {error}"));
    Source { device, quantity, channel: None }
}

/// An observation that was received and dated by its device at `observed_at`.
pub fn observation(observed_at: Instant, value: Value) -> Observation {
    Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value }
}

/// A reading of a number.
///
/// # Panics
/// When the quantity cannot have this value.
pub fn reading(source: &Source, observed_at: Instant, number: f64) -> Reading {
    let value = source.quantity.number(number).unwrap_or_else(|error| panic!("{number}: {error}"));
    Reading { source: source.clone(), observation: observation(observed_at, value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minimal_site_is_valid_and_takes_further_tables() {
        assert_eq!(site("").zones.len(), 0);
        assert_eq!(site("[[zone]]\nid = \"salle\"\nname = \"Salle\"\n").zones.len(), 1);
    }

    #[test]
    fn a_reading_is_received_when_it_is_observed() {
        let now = at("2026-11-23T14:00:00Z");
        let reading = reading(&source("air", Quantity::Co2), now, 812.0);
        assert_eq!(reading.observation, observation(now, Value::Gauge(812.0)));
    }
}
