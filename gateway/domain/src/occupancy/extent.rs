//! Which doors and detectors tell of a zone.

use super::fusion::Room;
use crate::ids::ZoneId;
use crate::quantity::Quantity;
use crate::site::{Assignment, Side, Site};

/// What tells of a zone, or of the building, beside what is told of its parts. Indices into the lists of the site.
#[derive(Clone, Debug)]
pub(crate) struct Extent {
    /// Doorways on its border, with 1 where `people_in` come in and -1 where they go out.
    pub(crate) border: Vec<(usize, f64)>,
    /// Points of detectors inside.
    pub(crate) detectors: Vec<usize>,
    /// Whether these see what happens in it: it has no parts, some of which might have none.
    pub(crate) is_watched: bool,
    /// Whether it is the sum of its parts, having some and no doorways of its own.
    pub(crate) is_sum: bool,
    /// A zone whose people are told from its air as well.
    pub(crate) room: Option<Room>,
}

impl Extent {
    pub(crate) fn of(site: &Site, zone: Option<&ZoneId>) -> Self {
        let is_inside = |side: &Side| match (side, zone) {
            (Side::Outside, _) => false,
            (Side::Zone(_), None) => true,
            (Side::Zone(here), Some(zone)) => site.is_within(here, zone),
        };
        let crossing = |(index, door): (usize, &crate::site::Doorway)| match (
            is_inside(&door.from),
            is_inside(&door.to),
        ) {
            (false, true) => Some((index, 1.0)),
            (true, false) => Some((index, -1.0)),
            _ => None,
        };
        let border: Vec<_> = site.doorways.iter().enumerate().filter_map(crossing).collect();
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

    /// The sources that fill these roles.
    pub(crate) fn needs<'a>(&self, site: &'a Site) -> Vec<&'a Assignment> {
        let mut needs = self.counting_needs(site);
        let air = self.room.iter().flat_map(Room::air);
        needs.extend(air.flat_map(|point| &site.points[point].sources));
        let machines = self.room.iter().flat_map(Room::machines);
        needs.extend(machines.flat_map(|meter| &site.meters[*meter].power));
        needs
    }

    /// The sources of its doors, and of its detectors, which tell when it is quiet.
    pub(crate) fn counting_needs<'a>(&self, site: &'a Site) -> Vec<&'a Assignment> {
        let mut needs: Vec<&Assignment> = Vec::new();
        for &(door, _) in &self.border {
            needs.extend(&site.doorways[door].people_in);
            needs.extend(&site.doorways[door].people_out);
        }
        for &detector in &self.detectors {
            needs.extend(&site.points[detector].sources);
        }
        needs
    }
}
