//! Energy: Wh over the periods of a grid, from registers and, where there are none, from power.
//!
//! ```text
//! register readings ──register──▶ rises ────┐
//!                                           ├──▶ accumulator ──▶ figures of a meter ──▶ sums of zones, the building
//! power readings ──power──▶ holds ──fill────┘
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `meter` | one meter: its dated sources, registers before power |
//! | `power` | how long a power reading holds |
//! | `accumulator` | Wh and known time in the periods of a grid |
//! | `figure` | the figure of a period with its proof, and the sum over meters |
//! | `balance` | a meter beside its parts: what is not assigned, and parts above their whole |
//! | `crosscheck` | a register beside the power of the same meter |
//! | `rolled` | the same from rollups, where they suffice |
//! | `state` | power and energy at an instant, as they are published |
//! | `repair` | silences that a register bridges |
//!
//! How long a reading holds is the same everywhere (`max_gap` of the site's rules), not learned from the readings
//! at hand: so a day is the sum of its hours, whatever else was loaded for either question.

mod accumulator;
mod balance;
mod crosscheck;
mod figure;
mod meter;
mod power;
mod repair;
mod rolled;
mod state;
#[cfg(test)]
mod tests;

pub(crate) use accumulator::Entry;
pub use balance::{Balance, Excess, balance, excesses, parts_of};
pub use crosscheck::{CrossCheck, Verdict, compare, two_ways};
pub use figure::{EnergyFigure, sum, sum_over_time};
pub(crate) use meter::{MeterFold, NeedsRebuild, Role};
pub(crate) use power::{Held, held_power};
pub use repair::{Repair, repairs};
pub use rolled::{Missing, Piece, RolledSet, rolled_energy};
pub use state::{Activity, ActivityState, EnergyState};

use crate::ids::ZoneId;
use crate::instant::{Instant, Period};
use crate::reading::{Observation, SeriesSet, Source};
use crate::register::Event;
use crate::site::{Assignment, Meter, Rules, Site, Use};

/// Number of readings to load before and after the span of a query: enough to see what a register
/// did that departs at its border, and to learn the rhythm by which a source is judged.
pub const NEIGHBOURS: usize = 33;

/// The sources whose series [`meter_energy`] needs.
pub fn meter_needs(meter: &Meter) -> impl Iterator<Item = &Assignment> {
    meter.energy.iter().chain(&meter.power)
}

/// Energy of one meter in each period of `grid`, as of `now`. The periods must be in order and disjoint.
///
/// Registers go before power: power is integrated only where no register of the meter covers the time. Each source counts
/// only while it was assigned, and its resets are settled before anything is added.
pub fn meter_energy(
    meter: &Meter,
    grid: &[Period],
    series: &SeriesSet,
    rules: &Rules,
    now: Instant,
) -> Vec<EnergyFigure> {
    MeterFold::replay(meter, grid, series, rules, &mut |_, _| ()).figures(now)
}

/// Events of the registers of a meter: what registers should not do, source by source in the order of time.
pub fn register_events(meter: &Meter, series: &SeriesSet, rules: &Rules) -> Vec<(Source, Event)> {
    let mut events = Vec::new();
    MeterFold::replay(meter, &[], series, rules, &mut |source, event| {
        events.push((source.clone(), event));
    });
    events
}

/// The energy of a zone as the sum of its topmost meters, or of the building as the sum of the meters without a parent.
pub fn zone_energy(
    site: &Site,
    zone: Option<&ZoneId>,
    grid: &[Period],
    series: &SeriesSet,
    now: Instant,
) -> Vec<EnergyFigure> {
    let meters: Vec<_> = zone_meters(site, zone).collect();
    sum_of(&meters, grid, series, &site.rules, now)
}

/// The energy of several meters together; that of a single one as it is.
pub fn sum_of(
    meters: &[&Meter],
    grid: &[Period],
    series: &SeriesSet,
    rules: &Rules,
    now: Instant,
) -> Vec<EnergyFigure> {
    let of_meter = |meter: &&Meter| meter_energy(meter, grid, series, rules, now);
    if let [only] = meters {
        return of_meter(only);
    }
    let of_meters: Vec<_> = meters.iter().map(of_meter).collect();
    (0..grid.len()).map(|at| sum(of_meters.iter().map(|figures| figures[at]))).collect()
}

/// The meters that make up a zone, or the building: none of them is a part of another one.
pub fn zone_meters<'a>(
    site: &'a Site,
    zone: Option<&'a ZoneId>,
) -> impl Iterator<Item = &'a Meter> {
    let topmost = site.meters.iter().filter(move |meter| match zone {
        None => meter.parent.is_none(),
        Some(zone) => {
            stands_in(site, meter, zone)
                && !ancestors(site, meter).any(|above| stands_in(site, above, zone))
        }
    });
    topmost.flat_map(|meter| measured(site, meter))
}

/// The meters whose readings make up a meter: itself, or its parts when it has no sources of its own. So the three
/// phases of a line, each with an instrument, are one meter.
pub fn measured<'a>(site: &'a Site, meter: &'a Meter) -> Vec<&'a Meter> {
    let parts: Vec<_> = parts_of(site, &meter.id).collect();
    if meter_needs(meter).next().is_some() || parts.is_empty() {
        return vec![meter];
    }
    parts.into_iter().flat_map(|part| measured(site, part)).collect()
}

/// The meters that make up a use: none of them is within another meter of a known use, whose energy holds theirs.
pub fn use_meters(site: &Site, usage: Use) -> impl Iterator<Item = &Meter> {
    let topmost = site.meters.iter().filter(move |meter| {
        meter.usage == Some(usage) && !ancestors(site, meter).any(|above| above.usage.is_some())
    });
    topmost.flat_map(|meter| measured(site, meter))
}

fn stands_in(site: &Site, meter: &Meter, zone: &ZoneId) -> bool {
    meter.zone.as_ref().is_some_and(|own| site.is_within(own, zone))
}

fn ancestors<'a>(site: &'a Site, meter: &'a Meter) -> impl Iterator<Item = &'a Meter> {
    let above = |meter: &Meter| meter.parent.as_ref().and_then(|id| site.meter(id.as_str()));
    std::iter::successors(above(meter), move |meter| above(meter))
}

/// The part of a series in which the source was assigned.
pub(crate) fn assigned(observations: &[Observation], period: Period) -> &[Observation] {
    let start = observations.partition_point(|one| one.observed_at < period.start());
    let end = observations.partition_point(|one| one.observed_at < period.end());
    &observations[start..end]
}
