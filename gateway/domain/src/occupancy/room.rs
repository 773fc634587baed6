//! Room: a zone whose people are estimated from its air, as the site file describes it.

use crate::ids::ZoneId;
use crate::quantity::Quantity;
use crate::site::{Activity, Meter, Point, Site, Ventilation, Zone};

/// Assumed height of a zone in m, where the file gives its area but not its volume.
const HEIGHT_M: f64 = 2.8;
/// Assumed capacity of a zone, where the file gives neither capacity nor area.
const USUAL_CAPACITY: f64 = 20.0;
/// Floor area per person in m² that gives the capacity, where the file does not.
const AREA_PER_PERSON_M2: f64 = 2.0;

/// Zone with CO2 points of its own and a known volume. Points are indices into the list of the site.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// Index in the zones of the site.
    pub(super) zone: usize,
    pub(super) volume_m3: f64,
    pub(super) capacity: f64,
    pub(super) supply: Supply,
    pub(super) breath: Breath,
    pub(super) co2: Vec<usize>,
    /// Detectors in the zone itself; those of its parts cannot show that all of it is still.
    pub(super) detectors: Vec<usize>,
    /// Meters of machines in the zone itself: what moves while one is at work need not be a person.
    pub(super) machines: Vec<usize>,
}

/// CO2 that one person breathes out, in m³ an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Breath {
    pub(super) median_m3_h: f64,
    /// Standard deviation of its logarithm.
    pub(super) spread: f64,
    /// Uncertainty of the headcount where the activity is unknown.
    pub(super) activity_margin: ActivityMargin,
}

/// How many fewer and more people would breathe out the same at another activity, as shares of the headcount.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct ActivityMargin {
    pub(super) fewer: f64,
    pub(super) more: f64,
}

impl Breath {
    /// Breath where the file gives no activity, between desks and standing; nine of ten rooms lie between people who
    /// sit and listen and people who work with their hands.
    const UNKNOWN_ACTIVITY_M3_H: f64 = 0.0187;
    /// Deviation of the mean of a few people from that of all.
    const SPREAD: f64 = 0.15;

    fn of(activity: Option<Activity>) -> Self {
        let m3_h = |activity: Activity| 3.6 * activity.breath_litres_per_s();
        let (median_m3_h, activity_margin) = activity.map_or_else(
            || {
                let as_many = |activity| Self::UNKNOWN_ACTIVITY_M3_H / m3_h(activity);
                let (fewest, most) = (as_many(Activity::Workshop), as_many(Activity::Seated));
                let margin = ActivityMargin { fewer: 1.0 - fewest, more: most - 1.0 };
                (Self::UNKNOWN_ACTIVITY_M3_H, margin)
            },
            |activity| (m3_h(activity), ActivityMargin::default()),
        );
        Self { median_m3_h, spread: Self::SPREAD, activity_margin }
    }
}

/// Source of fresh air of a room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Supply {
    /// Windows and leaks; the flow is learnt from the air itself.
    Natural,
    /// Fan of unknown flow: CO2 gives only a lower bound of the headcount.
    Unknown,
    /// Fan whose flow this point measures.
    Measured(usize),
    /// Fan whose flow the site file gives in m³/h, while the building is open and, if known, while it is closed.
    Configured { open_m3_h: f64, closed_m3_h: Option<f64> },
}

impl Supply {
    fn of(site: &Site, zone: &Zone, volume_m3: f64) -> Self {
        let flow = |per_h: f64| per_h * volume_m3;
        match &zone.ventilation {
            Ventilation::Natural => Self::Natural,
            Ventilation::Mechanical => match zone.air_changes_open_per_h {
                Some(open) => Self::Configured {
                    open_m3_h: flow(open),
                    closed_m3_h: zone.air_changes_per_h.map(flow),
                },
                None => Self::Unknown,
            },
            Ventilation::Measured(id) => {
                let point = site.points.iter().position(|point| point.id == *id);
                point.map_or(Self::Unknown, Self::Measured)
            }
        }
    }
}

impl Room {
    /// `None` without CO2 points, or without a volume.
    pub(crate) fn of(site: &Site, id: &ZoneId) -> Option<Self> {
        let index = site.zones.iter().position(|zone| zone.id == *id)?;
        let zone = &site.zones[index];
        let co2 = points(site, id, Quantity::Co2);
        let volume_m3 = zone.volume_m3.or(zone.area_m2.map(|area| area * HEIGHT_M))?;
        (!co2.is_empty() && volume_m3 > 0.0).then(|| Self {
            zone: index,
            volume_m3,
            capacity: capacity(zone),
            supply: Supply::of(site, zone, volume_m3),
            breath: Breath::of(zone.activity),
            co2,
            detectors: points(site, id, Quantity::OccupancyDetected),
            machines: machines(site, id),
        })
    }

    /// Meters of its machines.
    pub(crate) fn machines(&self) -> &[usize] {
        &self.machines
    }

    /// Points of its CO2 and airflow.
    pub(crate) fn air(&self) -> Vec<usize> {
        let airflow = match self.supply {
            Supply::Measured(point) => Some(point),
            Supply::Natural | Supply::Unknown | Supply::Configured { .. } => None,
        };
        self.co2.iter().copied().chain(airflow).collect()
    }
}

fn points(site: &Site, zone: &ZoneId, quantity: Quantity) -> Vec<usize> {
    let fits = |point: &Point| point.quantity == quantity && point.zone == *zone;
    (0..site.points.len()).filter(|&index| fits(&site.points[index])).collect()
}

fn machines(site: &Site, zone: &ZoneId) -> Vec<usize> {
    let fits = |meter: &Meter| {
        let is_here = meter.zone.as_ref() == Some(zone);
        is_here && meter.running_above_w.is_some() && !meter.power.is_empty()
    };
    (0..site.meters.len()).filter(|&index| fits(&site.meters[index])).collect()
}

fn capacity(zone: &Zone) -> f64 {
    let by_area = zone.area_m2.map(|area| (area / AREA_PER_PERSON_M2).ceil());
    zone.capacity.map(f64::from).or(by_area).unwrap_or(USUAL_CAPACITY).max(1.0)
}
