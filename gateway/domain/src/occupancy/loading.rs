//! Sources and span of the readings that a figure of people needs.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::air_model;
use super::closing;
use super::place::Place;
use super::places::{Places, index_of};
use super::room::Room;
use crate::ids::ZoneId;
use crate::instant::{Instant, Period};
use crate::quantity::Quantity;
use crate::rhythm::longest_counted_silence;
use crate::site::{Assignment, Site};

/// Span of the readings to load for figures over `span`, so that a figure does not depend on the span it is part of.
///
/// It begins 36 hours earlier and reaches to the next night in which the count is set to nobody. With an air model it
/// begins 36 hours before the last such night instead, and ends some hours after the next one. With detectors it ends
/// late enough to tell a pause of theirs from a silence.
///
/// Load it with [`crate::energy::NEIGHBOURS`] readings before it as well: the first reading of the day of a door that
/// only reports passages gives what it counted since the one before.
pub fn lead(span: Period, site: &Site) -> Period {
    let night_after = closing::night_after(span, site);
    let (start, end) = match (rooms(site).next().is_some(), site.doorways.is_empty()) {
        (true, _) => (closing::night_before(span, site), night_after + air_model::ahead()),
        (false, false) => (span.start(), night_after),
        (false, true) => (span.start(), span.end()),
    };
    let end = end + detector_silence(site);
    Period::new(closing::fold_start(start), end).expect("an earlier start keeps the order")
}

/// How long a detector must be silent until it is certain that it is.
fn detector_silence(site: &Site) -> SignedDuration {
    let has_detectors = site.points.iter().any(|it| it.quantity == Quantity::OccupancyDetected);
    if has_detectors { longest_counted_silence(&site.rules) } else { SignedDuration::ZERO }
}

/// Start of the readings that the live view at `now` is folded from: that of a figure of history ending then.
pub(crate) fn live_start(site: &Site, now: Instant) -> Instant {
    Period::new(now, now).map_or(now, |span| lead(span, site).start())
}

/// Points with readings for an air model: CO2 and airflow of each room.
pub(crate) fn air_points(site: &Site) -> BTreeSet<usize> {
    rooms(site).flat_map(|room| room.air()).collect()
}

/// Meters of the machines in rooms with an air model: a machine at work may look like people to the detectors.
pub(crate) fn machine_meters(site: &Site) -> BTreeSet<usize> {
    rooms(site).flat_map(|room| room.machines().to_vec()).collect()
}

/// Sources whose series [`zone_people`](super::zone_people) needs for a zone, or for the building: also those of the
/// zones that its figure is reconciled with.
pub fn zone_needs<'a>(site: &'a Site, zone: Option<&ZoneId>) -> Vec<&'a Assignment> {
    people_needs(site, &[zone])
}

/// Sources whose series [`people_of`](super::people_of) needs for some zones; `None` is the building.
pub fn people_needs<'a>(site: &'a Site, zones: &[Option<&ZoneId>]) -> Vec<&'a Assignment> {
    let places = Places::of(site);
    let needed = zones.iter().flat_map(|zone| places.within(places.top(index_of(site, *zone))));
    let needed: BTreeSet<usize> = needed.collect();
    places.needs(site, &needed.into_iter().collect::<Vec<_>>())
}

fn rooms(site: &Site) -> impl Iterator<Item = Room> + '_ {
    site.zones.iter().filter_map(|zone| Place::of(site, Some(&zone.id)).room)
}
