//! Roles that sources fill: points and doorways, and the assignment of a source to a role.

use crate::ids::{DoorwayId, PointId, ZoneId};
use crate::instant::{Instant, Period};
use crate::quantity::Quantity;
use crate::reading::Source;

/// A source that fills a role for some time. The spans of one role do not overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// Source that fills the role.
    pub source: Source,
    /// Period for which it does.
    pub period: Period,
}

/// A role: what is measured where.
#[derive(Clone, Debug)]
pub struct Point {
    /// The name in files and addresses.
    pub id: PointId,
    /// Zone that it belongs to.
    pub zone: ZoneId,
    /// Quantity that it measures.
    pub quantity: Quantity,
    /// Sources that fill it, oldest first.
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

/// Doorway at which people are counted. `people_in` go from `from` to `to`, `people_out` back.
#[derive(Clone, Debug)]
pub struct Doorway {
    /// The name in files and addresses.
    pub id: DoorwayId,
    /// Side that those who are counted in come from.
    pub from: Side,
    /// Side that they go to; never the same as `from`.
    pub to: Side,
    /// `people_in` registers, oldest first.
    pub people_in: Vec<Assignment>,
    /// `people_out` registers of the same devices, oldest first.
    pub people_out: Vec<Assignment>,
}

/// The assignment in force at `instant`.
pub fn assigned_at(assignments: &[Assignment], instant: Instant) -> Option<&Assignment> {
    assignments.iter().find(|assignment| assignment.period.contains(instant))
}
