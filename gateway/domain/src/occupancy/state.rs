//! People of a place at an instant, as they are published.

use serde::{Deserialize, Serialize};

use super::witnesses::Witnesses;
use crate::figure::Quality;
use crate::instant::Instant;

/// Least share of the capacity at which a place is nearly full.
pub const NEARLY_FULL: f64 = 0.8;

/// Whether so many people nearly fill a place of this capacity.
pub fn is_nearly_full(people: f64, capacity: f64) -> bool {
    people >= NEARLY_FULL * capacity
}

/// Whether a place has people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occupancy {
    /// Somebody is there.
    Occupied,
    /// Nobody is there, by at least one instrument.
    Vacant,
    /// No instrument reports.
    Unknown,
}

/// Relation of the figures of the parts of a place to its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parts {
    /// It has no parts.
    #[default]
    None,
    /// They are known and do not contradict it: they add up to it, or to less where people may be beside them.
    Agree,
    /// At least one is unknown, so the figure is of the place alone.
    Unknown,
}

/// People in the building or a zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PeopleState {
    /// Best estimate; `None` when unknown.
    pub people: Option<f64>,
    /// Lower end of the 90 % interval.
    pub low: Option<f64>,
    /// Upper end of the 90 % interval.
    pub high: Option<f64>,
    /// Most people that it may hold.
    pub capacity: Option<u32>,
    /// `people` by `capacity`, 1 is full.
    pub share: Option<f64>,
    /// Whether somebody is there.
    pub occupancy: Occupancy,
    /// Origin of the estimate.
    pub quality: Quality,
    /// Relation to the figures of its parts.
    #[serde(default)]
    pub parts: Parts,
    /// Kinds of instruments that the estimate comes from, of the place itself or of its parts.
    #[serde(default)]
    pub sources: Witnesses,
    /// In minus out since the last reset as the doors counted it; it may be negative.
    pub drift: Option<f64>,
    /// Count of the doors when the last day was closed: the error of that day.
    pub last_residual: Option<Residual>,
}

/// People that the doors still counted inside at a reset.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Residual {
    /// Instant of the reset.
    pub at: Instant,
    /// Count just before; negative when more went out than in.
    pub people: f64,
}
