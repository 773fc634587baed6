//! Air, temperature and humidity of zones.

use crate::alerts::{Alert, Matter, Severity};
use crate::alerts::{RuleId, Rulebook, Subject, Watch, first_raised};
use crate::device::Freshness;
use crate::instant::Instant;
use crate::live::snapshot::Snapshot;
use crate::occupancy::Occupancy;
use crate::occupancy::is_closed_for;
use crate::quantity::Quantity;
use crate::reading::Observation;
use crate::site::{Point, Site};

/// Watches of all points that measure the climate of a zone.
#[derive(Debug)]
pub(super) struct Rooms {
    /// By point.
    points: Vec<Vec<Climate>>,
    /// By point; only for temperatures.
    heating: Vec<Option<Heating>>,
}

/// Warmth that nobody needs.
#[derive(Debug)]
struct Heating {
    empty: Option<Watch>,
    closed: Option<Watch>,
}

/// One thing that can be wrong with the climate, most severe rule first.
#[derive(Debug)]
struct Climate {
    ill: Ill,
    watches: Vec<Watch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ill {
    Stale,
    Hot,
    Cold,
    Damp,
    Dry,
}

impl Ill {
    /// Faults of the climate that a quantity shows.
    fn of(quantity: Quantity) -> &'static [Self] {
        match quantity {
            Quantity::Co2 => &[Self::Stale],
            Quantity::Temperature => &[Self::Hot, Self::Cold],
            Quantity::RelativeHumidity => &[Self::Damp, Self::Dry],
            _ => &[],
        }
    }

    fn rules(self) -> &'static [RuleId] {
        match self {
            Self::Stale => &[RuleId::AirUrgent, RuleId::AirAttention],
            Self::Hot => &[RuleId::Overheating],
            Self::Cold => &[RuleId::Frost, RuleId::Cold],
            Self::Damp => &[RuleId::Damp],
            Self::Dry => &[RuleId::Dry],
        }
    }

    fn matter(self, point: &Point, value: f64) -> Matter {
        let zone = point.zone.clone();
        match self {
            Self::Stale => Matter::Air { zone, co2_ppm: value },
            Self::Hot => Matter::Overheating { zone, celsius: value },
            Self::Cold => Matter::Cold { zone, celsius: value },
            Self::Damp | Self::Dry => Matter::Humidity { zone, percent: value },
        }
    }
}

/// Instant from which on readings of a point must be loaded, so that what had lasted long enough before a restart
/// still has.
pub(in crate::live) fn lead_start(site: &Site, point: &Point, now: Instant) -> Instant {
    let subject = Subject::Zone(point.zone.clone());
    let rules = Ill::of(point.quantity).iter().flat_map(|ill| ill.rules());
    let rules = rules.filter_map(|id| site.alerts.rules.rule(*id, &subject));
    let longest = rules.map(|rule| rule.dwell).max();
    // As long again, since it may have begun before.
    longest.map_or(Instant::MAX, |dwell| now - dwell - dwell)
}

impl Rooms {
    pub(super) fn of(site: &Site) -> Self {
        let rules = &site.alerts.rules;
        let climates = |point: &Point| {
            let climate =
                |ill: &Ill| Climate { ill: *ill, watches: watches(rules, ill.rules(), point) };
            Ill::of(point.quantity).iter().map(climate).collect()
        };
        let heating = |point: &Point| {
            let subject = Subject::Zone(point.zone.clone());
            let watch = |id| rules.rule(id, &subject).map(Watch::new);
            let heating = || Heating {
                empty: watch(RuleId::HeatingEmpty),
                closed: watch(RuleId::HeatingClosed),
            };
            (point.quantity == Quantity::Temperature).then(heating)
        };
        Self {
            points: site.points.iter().map(climates).collect(),
            heating: site.points.iter().map(heating).collect(),
        }
    }

    pub(super) fn observe(&mut self, point: usize, one: &Observation) {
        let watches = self.points[point].iter_mut().flat_map(|climate| &mut climate.watches);
        watches.for_each(|watch| watch.observe(one.observed_at, one.value.as_f64()));
    }

    pub(super) fn forget(&mut self, point: usize) {
        let watches = self.points[point].iter_mut().flat_map(|climate| &mut climate.watches);
        watches.for_each(Watch::forget);
    }

    pub(super) fn raised(&mut self, snapshot: &Snapshot<'_>) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for (index, point) in snapshot.site.points.iter().enumerate() {
            let Some(value) = value(point, snapshot) else {
                self.heating[index].iter_mut().for_each(Heating::forget);
                continue;
            };
            let occupancy = occupancy(point, snapshot);
            for climate in &self.points[index] {
                let Some((rule, since)) = first_raised(&climate.watches, snapshot.now) else {
                    continue;
                };
                // Stale air in an empty room waits for nobody; at the level of rapid action it is an alert all the same.
                let waits = climate.ill == Ill::Stale
                    && rule.severity != Severity::Urgent
                    && occupancy == Occupancy::Vacant;
                if !waits {
                    alerts.push(Alert::new(climate.ill.matter(point, value), rule.severity, since));
                }
            }
            let heating = self.heating[index].as_mut();
            alerts.extend(heating.and_then(|it| it.raised(point, value, occupancy, snapshot)));
        }
        alerts
    }
}

impl Heating {
    /// A long closure says more than an empty room, and both are one event.
    fn raised(
        &mut self,
        point: &Point,
        celsius: f64,
        occupancy: Occupancy,
        snapshot: &Snapshot<'_>,
    ) -> Option<Alert> {
        let (site, now) = (snapshot.site, snapshot.now);
        if occupancy == Occupancy::Occupied || !site.alerts.is_heating_season(&site.timezone, now) {
            self.forget();
            return None;
        }
        let is_closed = is_closed_for(site, site.alerts.long_closure, now) == Some(true);
        let closed = since(&mut self.closed, is_closed, celsius, now);
        let empty = since(&mut self.empty, occupancy == Occupancy::Vacant, celsius, now);
        let zone = point.zone.clone();
        if let Some((severity, since)) = closed {
            return Some(Alert::new(Matter::HeatingClosed { zone, celsius }, severity, since));
        }
        let (severity, since) = empty?;
        Some(Alert::new(Matter::HeatingEmpty { zone, celsius }, severity, since))
    }

    fn forget(&mut self) {
        self.empty.iter_mut().chain(&mut self.closed).for_each(Watch::forget);
    }
}

/// What a watch says of this temperature, while it counts.
fn since(
    watch: &mut Option<Watch>,
    counts: bool,
    celsius: f64,
    now: Instant,
) -> Option<(Severity, Instant)> {
    let watch = watch.as_mut()?;
    if !counts {
        watch.forget();
        return None;
    }
    watch.observe(now, celsius);
    Some((watch.rule.severity, watch.raised(now)?))
}

fn watches(rules: &Rulebook, ids: &[RuleId], point: &Point) -> Vec<Watch> {
    let subject = Subject::Zone(point.zone.clone());
    ids.iter().filter_map(|id| rules.rule(*id, &subject)).map(Watch::new).collect()
}

/// The newest reading of a point, unless it says nothing about now.
fn value(point: &Point, snapshot: &Snapshot<'_>) -> Option<f64> {
    let track = snapshot.tracks.filling(&point.sources, snapshot.now)?;
    let announced_s = snapshot.devices.announced_s(track.device);
    let freshness = track.freshness(announced_s, &snapshot.site.rules, snapshot.now)?;
    let last = track.last.filter(|_| freshness != Freshness::Lost)?;
    Some(last.value.as_f64())
}

fn occupancy(point: &Point, snapshot: &Snapshot<'_>) -> Occupancy {
    let zone = snapshot.site.zones.iter().position(|zone| zone.id == point.zone);
    zone.map_or(Occupancy::Unknown, |zone| snapshot.people.of_zone(zone).occupancy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ill_has_rules_with_the_most_severe_first() {
        for ill in [Ill::Stale, Ill::Hot, Ill::Cold, Ill::Damp, Ill::Dry] {
            let severities: Vec<_> = ill.rules().iter().map(|id| id.default().severity).collect();
            assert!(severities.is_sorted(), "{ill:?}");
            assert!(!severities.is_empty());
        }
    }
}
