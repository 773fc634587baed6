//! Queries in Flux: one file for each, in `flux/`, and one for each way to narrow it down. Texts are constant; what a
//! query is about is given apart from it, as the syntax tree that a real server was recorded to take.
//!
//! No filter compares a tag by `<`: that would stop InfluxDB from answering it out of its index.

use domain::ids::SiteId;
use domain::{Instant, Source};
use serde_json::{Value as Json, json};

use super::audit_point;
use super::line_protocol::{LARGEST_TIME, stored_tag};
use super::target::Target;

/// The last time that InfluxDB can hold.
const LAST_TIME: &str = "2262-04-11T23:47:16.854775806Z";

/// A query in Flux: its text and its parameters.
#[derive(Clone, Debug)]
pub(super) struct Query {
    text: String,
    given: Vec<Json>,
}

/// Selection of the readings of a source.
#[derive(Clone, Copy, Debug)]
pub(super) enum Which {
    /// All of them.
    All,
    /// The oldest, so many at most.
    AtMost(usize),
    /// The newest one.
    Newest,
    /// The oldest one.
    Oldest,
}

/// Span of time, half-open.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    start: Instant,
    stop: Instant,
}

impl Span {
    /// As far as InfluxDB can hold times; `None` where that is empty, which it would refuse.
    pub(super) fn new(start: Instant, stop: Instant) -> Option<Self> {
        let within =
            |at: Instant, most| Instant::from_millis(at.as_millis().clamp(-LARGEST_TIME, most));
        // Beyond the last millisecond that it can hold, for a stop that holds it too; `time` knows how to say it.
        let span =
            Self { start: within(start, LARGEST_TIME), stop: within(stop, LARGEST_TIME + 1) };
        (start < stop && span.start < span.stop && start.as_millis() <= LARGEST_TIME)
            .then_some(span)
    }
}

impl Query {
    /// Query for the readings of `source` at a site: values, and how they arrived.
    pub(super) fn readings(
        target: &Target,
        site: &SiteId,
        source: &Source,
        span: Span,
        which: Which,
    ) -> Self {
        let mut query = Self::about(target, site, span, include_str!("flux/readings.flux"))
            .with("measurement", &text(source.quantity.name()))
            .with("device", &text(&stored_tag(source.device.as_str())))
            .of_channel(source);
        query = match which {
            Which::All => query,
            Which::AtMost(most) => query
                .then(include_str!("flux/at_most.flux"))
                .with("most", &node("IntegerLiteral", &most.to_string())),
            Which::Newest => query.then(include_str!("flux/newest.flux")),
            Which::Oldest => query.then(include_str!("flux/oldest.flux")),
        };
        query.then(include_str!("flux/narrow.flux"))
    }

    /// Query for every source of a site with its newest reading.
    pub(super) fn sources(target: &Target, site: &SiteId, span: Span) -> Self {
        Self::about(target, site, span, include_str!("flux/sources.flux"))
    }

    /// Query for the rollups in `measurement`: of one source, or of all of the site.
    pub(super) fn rollups(
        target: &Target,
        site: &SiteId,
        measurement: &str,
        only: Option<&Source>,
        span: Span,
    ) -> Self {
        let mut query = Self::about(target, site, span, include_str!("flux/rollups.flux"))
            .with("measurement", &text(measurement));
        if let Some(source) = only {
            query = query
                .then(include_str!("flux/of_device.flux"))
                .with("device", &text(&stored_tag(source.device.as_str())))
                .of_channel(source);
        }
        query.then(include_str!("flux/as_columns.flux"))
    }

    /// Query for the audit entries of a site.
    pub(super) fn ledger(target: &Target, site: &SiteId, span: Span) -> Self {
        Self::about(target, site, span, include_str!("flux/ledger.flux"))
            .with("measurement", &text(audit_point::MEASUREMENT))
    }

    /// The body of the request.
    pub(super) fn body(&self) -> Json {
        json!({
            "query": self.text,
            "type": "flux",
            "dialect": {
                "header": true, "delimiter": ",", "annotations": ["datatype", "group", "default"],
                "commentPrefix": "#", "dateTimeFormat": "RFC3339",
            },
            // Also what is null has to be there.
            "extern": { "type": "File", "package": null, "imports": null, "body": self.given },
        })
    }

    fn about(target: &Target, site: &SiteId, span: Span, file: &str) -> Self {
        let query = Self { text: file.to_owned(), given: Vec::new() };
        query
            .with("bucket", &text(target.bucket()))
            .with("site", &text(&stored_tag(site.as_str())))
            .with("start", &time(span.start))
            .with("stop", &time(span.stop))
    }

    /// Without a channel, those that have one are left out by the reader: no recorded filter asks for what is missing.
    fn of_channel(self, source: &Source) -> Self {
        match &source.channel {
            None => self,
            Some(channel) => self
                .then(include_str!("flux/of_channel.flux"))
                .with("channel", &text(&stored_tag(channel.as_str()))),
        }
    }

    fn then(mut self, file: &str) -> Self {
        self.text.push_str(file);
        self
    }

    fn with(mut self, name: &str, value: &Json) -> Self {
        self.given.push(json!({
            "type": "OptionStatement",
            "assignment": {
                "type": "VariableAssignment",
                "id": { "type": "Identifier", "name": name },
                "init": value,
            },
        }));
        self
    }
}

fn text(value: &str) -> Json {
    node("StringLiteral", value)
}

fn time(at: Instant) -> Json {
    if at.as_millis() > LARGEST_TIME {
        return node("DateTimeLiteral", LAST_TIME);
    }
    node("DateTimeLiteral", &at.to_string())
}

fn node(kind: &str, value: &str) -> Json {
    json!({ "type": kind, "value": value })
}

#[cfg(test)]
mod tests {
    use domain::Quantity;

    use super::*;

    fn query(device: &str, channel: Option<&str>) -> Query {
        let target = Target::new("http://127.0.0.1:8086", "vigie", "readings").unwrap();
        let source = Source {
            device: device.parse().unwrap(),
            quantity: Quantity::Co2,
            channel: channel.map(|channel| channel.parse().unwrap()),
        };
        let span = Span::new(Instant::from_millis(0), Instant::from_millis(1)).unwrap();
        Query::readings(&target, &"dreux".parse().unwrap(), &source, span, Which::All)
    }

    #[test]
    fn the_names_of_a_query_never_stands_in_the_text() {
        let (plain, nasty) = (query("air-1", Some("0")), query("\" or true) |> drop(", Some("0")));
        assert_eq!(plain.text, nasty.text);
        assert!(nasty.body()["extern"].to_string().contains("or true"));
    }

    #[test]
    fn the_tree_has_every_part_of_the_recorded_one() {
        let tree = &query("air-1", None).body()["extern"];
        let file = tree.as_object().unwrap();
        assert!(["type", "package", "imports", "body"].iter().all(|part| file.contains_key(*part)));
        assert_eq!(
            tree["body"][0],
            json!({"type": "OptionStatement", "assignment": {
                "type": "VariableAssignment",
                "id": {"type": "Identifier", "name": "bucket"},
                "init": {"type": "StringLiteral", "value": "readings"},
            }})
        );
    }

    #[test]
    fn a_span_is_what_influxdb_can_hold_and_never_empty() {
        let all = Span::new(Instant::MIN, Instant::MAX).unwrap();
        assert_eq!(all.start.to_string(), "1677-09-21T00:12:43.146Z");
        assert_eq!(time(all.stop)["value"], LAST_TIME);
        assert!(Span::new(Instant::MAX, Instant::MAX).is_none());
        assert!(Span::new(Instant::from_millis(5), Instant::from_millis(5)).is_none());
    }
}
