//! Zones, and how they get their air.

use crate::ids::{PointId, ZoneId};

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
    /// Most people that it may hold; `None` for corridors and the like.
    pub capacity: Option<u32>,
    /// Floor area in m².
    pub area_m2: Option<f64>,
    /// Air volume in m³.
    pub volume_m3: Option<f64>,
    /// Ventilation of the zone.
    pub ventilation: Ventilation,
    /// Usual activity of people in it; `None` when the file does not name one.
    pub activity: Option<Activity>,
    /// Its air changes an hour with windows and doors closed, where somebody measured them: a fall-back where its
    /// own nights do not show them.
    pub air_changes_per_h: Option<f64>,
    /// The same while the building is open, where a fan then brings more.
    pub air_changes_open_per_h: Option<f64>,
}

/// Usual activity of people in a zone, by which they breathe out more or less.
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
    /// Breath of one adult, in litres of CO2 a second at 20 °C: Persily and de Jonge 2017 (doi
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

/// Ventilation of a zone.
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
