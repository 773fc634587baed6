//! People: how many, or at least whether somebody is there, from doors, detectors and the air.
//!
//! ```text
//! door registers ──register──▶ passages ──┐
//!                                         ├──sweep──▶ timeline of a zone ──▶ figures over a grid, or now
//! detectors ──hold time──▶ presence ──────┘               ▲
//! opening hours ──────────▶ closed hours ─────────────────┘ (nobody is left after closing)
//! ```
//!
//! People of a zone with a CO2 point of its own are told by `fusion`: from its air, its detectors and its doors
//! together, so that a door counter that drifts is overruled. The live view carries on the forward pass of the same
//! model; history looks back as well, once later readings are there.
//!
//! | file | what it knows |
//! |---|---|
//! | `extent` | which doors and detectors tell of a zone |
//! | `doors` | passages, and whether a door still reports |
//! | `presence` | what detectors say, and for how long |
//! | `hours` | when the building is closed |
//! | `sweep` | the count through the day: signed drift, resets, what remained |
//! | `day` | a day's count once what was left at its end is known, in history: the raw count stays beside it |
//! | `estimate` | count and presence to what is told |
//! | `fusion` | the people of a room from its air, with all else that is known of it |
//! | `tree`, `agreement` | the building and its zones, and how what is told of them comes to agree |
//! | `timeline` | what was told when, and its summary over a period |
//! | `attendance` | how a zone is used: peak, person-hours, use of the opening hours |
//! | `counting` | how right the doors count: drift, balance and what was left, day by day |

mod agreement;
mod attendance;
mod counting;
mod day;
mod doors;
mod estimate;
mod extent;
mod fusion;
mod hours;
mod presence;
mod sweep;
#[cfg(test)]
mod tests;
mod timeline;
mod traffic;
mod tree;

pub use attendance::{Attendance, MeanPeople, Peak, PersonHours, attendance};
pub use counting::{Balance, Counting, DoorCounting, counting_needs, countings};
pub use timeline::PeopleFigure;
use timeline::Timeline;

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use crate::ids::ZoneId;
use crate::instant::{Instant, Period};
use crate::reading::SeriesSet;
use crate::site::{Assignment, Site};
pub(crate) use extent::Extent;
pub(crate) use fusion::Filters;
pub(crate) use timeline::Moment;
pub(crate) use traffic::{Traffic, TrafficRole};
pub(crate) use tree::Tree;
use tree::place_of;

/// How far back passages are folded: more than a day, so that a nightly reset is always among them.
const LEAD: SignedDuration = SignedDuration::from_hours(36);

/// The span widened to what must be loaded for the figures in it: back, and on to the night in which the doors are
/// next set to nobody; where people are told from the air back to a night as well, and a little further ahead. So a
/// figure does not depend on the question that it answers.
///
/// Load it with [`crate::energy::NEIGHBOURS`] readings before it as well: a door that only reports passages tells
/// with its first reading of the day what it counted since the one before.
pub fn lead(span: Period, site: &Site) -> Period {
    let has_room = site.zones.iter().any(|zone| Extent::of(site, Some(&zone.id)).room.is_some());
    let (start, end) = match (has_room, site.doorways.is_empty()) {
        (true, _) => (night_before(span, site), night_after(span, site) + fusion::ahead()),
        (false, false) => (span.start(), night_after(span, site)),
        (false, true) => (span.start(), span.end()),
    };
    Period::new(lead_start(start), end).expect("an earlier start keeps the order")
}

fn night_before(span: Period, site: &Site) -> Instant {
    let nights = hours::daily(site.rules.reset_at, start_of(span), &site.timezone);
    nights.into_iter().rfind(|night| *night <= span.start()).unwrap_or(span.start())
}

fn night_after(span: Period, site: &Site) -> Instant {
    let nights = hours::daily(site.rules.reset_at, end_of(span), &site.timezone);
    nights.into_iter().find(|night| *night >= span.end()).unwrap_or(span.end())
}

fn start_of(span: Period) -> Period {
    Period::new(span.start(), span.start()).expect("an instant")
}

fn end_of(span: Period) -> Period {
    Period::new(span.end(), span.end()).expect("an instant")
}

/// From when on readings are folded for a figure at `instant`.
fn lead_start(instant: Instant) -> Instant {
    instant - LEAD
}

/// From when on readings are folded for what is told at `now`: the same as for a figure of history that ends then.
pub(crate) fn live_start(site: &Site, now: Instant) -> Instant {
    Period::new(now, now).map_or(now, |span| lead(span, site).start())
}

/// The points whose readings tell people from the air of a zone.
pub(crate) fn air_points(site: &Site) -> BTreeSet<usize> {
    let rooms = site.zones.iter().filter_map(|zone| Extent::of(site, Some(&zone.id)).room);
    rooms.flat_map(|room| room.air()).collect()
}

/// The meters of machines that may look like people to the detectors of a room.
pub(crate) fn machine_meters(site: &Site) -> BTreeSet<usize> {
    let rooms = site.zones.iter().filter_map(|zone| Extent::of(site, Some(&zone.id)).room);
    rooms.flat_map(|room| room.machines().to_vec()).collect()
}

/// The sources whose series [`zone_people`] needs for a zone, or for the building: also those of the zones that its
/// figure must agree with.
pub fn zone_needs<'a>(site: &'a Site, zone: Option<&ZoneId>) -> Vec<&'a Assignment> {
    people_needs(site, &[zone])
}

/// The sources whose series [`people_of`] needs for some zones; `None` is the building.
pub fn people_needs<'a>(site: &'a Site, zones: &[Option<&ZoneId>]) -> Vec<&'a Assignment> {
    let tree = Tree::of(site);
    let places = zones.iter().flat_map(|zone| tree.within(tree.top(place_of(site, *zone))));
    let places: BTreeSet<usize> = places.collect();
    tree.needs(site, &places.into_iter().collect::<Vec<_>>())
}

/// The people in a zone, or in the building, in each period of `grid` as known at `now`; nothing for the future.
/// The periods must be in order and disjoint.
pub fn zone_people(
    site: &Site,
    zone: Option<&ZoneId>,
    grid: &[Period],
    series: &SeriesSet,
    now: Instant,
) -> Vec<PeopleFigure> {
    people_of(site, &[zone], grid, series, now).remove(0)
}

/// The same for several zones at once; `None` is the building. What is told of one is worked out with all that it must
/// agree with, so asking for all together takes hardly longer than for one.
pub fn people_of(
    site: &Site,
    zones: &[Option<&ZoneId>],
    grid: &[Period],
    series: &SeriesSet,
    now: Instant,
) -> Vec<Vec<PeopleFigure>> {
    let Some((first, last)) = grid.first().zip(grid.last()) else {
        return vec![Vec::new(); zones.len()];
    };
    let span = Period::new(first.start().min(now), last.end().min(now));
    let past = Past { site, tree: Tree::of(site), span: span.expect("a grid is in order"), now };
    let mut timelines: BTreeMap<usize, Vec<Timeline>> = BTreeMap::new();
    let figures = |zone: Option<&ZoneId>| {
        let place = place_of(site, zone);
        let top = past.tree.top(place);
        let told = timelines.entry(top).or_insert_with(|| past.timelines(top, series));
        told[place].figures(grid, now)
    };
    zones.iter().copied().map(figures).collect()
}

/// A span of the past.
struct Past<'a> {
    site: &'a Site,
    tree: Tree,
    span: Period,
    now: Instant,
}

impl Past<'_> {
    /// What was told of each place below `top`, in agreement.
    fn timelines(&self, top: usize, series: &SeriesSet) -> Vec<Timeline> {
        let within = self.tree.within(top);
        let mut traffic = Traffic::new(self.site);
        let extents = within.iter().map(|place| self.tree.extent(*place));
        traffic.replay(extents, self.site, series);
        let mut told = vec![Timeline::default(); self.tree.count()];
        for place in within {
            told[place] = self.timeline(place, &traffic, &told);
        }
        self.tree.agreed_timelines(top, &told)
    }

    /// What was told of a place by itself; of a room also from its air.
    fn timeline(&self, place: usize, traffic: &Traffic, told: &[Timeline]) -> Timeline {
        let (site, extent) = (self.site, self.tree.extent(place));
        let loaded = lead(self.span, site);
        let until = loaded.end().min(self.now);
        match &extent.room {
            Some(room) => {
                let span = Period::new(loaded.start().min(until), until).unwrap_or(self.span);
                fusion::timeline(site, extent, room, traffic, span)
            }
            None => by_doors(site, &self.tree, place, traffic, (told, until)),
        }
    }
}

/// What is told of a place from its doors and detectors, or as the sum of its parts.
fn by_doors(
    site: &Site,
    tree: &Tree,
    place: usize,
    traffic: &Traffic,
    (told, end): (&[Timeline], Instant),
) -> Timeline {
    let extent = tree.extent(place);
    if !extent.is_sum {
        return sweep::timeline(site, extent, traffic, end);
    }
    let parts: Vec<&Timeline> = tree.parts(place).iter().map(|part| &told[*part]).collect();
    sweep::sum_of_parts(site, extent, traffic, end, &parts)
}

/// What is told at `now` of the building and of each zone, in the order of the tree.
pub(crate) fn people_now(
    site: &Site,
    tree: &Tree,
    traffic: &Traffic,
    filters: &mut Filters,
    now: Instant,
) -> Vec<Moment> {
    let begin = live_start(site, now);
    let mut told = vec![Timeline::default(); tree.count()];
    for place in tree.within(tree::BUILDING) {
        let extent = tree.extent(place);
        told[place] = match &extent.room {
            Some(room) => filters.now(site, (extent, room), traffic, (begin, now)),
            None => by_doors(site, tree, place, traffic, (&told, now)),
        };
    }
    let moments: Vec<Moment> = told.iter().map(|told| told.at(now)).collect();
    tree.agreed(tree::BUILDING, &moments)
}

/// Whether the opening hours say that the building is open; `None` without opening hours.
pub fn is_open(site: &Site, now: Instant) -> Option<bool> {
    Some(!closed_around(site, now)?.iter().any(|hours| hours.contains(now)))
}

/// Since when the building is closed by its opening hours; `None` while it is open, and without opening hours.
pub fn closed_since(site: &Site, now: Instant) -> Option<Instant> {
    let closed = closed_around(site, now)?;
    closed.iter().find(|hours| hours.contains(now)).map(|hours| hours.start())
}

/// Whether the building has been closed for so long by its opening hours; `None` without opening hours.
pub fn is_closed_for(site: &Site, length: SignedDuration, now: Instant) -> Option<bool> {
    let opening = site.opening.as_ref()?;
    let begin = now - length;
    let closed = hours::closed(opening, Period::new(begin, now)?, &site.timezone);
    Some(closed.iter().any(|hours| hours.start() <= begin && hours.contains(now)))
}

/// The hours of a span in which the building is closed; `None` without opening hours.
pub(crate) fn closed_hours(site: &Site, span: Period) -> Option<Vec<Period>> {
    Some(hours::closed(site.opening.as_ref()?, span, &site.timezone))
}

fn closed_around(site: &Site, now: Instant) -> Option<Vec<Period>> {
    let opening = site.opening.as_ref()?;
    let day = SignedDuration::from_hours(24);
    let around = Period::new(now - day, now + day)?;
    Some(hours::closed(opening, around, &site.timezone))
}
