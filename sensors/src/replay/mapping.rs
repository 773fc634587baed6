//! The map beside a recording: a TOML file that says how columns become readings.
//!
//! ```toml
//! site = "bureau"                      # in the topics, unless the command line names another
//! delimiter = ";"                      # "," when left out
//! missing = ["?"]                      # marks of a missing value, beside the empty field
//!
//! [time]
//! columns = ["Date", "Time"]           # joined by a space
//! format = "%d/%m/%Y %H:%M:%S"         # or "rfc3339"
//! timezone = "Europe/Paris"            # for a format without an offset
//!
//! [[reading]]
//! column = "Sub_metering_1"
//! where = { source = "bms" }           # only rows in which these columns have these values
//! device = "prise-cuisine"
//! quantity = "energy_imported"
//! kind = "register_from_increments"
//! scale = 1.0
//! at_end_of = "1m"                     # the row's time begins the span that the value is of
//! ```

use std::collections::BTreeMap;
use std::ops::Range;

use domain::ids::{Channel, DeviceId, SiteId};
use domain::quantity::{Kind, Quantity};
use domain::reading::Source;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use serde::Deserialize;
use toml::Spanned;

use super::when::TimeFormat;
use crate::file_fault::{FileFault, TextFile};

/// Checked map from the columns of a recording to readings.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// The site of the topics, when the map names one.
    pub site: Option<SiteId>,
    pub(super) delimiter: u8,
    pub(super) missing: Vec<String>,
    pub(super) header: Option<Vec<String>>,
    pub(super) time_columns: Vec<String>,
    pub(super) time_format: TimeFormat,
    pub(super) rules: Vec<Rule>,
}

/// Map from one column to readings.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    /// The column.
    pub(super) column: String,
    /// Values that other columns must have.
    pub(super) filter: Vec<(String, String)>,
    /// Transformation of the number.
    pub(super) transform: Transform,
    /// Factor applied to the number first.
    pub(super) scale: f64,
    /// Time from the row's time to the observation.
    pub(super) delay: SignedDuration,
}

/// Transformation of the number in a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Transform {
    /// The number is the value.
    Number(Source),
    /// True when above 0, or a word for true.
    State(Source),
    /// The number is the growth of a register.
    Increments(Source),
    /// The number is the people inside, and each change of it has gone through the door.
    Doors {
        /// `people_in` of the door.
        people_in: Source,
        /// `people_out` of the door.
        people_out: Source,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    site: Option<Spanned<String>>,
    delimiter: Option<Spanned<String>>,
    #[serde(default)]
    missing: Vec<String>,
    header: Option<Vec<String>>,
    time: TimeTable,
    reading: Vec<ReadingTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeTable {
    columns: Vec<String>,
    format: Spanned<String>,
    timezone: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingTable {
    column: String,
    #[serde(default, rename = "where")]
    filter: BTreeMap<String, String>,
    device: Spanned<String>,
    quantity: Option<Spanned<String>>,
    channel: Option<Spanned<String>>,
    kind: Option<Spanned<String>>,
    scale: Option<f64>,
    at_end_of: Option<Spanned<String>>,
}

impl Mapping {
    /// Reads the text of a map; `file` is its name in messages.
    ///
    /// # Errors
    /// When it is no map, with the line and the remedy.
    pub fn parse(text: &str, file: &str) -> Result<Self, FileFault> {
        let check = Check(TextFile { text, name: file });
        let raw: File = toml::from_str(text).map_err(|error| {
            check.fault(error.span().unwrap_or(0..0), error.message().to_owned())
        })?;
        let delimiter = match &raw.delimiter {
            None => b',',
            Some(delimiter) => match delimiter.get_ref().as_bytes() {
                [byte] => *byte,
                _ => {
                    return Err(
                        check.fault(delimiter.span(), "delimiter is one character, as in \";\"")
                    );
                }
            },
        };
        let site = raw.site.as_ref().map(|site| check.parsed(site)).transpose()?;
        let time_format = check.time_format(&raw.time)?;
        let rules = raw.reading.iter().map(|table| check.rule(table)).collect::<Result<_, _>>()?;
        Ok(Self {
            site,
            delimiter,
            missing: raw.missing,
            header: raw.header,
            time_columns: raw.time.columns,
            time_format,
            rules,
        })
    }

    /// Every device that the recording speaks for, each once.
    pub fn devices(&self) -> Vec<DeviceId> {
        let mut devices: Vec<DeviceId> =
            self.rules.iter().map(|rule| rule.transform.source().device.clone()).collect();
        devices.sort_unstable();
        devices.dedup();
        devices
    }
}

impl Rule {
    /// Column and result, for messages.
    pub(super) fn name(&self) -> String {
        match &self.transform {
            Transform::Doors { .. } => format!("{} as passages", self.column),
            made => format!("{} as {}", self.column, made.source().quantity),
        }
    }
}

impl Transform {
    fn source(&self) -> &Source {
        match self {
            Self::Number(source) | Self::State(source) | Self::Increments(source) => source,
            Self::Doors { people_in, .. } => people_in,
        }
    }
}

/// Checks of the parts of a map.
struct Check<'a>(TextFile<'a>);

const KINDS: &str = "gauge, state, register, register_from_increments and doors_from_level";

impl Check<'_> {
    fn fault(&self, span: Range<usize>, text: impl Into<String>) -> FileFault {
        self.0.fault(span, text)
    }

    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
        &self,
        text: &Spanned<String>,
    ) -> Result<T, FileFault> {
        text.get_ref().parse().map_err(|error: T::Err| self.fault(text.span(), error.to_string()))
    }

    fn time_format(&self, table: &TimeTable) -> Result<TimeFormat, FileFault> {
        if table.format.get_ref() == "rfc3339" {
            return Ok(TimeFormat::Rfc3339);
        }
        let format = table.format.get_ref().clone();
        match &table.timezone {
            Some(name) => TimeZone::get(name.get_ref())
                .map(|zone| TimeFormat::Local { format, zone })
                .map_err(|_| {
                    self.fault(name.span(), "no known time zone; one such as \"Europe/Paris\" is")
                }),
            None => Err(self.fault(
                table.format.span(),
                "a format without an offset needs timezone = \"Europe/Paris\" or another beside it",
            )),
        }
    }

    fn rule(&self, table: &ReadingTable) -> Result<Rule, FileFault> {
        let delay = table.at_end_of.as_ref().map(|text| self.parsed(text)).transpose()?;
        Ok(Rule {
            column: table.column.clone(),
            filter: table.filter.clone().into_iter().collect(),
            transform: self.transform(table)?,
            scale: table.scale.unwrap_or(1.0),
            delay: delay.unwrap_or(SignedDuration::ZERO),
        })
    }

    fn transform(&self, table: &ReadingTable) -> Result<Transform, FileFault> {
        let device: DeviceId = self.parsed(&table.device)?;
        let channel: Option<Channel> =
            table.channel.as_ref().map(|text| self.parsed(text)).transpose()?;
        let source =
            |quantity| Source { device: device.clone(), quantity, channel: channel.clone() };
        let kind = table.kind.as_ref().map(|kind| (kind.get_ref().as_str(), kind.span()));
        if let (Some(("doors_from_level", _)), None) = (&kind, &table.quantity) {
            return Ok(Transform::Doors {
                people_in: source(Quantity::PeopleIn),
                people_out: source(Quantity::PeopleOut),
            });
        }
        let Some(name) = &table.quantity else {
            let text = "quantity is missing, as in quantity = \"co2\"; only kind = \"doors_from_level\" has none";
            return Err(self.fault(table.device.span(), text));
        };
        let quantity: Quantity = self.parsed(name)?;
        let Some((kind, span)) = kind else {
            return Ok(plain(source(quantity)));
        };
        match (kind, quantity.kind()) {
            ("gauge", Kind::Gauge) | ("state", Kind::State) | ("register", Kind::Register) => {
                Ok(plain(source(quantity)))
            }
            ("register_from_increments", Kind::Register) => {
                Ok(Transform::Increments(source(quantity)))
            }
            ("gauge" | "state" | "register" | "register_from_increments", found) => {
                let found = match found {
                    Kind::Gauge => "gauge",
                    Kind::State => "state",
                    Kind::Register => "register",
                };
                Err(self.fault(
                    span,
                    format!("{quantity} is a {found}: leave kind out, or take another quantity"),
                ))
            }
            ("doors_from_level", _) => Err(self.fault(
                span,
                "doors_from_level makes people_in and people_out: leave quantity out",
            )),
            _ => Err(self.fault(span, format!("`{kind}` is no kind; {KINDS} are"))),
        }
    }
}

fn plain(source: Source) -> Transform {
    match source.quantity.kind() {
        Kind::State => Transform::State(source),
        Kind::Gauge | Kind::Register => Transform::Number(source),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "[time]\ncolumns = [\"t\"]\nformat = \"rfc3339\"\n\n[[reading]]\ncolumn = \"v\"\n";

    #[test]
    fn a_column_without_a_kind_is_what_its_quantity_is() {
        let map = format!("{HEAD}device = \"pir\"\nquantity = \"occupancy_detected\"\n");
        let mapping = Mapping::parse(&map, "a.toml").unwrap();
        assert!(matches!(mapping.rules[0].transform, Transform::State(_)));
        assert_eq!(mapping.devices(), ["pir".parse().unwrap()]);
    }

    #[test]
    fn what_is_wrong_is_told_with_file_line_and_remedy() {
        for (rest, expected) in [
            ("device = \"a\"\nquantity = \"steam\"\n", "a.toml:8: `steam` is no quantity"),
            ("device = \"a\"\n", "a.toml:7: quantity is missing"),
            (
                "device = \"a\"\nquantity = \"co2\"\nkind = \"register\"\n",
                "a.toml:9: co2 is a gauge",
            ),
            (
                "device = \"a\"\nquantity = \"co2\"\nkind = \"slope\"\n",
                "a.toml:9: `slope` is no kind",
            ),
            (
                "device = \"a\"\nquantity = \"co2\"\ncolour = 1\n",
                "a.toml:9: unknown field `colour`",
            ),
            ("device = \"a\"\nquantity = \"co2\"\nat_end_of = \"soon\"\n", "a.toml:9: "),
        ] {
            let error = Mapping::parse(&format!("{HEAD}{rest}"), "a.toml").unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn a_local_time_needs_its_time_zone() {
        let map = HEAD.replace("rfc3339", "%H:%M") + "device = \"a\"\nquantity = \"co2\"\n";
        let error = Mapping::parse(&map, "a.toml").unwrap_err().to_string();
        assert!(
            error.starts_with("a.toml:3: a format without an offset needs timezone"),
            "{error}"
        );
    }
}
