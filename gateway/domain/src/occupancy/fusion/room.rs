//! What the site file says of a zone whose people are told from its air.

use crate::ids::ZoneId;
use crate::quantity::Quantity;
use crate::site::{Activity, Meter, Point, Site, Ventilation, Zone};

/// How high a zone is taken to be when the file tells its area but not its volume, in m.
const HEIGHT_M: f64 = 2.8;
/// How many people a zone is taken to hold when the file does not say and tells no area either.
const USUAL_CAPACITY: f64 = 20.0;
/// Floor area per person that gives the capacity when the file does not say, in m².
const AREA_PER_PERSON_M2: f64 = 2.0;

/// A zone with CO2 points of its own and a known volume. Points are indices into the list of the site.
#[derive(Clone, Debug)]
pub(crate) struct Room {
    /// By its index in the list of the site.
    pub(super) zone: usize,
    pub(super) volume_m3: f64,
    pub(super) capacity: f64,
    pub(super) supply: Supply,
    pub(super) breath: Breath,
    pub(super) co2: Vec<usize>,
    /// Detectors in the zone itself; those of its parts do not tell that all of it is still.
    pub(super) detectors: Vec<usize>,
    /// Machines in the zone itself whose power is measured: what moves while one works need not be a person. Indices
    /// into the meters of the site.
    pub(super) machines: Vec<usize>,
}

/// What one person breathes out, in m³ of CO2 an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Breath {
    pub(super) median_m3_h: f64,
    /// The standard deviation of its logarithm.
    pub(super) spread: f64,
    /// How much fewer and how many more people would breathe out the same, as shares, since nobody told what they do.
    pub(super) untold: (f64, f64),
}

impl Breath {
    /// Between desks and standing, where the file does not say what people do; nine of ten rooms lie between people
    /// who sit and listen and people who work with their hands.
    const UNTOLD_M3_H: f64 = 0.0187;
    /// How far the mean of a few people lies from that of all.
    const SPREAD: f64 = 0.15;

    fn of(activity: Option<Activity>) -> Self {
        let m3_h = |activity: Activity| 3.6 * activity.breath_litres_per_s();
        let (median_m3_h, untold) = activity.map_or_else(
            || {
                let as_many = |activity| Self::UNTOLD_M3_H / m3_h(activity);
                let (fewest, most) = (as_many(Activity::Workshop), as_many(Activity::Seated));
                (Self::UNTOLD_M3_H, (1.0 - fewest, most - 1.0))
            },
            |activity| (m3_h(activity), (0.0, 0.0)),
        );
        Self { median_m3_h, spread: Self::SPREAD, untold }
    }
}

/// How the air of a room is renewed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Supply {
    /// By windows and leaks: learnt from the air itself.
    Natural,
    /// By a fan of unknown flow: CO2 tells only how many must be there at least.
    Unknown,
    /// By a fan whose flow this point measures.
    Measured(usize),
    /// By a fan of which the site file tells what it brings while the building is open, in m³/h, and else, if it does.
    Told { open_m3_h: f64, closed_m3_h: Option<f64> },
}

impl Supply {
    fn of(site: &Site, zone: &Zone, volume_m3: f64) -> Self {
        let flow = |per_h: f64| per_h * volume_m3;
        match &zone.ventilation {
            Ventilation::Natural => Self::Natural,
            Ventilation::Mechanical => match zone.air_changes_open_per_h {
                Some(open) => Self::Told {
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
    /// `None` without CO2, or without a volume that it could fill.
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

    /// The meters of its machines.
    pub(crate) fn machines(&self) -> &[usize] {
        &self.machines
    }

    /// The points of its CO2 and airflow.
    pub(crate) fn air(&self) -> Vec<usize> {
        let airflow = match self.supply {
            Supply::Measured(point) => Some(point),
            Supply::Natural | Supply::Unknown | Supply::Told { .. } => None,
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
