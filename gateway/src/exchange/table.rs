//! Readings as rows of CSV: the only file of this program that names the library for reading.
//!
//! ```text
//! observed_at,device,quantity,channel,value,unit,received_at,dated_by
//! 2026-11-23T14:03:07.25Z,air-3,co2,scd4x,812.0,ppm,2026-11-23T14:03:09.25Z,device
//! ```
//!
//! Columns may come in any order; only the first five names of [`COLUMNS`] without `channel` must be there.

use csv::{ReaderBuilder, StringRecord};
use domain::{DatedBy, Instant, Quantity, Reading, Source, Value};
use i18n::CsvDialect;
use jiff::tz::TimeZone;

use super::{Arrival, observation, value, written};

/// Columns for programs.
const COLUMNS: [&str; 8] =
    ["observed_at", "device", "quantity", "channel", "value", "unit", "received_at", "dated_by"];
const NEEDED: [&str; 4] = ["observed_at", "device", "quantity", "value"];
/// Columns for people.
const FOR_PEOPLE: [&str; 7] =
    ["Observé le", "Appareil", "Grandeur", "Voie", "Valeur", "Unité", "Reçu le"];

/// Header for programs, with its line feed.
pub(super) fn header() -> String {
    CsvDialect::PROGRAMS.begin(&COLUMNS)
}

/// Row of a reading for programs.
pub(super) fn row(reading: &Reading) -> String {
    let Reading { source, observation } = reading;
    let dated_by = match observation.dated_by {
        DatedBy::Device => "device",
        DatedBy::Gateway => "gateway",
    };
    line(
        CsvDialect::PROGRAMS,
        [
            observation.observed_at.to_string().as_str(),
            source.device.as_str(),
            source.quantity.name(),
            channel(source),
            &written(observation.value),
            source.quantity.unit(),
            &observation.received_at.to_string(),
            dated_by,
        ],
    )
}

/// Header for people, with byte order mark.
pub(super) fn header_for_people() -> String {
    CsvDialect::PEOPLE.begin(&FOR_PEOPLE)
}

/// Row of a reading for people: to the second, in the time of the site.
pub(super) fn row_for_people(reading: &Reading, zone: &TimeZone) -> String {
    let Reading { source, observation } = reading;
    let time = |at: Instant| {
        at.to_jiff().to_zoned_datetime(zone.clone()).strftime("%d/%m/%Y %H:%M:%S").to_string()
    };
    let value = match observation.value {
        Value::State(true) => "VRAI".to_owned(),
        Value::State(false) => "FAUX".to_owned(),
        Value::Gauge(number) | Value::Register(number) => CsvDialect::PEOPLE.exact(number),
    };
    line(
        CsvDialect::PEOPLE,
        [
            time(observation.observed_at).as_str(),
            source.device.as_str(),
            source.quantity.name(),
            channel(source),
            &value,
            source.quantity.unit(),
            &time(observation.received_at),
        ],
    )
}

/// Places of the columns in a file.
#[derive(Debug)]
pub(super) struct Header {
    places: [Option<usize>; COLUMNS.len()],
    width: usize,
}

impl Header {
    /// Reads the first line.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let found = split(text)?;
        if found.len() == 1 && text.contains(';') {
            return Err(
                "columns are set apart by semicolons, as for people: export it again with --format csv, or name a map \
                 of its columns with --map"
                    .to_owned(),
            );
        }
        let place = |name: &str| found.iter().position(|column| column.trim() == name);
        for name in NEEDED {
            if place(name).is_none() {
                let found: Vec<&str> = found.iter().collect();
                return Err(format!(
                    "no column `{name}`; it has {}: rename its columns, or name a map of them with --map",
                    found.join(", ")
                ));
            }
        }
        Ok(Self { places: COLUMNS.map(place), width: found.len() })
    }

    /// Reads a row.
    pub(super) fn reading(&self, text: &str, now: Instant) -> Result<Reading, String> {
        let row = split(text)?;
        if row.len() != self.width {
            return Err(format!("{} fields, and the header has {}", row.len(), self.width));
        }
        let field = |nr: usize| {
            let place = self.places[nr]?;
            row.get(place).filter(|text| !text.is_empty())
        };
        let needed = |nr: usize| field(nr).ok_or_else(|| format!("no {}", COLUMNS[nr]));
        let quantity: Quantity = parsed(needed(2)?)?;
        if let Some(unit) = field(5).filter(|unit| *unit != quantity.unit()) {
            let expected = quantity.unit();
            return Err(format!("the unit `{unit}`: {quantity} is in {expected}; convert it"));
        }
        let source = Source {
            device: parsed(needed(1)?)?,
            quantity,
            channel: field(3).map(parsed).transpose()?,
        };
        let arrival = match (field(7), field(6)) {
            (Some("gateway"), _) => Arrival::Dating,
            (None | Some("device"), Some(at)) => Arrival::At(instant(at)?),
            (None | Some("device"), None) => Arrival::Unstated,
            (Some(other), _) => {
                return Err(format!("dated_by `{other}` is neither device nor gateway"));
            }
        };
        let value = value(quantity, needed(4)?)?;
        let observation = observation(instant(needed(0)?)?, arrival, value, now);
        Ok(Reading { source, observation })
    }
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn instant(text: &str) -> Result<Instant, String> {
    text.parse().map_err(|error| format!("`{text}` is {error}"))
}

/// No channel is empty.
fn channel(source: &Source) -> &str {
    source.channel.as_ref().map_or("", |channel| channel.as_str())
}

fn line<const N: usize>(dialect: CsvDialect, fields: [&str; N]) -> String {
    let mut text = String::with_capacity(128);
    dialect.line(&mut text, &fields);
    text
}

fn split(text: &str) -> Result<StringRecord, String> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .buffer_capacity(text.len() + 1)
        .from_reader(text.as_bytes());
    let mut row = StringRecord::new();
    match reader.read_record(&mut row) {
        Ok(true) => Ok(row),
        Ok(false) => Err("an empty line".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::Observation;
    use domain::testing::at;
    use proptest::prelude::*;

    use super::*;
    use crate::exchange::any_reading;

    fn reading(device: &str, channel: Option<&str>, value: Value) -> Reading {
        let source = Source {
            device: device.parse().unwrap(),
            quantity: match value {
                Value::State(_) => Quantity::OccupancyDetected,
                Value::Gauge(_) => Quantity::Temperature,
                Value::Register(_) => Quantity::EnergyImported,
            },
            channel: channel.map(|it| it.parse().unwrap()),
        };
        let observation = Observation {
            observed_at: at("2026-11-23T14:03:07.25Z"),
            received_at: at("2026-11-23T14:03:09.25Z"),
            dated_by: DatedBy::Device,
            value,
        };
        Reading { source, observation }
    }

    #[test]
    fn a_reading_comes_back_from_its_row_to_the_last_bit() {
        let header = Header::read(header().trim_end()).unwrap();
        for reading in [
            reading("salle, 1er \"étage\"", Some("a;b=c"), Value::Gauge(0.1 + 0.2)),
            reading("x", None, Value::Gauge(-0.0)),
            reading("x", None, Value::Register(12_345_678_901.125)),
            reading("pir", Some("0"), Value::State(true)),
        ] {
            let back = header.reading(row(&reading).trim_end(), Instant::MIN).unwrap();
            assert_eq!(back, reading);
            let bits = |it: &Reading| it.observation.value.as_f64().to_bits();
            assert_eq!(bits(&back), bits(&reading));
        }
    }

    proptest! {
        #[test]
        fn any_reading_comes_back_from_its_row(reading in any_reading()) {
            let header = Header::read(header().trim_end()).unwrap();
            let row = row(&reading);
            prop_assert_eq!(row.lines().count(), 1);
            prop_assert_eq!(header.reading(row.trim_end_matches('\n'), Instant::MIN), Ok(reading));
        }

        #[test]
        fn any_row_is_read_or_refused_with_a_reason(row in r#"[0-9TZ:.,"a-z-]*|\PC*"#) {
            let header = Header::read("observed_at,device,quantity,value").unwrap();
            if let Err(why) = header.reading(&row, Instant::MIN) {
                prop_assert!(!why.is_empty());
            }
        }
    }

    #[test]
    fn a_row_for_a_french_spreadsheet_has_its_comma_its_date_and_the_time_of_the_site() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        assert!(header_for_people().starts_with("\u{feff}Observé le;Appareil;"));
        let row = row_for_people(&reading("air-3", None, Value::Gauge(21.5)), &zone);
        let expected = "23/11/2026 15:03:07;air-3;temperature;;21,5;°C;23/11/2026 15:03:09\r\n";
        assert_eq!(row, expected);
    }

    #[test]
    fn a_device_that_is_called_as_a_formula_is_a_text_for_people_and_itself_for_programs() {
        let one = reading("=HYPERLINK(x)", Some("@a"), Value::Gauge(-3.5));
        let people = row_for_people(&one, &TimeZone::UTC);
        assert!(people.contains(";'=HYPERLINK(x);temperature;'@a;-3,5;"), "{people}");
        let header = Header::read(header().trim_end()).unwrap();
        assert_eq!(header.reading(row(&one).trim_end(), Instant::MIN), Ok(one));
    }

    #[test]
    fn what_a_row_does_not_give_has_its_default_and_columns_may_come_in_any_order() {
        let header = Header::read("value,quantity,device,observed_at,remark").unwrap();
        let now = at("2027-01-01T00:00:00Z");
        let read = header.reading("612,co2,air-1,2026-11-23T15:03:07+01:00,ok", now).unwrap();
        assert_eq!(read.observation.received_at, now);
        assert_eq!(read.observation.observed_at, at("2026-11-23T14:03:07Z"));
        assert_eq!(read.source.channel, None);
    }

    #[test]
    fn what_is_wrong_with_a_row_is_named() {
        let header = Header::read("observed_at,device,quantity,value,unit").unwrap();
        for (row, expected) in [
            ("", "an empty line"),
            ("2026-11-23T14:03:07Z,a,co2", "3 fields, and the header has 5"),
            ("yesterday,a,co2,612,", "`yesterday` is not an instant"),
            ("2026-11-23T14:03:07Z,,co2,612,", "no device"),
            ("2026-11-23T14:03:07Z,a,steam,612,", "`steam` is no quantity"),
            ("2026-11-23T14:03:07Z,a,co2,\"612,5\",", "with a decimal point"),
            ("2026-11-23T14:03:07Z,a,co2,-5000,", "outside what co2 can be"),
            ("2026-11-23T14:03:07Z,a,co2,NaN,", "outside what co2 can be"),
            ("2026-11-23T14:03:07Z,a,energy_imported,1,kWh", "is in Wh; convert it"),
            ("2026-11-23T14:03:07Z,a,occupancy_detected,1,", "neither true nor false"),
        ] {
            let fault = header.reading(row, Instant::MIN).unwrap_err();
            assert!(fault.contains(expected), "{row}: {fault}");
        }
        assert!(Header::read("a;b;c").unwrap_err().contains("--format csv"));
        assert!(Header::read("a,b,c").unwrap_err().contains("`observed_at`"));
    }
}
