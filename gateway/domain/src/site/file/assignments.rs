//! Which source fills which role when: each role has one source at a time, each source one role.

use std::collections::BTreeMap;

use super::fault::Faults;
use super::section::{Key, Section};
use crate::instant::{Instant, Period};
use crate::quantity::Quantity;
use crate::reading::Source;
use crate::site::model::Assignment;

const SOURCE: &[Key] = &[
    Key::needed("device", "\"air-3\""),
    Key::optional("channel", "\"switch:0\""),
    Key::optional("since", "\"2026-01-05T08:00:00+01:00\""),
    Key::optional("until", "\"2026-06-30T18:00:00+02:00\""),
];

/// An assignment and where it stands in the file.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) assignment: Assignment,
    at: usize,
}

/// The sources listed under `key` as sources of `quantity`, oldest first.
pub(super) fn read(section: &Section<'_>, key: &'static str, quantity: Quantity) -> Vec<Placed> {
    let sources = section.tables(key, source_title(key), SOURCE);
    let mut placed: Vec<Placed> =
        sources.iter().filter_map(|source| read_source(source, quantity)).collect();
    placed.sort_by_key(|placed| placed.assignment.period.start());
    for pair in placed.windows(2) {
        let [earlier, later] = pair else { continue };
        if earlier.assignment.period.end() > later.assignment.period.start() {
            let text = format!(
                "two sources fill one role at the same time, the other is in line {}; give the \
                 older one an `until` and the newer one a `since`, the same instant",
                section.faults().line(earlier.at)
            );
            section.faults().report(later.at, text);
        }
    }
    placed
}

fn source_title(key: &str) -> &'static str {
    match key {
        "energy" => "a source in `energy`",
        "power" => "a source in `power`",
        "apparent" => "a source in `apparent`",
        _ => "a source in `sources`",
    }
}

fn read_source(section: &Section<'_>, quantity: Quantity) -> Option<Placed> {
    let device = section.id("device");
    let channel = match section.value("channel") {
        Some(_) => Some(section.id("channel")?),
        None => None,
    };
    let bound = |key, default| match section.value(key) {
        Some(_) => section.instant(key),
        None => Some(default),
    };
    let (since, until) = (bound("since", Instant::MIN), bound("until", Instant::MAX));
    let (since, until) = (since?, until?);
    let period = Period::new(since, until).filter(|period| period.start() < period.end());
    if period.is_none() {
        section.fault("until", format!("`until` {until} is not after `since` {since}; swap them"));
    }
    let source = Source { device: device?, quantity, channel };
    Some(Placed { assignment: Assignment { source, period: period? }, at: section.at("device") })
}

/// The assignments without their places.
pub(super) fn assignments(placed: &[Placed]) -> Vec<Assignment> {
    placed.iter().map(|placed| placed.assignment.clone()).collect()
}

/// Watches over one kind of role (points, doorways or meters): a source that fills two of them at
/// the same time would be counted twice.
#[derive(Default)]
pub(super) struct Uses {
    by_source: BTreeMap<Source, Vec<(String, Placed)>>,
}

impl Uses {
    /// Notes that `role` uses these sources.
    pub(super) fn add(&mut self, role: &str, placed: &[Placed]) {
        for placed in placed {
            let uses = self.by_source.entry(placed.assignment.source.clone()).or_default();
            uses.push((role.to_owned(), placed.clone()));
        }
    }

    /// Reports each source that fills two roles at the same time.
    pub(super) fn check(mut self, faults: &Faults<'_>) {
        for (source, uses) in &mut self.by_source {
            uses.sort_by_key(|(_, placed)| placed.at);
            for (index, (role, later)) in uses.iter().enumerate() {
                let clash = uses[..index].iter().find(|(other, earlier)| {
                    let shared = earlier.assignment.period.intersection(later.assignment.period);
                    other != role && shared.is_some()
                });
                if let Some((other, earlier)) = clash {
                    let text = format!(
                        "{source} already fills `{other}` at that time, in line {}; give one of \
                         them another device or channel, or `since` and `until`",
                        faults.line(earlier.at)
                    );
                    faults.report(later.at, text);
                }
            }
        }
    }
}
