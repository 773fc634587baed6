//! How a reading is written down for InfluxDB 2: one line, in our own encoding.
//!
//! ```text
//! co2,site=dreux,device=air-1 value=612.5 1795442587250
//! occupancy_detected,site=dreux,device=salle\ du\ conseil,channel=pir:0 value=true 1795442587250
//! temperature,site=dreux,device=cellar value=11.0,lag=3600.0 1795438987250
//! energy_imported_1d,site=dreux,device=laser count=96.0,sum=…,increase=1240.5,… 1795388400000
//! ledger,site=dreux,id=7 entry="{\"id\":7,…}" 1795442587250
//! ```
//!
//! The quantity is the measurement, so each has one type for ever: a float, or a boolean where it is a state. Time is in
//! milliseconds. Most readings arrive within the second in which they were observed; one that came later says by how many
//! whole seconds (`lag`), one that was dated by its arrival says so (`by_arrival=true`). Site, device, quantity and channel with the time name the point, as they name the reading: writing it
//! again changes nothing.
//!
//! InfluxDB cannot hold a backslash at every place of a tag (before a comma it swallows the comma), so it is written as
//! `%5C`, and a `%` that would be mistaken for one of these as `%25`. [`decode_tag`] reads both back.

use std::fmt::{self, Write};

use domain::audit::Entry;
use domain::ids::SiteId;
use domain::rollup::{Rollup, Step};
use domain::{Instant, Kind, Reading, Source, Value};

use super::{audit_point, rollup_point};
use crate::kept::Arrival;

/// The time that InfluxDB can hold, in milliseconds since 1970: 64 bits of nanoseconds, from 1677 to 2262.
pub(super) const LARGEST_TIME: i64 = 9_223_372_036_854;

/// The field of a reading's value.
pub(super) const VALUE: &str = "value";
/// The field that says how many whole seconds after its observation a reading arrived, where that is not 0.
pub(super) const LAG: &str = "lag";
/// The field that says that a reading was dated by its arrival.
pub(super) const BY_ARRIVAL: &str = "by_arrival";

/// A reading, or a rollup, as InfluxDB takes it. That it exists says that it can be parsed.
///
/// ```
/// use domain::{DatedBy, Instant, Observation, Quantity, Reading, Source};
/// use store::influx::Line;
///
/// let observed_at: Instant = "2026-11-23T14:03:07.25Z".parse().unwrap();
/// let reading = Reading {
///     source: Source {
///         device: "salle, 1er étage".parse().unwrap(),
///         quantity: Quantity::Co2,
///         channel: Some("a=b".parse().unwrap()),
///     },
///     observation: Observation {
///         observed_at,
///         received_at: observed_at,
///         dated_by: DatedBy::Device,
///         value: Quantity::Co2.number(612.0).unwrap(),
///     },
/// };
///
/// let line = Line::of(&"dreux".parse().unwrap(), &reading).unwrap();
///
/// assert_eq!(
///     line.as_str(),
///     r"co2,site=dreux,device=salle\,\ 1er\ étage,channel=a\=b value=612.0 1795442587250"
/// );
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Line(String);

impl Line {
    /// Writes `reading` of `site` down.
    ///
    /// # Errors
    /// When InfluxDB cannot hold it.
    pub fn of(site: &SiteId, reading: &Reading) -> Result<Self, Unencodable> {
        let (source, observation) = (&reading.source, &reading.observation);
        let mut line = source.quantity.name().to_owned();
        add_tags(&mut line, site, source)?;
        add_value(&mut line, source.quantity.kind(), observation.value)?;
        match Arrival::of(observation) {
            Arrival::After(0) => {}
            Arrival::After(seconds) => add(&mut line, format_args!(",{LAG}={seconds}.0")),
            Arrival::Dating => add(&mut line, format_args!(",{BY_ARRIVAL}=true")),
        }
        add_time(&mut line, observation.observed_at)?;
        Ok(Self(line))
    }

    /// Writes down the rollup of a bucket of `source`, of this step, that begins at `start`.
    pub(super) fn of_rollup(
        site: &SiteId,
        source: &Source,
        step: &Step,
        (start, rollup): (Instant, &Rollup),
    ) -> Result<Self, Unencodable> {
        let mut line = rollup_point::measurement(source.quantity, step);
        add_tags(&mut line, site, source)?;
        let mut separator = ' ';
        for (name, number) in rollup_point::fields(start, rollup) {
            if !number.is_finite() {
                return Err(Unencodable::Value(Value::Gauge(number)));
            }
            add(&mut line, format_args!("{separator}{name}={number:?}"));
            separator = ',';
        }
        add_time(&mut line, start)?;
        Ok(Self(line))
    }

    /// Writes down an entry of the ledger of `site`.
    pub(super) fn of_entry(site: &SiteId, entry: &Entry) -> Result<Self, Unencodable> {
        let mut line = audit_point::MEASUREMENT.to_owned();
        add_tag(&mut line, "site", site.as_str())?;
        add_tag(&mut line, audit_point::ID, &entry.id.0.to_string())?;
        let text = audit_point::text(entry).ok_or(Unencodable::Entry)?;
        add(&mut line, format_args!(" {}=\"{text}\"", audit_point::ENTRY));
        add_time(&mut line, entry.at)?;
        Ok(Self(line))
    }

    /// The line, without a line feed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why InfluxDB cannot hold a reading.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unencodable {
    /// A line feed would begin another line, whatever it says.
    #[error("a name holds a control character")]
    Control,
    /// An empty tag is none.
    #[error("a name is empty")]
    Empty,
    /// The first value of a quantity fixes its type for ever.
    #[error("{0:?} is no value of its quantity that InfluxDB can hold")]
    Value(Value),
    /// No JSON can be made of it.
    #[error("an entry of the ledger cannot be written down")]
    Entry,
    /// Before 1677 or after 2262.
    #[error("{0} is outside the time that InfluxDB can hold")]
    Time(Instant),
}

/// Reads the value of a tag back, after InfluxDB has taken its own escapes off.
///
/// ```
/// use store::influx::decode_tag;
/// assert_eq!(decode_tag("end%5C"), r"end\");
/// assert_eq!(decode_tag("100%"), "100%");
/// assert_eq!(decode_tag("%255C"), "%5C");
/// ```
pub fn decode_tag(text: &str) -> String {
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(place) = rest.find('%') {
        decoded.push_str(&rest[..place]);
        rest = &rest[place..];
        let (original, written) = match rest.as_bytes() {
            [b'%', b'5', b'C', ..] => ('\\', 3),
            [b'%', b'2', b'5', ..] => ('%', 3),
            _ => ('%', 1),
        };
        decoded.push(original);
        rest = &rest[written..];
    }
    decoded.push_str(rest);
    decoded
}

/// The value of a tag as InfluxDB keeps it, by which queries name it; [`decode_tag`] reads it back.
pub(super) fn stored_tag(value: &str) -> String {
    let mut stored = String::with_capacity(value.len());
    for (place, character) in value.char_indices() {
        match character {
            '\\' => stored.push_str("%5C"),
            '%' if is_mistakable(&value[place + 1..]) => stored.push_str("%25"),
            ordinary => stored.push(ordinary),
        }
    }
    stored
}

fn add_tags(line: &mut String, site: &SiteId, source: &Source) -> Result<(), Unencodable> {
    add_tag(line, "site", site.as_str())?;
    add_tag(line, "device", source.device.as_str())?;
    source.channel.as_ref().map_or(Ok(()), |channel| add_tag(line, "channel", channel.as_str()))
}

fn add_tag(line: &mut String, key: &str, value: &str) -> Result<(), Unencodable> {
    if value.is_empty() {
        return Err(Unencodable::Empty);
    }
    line.push(',');
    line.push_str(key);
    line.push('=');
    for character in stored_tag(value).chars() {
        match character {
            ' ' | ',' | '=' => line.extend(['\\', character]),
            control if control.is_control() => return Err(Unencodable::Control),
            ordinary => line.push(ordinary),
        }
    }
    Ok(())
}

/// Whether a `%` before `rest` reads like one of our own escapes.
fn is_mistakable(rest: &str) -> bool {
    rest.starts_with("5C") || rest.starts_with("25")
}

fn add_value(line: &mut String, kind: Kind, value: Value) -> Result<(), Unencodable> {
    match (kind, value) {
        (Kind::State, Value::State(state)) => add(line, format_args!(" {VALUE}={state}")),
        (Kind::Gauge, Value::Gauge(number)) | (Kind::Register, Value::Register(number))
            if number.is_finite() =>
        {
            // The shortest text that gives every bit back, with an exponent where that is shorter.
            add(line, format_args!(" {VALUE}={number:?}"));
        }
        _ => return Err(Unencodable::Value(value)),
    }
    Ok(())
}

fn add_time(line: &mut String, time: Instant) -> Result<(), Unencodable> {
    let millis = time.as_millis();
    if !(-LARGEST_TIME..=LARGEST_TIME).contains(&millis) {
        return Err(Unencodable::Time(time));
    }
    add(line, format_args!(" {millis}"));
    Ok(())
}

fn add(line: &mut String, text: fmt::Arguments<'_>) {
    line.write_fmt(text).expect("a string takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use domain::{DatedBy, Observation, Quantity};
    use proptest::prelude::*;

    use super::*;

    fn reading(device: &str, value: Value, millis: i64) -> Reading {
        let quantity = match value {
            Value::State(_) => Quantity::OccupancyDetected,
            Value::Gauge(_) => Quantity::Temperature,
            Value::Register(_) => Quantity::EnergyImported,
        };
        let source = Source { device: device.parse().unwrap(), quantity, channel: None };
        let observed_at = Instant::from_millis(millis);
        let observation =
            Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value };
        Reading { source, observation }
    }

    fn line(reading: &Reading) -> Result<String, Unencodable> {
        Line::of(&"dreux".parse().unwrap(), reading).map(|line| line.0)
    }

    fn encoded(device: &str) -> String {
        let line = line(&reading(device, Value::Gauge(1.0), 0)).unwrap();
        let tag = line.strip_prefix("temperature,site=dreux,device=").unwrap();
        tag.strip_suffix(" value=1.0 0").unwrap().to_owned()
    }

    /// What a real InfluxDB makes of a tag: the part before the first bare separator, with its escapes taken off.
    fn as_influxdb_reads_it(text: &str) -> Option<String> {
        let mut tag = String::new();
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match (character, characters.peek()) {
                (' ' | ',' | '=', _) | ('\\', None) => return None,
                ('\\', Some(' ' | ',' | '=')) => tag.extend(characters.next()),
                (other, _) => tag.push(other),
            }
        }
        Some(tag)
    }

    #[test]
    fn a_state_is_a_boolean_and_everything_else_a_float() {
        assert_eq!(
            line(&reading("pir-1", Value::State(true), 1)).unwrap(),
            "occupancy_detected,site=dreux,device=pir-1 value=true 1"
        );
        assert_eq!(
            line(&reading("meter", Value::Register(14.0), 1)).unwrap(),
            "energy_imported,site=dreux,device=meter value=14.0 1"
        );
    }

    #[test]
    fn what_arrived_late_or_dated_by_its_arrival_says_so() {
        let mut late = reading("meter", Value::Register(14.0), 1);
        late.observation.received_at = Instant::from_millis(90_001);
        assert!(line(&late).unwrap().ends_with(" value=14.0,lag=90.0 1"));
        late.observation.dated_by = DatedBy::Gateway;
        assert!(line(&late).unwrap().ends_with(" value=14.0,by_arrival=true 1"));
    }

    #[test]
    fn a_rollup_is_a_point_of_its_own_measurement() {
        let source = reading("laser", Value::Register(0.0), 0).source;
        let rollup = Rollup::of(Instant::from_millis(5), 100.5);
        let (site, start) = ("dreux".parse().unwrap(), Instant::from_millis(0));

        let line = Line::of_rollup(&site, &source, &Step::Quarter, (start, &rollup)).unwrap();

        assert_eq!(
            line.as_str(),
            "energy_imported_15m,site=dreux,device=laser count=1.0,sum=100.5,min=100.5,max=100.5,first=100.5,\
             first_after_ms=5.0,last=100.5,last_after_ms=5.0,increase=0.0,falls=0.0,steepest=0.0,covered_ms=0.0,\
             gaps=0.0,held=0.0 0"
        );
    }

    #[test]
    fn a_name_that_ends_in_a_backslash_does_not_swallow_what_follows() {
        assert_eq!(encoded(r"end\"), "end%5C");
        assert_eq!(encoded(r"a\,b"), r"a%5C\,b");
        assert_eq!(encoded("100%"), "100%");
        assert_eq!(encoded("%5C"), "%255C");
    }

    #[test]
    fn what_influxdb_cannot_hold_is_no_line() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let refused = line(&reading("x", Value::Gauge(number), 0));
            assert!(matches!(refused, Err(Unencodable::Value(_))), "{number}");
        }
        let ancient = line(&reading("x", Value::Gauge(1.0), -LARGEST_TIME - 1));
        assert!(matches!(ancient, Err(Unencodable::Time(_))));
        assert!(line(&reading("x", Value::Gauge(1.0), -LARGEST_TIME)).is_ok());
        assert_eq!(add_tag(&mut String::new(), "device", "a\nb"), Err(Unencodable::Control));
        assert_eq!(add_tag(&mut String::new(), "device", ""), Err(Unencodable::Empty));
    }

    #[test]
    fn a_quantity_never_changes_its_type() {
        let mut motion = reading("x", Value::State(true), 0);
        motion.source.quantity = Quantity::Temperature;
        assert_eq!(line(&motion), Err(Unencodable::Value(Value::State(true))));
    }

    /// Texts of this form that are names: not all blank.
    fn name(form: &'static str) -> impl Strategy<Value = String> {
        form.prop_filter("not all blank", |text| !text.trim().is_empty())
    }

    proptest! {
        #[test]
        fn every_name_comes_back_as_it_was(device in name(r"[\\%, =25Ca-cé/]{1,40}|\PC{1,40}")) {
            let seen = as_influxdb_reads_it(&encoded(&device));
            prop_assert_eq!(seen.map(|tag| decode_tag(&tag)), Some(device));
        }

        #[test]
        fn a_line_is_one_line_of_three_parts(device in name(r"\PC{1,40}"), number in -1e13..1e13_f64, millis in -LARGEST_TIME..LARGEST_TIME) {
            let line = line(&reading(&device, Value::Register(number), millis)).unwrap();
            prop_assert!(!line.chars().any(char::is_control));
            prop_assert_eq!(line.replace(r"\ ", "_").split(' ').count(), 3);
        }

        #[test]
        fn every_number_comes_back_to_the_last_bit(number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL | proptest::num::f64::ZERO) {
            let line = line(&reading("x", Value::Gauge(number), 0)).unwrap();
            let text = line.strip_prefix("temperature,site=dreux,device=x value=").unwrap();
            let text = text.strip_suffix(" 0").unwrap();
            prop_assert_eq!(text.parse::<f64>().unwrap().to_bits(), number.to_bits());
        }
    }
}
