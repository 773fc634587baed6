//! Place: a zone or the building, with the doors, detectors and room that its people are estimated from.

use super::room::Room;
use crate::ids::ZoneId;
use crate::quantity::Quantity;
use crate::site::{Assignment, Doorway, Side, Site};

/// Zone or building with its instruments, as indices into the lists of the site.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Doorways on its border.
    pub(crate) border: Vec<BorderDoor>,
    /// Points of the detectors inside.
    pub(crate) detectors: Vec<usize>,
    /// Whether the detectors watch all of it: it has no parts, some of which might have no detector.
    pub(crate) is_watched: bool,
    /// Whether it is the sum of its parts: it has parts, and no doorways of its own.
    pub(crate) is_sum: bool,
    /// Room whose people the air model estimates.
    pub(crate) room: Option<Room>,
}

/// Doorway on the border of a place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct BorderDoor {
    /// Index of the doorway.
    pub(crate) doorway: usize,
    /// 1 where its `people_in` enter the place, -1 where they leave it.
    pub(crate) sign: f64,
}

impl Place {
    /// Place of a zone; `None` is the building.
    pub(crate) fn of(site: &Site, zone: Option<&ZoneId>) -> Self {
        let border: Vec<_> = border(site, zone).collect();
        let is_detector = |index: &usize| {
            let point = &site.points[*index];
            point.quantity == Quantity::OccupancyDetected
                && zone.is_none_or(|zone| site.is_within(&point.zone, zone))
        };
        let detectors: Vec<_> = (0..site.points.len()).filter(is_detector).collect();
        let has_parts = site.zones.iter().any(|part| part.parent.as_ref() == zone);
        let is_watched = !detectors.is_empty() && zone.is_some() && !has_parts;
        let is_sum = border.is_empty() && has_parts;
        let room = zone.filter(|_| !is_sum).and_then(|zone| Room::of(site, zone));
        Self { border, detectors, is_watched, is_sum, room }
    }

    /// Sources of all its instruments.
    pub(crate) fn needs<'a>(&self, site: &'a Site) -> Vec<&'a Assignment> {
        let mut needs = self.counting_needs(site);
        let air = self.room.iter().flat_map(Room::air);
        needs.extend(air.flat_map(|point| &site.points[point].sources));
        let machines = self.room.iter().flat_map(Room::machines);
        needs.extend(machines.flat_map(|meter| &site.meters[*meter].power));
        needs
    }

    /// Sources of its doors and detectors: the count also depends on when the detectors are quiet.
    pub(crate) fn counting_needs<'a>(&self, site: &'a Site) -> Vec<&'a Assignment> {
        let mut needs: Vec<&Assignment> = Vec::new();
        for door in &self.border {
            needs.extend(&site.doorways[door.doorway].people_in);
            needs.extend(&site.doorways[door.doorway].people_out);
        }
        for &detector in &self.detectors {
            needs.extend(&site.points[detector].sources);
        }
        needs
    }
}

fn border<'a>(site: &'a Site, zone: Option<&'a ZoneId>) -> impl Iterator<Item = BorderDoor> + 'a {
    let is_inside = move |side: &Side| match (side, zone) {
        (Side::Outside, _) => false,
        (Side::Zone(_), None) => true,
        (Side::Zone(here), Some(zone)) => site.is_within(here, zone),
    };
    let crossing = move |(doorway, door): (usize, &Doorway)| match (
        is_inside(&door.from),
        is_inside(&door.to),
    ) {
        (false, true) => Some(BorderDoor { doorway, sign: 1.0 }),
        (true, false) => Some(BorderDoor { doorway, sign: -1.0 }),
        _ => None,
    };
    site.doorways.iter().enumerate().filter_map(crossing)
}
