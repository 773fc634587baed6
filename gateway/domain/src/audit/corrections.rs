//! Effect of the corrections in force on readings and meters.
//!
//! Roles are resolved on reading, and so are corrections: what is stored stays as it was measured. What was entered
//! later goes before what was entered earlier.

use std::collections::HashMap;

use jiff::SignedDuration;

use super::entry::{Effect, Entry, Target, in_force};
use crate::ids::MeterId;
use crate::instant::{Instant, Period};
use crate::reading::{DatedBy, Observation, Source, Value};
use crate::site::{Assignment, Site, StatedEnergy};

/// How often a stated value is repeated: often enough that no reading is held to speak longer than it may.
const REPEATED_EVERY: SignedDuration = SignedDuration::from_mins(1);

/// All corrections in force, by source and meter.
#[derive(Clone, Debug, Default)]
pub struct Corrections {
    by_source: HashMap<Source, Vec<Change>>,
    stated: HashMap<MeterId, Vec<StatedEnergy>>,
    known_at: Option<Instant>,
}

/// Replacement of the readings of a source in a period.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Change {
    period: Period,
    value: Option<f64>,
}

impl Corrections {
    /// Those in force as known at an instant; as known now without one.
    pub fn of(entries: &[Entry], site: &Site, known_at: Option<Instant>) -> Self {
        let mut corrections = Self { known_at, ..Self::default() };
        for (_, correction) in in_force(entries, known_at) {
            let period = correction.period();
            let value = match correction.effect {
                Effect::Note => continue,
                Effect::Exclude => None,
                Effect::Value(value) => Some(value),
                Effect::EnergyWh(wh) => {
                    if let Target::Meter(meter) = &correction.target {
                        corrections.state(meter, StatedEnergy { period, wh });
                    }
                    None
                }
            };
            for (source, period) in slices(&correction.target, period, site) {
                let change = Change { period, value };
                corrections.by_source.entry(source).or_default().push(change);
            }
        }
        corrections
    }

    /// Whether every reading of this source counts as it was measured.
    pub fn leaves(&self, source: &Source) -> bool {
        self.known_at.is_none() && !self.by_source.contains_key(source)
    }

    /// Whether a stored reading counts: no correction covers it, and it was received by then.
    pub fn keeps(&self, source: &Source, one: &Observation) -> bool {
        let changes = self.by_source.get(source);
        let is_corrected = changes.is_some_and(|changes| {
            changes.iter().any(|change| change.period.contains(one.observed_at))
        });
        !is_corrected && self.known_at.is_none_or(|known_at| one.received_at <= known_at)
    }

    /// The stretches of `span` in which the readings of this source may not be what is stored.
    pub fn changed(&self, source: &Source, span: Period) -> Vec<Period> {
        if self.known_at.is_some() {
            return vec![span];
        }
        let changes = self.by_source.get(source).into_iter().flatten();
        changes.filter_map(|change| change.period.intersection(span)).collect()
    }

    /// What was stated in place of readings within `span`, in order.
    pub fn stated_readings(&self, source: &Source, span: Period) -> Vec<Observation> {
        let changes = self.by_source.get(source).map_or(&[][..], Vec::as_slice);
        let mut stated = Vec::new();
        for (index, change) in changes.iter().enumerate() {
            let Some(value) = change.value else { continue };
            let later = &changes[index + 1..];
            let instants = std::iter::successors(Some(change.period.start()), |at| {
                Some(*at + REPEATED_EVERY).filter(|next| change.period.contains(*next))
            });
            let holds = |at: &Instant| {
                span.contains(*at) && !later.iter().any(|change| change.period.contains(*at))
            };
            stated.extend(instants.filter(holds).map(|observed_at| Observation {
                observed_at,
                received_at: observed_at,
                dated_by: DatedBy::Gateway,
                value: Value::from_f64(source.quantity.kind(), value),
            }));
        }
        stated.sort_by_key(|one| one.observed_at);
        stated
    }

    /// The site with what was stated about its meters.
    #[must_use]
    pub fn site(&self, site: &Site) -> Site {
        let mut site = site.clone();
        for meter in &mut site.meters {
            if let Some(stated) = self.stated.get(&meter.id) {
                meter.stated.clone_from(stated);
            }
        }
        site
    }

    /// The newest statement goes before each one that it overlaps.
    fn state(&mut self, meter: &MeterId, statement: StatedEnergy) {
        let stated = self.stated.entry(meter.clone()).or_default();
        stated.retain(|earlier| earlier.period.intersection(statement.period).is_none());
        stated.push(statement);
        stated.sort_by_key(|statement| statement.period.start());
    }
}

/// Which readings a correction is about.
fn slices(target: &Target, period: Period, site: &Site) -> Vec<(Source, Period)> {
    let assigned = |assignments: &[Assignment]| -> Vec<(Source, Period)> {
        let slice = |assignment: &Assignment| {
            let shared = assignment.period.intersection(period)?;
            Some((assignment.source.clone(), shared))
        };
        assignments.iter().filter_map(slice).collect()
    };
    match target {
        Target::Source(source) => vec![(source.clone(), period)],
        Target::Point(id) => {
            site.point(id.as_str()).map_or_else(Vec::new, |point| assigned(&point.sources))
        }
        Target::Meter(id) => site.meter(id.as_str()).map_or_else(Vec::new, |meter| {
            [assigned(&meter.energy), assigned(&meter.power)].concat()
        }),
    }
}
