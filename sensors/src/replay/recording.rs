//! A recording: CSV rows in, readings out, by its map. What cannot be read is counted and never stops the rest.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;

use csv::StringRecord;
use domain::ids::DeviceId;
use domain::reading::Source;
use domain::{Instant, Value};

use super::mapping::{Mapping, Rule, Transform};
use super::when::NoTime;

/// A reading as a recording has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// Its source.
    pub source: Source,
    /// When it was observed.
    pub at: Instant,
    /// The observed value.
    pub value: Value,
}

/// Counts of a recording: rows, readings, and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows below the header.
    pub rows: u64,
    /// Readings made of them.
    pub readings: u64,
    /// Number of times that something was left out, and the first line, by reason.
    pub skipped: BTreeMap<String, (u64, u64)>,
}

/// Reason why a recording cannot be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingError {
    /// The file broke off.
    #[error("the recording could not be read")]
    Io(#[source] csv::Error),
    /// The header does not have what the map names.
    #[error("the recording has no column `{column}`; it has {found}")]
    NoColumn {
        /// The column that the map names.
        column: String,
        /// The columns that there are.
        found: String,
    },
}

/// Reads a recording row by row.
pub struct Recording<R> {
    reader: csv::Reader<R>,
    mapping: Mapping,
    time_columns: Vec<usize>,
    columns: HashMap<String, usize>,
    last: Option<Instant>,
    /// Running totals, one a rule: a register, or people in and out with the level before.
    totals: Vec<Totals>,
    tally: Tally,
}

#[derive(Clone, Copy, Debug, Default)]
struct Totals {
    grown: f64,
    people_in: f64,
    people_out: f64,
    level: f64,
}

impl<R> std::fmt::Debug for Recording<R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recording").field("tally", &self.tally).finish_non_exhaustive()
    }
}

impl<R: Read> Recording<R> {
    /// Reads the header.
    ///
    /// # Errors
    /// When it cannot be read, or lacks a column that the map names.
    pub fn open(from: R, mapping: Mapping) -> Result<Self, RecordingError> {
        // Rows of odd length are read, too, so that they can be counted; a byte order mark is no part of a name.
        let mut reader =
            csv::ReaderBuilder::new().delimiter(mapping.delimiter).flexible(true).from_reader(from);
        let header = reader.headers().map_err(RecordingError::Io)?.clone();
        let names: Vec<String> = match &mapping.header {
            Some(names) => names.clone(),
            None => header
                .iter()
                .map(|name| name.trim().trim_start_matches('\u{feff}').to_owned())
                .collect(),
        };
        let columns: HashMap<String, usize> = names.iter().cloned().zip(0..).collect();
        let find = |column: &String| {
            columns.get(column).copied().ok_or_else(|| RecordingError::NoColumn {
                column: column.clone(),
                found: names.join(", "),
            })
        };
        let time_columns = mapping.time_columns.iter().map(find).collect::<Result<_, _>>()?;
        for rule in &mapping.rules {
            std::iter::once(&rule.column)
                .chain(rule.filter.iter().map(|(name, _)| name))
                .try_for_each(|name| find(name).map(drop))?;
        }
        let totals = vec![Totals::default(); mapping.rules.len()];
        Ok(Self {
            reader,
            mapping,
            time_columns,
            columns,
            last: None,
            totals,
            tally: Tally::default(),
        })
    }

    /// The readings of the next row, which may be none; `None` after the last.
    ///
    /// # Errors
    /// When the file breaks off.
    pub fn next_row(&mut self) -> Result<Option<Vec<Recorded>>, RecordingError> {
        let mut row = StringRecord::new();
        match self.reader.read_record(&mut row) {
            Ok(false) => return Ok(None),
            Ok(true) => {}
            Err(error) if error.is_io_error() => return Err(RecordingError::Io(error)),
            Err(_) => {
                self.tally.rows += 1;
                self.skip("no text in UTF-8".to_owned(), self.reader.position().line());
                return Ok(Some(Vec::new()));
            }
        }
        self.tally.rows += 1;
        let line = row.position().map_or(0, csv::Position::line);
        let readings = self.readings(&row, line);
        self.tally.readings += readings.len() as u64;
        Ok(Some(readings))
    }

    /// Every device that the recording speaks for, each once.
    pub fn devices(&self) -> Vec<DeviceId> {
        self.mapping.devices()
    }

    /// Counts of what was read so far.
    pub const fn tally(&self) -> &Tally {
        &self.tally
    }

    fn readings(&mut self, row: &StringRecord, line: u64) -> Vec<Recorded> {
        let expected = self.columns.len();
        if row.len() != expected {
            self.skip(format!("a row of another length than the {expected} columns"), line);
            return Vec::new();
        }
        let time: Vec<&str> =
            self.time_columns.iter().filter_map(|&column| row.get(column)).collect();
        let at = match self.mapping.time_format.read(&time.join(" "), self.last) {
            Ok(at) => at,
            Err(NoTime::Unreadable) => {
                self.skip("no time in the format of the map".to_owned(), line);
                return Vec::new();
            }
            Err(NoTime::Skipped) => {
                self.skip(
                    "a local time that never was, since the clocks went forward over it".to_owned(),
                    line,
                );
                return Vec::new();
            }
        };
        self.last = Some(at);
        let mut readings = Vec::new();
        for nr in 0..self.mapping.rules.len() {
            match self.apply(nr, row, at) {
                Ok(made) => readings.extend(made),
                Err(reason) => self.skip(reason, line),
            }
        }
        readings
    }

    fn apply(
        &mut self,
        nr: usize,
        row: &StringRecord,
        at: Instant,
    ) -> Result<Vec<Recorded>, String> {
        let rule = &self.mapping.rules[nr];
        let field = |name: &str| {
            self.columns.get(name).and_then(|&column| row.get(column)).unwrap_or_default().trim()
        };
        if rule.filter.iter().any(|(name, value)| field(name) != value) {
            return Ok(Vec::new());
        }
        let text = field(&rule.column);
        if text.is_empty() || self.mapping.missing.iter().any(|mark| mark == text) {
            return Err(format!("{}: missing", rule.name()));
        }
        let number =
            number(text).ok_or_else(|| format!("{}: not a number", rule.name()))? * rule.scale;
        let values = self.totals[nr].transform(rule, number);
        let recorded =
            |(source, value): (Source, Result<Value, domain::quantity::InvalidValue>)| {
                let value =
                    value.map_err(|_| format!("{}: nothing that it can be", rule.name()))?;
                Ok(Recorded { source, at: at + rule.delay, value })
            };
        values.into_iter().map(recorded).collect()
    }

    fn skip(&mut self, reason: String, line: u64) {
        let (count, _) = self.tally.skipped.entry(reason).or_insert((0, line));
        *count += 1;
    }
}

impl Totals {
    fn transform(
        &mut self,
        rule: &Rule,
        number: f64,
    ) -> Vec<(Source, Result<Value, domain::quantity::InvalidValue>)> {
        match &rule.transform {
            Transform::Number(source) => vec![(source.clone(), source.quantity.number(number))],
            Transform::State(source) => vec![(source.clone(), source.quantity.state(number > 0.0))],
            Transform::Increments(source) => {
                self.grown += number.max(0.0);
                // A tenth of a milliwatt-hour: finer digits are only those of binary fractions.
                let total = (self.grown * 10_000.0).round() / 10_000.0;
                vec![(source.clone(), source.quantity.number(total))]
            }
            Transform::Doors { people_in, people_out } => {
                let change = number - self.level;
                self.level = number;
                self.people_in += change.max(0.0);
                self.people_out += (-change).max(0.0);
                vec![
                    (people_in.clone(), people_in.quantity.number(self.people_in)),
                    (people_out.clone(), people_out.quantity.number(self.people_out)),
                ]
            }
        }
    }
}

/// A number, also one with a decimal comma, or a word for true or false.
fn number(text: &str) -> Option<f64> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "on" | "yes" => Some(1.0),
        "false" | "off" | "no" => Some(0.0),
        _ => text.replace(',', ".").parse().ok().filter(|number: &f64| number.is_finite()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAP: &str = r#"
        delimiter = ";"
        missing = ["?"]

        [time]
        columns = ["day", "time"]
        format = "%d/%m/%Y %H:%M:%S"
        timezone = "Europe/Paris"
    "#;

    fn replayed(rule: &str, rows: &str) -> (Vec<(String, Value)>, Tally) {
        let mapping = Mapping::parse(&format!("{MAP}\n[[reading]]\n{rule}"), "test.toml").unwrap();
        let text = format!("day;time;source;value\n{rows}");
        let mut recording = Recording::open(text.as_bytes(), mapping).unwrap();
        let mut readings = Vec::new();
        while let Some(row) = recording.next_row().unwrap() {
            readings.extend(
                row.into_iter()
                    .map(|reading| (format!("{} {}", reading.source, reading.at), reading.value)),
            );
        }
        (readings, recording.tally().clone())
    }

    fn of<'a>(at: &'a str, source: &'a str) -> impl Fn((&str, Value)) -> (String, Value) + 'a {
        move |(minute, value)| (format!("{source} {at}{minute}:00Z"), value)
    }

    #[test]
    fn a_gauge_is_scaled_and_only_the_rows_asked_for_count() {
        let rule = "column = \"value\"\nwhere = { source = \"bms\" }\ndevice = \"air\"\nquantity = \"relative_humidity\"\nscale = 100.0\n";
        let (readings, _) =
            replayed(rule, "16/12/2006;17:00:00;bms;0.25\n16/12/2006;17:01:00;other;0.5\n");
        assert_eq!(
            readings,
            [("00", Value::Gauge(25.0))].map(of("2006-12-16T16:", "air relative_humidity"))
        );
    }

    #[test]
    fn a_state_is_true_above_zero() {
        let rule = "column = \"value\"\ndevice = \"pir\"\nquantity = \"occupancy_detected\"\n";
        let (readings, _) = replayed(
            rule,
            "16/12/2006;17:00:00;;0\n16/12/2006;17:01:00;;1\n16/12/2006;17:02:00;;off\n",
        );
        let expected =
            [("00", Value::State(false)), ("01", Value::State(true)), ("02", Value::State(false))];
        assert_eq!(readings, expected.map(of("2006-12-16T16:", "pir occupancy_detected")));
    }

    #[test]
    fn watt_hours_of_each_minute_make_a_register_that_grows_at_its_end() {
        let rule = "column = \"value\"\ndevice = \"plug\"\nchannel = \"a\"\nquantity = \"energy_imported\"\nkind = \"register_from_increments\"\nat_end_of = \"1m\"\n";
        let (readings, tally) = replayed(
            rule,
            "16/12/2006;17:00:00;;2\n16/12/2006;17:01:00;;?\n16/12/2006;17:02:00;;1,5\n",
        );
        let expected = [("01", Value::Register(2.0)), ("03", Value::Register(3.5))];
        assert_eq!(readings, expected.map(of("2006-12-16T16:", "plug energy_imported a")));
        assert_eq!(tally.skipped["value as energy_imported: missing"], (1, 3));
    }

    #[test]
    fn a_register_is_taken_as_it_is_also_when_it_falls() {
        let rule = "column = \"value\"\ndevice = \"meter\"\nquantity = \"energy_imported\"\nkind = \"register\"\nscale = 1000.0\n";
        let (readings, _) = replayed(rule, "16/12/2006;17:00:00;;2\n16/12/2006;17:01:00;;1\n");
        let expected = [("00", Value::Register(2000.0)), ("01", Value::Register(1000.0))];
        assert_eq!(readings, expected.map(of("2006-12-16T16:", "meter energy_imported")));
    }

    #[test]
    fn a_level_of_people_becomes_people_in_and_people_out() {
        let rule = "column = \"value\"\ndevice = \"door\"\nkind = \"doors_from_level\"\n";
        let (readings, _) = replayed(rule, "16/12/2006;17:00:00;;3\n16/12/2006;17:01:00;;1\n");
        let values: Vec<_> = readings
            .into_iter()
            .map(|(what, value)| (what.split(' ').nth(1).unwrap().to_owned(), value))
            .collect();
        let expected =
            [("people_in", 3.0), ("people_out", 0.0), ("people_in", 3.0), ("people_out", 2.0)];
        assert_eq!(
            values,
            expected.map(|(quantity, people)| (quantity.to_owned(), Value::Register(people)))
        );
    }

    #[test]
    fn bad_rows_are_counted_and_never_stop_the_rest() {
        let rule = "column = \"value\"\ndevice = \"air\"\nquantity = \"co2\"\n";
        let rows = "16/12/2006;17:00:00;;600\nyesterday;;;600\n16/12/2006;17:01:00;;lots\n16/12/2006;17:02:00;;-5000\n16/12/2006;17:03:00;600\n16/12/2006;17:04:00;;700\n";
        let (readings, tally) = replayed(rule, rows);
        assert_eq!(readings.len(), 2);
        assert_eq!((tally.rows, tally.readings), (6, 2));
        let skipped: Vec<_> =
            tally.skipped.iter().map(|(reason, found)| (reason.as_str(), *found)).collect();
        assert_eq!(
            skipped,
            [
                ("a row of another length than the 4 columns", (1, 6)),
                ("no time in the format of the map", (1, 3)),
                ("value as co2: not a number", (1, 4)),
                ("value as co2: nothing that it can be", (1, 5)),
            ]
        );
    }

    #[test]
    fn a_map_for_another_file_is_refused_with_the_columns_there_are() {
        let mapping = Mapping::parse(
            &format!("{MAP}\n[[reading]]\ncolumn = \"v\"\ndevice = \"a\"\nquantity = \"co2\"\n"),
            "test.toml",
        )
        .unwrap();
        let error =
            Recording::open("day;time;power\n".as_bytes(), mapping).unwrap_err().to_string();
        assert_eq!(error, "the recording has no column `v`; it has day, time, power");
    }
}
