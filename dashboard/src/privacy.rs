//! The one rule of sight: what the public does not see. Who is alone in an office is nobody's business, so the people in
//! small rooms are withheld; so are the names of staff, what they wrote, and messages that nobody could read.
//!
//! The public is whoever is not logged in, once there is an account or from another machine. What follows from the
//! people of a small room, its count, its detectors and its doors, is withheld from them live and in history; its air, its
//! temperature and its energy are not. Reports, which are made to be published, leave such rooms out for everybody.

use std::collections::HashSet;

use domain::alerts::Standing;
use domain::audit::Target;
use domain::ids::{DeviceId, ZoneId};
use domain::site::{Assignment, Doorway, Point, Side, Site};
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

    /// Whether the readings of a source are withheld, since the people of a small room follow from them.
    ///
    /// So do those of a detector that stands beside an instrument of such a room, and of one of which the site file does
    /// not say where it stands.
    pub(crate) fn withholds_source(self, site: &Site, source: &Source) -> bool {
        self.admit_to_source(site, source).is_err()
    }

    /// Refuses a question about a source whose readings are withheld.
    pub(crate) fn admit_to_source(self, site: &Site, source: &Source) -> Result<(), Problem> {
        if self == Self::Staff {
            return Ok(());
        }
        let places: Vec<Place<'_>> = places(site).collect();
        let filled = places.iter().filter(|it| it.tells && it.has(|of| of == source));
        let beside = places.iter().filter(|it| it.has(|of| of.device == source.device));
        let tells = tells_of_people(source.quantity);
        let rooms = filled.chain(beside.clone().filter(|_| tells)).flat_map(|it| &it.zones);
        for zone in rooms {
            self.admit(site, Some(zone))?;
        }
        let has_small_rooms = site.zones.iter().any(|zone| !site.shows_people_of(zone));
        if tells && has_small_rooms && beside.count() == 0 {
            return Err(Problem::of_unknown_place(source.device.as_str()));
        }
        Ok(())
    }

    /// Devices whose reports tell when somebody is in a small room.
    pub(crate) fn withheld_devices(self, site: &Site) -> HashSet<&DeviceId> {
        let of_room = |place: &Place<'_>| {
            place.tells && place.zones.iter().any(|zone| self.withholds(site, Some(zone)))
        };
        let withheld = places(site).filter(of_room);
        withheld.flat_map(|place| place.sources).map(|it| &it.source.device).collect()
    }

    /// Refuses a question about the doors of a zone, or of the building without one, where one of them leads into a small
    /// room: whoever knows the other doors knows that one as well.
    pub(crate) fn admit_to_doors(self, site: &Site, zone: Option<&ZoneId>) -> Result<(), Problem> {
        self.admit(site, zone)?;
        let is_inside = |side: &ZoneId| zone.is_none_or(|zone| site.is_within(side, zone));
        for door in &site.doorways {
            let sides: Vec<&ZoneId> = sides(door).collect();
            let inside = sides.iter().filter(|side| is_inside(side)).count();
            // One side in, the other one out: it is on the border.
            if inside == 1 {
                sides.iter().try_for_each(|side| self.admit(site, Some(side)))?;
            }
        }
        Ok(())
    }

    /// Whether an alert is withheld, since it tells of the people of a small room.
    pub(crate) fn withholds_alert(self, site: &Site, standing: &Standing) -> bool {
        self.withholds(site, standing.alert.matter.people_of())
    }

    /// Whether a correction of this tells of the people of a small room.
    pub(crate) fn withholds_target(self, site: &Site, target: &Target) -> bool {
        match target {
            Target::Source(source) => self.withholds_source(site, source),
            Target::Point(id) => {
                site.point(id.as_str()).is_some_and(|it| self.withholds_point(site, it))
            }
            Target::Meter(_) => false,
        }
    }

    /// Whether the readings of a point are withheld.
    pub(crate) fn withholds_point(self, site: &Site, point: &Point) -> bool {
        tells_of_people(point.quantity) && self.withholds(site, Some(&point.zone))
    }

    /// Refuses a question about refused messages: nobody knows whom they are about.
    pub(crate) fn admit_to_refusals(self) -> Result<(), Problem> {
        match self {
            Self::Staff => Ok(()),
            Self::Public => {
                Err(Problem::of_staff("refused messages may tell of the people of a small room"))
            }
        }
    }
}

/// Role of the site file that stands in a room, or between two.
struct Place<'a> {
    zones: Vec<&'a ZoneId>,
    sources: &'a [Assignment],
    /// Whether the people of its rooms follow from it.
    tells: bool,
}

impl Place<'_> {
    fn has(&self, is_it: impl Fn(&Source) -> bool) -> bool {
        self.sources.iter().any(|assignment| is_it(&assignment.source))
    }
}

fn places(site: &Site) -> impl Iterator<Item = Place<'_>> {
    let points = site.points.iter().map(|point| Place {
        zones: vec![&point.zone],
        sources: &point.sources,
        tells: tells_of_people(point.quantity),
    });
    let doors = site.doorways.iter().flat_map(|door| {
        let place = |sources| Place { zones: sides(door).collect(), sources, tells: true };
        [place(&door.people_in[..]), place(&door.people_out[..])]
    });
    let meters = site.meters.iter().flat_map(|meter| {
        let place = |sources| Place { zones: meter.zone.iter().collect(), sources, tells: false };
        [place(&meter.energy[..]), place(&meter.power[..])]
    });
    points.chain(doors).chain(meters)
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
