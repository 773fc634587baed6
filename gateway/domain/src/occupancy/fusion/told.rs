//! From the share of each number of people to what is told.

use super::evidence::Evidence;
use super::model::Model;
use super::room::{Room, Supply};
use crate::figure::Quality;
use crate::occupancy::estimate::Estimate;
use crate::occupancy::timeline::Moment;
use crate::occupancy::{Occupancy, Witness, Witnesses};

/// What lies below the 90 % interval, and above.
const TAIL: f64 = 0.05;

/// Up to so many people whole numbers tell how much each breathes; of more, one is lost in what people do.
const TOLD_APART: f64 = 3.0;

/// What is told of a step, of which so much is known.
pub(super) fn estimate(
    room: &Room,
    model: &Model,
    shares: &[f64],
    evidence: &Evidence,
) -> Estimate {
    let counted = evidence.passed.is_some();
    let watched = evidence.moved + evidence.held + evidence.still > 0;
    let quantile = |share: f64| {
        let mut below = 0.0;
        let level = shares.iter().position(|one| {
            below += one;
            below >= share
        });
        model.people(level.unwrap_or(shares.len() - 1))
    };
    let (low, high) = (quantile(TAIL), quantile(1.0 - TAIL));
    let (fewer, more) = if counted { (0.0, 0.0) } else { room.breath.untold };
    let low = low - fewer * (low - TOLD_APART).max(0.0);
    let high = (high + more * (high - TOLD_APART).max(0.0)).min(room.capacity.max(high));
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
    Estimate {
        people: Some(people),
        low: Some(low.min(people)),
        high: Some(high.max(people)),
        occupancy,
        quality: Quality::Estimated,
    }
}

/// What an estimate for the end of a step tells of a moment before the last `later` people of it came in.
pub(super) fn before(estimate: &Estimate, later: f64) -> Estimate {
    if later == 0.0 {
        return *estimate;
    }
    let earlier = |people: Option<f64>| people.map(|people| (people - later).max(0.0));
    let (people, low, high) =
        (earlier(estimate.people), earlier(estimate.low), earlier(estimate.high));
    let occupancy = match people {
        _ if high == Some(0.0) => Occupancy::Vacant,
        Some(people) if people >= HALF => Occupancy::Occupied,
        None if low > Some(0.0) => Occupancy::Occupied,
        _ => Occupancy::Unknown,
    };
    Estimate { people, low, high, occupancy, ..*estimate }
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

/// What told of a step.
fn sources(evidence: &Evidence) -> Witnesses {
    Witnesses::of([
        (Witness::Doors, evidence.passed.is_some()),
        (Witness::Detectors, evidence.moved + evidence.held + evidence.still > 0),
        (Witness::Air, evidence.co2.is_some()),
    ])
}

/// From so many people on there is somebody rather than nobody, and nearer than this is the same whole number.
const HALF: f64 = 0.5;

/// What is told where the doors say `counted`: their number where all evidence together allows it, and finds somebody
/// there as they do; else the estimate.
pub(super) fn moment(estimate: &Estimate, evidence: &Evidence, counted: Moment) -> Moment {
    let counted = Moment { sources: sources(evidence), ..counted };
    let known = estimate.people.zip(estimate.low).zip(estimate.high);
    let agreed = counted.estimate.people.zip(known).and_then(|(count, ((expected, low), high))| {
        let allowed = (low - HALF..high + HALF).contains(&count);
        let is_told = counted.estimate.quality != Quality::Partial;
        (is_told && allowed && (count >= HALF) == (expected >= HALF)).then_some(count)
    });
    let Some(count) = agreed else {
        return Moment { estimate: *estimate, ..counted };
    };
    let estimate = Estimate {
        people: Some(count),
        low: estimate.low.into_iter().chain(counted.estimate.low).reduce(f64::min),
        high: estimate.high.into_iter().chain(counted.estimate.high).reduce(f64::max),
        occupancy: if count > 0.0 { Occupancy::Occupied } else { Occupancy::Vacant },
        quality: Quality::Measured,
    };
    Moment { estimate, ..counted }
}
