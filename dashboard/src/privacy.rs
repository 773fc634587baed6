//! Small rooms: who is alone in an office is nobody's business, so the people in it are withheld from the public.
//!
//! The public is whoever is not logged in, once there is an account or from another machine. What follows from the
//! people of a small room, its count, its detectors and its doors, is withheld from them live and in history; its air, its
//! temperature and its energy are not. Reports, which are made to be published, leave such rooms out for everybody.

use domain::ids::ZoneId;
use domain::site::{Doorway, Side, Site};
use domain::{Quantity, Source};

use crate::problem::Problem;

/// Who looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// Somebody without an account.
    #[default]
    Public,
    /// Somebody who is logged in, or at this machine before there is any account.
    Staff,
}

impl Visibility {
    pub(crate) const ALL: [Self; 2] = [Self::Public, Self::Staff];

    /// Whether the people of a zone, or of the building, are withheld.
    pub(crate) fn withholds(self, site: &Site, zone: Option<&ZoneId>) -> bool {
        let zone = zone.and_then(|zone| site.zone(zone.as_str()));
        self == Self::Public && zone.is_some_and(|zone| !site.shows_people_of(zone))
    }

    /// Refuses a question about the people of a zone whose people are withheld.
    pub(crate) fn admit(self, site: &Site, zone: Option<&ZoneId>) -> Result<(), Problem> {
        match zone.filter(|_| self.withholds(site, zone)) {
            Some(zone) => Err(Problem::withheld(zone.as_str(), site.small_room_below)),
            None => Ok(()),
        }
    }

    /// The zone whose people follow from a source, when they are withheld.
    pub(crate) fn withheld_by<'a>(self, site: &'a Site, source: &Source) -> Option<&'a ZoneId> {
        let tells = |assignments: &[domain::site::Assignment]| {
            assignments.iter().any(|assignment| assignment.source == *source)
        };
        let points = site.points.iter().filter(|point| tells_of_people(point.quantity));
        let points = points.filter(|point| tells(&point.sources)).map(|point| &point.zone);
        let doors = site.doorways.iter();
        let doors = doors.filter(|door| tells(&door.people_in) || tells(&door.people_out));
        let sides = doors.flat_map(sides);
        points.chain(sides).find(|zone| self.withholds(site, Some(zone)))
    }
}

fn sides(door: &Doorway) -> impl Iterator<Item = &ZoneId> {
    [&door.from, &door.to].into_iter().filter_map(|side| match side {
        Side::Zone(zone) => Some(zone),
        Side::Outside => None,
    })
}

/// Whether a quantity says by itself whether somebody is there.
pub(crate) fn tells_of_people(quantity: Quantity) -> bool {
    matches!(
        quantity,
        Quantity::OccupancyDetected
            | Quantity::PeopleCount
            | Quantity::PeopleIn
            | Quantity::PeopleOut
    )
}
