//! One building: its zones, roles and meters, with every reference resolved to an id that exists.
//!
//! A [`Site`] is made only by [`crate::site::parse`]; so whoever holds one may rely on what is promised here.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::alerting::AlertSettings;
use super::meter::Meter;
use super::opening::OpeningHours;
use super::pricing::{Factor, Reference, Target, Tariff};
use super::retention::Retention;
use super::role::{Doorway, Point};
use super::rules::Rules;
use super::thresholds::Thresholds;
use super::zone::Zone;
use crate::families::FamilySettings;
use crate::ids::{PointId, SiteId, ZoneId};
use crate::reading::Source;

/// One building with one time zone.
#[derive(Clone, Debug)]
pub struct Site {
    /// The name in topics.
    pub id: SiteId,
    /// The name on pages.
    pub name: String,
    /// Time zone, in which its civil days begin and end.
    pub timezone: TimeZone,
    /// Most people that it may hold, as its operator states.
    pub capacity: u32,
    /// Floor area in m².
    pub area_m2: f64,
    /// In a zone for fewer people than this the public is not shown how many there are.
    pub small_room_below: u32,
    /// Whether its zones and meters are announced for Home Assistant.
    pub announce: bool,
    /// Names under which browsers open the dashboard, in lower case, besides addresses by number and loopback names.
    pub hosts: Vec<String>,
    /// Opening hours; `None` when the file has none, and then it never counts as closed.
    pub opening: Option<OpeningHours>,
    /// Zones, in the order of the file. Parents may come after their children.
    pub zones: Vec<Zone>,
    /// Roles in the building, in the order of the file.
    pub points: Vec<Point>,
    /// Doorways at which people are counted, in the order of the file.
    pub doorways: Vec<Doorway>,
    /// Meters, in the order of the file. Parents may come after their children.
    pub meters: Vec<Meter>,
    /// Rules by which figures are made.
    pub rules: Rules,
    /// Retention of everything that is stored.
    pub retention: Retention,
    /// The point that measures the air outside, in °C.
    pub outdoor: Option<PointId>,
    /// Prices, oldest first.
    pub tariffs: Vec<Tariff>,
    /// kg `CO2e` per kWh, oldest first.
    pub carbon: Vec<Factor>,
    /// Primary kWh per kWh, oldest first.
    pub primary: Vec<Factor>,
    /// Goals, the nearest first.
    pub targets: Vec<Target>,
    /// Reference year that progress is measured against.
    pub reference: Option<Reference>,
    /// From which CO2 on air is what.
    pub air: Thresholds,
    /// Who is alerted, when and how.
    pub alerts: AlertSettings,
    /// By family, where the file says other than to listen on its standard topics.
    pub families: BTreeMap<&'static str, FamilySettings>,
}

/// In a room for fewer people whoever is there can be identified. No rule fixes the number; where statistics on people
/// are published, groups of fewer than five are usually withheld.
pub(in crate::site) const FEW_PEOPLE: u32 = 5;

impl Site {
    /// The zone of this name.
    pub fn zone(&self, id: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id.as_str() == id)
    }

    /// Whether the people of a zone may be shown to the public: who is alone in an office is nobody's business. A zone
    /// without a capacity of its own holds what its parts hold; where nobody stays, as in a corridor, all may be shown.
    pub fn shows_people_of(&self, zone: &Zone) -> bool {
        self.holds(zone).is_none_or(|capacity| capacity >= self.small_room_below)
    }

    /// Most people that a zone may hold; `None` when neither it nor all of its parts state it.
    fn holds(&self, zone: &Zone) -> Option<u32> {
        let parts = self.zones.iter().filter(|part| part.parent.as_ref() == Some(&zone.id));
        let parts: Vec<Option<u32>> = parts.map(|part| self.holds(part)).collect();
        let all = || (!parts.is_empty()).then(|| parts.iter().copied().sum::<Option<u32>>());
        zone.capacity.or_else(|| all().flatten())
    }

    /// The meter of this name.
    pub fn meter(&self, id: &str) -> Option<&Meter> {
        self.meters.iter().find(|meter| meter.id.as_str() == id)
    }

    /// The point of this name.
    pub fn point(&self, id: &str) -> Option<&Point> {
        self.points.iter().find(|point| point.id.as_str() == id)
    }

    /// Whether `zone` is `ancestor` or lies within it.
    pub fn is_within(&self, zone: &ZoneId, ancestor: &ZoneId) -> bool {
        let mut at = Some(zone);
        while let Some(here) = at {
            if here == ancestor {
                return true;
            }
            at = self.zone(here.as_str()).and_then(|zone| zone.parent.as_ref());
        }
        false
    }

    /// Every source that the file names, whenever it is or was assigned.
    pub fn sources(&self) -> impl Iterator<Item = &Source> {
        let points = self.points.iter().flat_map(|point| &point.sources);
        let doors =
            self.doorways.iter().flat_map(|door| door.people_in.iter().chain(&door.people_out));
        let meters = self.meters.iter();
        let meters = meters.flat_map(|it| it.energy.iter().chain(&it.power).chain(&it.apparent));
        points.chain(doors).chain(meters).map(|assignment| &assignment.source)
    }
}
