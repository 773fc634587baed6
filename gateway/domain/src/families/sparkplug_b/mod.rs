//! Nodes that speak Sparkplug B.
//!
//! ```text
//! spBv1.0/<group>/NBIRTH/<node>            all metrics with names, aliases, units
//! spBv1.0/<group>/DBIRTH/<node>/<device>
//! spBv1.0/<group>/NDATA/<node>             what changed, by name or only by alias
//! spBv1.0/<group>/DDATA/<node>/<device>
//! spBv1.0/<group>/NDEATH/<node>            the last will; `bdSeq` says of which life
//! spBv1.0/<group>/DDEATH/<node>/<device>
//! ```
//!
//! The device is `<group>/<node>[/<device>]`, the channel the name of the metric. What it measures follows from its
//! unit and name; times are UTC. A number under an alias means nothing before the birth that explains it: then the
//! message is refused, and the node must publish its birth again. Data sets and templates are refused as well; their
//! definitions say nothing.

mod payload;

use std::collections::{BTreeMap, HashMap};

use super::family::{Family, Memory, Reads, Scope};
use super::filter::fixed_levels;
use super::report_builder::{ReportBuilder, device, refused, status};
use super::unit::Unit;
use super::{moment, plain, wording};
use crate::ids::DeviceId;
use crate::message::{DevicePresence, Message, Reason, ReasonLabel, Translation};
use payload::{MAX_METRICS, Metric, Payload, Value};

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "sparkplug_b",
    filters: |_| vec![format!("{BASE}#")],
    reads: Reads::WithMemory(|| Box::new(Births::default())),
};

const BASE: &str = "spBv1.0/";

/// Most births that are remembered.
const MAX_BIRTHS: usize = 2000;

/// Most metrics of all of them together.
const MAX_DEFINITIONS: usize = 50_000;

/// Longer names and units are not remembered.
const MAX_NAME: usize = 128;

/// Prefix of the names of metrics that only define a template.
const DEFINITION: &str = "_types_/";

/// The data type of a truth, which some encoders send as a number.
const BOOLEAN: u64 = 11;

/// The data type of a point in time, in milliseconds.
const DATE_TIME: u64 = 13;

/// Metrics that nodes have defined at birth.
#[derive(Debug, Default)]
struct Births {
    /// By device; the node itself is one of them.
    lives: BTreeMap<String, Life>,
    /// Metrics of all of them together.
    definitions: usize,
}

/// One device since its birth.
#[derive(Debug, Default, PartialEq)]
struct Life {
    /// Number of the life of the node.
    bd_seq: Option<u64>,
    by_alias: HashMap<u64, String>,
    by_name: HashMap<String, Definition>,
}

/// Definition of a metric at birth.
#[derive(Clone, Debug, Default, PartialEq)]
struct Definition {
    datatype: Option<u64>,
    unit: Option<String>,
}

/// Kind of a message.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Birth,
    Data,
    Death,
}

impl Memory for Births {
    fn translate(&mut self, message: &Message<'_>, scope: &Scope<'_>) -> Option<Translation> {
        let base = if scope.filter.starts_with(BASE) { BASE } else { fixed_levels(scope.filter) };
        let levels: Vec<&str> = message.topic.strip_prefix(base)?.split('/').collect();
        let (name, kind) = match *levels.as_slice() {
            [group, kind, node] => (format!("{group}/{node}"), of_node(kind)?),
            [group, kind, node, device] => (format!("{group}/{node}/{device}"), of_device(kind)?),
            _ => return None,
        };
        // An empty payload takes a retained message away.
        if message.payload.is_empty() {
            return None;
        }
        let mut read = || -> Result<Translation, Reason> {
            let id = device(&name)?;
            let payload = Payload::decode(message.payload).map_err(|_| {
                Reason::new(ReasonLabel::Malformed, "the payload is none of Sparkplug B")
            })?;
            match kind {
                Kind::Birth => self.birth(&id, &payload),
                Kind::Data => Ok(self.data(id, &payload)),
                Kind::Death => Ok(self.death(&id, &payload)),
            }
        };
        Some(read().unwrap_or_else(refused))
    }
}

fn of_node(kind: &str) -> Option<Kind> {
    match kind {
        "NBIRTH" => Some(Kind::Birth),
        "NDATA" => Some(Kind::Data),
        "NDEATH" => Some(Kind::Death),
        _ => None,
    }
}

fn of_device(kind: &str) -> Option<Kind> {
    match kind {
        "DBIRTH" => Some(Kind::Birth),
        "DDATA" => Some(Kind::Data),
        "DDEATH" => Some(Kind::Death),
        _ => None,
    }
}

impl Births {
    fn birth(&mut self, id: &DeviceId, payload: &Payload<'_>) -> Result<Translation, Reason> {
        let life = Life::new(payload);
        if life.bd_seq.is_some()
            && self.lives.get(id.as_str()).is_some_and(|old| old.bd_seq != life.bd_seq)
        {
            self.forget_behind(id);
        }
        let before = self.lives.get(id.as_str());
        let definitions = self.definitions - before.map_or(0, Life::weight) + life.weight();
        if definitions > MAX_DEFINITIONS || before.is_none() && self.lives.len() >= MAX_BIRTHS {
            let text = format!("{id} is one device too many, or tells too many metrics");
            return Err(Reason::new(ReasonLabel::TooManySources, text));
        }
        let learned = before != Some(&life);
        self.definitions = definitions;
        self.lives.insert(id.as_str().to_owned(), life);
        let mut translation = self.data(id.clone(), payload);
        translation.statuses.push(status(id.clone(), DevicePresence::Online));
        translation.learned = learned;
        Ok(translation)
    }

    fn data(&self, id: DeviceId, payload: &Payload<'_>) -> Translation {
        let life = self.lives.get(id.as_str());
        let mut builder = ReportBuilder::new(id, None);
        let (mut unknown, mut unread) = (0_usize, None);
        for metric in &payload.metrics {
            let name =
                metric.name.or_else(|| life?.by_alias.get(&metric.alias?).map(String::as_str));
            let Some(name) = name else {
                unknown += 1;
                continue;
            };
            if metric.value == Some(Value::Many) && !metric.is_null {
                unread = unread.or((!name.starts_with(DEFINITION)).then_some(name));
                continue;
            }
            let at = metric.timestamp.or(payload.timestamp);
            builder.dated(at.and_then(moment::unix_millis));
            read(metric, name, life.and_then(|life| life.by_name.get(name)), &mut builder);
        }
        if unknown > 0 {
            let text = format!(
                "{unknown} metrics have an alias that no birth has explained; ask the node for its birth \
                 (Node Control/Rebirth)"
            );
            builder.refuse(ReasonLabel::Malformed, text);
        }
        if let Some(name) = unread {
            let text = format!(
                "`{name}` is a template or a data set, which are not read: publish what it holds as metrics"
            );
            builder.refuse(ReasonLabel::Malformed, text);
        }
        if payload.is_cut {
            let text = format!("more than {MAX_METRICS} metrics in one message");
            builder.refuse(ReasonLabel::TooLarge, text);
        }
        builder.finish()
    }

    /// A node takes its devices with it, unless the will is that of an earlier life.
    fn death(&self, id: &DeviceId, payload: &Payload<'_>) -> Translation {
        let of_now = self.lives.get(id.as_str()).and_then(|life| life.bd_seq);
        if let (Some(now), Some(then)) = (of_now, bd_seq(payload))
            && now != then
        {
            return Translation::default();
        }
        let devices = self.behind(id);
        let gone = std::iter::once(id.clone()).chain(devices.filter_map(|name| name.parse().ok()));
        let statuses = gone.map(|device| status(device, DevicePresence::Offline)).collect();
        Translation { statuses, ..Translation::default() }
    }

    /// The devices behind a node.
    fn behind(&self, node: &DeviceId) -> impl Iterator<Item = &String> {
        let below = format!("{node}/");
        let from_there = self.lives.range(below.clone()..).map(|(name, _)| name);
        from_there.take_while(move |name| name.starts_with(&below))
    }

    /// In a new life of a node an alias of its devices may mean something else, until they are born again, too.
    fn forget_behind(&mut self, node: &DeviceId) {
        let names: Vec<String> = self.behind(node).cloned().collect();
        for name in names {
            self.definitions -= self.lives.remove(&name).map_or(0, |life| life.weight());
        }
    }
}

impl Life {
    fn new(payload: &Payload<'_>) -> Self {
        let mut life = Self { bd_seq: bd_seq(payload), ..Self::default() };
        for metric in &payload.metrics {
            let Some(name) = metric.name.filter(|name| name.len() <= MAX_NAME) else { continue };
            let unit = metric.unit.filter(|unit| unit.len() <= MAX_NAME).map(ToOwned::to_owned);
            life.by_alias.extend(metric.alias.map(|alias| (alias, name.to_owned())));
            life.by_name.insert(name.to_owned(), Definition { datatype: metric.datatype, unit });
        }
        life
    }

    fn weight(&self) -> usize {
        self.by_name.len().max(self.by_alias.len())
    }
}

fn bd_seq(payload: &Payload<'_>) -> Option<u64> {
    let metric = payload.metrics.iter().find(|metric| metric.name == Some("bdSeq"))?;
    match metric.value? {
        Value::Whole(number) => Some(number),
        _ => None,
    }
}

/// Reads one value. What it measures follows from its unit, if it has one, and from the last level of its name.
fn read(
    metric: &Metric<'_>,
    name: &str,
    definition: Option<&Definition>,
    builder: &mut ReportBuilder,
) {
    let last = name.rsplit('/').next().unwrap_or(name);
    let own = ["Node Control/", "Device Control/", "Node Info/"];
    if metric.is_null || own.iter().any(|prefix| name.starts_with(prefix)) {
        return;
    }
    let datatype = metric.datatype.or_else(|| definition?.datatype);
    let unit = metric.unit.or_else(|| definition?.unit.as_deref()).filter(|unit| !unit.is_empty());
    let number = match metric.value {
        _ if datatype == Some(DATE_TIME) => return,
        Some(Value::Truth(truth)) => return state(truth, last, name, builder),
        Some(Value::Whole(whole)) if datatype == Some(BOOLEAN) => {
            return state(whole != 0, last, name, builder);
        }
        Some(Value::Whole(whole)) => signed(whole, datatype),
        Some(Value::Real(real)) => real,
        Some(Value::Text(text)) => match plain::number(text.as_bytes()) {
            Some(number) => number,
            None => return,
        },
        Some(Value::Many) | None => return,
    };
    // Not a number is how a node says that it does not know.
    if number.is_nan() {
        return;
    }
    match unit.map(Unit::new) {
        Some(Some(unit)) => {
            if let Some(quantity) = unit.quantity(last) {
                builder.amount(unit.above_zero(number), unit.factor(), quantity, Some(name));
            }
        }
        Some(None) => {}
        None => {
            if let Some((quantity, factor)) = wording::number(last) {
                builder.amount(number, factor, quantity, Some(name));
            }
        }
    }
}

fn state(truth: bool, last: &str, name: &str, builder: &mut ReportBuilder) {
    if let Some(quantity) = wording::state(last) {
        builder.state(truth, quantity, Some(name));
    }
}

/// A whole number of one of the signed types, which travel as their two's complement.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the bits are read as the signed number that they were"
)]
fn signed(whole: u64, datatype: Option<u64>) -> f64 {
    match datatype {
        Some(1) => f64::from(whole as u8 as i8),
        Some(2) => f64::from(whole as u16 as i16),
        Some(3) => f64::from(whole as u32 as i32),
        Some(4) => whole as i64 as f64,
        _ => whole as f64,
    }
}

#[cfg(test)]
mod tests;
