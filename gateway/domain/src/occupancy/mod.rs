//! People: how many, or at least whether somebody is there, from doors and detectors.
//!
//! ```text
//! door registers ──register──▶ passages ──┐
//!                                         ├──sweep──▶ timeline of a zone ──▶ figures over a grid, or now
//! detectors ──hold time──▶ presence ──────┘               ▲
//! opening hours ──────────▶ closed hours ─────────────────┘ (nobody is left after closing)
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `extent` | which doors and detectors tell of a zone |
//! | `doors` | passages, and whether a door still reports |
//! | `presence` | what detectors say, and for how long |
//! | `hours` | when the building is closed |
//! | `sweep` | the count through the day: signed drift, resets, what remained |
//! | `estimate` | count and presence to what is told |
//! | `timeline` | what was told when, and its summary over a period |

mod doors;
mod estimate;
mod extent;
mod hours;
mod presence;
mod sweep;
#[cfg(test)]
mod tests;
mod timeline;
mod traffic;

pub use timeline::PeopleFigure;

use jiff::SignedDuration;

use crate::ids::ZoneId;
use crate::instant::{Instant, Period};
use crate::reading::SeriesSet;
use crate::site::{Assignment, Site};
pub(crate) use extent::Extent;
pub(crate) use timeline::Moment;
pub(crate) use traffic::{Traffic, TrafficRole};

/// How far back passages are folded: more than a day, so that a nightly reset is always among them.
const LEAD: SignedDuration = SignedDuration::from_hours(36);

/// The span widened back to what must be loaded for the figures in it.
///
/// Load it with [`crate::energy::NEIGHBOURS`] readings before it as well: a door that only reports passages tells
/// with its first reading of the day what it counted since the one before.
pub fn lead(span: Period, _site: &Site) -> Period {
    Period::new(lead_start(span.start()), span.end()).expect("an earlier start keeps the order")
}

/// From when on passages are folded for a figure at `instant`.
pub(crate) fn lead_start(instant: Instant) -> Instant {
    instant - LEAD
}

/// The sources whose series [`zone_people`] needs for a zone, or for the building.
pub fn zone_needs<'a>(site: &'a Site, zone: Option<&ZoneId>) -> Vec<&'a Assignment> {
    Extent::of(site, zone).needs(site)
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
    let extent = Extent::of(site, zone);
    let mut traffic = Traffic::new(site);
    traffic.replay(&extent, site, series);
    let end = grid.last().map_or(now, |last| last.end().min(now));
    let timeline = sweep::timeline(site, &extent, &traffic, end);
    timeline.figures(grid, now)
}

/// What is told of a zone, or of the building, at `now`.
pub(crate) fn people_now(site: &Site, extent: &Extent, traffic: &Traffic, now: Instant) -> Moment {
    sweep::timeline(site, extent, traffic, now).at(now)
}

/// Whether the opening hours say that the building is open; `None` without opening hours.
pub fn is_open(site: &Site, now: Instant) -> Option<bool> {
    let opening = site.opening.as_ref()?;
    let day = SignedDuration::from_hours(24);
    let around = Period::new(now - day, now + day)?;
    let closed = hours::closed(opening, around, &site.timezone);
    Some(!closed.iter().any(|hours| hours.contains(now)))
}
