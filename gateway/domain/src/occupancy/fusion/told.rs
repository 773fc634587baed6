//! From the share of each number of people to what is told.

use super::evidence::Evidence;
use super::model::Model;
use super::room::{Room, Supply};
use crate::occupancy::estimate::Estimate;
use crate::wire::state::{Occupancy, Quality};

/// What lies below the 90 % interval, and above.
const TAIL: f64 = 0.05;

/// How much more or less the people of a room may breathe out than is usual, where nothing but its air counts them.
const BREATH_VARIES: f64 = 0.1;

/// What is told of a step, of which so much is known.
pub(super) fn estimate(
    room: &Room,
    model: &Model,
    shares: &[f64],
    evidence: &Evidence,
) -> Estimate {
    let counted = evidence.passed.is_some();
    let watched = evidence.moved + evidence.still > 0;
    let quantile = |share: f64| {
        let mut below = 0.0;
        let level = shares.iter().position(|one| {
            below += one;
            below >= share
        });
        model.people(level.unwrap_or(shares.len() - 1))
    };
    let (low, high) = (quantile(TAIL), quantile(1.0 - TAIL));
    if room.supply == Supply::Unknown && !counted && (high > 0.0 || !watched) {
        return at_least(low, room.capacity);
    }
    let mean = shares.iter().enumerate().map(|(level, share)| model.people(level) * share).sum();
    let people: f64 = if high > 0.0 { mean } else { 0.0 };
    let occupancy = match () {
        () if high == 0.0 => Occupancy::Vacant,
        () if shares[0] < 0.5 => Occupancy::Occupied,
        () => Occupancy::Unknown,
    };
    let vary = if counted { 0.0 } else { BREATH_VARIES };
    // Whoever is there is at least one, however little they breathe.
    let low = (low * (1.0 - vary)).max(low.min(1.0));
    Estimate {
        people: Some(people),
        low: Some(low.min(people)),
        high: Some((high * (1.0 + vary)).max(people)),
        occupancy,
        quality: Quality::Estimated,
    }
}

/// So many must be there; how many more, nothing tells.
fn at_least(low: f64, capacity: f64) -> Estimate {
    let occupancy = if low > 0.0 { Occupancy::Occupied } else { Occupancy::Unknown };
    Estimate {
        people: None,
        low: Some(low),
        high: Some(capacity.max(low)),
        occupancy,
        quality: Quality::Partial,
    }
}
