//! Estimate: headcount, interval and quality of a place, from its door count and presence.

use super::presence::Presence;
use crate::figure::Quality;
use crate::occupancy::Occupancy;
use crate::site::Rules;
use crate::total::CompleteTotal;

/// Half width of the interval that holds 90 % of a normal error, in standard deviations.
pub(super) const NINETY_PERCENT: f64 = 1.645;

/// Count of a place by its doors.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct DoorCount {
    /// People inside, never below 0.
    pub(crate) people: f64,
    /// Passages that its error grows with: those since the last reset, fewer once the count is corrected.
    pub(crate) passages: f64,
    /// Whether it was ever reset while all doors were online: before that, some may have been inside already.
    pub(crate) settled: bool,
    /// Whether it differs from the raw count of the doors.
    pub(crate) is_corrected: bool,
    /// Whether detectors watch all of the place, so that where they see nobody, nobody may be left.
    pub(crate) is_watched: bool,
}

/// Estimated people of a place at an instant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Estimate {
    pub(crate) people: Option<f64>,
    pub(crate) low: Option<f64>,
    pub(crate) high: Option<f64>,
    pub(crate) occupancy: Occupancy,
    pub(crate) quality: Quality,
}

impl Estimate {
    pub(crate) const UNKNOWN: Self = Self {
        people: None,
        low: None,
        high: None,
        occupancy: Occupancy::Unknown,
        quality: Quality::Unknown,
    };

    pub(crate) fn of(count: Option<DoorCount>, presence: Presence, rules: &Rules) -> Self {
        match count {
            Some(count) => Self::counted(count, presence, rules),
            None => Self::detected(presence),
        }
    }

    /// Estimate from a door count, which detectors may contradict.
    fn counted(count: DoorCount, presence: Presence, rules: &Rules) -> Self {
        let error = rules.door_error * (1.0 - rules.door_error);
        let spread = NINETY_PERCENT * (count.passages * error).sqrt();
        let low = (count.people - spread).floor().max(0.0);
        let high = (count.people + spread).ceil();
        let counted = match (count.settled, count.is_corrected) {
            (false, _) => Quality::Partial,
            (true, false) => Quality::Measured,
            (true, true) => Quality::Estimated,
        };
        let (people, low, high, quality) = match presence {
            Presence::Occupied if count.people < 1.0 => {
                (1.0, 1.0, high.max(1.0), Quality::Estimated)
            }
            Presence::Occupied => (count.people, low.max(1.0), high, counted),
            // The few who are left are within the error of the count.
            Presence::Vacant if count.is_watched && (0.0..=spread).contains(&count.people) => {
                let quality = if count.people > 0.0 { Quality::Estimated } else { counted };
                (0.0, 0.0, high, quality)
            }
            Presence::Vacant if count.people > 0.0 => (count.people, 0.0, high, Quality::Estimated),
            Presence::Unknown => (count.people, low, high, Quality::Partial),
            Presence::Vacant | Presence::Absent => (count.people, low, high, counted),
        };
        let occupancy = if people > 0.0 { Occupancy::Occupied } else { Occupancy::Vacant };
        Self { people: Some(people), low: Some(low), high: Some(high), occupancy, quality }
    }

    /// Estimate from detectors alone: whether somebody is there, never how many.
    fn detected(presence: Presence) -> Self {
        match presence {
            Presence::Absent | Presence::Unknown => Self::UNKNOWN,
            Presence::Vacant => Self {
                people: Some(0.0),
                low: Some(0.0),
                high: Some(0.0),
                occupancy: Occupancy::Vacant,
                quality: Quality::Measured,
            },
            Presence::Occupied => Self {
                people: None,
                low: Some(1.0),
                high: None,
                occupancy: Occupancy::Occupied,
                quality: Quality::Partial,
            },
        }
    }

    /// Sum of the parts of a place: a number when each part has one, else the presence by detectors.
    pub(crate) fn sum(parts: &[Self], presence: Presence) -> Self {
        let add = |of: fn(&Self) -> Option<f64>| parts.iter().map(of).complete_total();
        let (Some(people), false) = (add(|part| part.people), parts.is_empty()) else {
            return Self::detected(presence);
        };
        let has = |quality| parts.iter().any(|part| part.quality == quality);
        let quality = if has(Quality::Partial) {
            Quality::Partial
        } else if has(Quality::Estimated) {
            Quality::Estimated
        } else {
            Quality::Measured
        };
        let occupancy = if people > 0.0 { Occupancy::Occupied } else { Occupancy::Vacant };
        let (low, high) = (add(|part| part.low), add(|part| part.high));
        Self { people: Some(people), low, high, occupancy, quality }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(people: f64, passages: f64, presence: Presence) -> Estimate {
        let count =
            DoorCount { people, passages, settled: true, is_corrected: false, is_watched: false };
        Estimate::of(Some(count), presence, &Rules::default())
    }

    fn interval(estimate: Estimate) -> (Option<f64>, Option<f64>, Option<f64>) {
        (estimate.low, estimate.people, estimate.high)
    }

    #[test]
    fn the_interval_widens_with_each_passage() {
        assert_eq!(
            interval(counted(118.0, 0.0, Presence::Absent)),
            (Some(118.0), Some(118.0), Some(118.0))
        );
        assert_eq!(
            interval(counted(118.0, 400.0, Presence::Absent)),
            (Some(112.0), Some(118.0), Some(124.0))
        );
        assert_eq!(
            interval(counted(2.0, 400.0, Presence::Absent)),
            (Some(0.0), Some(2.0), Some(8.0))
        );
    }

    #[test]
    fn movement_where_the_doors_count_nobody_is_at_least_one() {
        let estimate = counted(0.0, 4.0, Presence::Occupied);
        assert_eq!(
            (estimate.people, estimate.low, estimate.quality),
            (Some(1.0), Some(1.0), Quality::Estimated)
        );
    }

    #[test]
    fn people_who_do_not_move_are_doubted_but_not_forgotten() {
        let estimate = counted(3.0, 3.0, Presence::Vacant);
        assert_eq!(
            (estimate.people, estimate.low, estimate.quality),
            (Some(3.0), Some(0.0), Quality::Estimated)
        );
    }

    #[test]
    fn the_few_who_are_left_are_nobody_where_their_own_room_is_still() {
        let left = |people, is_watched| {
            let count = DoorCount {
                people,
                passages: 20.0,
                settled: true,
                is_corrected: false,
                is_watched,
            };
            interval(Estimate::of(Some(count), Presence::Vacant, &Rules::default()))
        };
        assert_eq!(left(1.0, true), (Some(0.0), Some(0.0), Some(3.0)));
        assert_eq!(left(4.0, true).1, Some(4.0));
        assert_eq!(left(1.0, false).1, Some(1.0));
    }

    #[test]
    fn a_count_that_was_corrected_is_estimated() {
        let count = DoorCount {
            people: 2.0,
            passages: 0.0,
            settled: true,
            is_corrected: true,
            is_watched: false,
        };
        let estimate = Estimate::of(Some(count), Presence::Absent, &Rules::default());
        assert_eq!((estimate.people, estimate.quality), (Some(2.0), Quality::Estimated));
    }

    #[test]
    fn a_detector_alone_never_gives_a_number() {
        let there = Estimate::of(None, Presence::Occupied, &Rules::default());
        assert_eq!(interval(there), (Some(1.0), None, None));
        let vacant = Estimate::of(None, Presence::Vacant, &Rules::default());
        assert_eq!((vacant.people, vacant.occupancy), (Some(0.0), Occupancy::Vacant));
        assert_eq!(Estimate::of(None, Presence::Unknown, &Rules::default()), Estimate::UNKNOWN);
    }
}
