//! Readout: the estimate of a step, from the share of each headcount.

use super::evidence::Evidence;
use super::model::Model;
use crate::figure::Quality;
use crate::occupancy::estimate::Estimate;
use crate::occupancy::room::{ActivityMargin, Room, Supply};
use crate::occupancy::timeline::Moment;
use crate::occupancy::{Occupancy, Witness, Witnesses};
use crate::total::Total;

/// Share below the 90 % interval, and above it.
const TAIL: f64 = 0.05;

/// Headcount up to which whole numbers show how much each person breathes; above it the activity is uncertain.
const DISTINCT_PEOPLE: f64 = 3.0;

/// Estimate of a step from the share of each level.
pub(super) fn estimate(
    room: &Room,
    model: &Model,
    shares: &[f64],
    evidence: &Evidence,
) -> Estimate {
    let counted = evidence.counted.is_some();
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
    let ActivityMargin { fewer, more } =
        if counted { ActivityMargin::default() } else { room.breath.activity_margin };
    let low = low - fewer * (low - DISTINCT_PEOPLE).max(0.0);
    let high = (high + more * (high - DISTINCT_PEOPLE).max(0.0)).min(room.capacity.max(high));
    if room.supply == Supply::Unknown && !counted && (high > 0.0 || !watched) {
        return at_least(low, room.capacity);
    }
    let mean = shares.iter().enumerate().map(|(level, share)| model.people(level) * share).total();
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

/// Estimate at a moment within a step before its last `later` people came in, from that for the end of the step.
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

/// Lower bound of the headcount, where CO2 gives no more than that.
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

/// Kinds of instruments that contributed to a step.
fn sources(evidence: &Evidence) -> Witnesses {
    Witnesses::of([
        (Witness::Doors, evidence.counted.is_some()),
        (Witness::Detectors, evidence.moved + evidence.held + evidence.still > 0),
        (Witness::Air, evidence.co2.is_some()),
    ])
}

/// Headcount from which on there is somebody rather than nobody, and half width of a whole number.
const HALF: f64 = 0.5;

/// Moment of a step whose doors counted `counted`: their number where the estimate allows it and agrees whether anybody
/// is there, else the estimate.
pub(super) fn moment(estimate: &Estimate, evidence: &Evidence, counted: Moment) -> Moment {
    let counted = Moment { sources: sources(evidence), ..counted };
    let known = estimate.people.zip(estimate.low).zip(estimate.high);
    let agreed = counted.estimate.people.zip(known).and_then(|(count, ((expected, low), high))| {
        let allowed = (low - HALF..high + HALF).contains(&count);
        let is_complete = counted.estimate.quality != Quality::Partial;
        (is_complete && allowed && (count >= HALF) == (expected >= HALF)).then_some(count)
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
