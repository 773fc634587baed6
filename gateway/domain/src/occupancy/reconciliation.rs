//! Reconciliation: estimates of places adjusted so that each place is the sum of its parts.
//!
//! Each place has an estimate of its own, from its doors, its air and its detectors, with an interval. Going up, the
//! estimate of a place is weighed against the sum of its parts, each by the inverse of its variance, so that the most
//! certain counts most; going down, the difference is distributed to the parts by their variances, within their
//! intervals.

use std::collections::BTreeSet;

use super::estimate::{Estimate, NINETY_PERCENT};
use super::places::{Node, Places};
use super::timeline::{Moment, Timeline};
use crate::figure::Quality;
use crate::instant::Instant;
use crate::occupancy::{Occupancy, Parts};
use crate::total::{CompleteTotal, Total};

/// Differences below this are rounding errors of floating point.
const NOTHING: f64 = 1e-9;
/// Difference from which on a measured number was not merely rounded.
const ROUNDING: f64 = 0.5;

/// Moments of all places, by index, with the estimates of `top` and the places below it reconciled.
pub(super) fn reconciled(places: &Places, top: usize, moments: &[Moment]) -> Vec<Moment> {
    let mut estimates: Vec<Estimate> = moments.iter().map(|moment| moment.estimate).collect();
    let parts = reconcile(places.nodes(), top, &mut estimates);
    let reconciled = moments.iter().zip(estimates).zip(parts);
    let mut reconciled: Vec<Moment> = reconciled
        .map(|((moment, estimate), parts)| Moment { estimate, parts, ..*moment })
        .collect();
    for index in places.within(top) {
        if reconciled[index].parts == Parts::Agree {
            let parts = places.parts(index).iter().map(|part| reconciled[*part].sources);
            reconciled[index].sources =
                parts.fold(reconciled[index].sources, |all, part| all | part);
        }
    }
    reconciled
}

/// Timelines of all places, by index, with those of `top` and the places below it reconciled.
pub(super) fn reconciled_timelines(
    places: &Places,
    top: usize,
    timelines: &[Timeline],
) -> Vec<Timeline> {
    let within = places.within(top);
    if within.len() == 1 {
        return timelines.to_vec();
    }
    let changes: BTreeSet<Instant> =
        within.iter().flat_map(|index| timelines[*index].changes()).collect();
    let mut all = vec![Timeline::default(); timelines.len()];
    let mut moments = vec![Moment::UNKNOWN; timelines.len()];
    for at in changes {
        for index in &within {
            moments[*index] = timelines[*index].at(at);
        }
        for (index, moment) in reconciled(places, top, &moments).into_iter().enumerate() {
            if within.contains(&index) {
                all[index].push(at, moment);
            }
        }
    }
    all
}

/// Reconciles the estimates of all places below `top`; returns for each whether it is the sum of its parts.
fn reconcile(nodes: &[Node], top: usize, estimates: &mut [Estimate]) -> Vec<Parts> {
    let mut reconciliation =
        Reconciliation { nodes, estimates, parts: vec![Parts::None; nodes.len()] };
    reconciliation.rise(top);
    reconciliation.settle(top);
    reconciliation.parts
}

struct Reconciliation<'a> {
    nodes: &'a [Node],
    estimates: &'a mut [Estimate],
    parts: Vec<Parts>,
}

impl Reconciliation<'_> {
    /// Weighs each place against its parts, the smallest first; returns the variance of the estimate of `place`.
    fn rise(&mut self, place: usize) -> f64 {
        let node = &self.nodes[place];
        let variances: Vec<f64> = node.parts.iter().map(|part| self.rise(*part)).collect();
        let own = self.estimates[place];
        if node.parts.is_empty() {
            return variance(&own);
        }
        let parts: Vec<Estimate> = node.parts.iter().map(|part| self.estimates[*part]).collect();
        let Some(sum) = Sum::of(&parts) else {
            self.parts[place] = Parts::Unknown;
            return variance(&own);
        };
        self.parts[place] = Parts::Agree;
        let parts_variance = variances.iter().total();
        let (estimate, variance) = sum.beside(&own, node, parts_variance);
        if estimate.people.is_none() {
            self.parts[place] = Parts::Unknown;
        }
        self.estimates[place] = estimate;
        variance
    }

    /// Distributes the difference between each place and the sum of its parts to the parts, the largest place first.
    fn settle(&mut self, place: usize) {
        let node = &self.nodes[place];
        if let (Parts::Agree, Some(people)) = (self.parts[place], self.estimates[place].people) {
            let sum: f64 =
                node.parts.iter().filter_map(|part| self.estimates[*part].people).total();
            let difference = people - sum;
            if node.covered || difference < 0.0 {
                self.distribute(&node.parts, difference);
            }
        }
        for part in &node.parts {
            self.settle(*part);
        }
    }

    /// Distributes a difference over parts by their variances, as far as their intervals allow; the rest widens them.
    fn distribute(&mut self, parts: &[usize], difference: f64) {
        let mut left = difference;
        for widen in [false, true] {
            // Each round fills at least one part, or is the last one.
            for _ in 0..=parts.len() {
                if left.abs() < NOTHING {
                    return;
                }
                left -= self.distribute_once(parts, left, widen);
            }
        }
    }

    fn distribute_once(&mut self, parts: &[usize], difference: f64, widen: bool) -> f64 {
        let slack = |it: &Estimate| match (difference > 0.0, widen) {
            (true, true) => f64::INFINITY,
            (true, false) => it.high.unwrap_or(0.0) - it.people.unwrap_or(0.0),
            (false, true) => it.people.unwrap_or(0.0),
            (false, false) => it.people.unwrap_or(0.0) - it.low.unwrap_or(0.0),
        };
        let weigh = |it: &Estimate| match slack(it) {
            ..=NOTHING => 0.0,
            // Where nothing is uncertain all are equally wrong.
            _ => variance(it).max(NOTHING),
        };
        let weights: f64 = parts.iter().map(|part| weigh(&self.estimates[*part])).total();
        if weights <= 0.0 {
            return 0.0;
        }
        let mut given = 0.0;
        for part in parts {
            let estimate = self.estimates[*part];
            let share =
                (difference.abs() * weigh(&estimate) / weights).min(slack(&estimate).max(0.0));
            let share = share.copysign(difference);
            given += share;
            let people = (estimate.people.unwrap_or(0.0) + share).max(0.0);
            self.estimates[*part] = with_people(&estimate, people);
        }
        given
    }
}

/// Sum of parts that all have a number.
struct Sum {
    people: f64,
    low: f64,
    high: f64,
    occupancy: Occupancy,
    quality: Quality,
}

impl Sum {
    fn of(parts: &[Estimate]) -> Option<Self> {
        let add = |of: fn(&Estimate) -> Option<f64>| parts.iter().map(of).complete_total();
        let (people, low, high) = (add(|it| it.people)?, add(|it| it.low)?, add(|it| it.high)?);
        let any = |of: fn(&Estimate) -> bool| parts.iter().any(of);
        let occupancy = if any(|it| it.occupancy == Occupancy::Occupied) {
            Occupancy::Occupied
        } else if any(|it| it.occupancy == Occupancy::Unknown) {
            Occupancy::Unknown
        } else {
            Occupancy::Vacant
        };
        let quality = if any(|it| it.quality == Quality::Partial) {
            Quality::Partial
        } else if any(|it| it.quality == Quality::Estimated) {
            Quality::Estimated
        } else {
            Quality::Measured
        };
        Some(Self { people, low, high, occupancy, quality })
    }

    fn estimate(&self) -> Estimate {
        Estimate {
            people: Some(self.people),
            low: Some(self.low),
            high: Some(self.high),
            occupancy: self.occupancy,
            quality: self.quality,
        }
    }

    /// Estimate of a place whose parts have this sum, with its variance.
    fn beside(&self, own: &Estimate, node: &Node, variance_of_sum: f64) -> (Estimate, f64) {
        let (Some(people), Some(low), Some(high)) = (own.people, own.low, own.high) else {
            // The place has no number of its own; there may be others in it when its parts do not cover it.
            return if node.covered { (self.estimate(), variance_of_sum) } else { (*own, 0.0) };
        };
        let own_variance = variance(own);
        if !node.independent {
            return (self.estimate(), variance_of_sum);
        }
        let may_hold_others = !node.covered && people > self.people;
        if may_hold_others || (people - self.people).abs() < NOTHING {
            return (*own, own_variance);
        }
        let both = own_variance + variance_of_sum;
        let (weighed, variance) = if both > 0.0 {
            let weighed = (people * variance_of_sum + self.people * own_variance) / both;
            (weighed, own_variance * variance_of_sum / both)
        } else {
            (self.people, 0.0)
        };
        let (least, most) = (low.max(self.low), high.min(self.high));
        let ends =
            if least <= most { (least, most) } else { (low.min(self.low), high.max(self.high)) };
        let people = weighed.clamp(ends.0, ends.1);
        let own = Estimate { low: Some(ends.0), high: Some(ends.1), ..*own };
        (with_people(&own, people), variance)
    }
}

/// Estimate with another number, and its interval widened to hold it.
fn with_people(estimate: &Estimate, people: f64) -> Estimate {
    let by = estimate.people.map_or(0.0, |before| (people - before).abs());
    let (low, high) =
        (estimate.low.map(|low| low.min(people)), estimate.high.map(|high| high.max(people)));
    let occupancy = match estimate.occupancy {
        _ if by < NOTHING => estimate.occupancy,
        _ if high == Some(0.0) => Occupancy::Vacant,
        _ if people >= ROUNDING => Occupancy::Occupied,
        Occupancy::Occupied | Occupancy::Unknown => estimate.occupancy,
        Occupancy::Vacant => Occupancy::Unknown,
    };
    let is_measured = estimate.quality == Quality::Measured && by >= ROUNDING;
    let quality = if is_measured { Quality::Estimated } else { estimate.quality };
    Estimate { people: Some(people), low, high, occupancy, quality }
}

/// Variance of an estimate, from its interval as that of a normal error.
fn variance(estimate: &Estimate) -> f64 {
    let width = estimate.high.zip(estimate.low).map_or(0.0, |(high, low)| high - low);
    (width / (2.0 * NINETY_PERCENT)).powi(2)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A building of two floors with two rooms each.
    fn house(covered: bool) -> Vec<Node> {
        let node = |parts: &[usize]| Node { parts: parts.to_vec(), covered, independent: true };
        let (building, room) = (Node { covered: true, ..node(&[1, 2]) }, node(&[]));
        vec![building, node(&[3, 4]), node(&[5, 6]), room.clone(), room.clone(), room.clone(), room]
    }

    fn of(people: f64, low: f64, high: f64) -> Estimate {
        let occupancy = if high > 0.0 { Occupancy::Occupied } else { Occupancy::Vacant };
        let quality = Quality::Estimated;
        Estimate { people: Some(people), low: Some(low), high: Some(high), occupancy, quality }
    }

    #[test]
    fn a_building_that_is_counted_well_moves_its_zones_and_hardly_moves_itself() {
        let one = Node { parts: vec![], covered: true, independent: true };
        let nodes = [Node { parts: vec![1, 2], ..one.clone() }, one.clone(), one];
        let mut estimates = [of(118.0, 116.0, 120.0), of(70.0, 50.0, 90.0), of(40.0, 30.0, 50.0)];

        let parts = reconcile(&nodes, 0, &mut estimates);

        assert_eq!(parts[0], Parts::Agree);
        let people = estimates.map(|it| it.people.unwrap());
        assert!((people[0] - 117.9).abs() < 0.1, "{people:?}");
        assert!((people[0] - people[1] - people[2]).abs() < 1e-9);
        assert!(people[1] - 70.0 > 3.0 * (people[2] - 40.0), "{people:?}");
    }

    #[test]
    fn rooms_that_are_surely_empty_overrule_doors_that_drift() {
        let one = Node { parts: vec![], covered: true, independent: true };
        let nodes = [Node { parts: vec![1, 2], ..one.clone() }, one.clone(), one];
        let mut estimates = [of(3.0, 1.0, 5.0), of(0.0, 0.0, 0.0), of(0.0, 0.0, 0.0)];

        reconcile(&nodes, 0, &mut estimates);

        assert_eq!(estimates.map(|it| it.people), [Some(0.0); 3]);
        assert_eq!(estimates[0].high, Some(5.0), "that the doors say otherwise stays visible");
    }

    #[test]
    fn with_an_unknown_zone_the_building_keeps_its_own_figure_and_says_so() {
        let nodes = house(true);
        let mut estimates = vec![of(9.0, 8.0, 10.0); 7];
        estimates[4] = Estimate::UNKNOWN;

        let parts = reconcile(&nodes, 0, &mut estimates);

        assert_eq!((parts[1], parts[2]), (Parts::Unknown, Parts::Agree));
        assert_eq!((estimates[4], estimates[1].people.is_some()), (Estimate::UNKNOWN, true));
        assert_eq!(estimates[3].people, Some(9.0), "nothing shows what the unknown room holds");
    }

    #[test]
    fn what_the_very_same_door_counts_does_not_overrule_what_the_air_of_its_room_says() {
        let one = Node { parts: vec![], covered: true, independent: true };
        let nodes = [Node { parts: vec![1], independent: false, ..one.clone() }, one];
        let mut estimates = [of(8.0, 7.0, 9.0), of(0.4, 0.0, 2.0)];

        reconcile(&nodes, 0, &mut estimates);

        assert_eq!(estimates.map(|it| it.people), [Some(0.4), Some(0.4)]);
    }

    prop_compose! {
        fn estimate()(low in 0_u8..30, middle in 0_u8..20, above in 0_u8..20, kind in 0_u8..8) -> Estimate {
            let (low, middle, above) = (f64::from(low), f64::from(middle), f64::from(above));
            match kind {
                0 => of(0.0, 0.0, 0.0),
                1 => of(low, low, low),
                _ => of(low + middle, low, low + middle + above),
            }
        }
    }

    proptest! {
        #[test]
        fn zones_add_up_and_every_figure_lies_in_its_interval(
            mut estimates in prop::collection::vec(estimate(), 7),
            covered: bool,
            unknown in prop::option::of(1_usize..7),
        ) {
            let nodes = house(covered);
            if let Some(unknown) = unknown {
                estimates[unknown] = Estimate::UNKNOWN;
            }
            let before = estimates.clone();

            let parts = reconcile(&nodes, 0, &mut estimates);

            for (place, node) in nodes.iter().enumerate() {
                if let Some(people) = estimates[place].people {
                    let (low, high) = (estimates[place].low.unwrap(), estimates[place].high.unwrap());
                    prop_assert!(0.0 <= low && low <= people && people <= high, "{place} {estimates:?}");
                }
                if parts[place] == Parts::Agree {
                    let sum: f64 = node.parts.iter().map(|part| estimates[*part].people.unwrap()).sum();
                    let rest = estimates[place].people.unwrap() - sum;
                    let fits = if node.covered { rest.abs() < 1e-6 } else { rest > -1e-6 };
                    prop_assert!(fits, "{place}: {rest} {estimates:?}");
                }
                if parts[place] == Parts::Unknown {
                    let own = before[place].people;
                    prop_assert!(own.is_none() || estimates[place].people.is_some());
                }
            }
        }

        #[test]
        fn figures_that_agree_stay_what_they_are(rooms in prop::collection::vec(estimate(), 4)) {
            let nodes = house(true);
            let add = |one: &Estimate, other: &Estimate| {
                let sum = |of: fn(&Estimate) -> Option<f64>| of(one).unwrap() + of(other).unwrap();
                super::tests::of(sum(|it| it.people), sum(|it| it.low), sum(|it| it.high))
            };
            let floors = [add(&rooms[0], &rooms[1]), add(&rooms[2], &rooms[3])];
            let mut estimates = vec![add(&floors[0], &floors[1]), floors[0], floors[1]];
            estimates.extend(rooms);
            let before = estimates.clone();

            reconcile(&nodes, 0, &mut estimates);

            prop_assert_eq!(estimates, before);
        }
    }
}
