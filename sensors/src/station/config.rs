//! The configuration of a node: a TOML file. `node.example.toml` is the reference, and a test reads it.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use domain::ids::{DeviceId, SiteId};
use domain::wire::BrokerUrl;
use serde::Deserialize;
use toml::Spanned;

use super::instrument_config::{
    CurrentClampTable, DoorTable, InstrumentConfig, Kind, LinkyTable, MotionTable, PulsesTable,
    Scd4xTable, Sht4xTable, Table, span,
};
use crate::file_fault::{FileFault, TextFile};
use crate::outbox::Limits;

/// The reference: every key, with its default or an example.
pub const EXAMPLE: &str = include_str!("../../node.example.toml");

/// Configuration of a node: its identity, where it publishes, and its instruments.
#[derive(Clone, Debug)]
pub struct Config {
    /// The site in the topics.
    pub site: SiteId,
    /// The node in the topics.
    pub device: DeviceId,
    /// Address of the broker.
    pub broker: BrokerUrl,
    /// Data folder, with outbox and totals.
    pub data: PathBuf,
    /// Condition under which the wall clock is believed.
    pub clock: ClockTable,
    /// Limits and rates of the outbox.
    pub outbox: OutboxTable,
    /// The instruments.
    pub instruments: Vec<InstrumentConfig>,
}

/// `[clock]`: condition under which the wall clock is believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ClockTable {
    /// Whether somebody must have set it.
    pub trust: Trust,
    /// Its being there says that the clock is right.
    pub synchronized_file: Option<PathBuf>,
}

/// Condition under which the wall clock is believed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Trust {
    /// Once the network has set it.
    #[default]
    Synchronized,
    /// From the start.
    Always,
}

/// `[outbox]`: limits and rates of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutboxTable {
    /// At most so many MiB on disk.
    pub(super) max_mib: u32,
    /// At most so many readings.
    pub(super) max_readings: u32,
    /// Age from which an unacknowledged reading is written to disk.
    #[serde(deserialize_with = "span")]
    pub write_after: Duration,
    /// Rate of old readings, a second.
    pub backlog_per_second: u32,
}

impl Default for OutboxTable {
    fn default() -> Self {
        let write_after = Duration::from_secs(30);
        Self { max_mib: 32, max_readings: 500_000, write_after, backlog_per_second: 100 }
    }
}

impl OutboxTable {
    /// Capacity of the outbox.
    pub fn limits(&self) -> Limits {
        const MIB: u64 = 1 << 20;
        Limits { bytes: u64::from(self.max_mib) * MIB, readings: u64::from(self.max_readings) }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    node: NodeTable,
    #[serde(default)]
    clock: ClockTable,
    #[serde(default)]
    outbox: Option<Spanned<OutboxTable>>,
    #[serde(default)]
    scd4x: Vec<Spanned<Scd4xTable>>,
    #[serde(default)]
    sht4x: Vec<Spanned<Sht4xTable>>,
    #[serde(default)]
    motion: Vec<Spanned<MotionTable>>,
    #[serde(default)]
    door: Vec<Spanned<DoorTable>>,
    #[serde(default)]
    pulses: Vec<Spanned<PulsesTable>>,
    #[serde(default)]
    linky: Vec<Spanned<LinkyTable>>,
    #[serde(default)]
    current_clamp: Vec<Spanned<CurrentClampTable>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeTable {
    site: SiteId,
    device: DeviceId,
    broker: Option<Spanned<String>>,
    #[serde(default = "default_data")]
    data: PathBuf,
}

fn default_data() -> PathBuf {
    "/var/lib/vigie-node".into()
}

impl Config {
    /// The shortest interval of the instruments: how often the node means to report.
    pub fn interval(&self) -> Duration {
        let intervals = self.instruments.iter().map(|instrument| instrument.interval);
        intervals.min().unwrap_or(Duration::from_mins(1))
    }

    /// Whether any machine with serial lines will do, and no Pi is needed.
    pub fn needs_only_lines(&self) -> bool {
        self.instruments.iter().all(|instrument| instrument.kind.needs_only_a_line())
    }

    /// Reads the text of a configuration; `file` is its name in messages.
    ///
    /// # Errors
    /// When it is none, with the line and the remedy.
    pub fn parse(text: &str, file: &str) -> Result<Self, FileFault> {
        let check = Check(TextFile { text, name: file });
        let raw: File = toml::from_str(text).map_err(|error| {
            check.fault(error.span().unwrap_or(0..0), error.message().to_owned())
        })?;
        let broker = raw
            .node
            .broker
            .as_ref()
            .map_or(Ok(BrokerUrl::plain("127.0.0.1", 1883)), |url| check.broker(url))?;
        let outbox = raw.outbox.map_or(Ok(OutboxTable::default()), |table| check.outbox(&table))?;
        let mut instruments = Vec::new();
        collect_into(&mut instruments, raw.scd4x);
        collect_into(&mut instruments, raw.sht4x);
        collect_into(&mut instruments, raw.motion);
        collect_into(&mut instruments, raw.door);
        collect_into(&mut instruments, raw.pulses);
        collect_into(&mut instruments, raw.linky);
        collect_into(&mut instruments, raw.current_clamp);
        // Faults are reported in the order of the file.
        instruments.sort_by_key(|(span, _)| span.start);
        check.apart(&instruments)?;
        Ok(Self {
            site: raw.node.site,
            device: raw.node.device,
            broker,
            data: raw.node.data,
            clock: raw.clock,
            outbox,
            instruments: instruments.into_iter().map(|(_, instrument)| instrument).collect(),
        })
    }
}

fn collect_into<T: Table>(
    instruments: &mut Vec<(Range<usize>, InstrumentConfig)>,
    tables: Vec<Spanned<T>>,
) {
    instruments
        .extend(tables.into_iter().map(|table| (table.span(), table.into_inner().into_config())));
}

/// Checks of the parts of a configuration.
struct Check<'a>(TextFile<'a>);

impl Check<'_> {
    fn fault(&self, span: Range<usize>, text: impl Into<String>) -> FileFault {
        self.0.fault(span, text)
    }

    fn broker(&self, url: &Spanned<String>) -> Result<BrokerUrl, FileFault> {
        let broker: BrokerUrl =
            url.get_ref().parse().map_err(|error: domain::wire::InvalidBrokerUrl| {
                self.fault(url.span(), error.to_string())
            })?;
        if broker.login().is_some() {
            let text = "a user and a password do not belong in this file: give the address with them in VIGIE_BROKER";
            return Err(self.fault(url.span(), text));
        }
        Ok(broker)
    }

    fn outbox(&self, table: &Spanned<OutboxTable>) -> Result<OutboxTable, FileFault> {
        let outbox = *table.get_ref();
        if outbox.max_mib == 0 || outbox.max_readings < 1000 || outbox.backlog_per_second == 0 {
            let text = "an outbox needs max_mib of 1, max_readings of 1000 and backlog_per_second of 1 at least";
            return Err(self.fault(table.span(), text));
        }
        Ok(outbox)
    }

    /// Checks that no pin has two instruments, and that no two instruments measure the same.
    fn apart(&self, instruments: &[(Range<usize>, InstrumentConfig)]) -> Result<(), FileFault> {
        if instruments.is_empty() {
            let text = "no instrument is wired: add a table such as [[scd4x]] or [[motion]]";
            return Err(self.fault(0..0, text));
        }
        let (mut pins, mut subjects, mut lines) =
            (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        for (span, instrument) in instruments {
            let name = instrument.kind.name();
            for pin in instrument.kind.pins() {
                if let Some(other) = pins.insert(pin, name) {
                    let text = format!(
                        "GPIO {pin} is taken by [[{other}]] already: give each wire a pin of its own"
                    );
                    return Err(self.fault(span.clone(), text));
                }
            }
            for quantity in instrument.kind.quantities() {
                if let Some(other) = subjects.insert((*quantity, &instrument.channel), name) {
                    let text = format!(
                        "{quantity} is measured by [[{other}]] already: give one of them a channel of its own, as in channel = \"fenetre\""
                    );
                    return Err(self.fault(span.clone(), text));
                }
            }
            if let Kind::Linky { path, .. } = &instrument.kind
                && (lines.insert(path, &instrument.channel).is_some()
                    || lines.values().filter(|channel| **channel == &instrument.channel).count()
                        > 1)
            {
                let text = "two [[linky]] need a path and a channel each";
                return Err(self.fault(span.clone(), text));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "[node]\nsite = \"dreux\"\ndevice = \"salle-1\"\n";

    fn fault(rest: &str) -> String {
        Config::parse(&format!("{HEAD}{rest}"), "node.toml").unwrap_err().to_string()
    }

    #[test]
    fn the_example_file_is_read_and_has_one_of_each_instrument() {
        let config = Config::parse(EXAMPLE, "node.example.toml").unwrap();

        let names: Vec<_> =
            config.instruments.iter().map(|instrument| instrument.kind.name()).collect();
        assert_eq!(names, ["scd4x", "sht4x", "motion", "door", "pulses", "linky", "current_clamp"]);
        assert_eq!(config.outbox, OutboxTable::default(), "the file shows the defaults");
        assert_eq!(config.clock, ClockTable::default());
    }

    #[test]
    fn what_is_left_out_is_as_the_example_shows_it() {
        let rest = "[[motion]]\npin = 17\n[[door]]\nouter_pin = 22\ninner_pin = 23\n\
                    [[pulses]]\nchannel = \"four\"\npin = 27\npulses_per_kwh = 1000\n[[linky]]\npath = \"/dev/serial0\"\n";
        let short = Config::parse(&format!("{HEAD}{rest}"), "node.toml").unwrap();
        let example = Config::parse(EXAMPLE, "node.example.toml").unwrap();

        assert_eq!(short.instruments, example.instruments[2..6]);
        assert_eq!((short.broker, short.data), (example.broker, example.data));
    }

    #[test]
    fn a_fault_is_reported_with_file_line_and_remedy() {
        for (rest, expected) in [
            ("", "node.toml:1: no instrument is wired"),
            ("[[scd4x]]\nbuss = 1\n", "node.toml:5: unknown field `buss`"),
            ("[[motion]]\npin = 40\n", "node.toml:5: 40 is no pin: give its BCM number"),
            ("[[motion]]\ninterval = \"60s\"\n", "node.toml:4: missing field `pin`"),
            ("[[scd4x]]\ninterval = \"soon\"\n", "node.toml:5: `soon` is no time such as \"30s\""),
            ("[[scd4x]]\npressure_hpa = 10\n", "node.toml:5: 10 is not the pressure"),
            ("[[scd4x]]\n[[sht4x]]\n", "node.toml:5: temperature is measured by [[scd4x]] already"),
            (
                "[[motion]]\npin = 4\n[[door]]\nouter_pin = 5\ninner_pin = 4\n",
                "node.toml:6: GPIO 4 is taken",
            ),
            (
                "[[linky]]\npath = \"a\"\n[[linky]]\npath = \"b\"\n",
                "node.toml:6: two [[linky]] need",
            ),
            ("broker = \"broker.local\"\n", "node.toml:4: "),
            (
                "broker = \"mqtt://u:p@broker\"\n",
                "node.toml:4: a user and a password do not belong",
            ),
            ("[outbox]\nmax_mib = 0\n", "node.toml:4: an outbox needs"),
            ("[clock]\ntrust = \"never\"\n", "node.toml:5: unknown variant `never`"),
        ] {
            let error = fault(rest);
            assert!(error.starts_with(expected), "{error}");
        }
    }
}
