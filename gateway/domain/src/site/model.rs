//! The building as the rest of the program knows it: checked, with every reference resolved to an id that exists.
//!
//! A [`Site`] is made only by [`crate::site::parse`]; so whoever holds one may rely on what is promised here.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::Time;
use jiff::tz::TimeZone;

use super::accounts::{Carrier, Factor, Reference, SessionRule, Target, Tariff, Use};
use super::alert_settings::AlertSettings;
use super::opening::OpeningHours;
use super::retention::Retention;
use super::thresholds::Thresholds;
use crate::families::FamilySettings;
use crate::ids::{DoorwayId, MeterId, PointId, SiteId, ZoneId};
use crate::instant::{Instant, Period};
use crate::quantity::Quantity;
use crate::reading::Source;

/// One building with one time zone.
#[derive(Clone, Debug)]
pub struct Site {
    /// The name in topics.
    pub id: SiteId,
    /// The name on pages.
    pub name: String,
    /// Where its civil days begin and end.
    pub timezone: TimeZone,
    /// How many people it may hold, as its operator says.
    pub capacity: u32,
    /// Floor area in m².
    pub area_m2: f64,
    /// In a zone for fewer people than this the public is not told how many there are.
    pub small_room_below: u32,
    /// Whether its zones and meters are announced for Home Assistant.
    pub announce: bool,
    /// When it is open; `None` when the file does not say, and then it never counts as closed.
    pub opening: Option<OpeningHours>,
    /// Zones, in the order of the file. Parents may come after their children.
    pub zones: Vec<Zone>,
    /// Roles in the building, in the order of the file.
    pub points: Vec<Point>,
    /// Where people are counted passing, in the order of the file.
    pub doorways: Vec<Doorway>,
    /// Meters, in the order of the file. Parents may come after their children.
    pub meters: Vec<Meter>,
    /// How the figures are made, where the file says other than the defaults.
    pub rules: Rules,
    /// How long what is stored is kept.
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
    /// What progress is measured against.
    pub reference: Option<Reference>,
    /// From which CO2 on air is what.
    pub air: Thresholds,
    /// What is told to people, and when.
    pub alerts: AlertSettings,
    /// By family, where the file says other than to listen on its standard topics.
    pub families: BTreeMap<&'static str, FamilySettings>,
}

/// A space whose occupancy is reported.
#[derive(Clone, Debug)]
pub struct Zone {
    /// The name in topics, files and addresses.
    pub id: ZoneId,
    /// The name on pages.
    pub name: String,
    /// A second line for people: "salle des mariages".
    pub note: Option<String>,
    /// The zone that it is a part of; the tree has no cycles.
    pub parent: Option<ZoneId>,
    /// How many people it may hold; `None` for corridors and the like.
    pub capacity: Option<u32>,
    /// Floor area in m².
    pub area_m2: Option<f64>,
    /// Air volume in m³.
    pub volume_m3: Option<f64>,
    /// How it gets its air.
    pub ventilation: Ventilation,
    /// What people mostly do in it; `None` when the file does not say.
    pub activity: Option<Activity>,
    /// Its air changes an hour with windows and doors closed, where somebody measured them: a fall-back for what its
    /// own nights do not tell.
    pub air_changes_per_h: Option<f64>,
    /// The same while the building is open, where a fan then brings more.
    pub air_changes_open_per_h: Option<f64>,
}

/// What people mostly do in a zone, which is how much they breathe out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// They sit and listen: 1.0 met.
    Seated,
    /// They work at desks: 1.2 met.
    Office,
    /// They stand and walk: 1.4 met.
    Light,
    /// They work with their hands: 2.0 met.
    Workshop,
}

impl Activity {
    /// What one adult breathes out, in litres of CO2 a second at 20 °C: Persily and de Jonge 2017 (doi
    /// 10.1111/ina.12383), a mix of sexes and ages.
    pub const fn breath_litres_per_s(self) -> f64 {
        match self {
            Self::Seated => 0.0035,
            Self::Office => 0.0043,
            Self::Light => 0.0050,
            Self::Workshop => 0.0072,
        }
    }
}

/// In a room for fewer people whoever is there can be told by name. No rule fixes the number; where statistics on people
/// are published, groups of fewer than five are usually withheld.
pub(super) const FEW_PEOPLE: u32 = 5;

/// How a zone gets its air.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Ventilation {
    /// By windows and leaks.
    #[default]
    Natural,
    /// By a fan of unknown flow.
    Mechanical,
    /// By a fan whose flow a point measures, in m³/h.
    Measured(PointId),
}

/// A source that fills a role for some time. The spans of one role do not overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Which source.
    pub source: Source,
    /// From when until when.
    pub period: Period,
}

/// A role: what is measured where.
#[derive(Clone, Debug)]
pub struct Point {
    /// The name in files and addresses.
    pub id: PointId,
    /// The zone it tells of.
    pub zone: ZoneId,
    /// What it measures.
    pub quantity: Quantity,
    /// What fills it when, oldest first.
    pub sources: Vec<Assignment>,
}

/// One side of a doorway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Side {
    /// Not in the building.
    Outside,
    /// In this zone.
    Zone(ZoneId),
}

/// Where people are counted passing. `people_in` go from `from` to `to`, `people_out` back.
#[derive(Clone, Debug)]
pub struct Doorway {
    /// The name in files and addresses.
    pub id: DoorwayId,
    /// Where those who are counted in come from.
    pub from: Side,
    /// Where they go; never the same as `from`.
    pub to: Side,
    /// `people_in` registers, oldest first.
    pub people_in: Vec<Assignment>,
    /// `people_out` registers of the same devices, oldest first.
    pub people_out: Vec<Assignment>,
}

/// Something whose energy is measured.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The name in topics, files and addresses.
    pub id: MeterId,
    /// The name on pages.
    pub name: String,
    /// Where it stands.
    pub zone: Option<ZoneId>,
    /// The meter that it is a part of; the tree has no cycles.
    pub parent: Option<MeterId>,
    /// `energy_imported` registers, oldest first.
    pub energy: Vec<Assignment>,
    /// `active_power` gauges, oldest first.
    pub power: Vec<Assignment>,
    /// From which power on it counts as working, in W; below half of it as on standby.
    pub running_above_w: Option<f64>,
    /// The most it can draw, in W; more is a fault. From the rating of its breaker.
    pub max_power_w: f64,
    /// Whether it measures with current clamps, which are less exact.
    pub clamp: bool,
    /// What brings its energy.
    pub carrier: Carrier,
    /// What its energy is for; `None` where the file does not say, as of meters of many uses.
    pub usage: Option<Use>,
    /// When the machine behind it is at work; `None` for what is no machine.
    pub sessions: Option<SessionRule>,
    /// The subscribed power, in kVA, of the meter that is billed.
    pub subscribed_kva: Option<f64>,
    /// `apparent_power` gauges, oldest first: compared with the subscribed power, never made into energy.
    pub apparent: Vec<Assignment>,
    /// What people stated about its energy where it was measured wrong: disjoint, in order. Not from the file, but
    /// from the ledger.
    pub stated: Vec<StatedEnergy>,
}

/// The energy of a period as a person stated it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StatedEnergy {
    /// When.
    pub period: Period,
    /// How much, in Wh, evenly over the period.
    pub wh: f64,
}

/// How figures are made. The file may set each; sources of the defaults stand with them.
#[derive(Clone, Debug, PartialEq)]
pub struct Rules {
    /// How long movement keeps a zone occupied, in seconds.
    pub hold_s: f64,
    /// How long doors and detectors must be quiet after closing before the count is set to nobody, in seconds.
    pub quiet_s: f64,
    /// The hour of the night when the count is set to nobody in any case, in civil time.
    pub reset_at: Time,
    /// Share of passages that a door counter misses or invents.
    pub door_error: f64,
    /// The longest time that a reading speaks for, in seconds; a longer silence is a gap.
    pub max_gap_s: f64,
    /// How far ahead of the clock a reading may be dated, in seconds.
    pub max_ahead_s: f64,
    /// How many sources that the file does not name are kept.
    pub max_unknown_sources: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            hold_s: 15.0 * 60.0,
            quiet_s: 30.0 * 60.0,
            reset_at: jiff::civil::time(4, 0, 0, 0),
            door_error: 0.03,
            max_gap_s: 15.0 * 60.0,
            max_ahead_s: 5.0 * 60.0,
            max_unknown_sources: 2000,
        }
    }
}

impl Rules {
    /// [`Rules::max_gap_s`] as a duration.
    pub fn longest_gap(&self) -> SignedDuration {
        SignedDuration::try_from_secs_f64(self.max_gap_s).unwrap_or(SignedDuration::from_mins(15))
    }
}

impl Site {
    /// The zone of this name.
    pub fn zone(&self, id: &str) -> Option<&Zone> {
        self.zones.iter().find(|zone| zone.id.as_str() == id)
    }

    /// Whether the people of a zone may be shown to the public: who is alone in an office is nobody's business. A zone
    /// without a capacity of its own holds what its parts hold; where nobody stays, as in a corridor, all may be told.
    pub fn shows_people_of(&self, zone: &Zone) -> bool {
        self.holds(zone).is_none_or(|capacity| capacity >= self.small_room_below)
    }

    /// How many people a zone may hold; `None` when neither it nor all of its parts say.
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

/// The assignment in force at `instant`.
pub fn assigned_at(assignments: &[Assignment], instant: Instant) -> Option<&Assignment> {
    assignments.iter().find(|assignment| assignment.period.contains(instant))
}
