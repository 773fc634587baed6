//! The décret tertiaire: final energy beside the goals that follow from a reference year.

use serde::Serialize;

use crate::site::{Reference, Target};

/// The way from the reference year to the goals.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Pathway {
    /// The year of reference.
    pub reference_year: i16,
    /// Energy of that year, in kWh of final energy.
    pub reference_kwh: f64,
    /// Source of the figure.
    pub reference_source: String,
    /// Goals with the energy that each allows.
    pub goals: Vec<Goal>,
    /// Energy of the last twelve months, in kWh; `None` where it is unknown.
    pub current_kwh: Option<f64>,
    /// Reduction against the reference, as a share; negative when it is more.
    pub reduction: Option<f64>,
    /// Energy of this year on a straight line from the reference to the next goal, in kWh.
    pub line_kwh: f64,
    /// Current less line: positive when it must still fall, in kWh.
    pub gap_kwh: Option<f64>,
}

/// One goal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Goal {
    /// By when.
    pub year: i16,
    /// Reduction against the reference, as a share.
    pub reduction: f64,
    /// Energy that it allows a year, in kWh.
    pub kwh: f64,
    /// Whether the last twelve months are within it.
    pub is_met: Option<bool>,
    /// Who says so.
    pub source: String,
}

/// The way of a building in `year`, when the last twelve months took `current_kwh` of final energy (objective "valeur
/// relative"; meeting the absolute value of the category of building instead is enough, and is not judged here).
pub fn pathway(
    reference: &Reference,
    targets: &[Target],
    current_kwh: Option<f64>,
    year: i16,
) -> Pathway {
    let goal = |target: &Target| {
        let kwh = reference.kwh * (1.0 - target.reduction);
        Goal {
            year: target.year,
            reduction: target.reduction,
            kwh,
            is_met: current_kwh.map(|current| current <= kwh),
            source: target.source.clone(),
        }
    };
    let goals: Vec<Goal> = targets.iter().map(goal).collect();
    let line_kwh = line(reference, &goals, year);
    Pathway {
        reference_year: reference.year,
        reference_kwh: reference.kwh,
        reference_source: reference.source.clone(),
        goals,
        current_kwh,
        reduction: current_kwh.map(|current| 1.0 - current / reference.kwh),
        line_kwh,
        gap_kwh: current_kwh.map(|current| current - line_kwh),
    }
}

/// Straight from the reference to the first goal, from there to the next, and level after the last.
fn line(reference: &Reference, goals: &[Goal], year: i16) -> f64 {
    let mut from = (reference.year, reference.kwh);
    for goal in goals {
        if year <= goal.year {
            let whole = f64::from(goal.year) - f64::from(from.0);
            let passed = (f64::from(year) - f64::from(from.0)).max(0.0);
            let share = if whole > 0.0 { passed / whole } else { 1.0 };
            return from.1 + (goal.kwh - from.1) * share;
        }
        from = (goal.year, goal.kwh);
    }
    from.1
}
