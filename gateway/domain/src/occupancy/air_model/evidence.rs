//! Evidence: what air, detectors, doors and the clock show of a room in each step.

use jiff::SignedDuration;

use super::air::{Air, Excess, outdoor_since};
use super::days::DaySteps;
use super::readings::RoomReadings;
use crate::instant::{Instant, Period};
use crate::occupancy::hours;
use crate::occupancy::passages::Lane;
use crate::occupancy::place::Place;
use crate::occupancy::room::{Room, Supply};
use crate::occupancy::steps::{MINUTES, Steps};
use crate::occupancy::traffic::{Door, Traffic};
use crate::site::Site;

/// Observations of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    pub(super) co2: Option<Excess>,
    /// Outdoor air that a fan brings, measured or configured, in m³/h.
    pub(super) airflow: Option<f64>,
    /// Minutes with movement.
    pub(super) moved: u8,
    /// Minutes with movement of little weight: it has lasted for hours without a pause, as that of a stuck detector
    /// does, or a machine is at work, which moves and warms as people do.
    pub(super) held: u8,
    /// Minutes in which no detector sees movement, and none is offline.
    pub(super) still: u8,
    /// Passages of the doors; `None` unless every door on the border is online.
    pub(super) counted: Option<StepCount>,
    /// Whether the building is closed by its opening hours.
    pub(super) closed: bool,
}

/// Passages that doors counted in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct StepCount {
    /// In minus out.
    pub(super) net: f64,
    /// In plus out.
    pub(super) passages: f64,
}

impl Evidence {
    /// Whether any instrument observed the room.
    pub(super) fn is_observed(&self) -> bool {
        self.co2.is_some() || self.moved + self.held + self.still > 0 || self.counted.is_some()
    }
}

/// Evidence of each step, from readings that end at `end`.
pub(super) fn gather(readings: &RoomReadings<'_>, days: &DaySteps, end: Instant) -> Vec<Evidence> {
    let RoomReadings { site, place, room, traffic } = *readings;
    let steps = days.steps;
    let mut evidence = vec![Evidence::default(); steps.count()];
    let air = Air::of(room, site, traffic, steps);
    for day in days.each() {
        let since = steps.border(outdoor_since(steps.start(day.start))).unwrap_or(0);
        let outdoor = air.outdoor(since..day.end + 1);
        for (evidence, step) in evidence[day.clone()].iter_mut().zip(day) {
            evidence.co2 = air.excess(step, &outdoor);
            evidence.airflow = air.airflow(step);
        }
    }
    watch(readings, steps, end, &mut evidence);
    for (evidence, at_work) in evidence.iter_mut().zip(machines_at_work(site, room, traffic, steps))
    {
        if at_work {
            evidence.held += std::mem::take(&mut evidence.moved);
        }
    }
    count(place, traffic, steps, &mut evidence);
    close(site, steps, &mut evidence);
    if let Supply::Configured { open_m3_h, closed_m3_h } = room.supply {
        for evidence in &mut evidence {
            evidence.airflow = if evidence.closed { closed_m3_h } else { Some(open_m3_h) };
        }
    }
    evidence
}

/// For each step, whether a machine of the room is at work, by its power at either end.
fn machines_at_work(site: &Site, room: &Room, traffic: &Traffic, steps: Steps) -> Vec<bool> {
    let mut at_work = vec![false; steps.count()];
    for &machine in &room.machines {
        let above = site.meters[machine].running_above_w.unwrap_or(f64::INFINITY);
        for means in &traffic.machines[machine] {
            let watts = means.means(steps, site.rules.longest_gap().as_secs_f64());
            let works = |watts: &Option<f64>| watts.is_some_and(|watts| watts >= above);
            for (at_work, ends) in at_work.iter_mut().zip(watts.windows(2)) {
                *at_work |= ends.iter().any(works);
            }
        }
    }
    at_work
}

/// State of all detectors of a room in a minute; of several, the greatest counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Minute {
    Absent,
    Still,
    Unknown,
    Held,
    Moved,
}

/// Length of movement without a pause from which on it has little weight: people pause, and so do their detectors.
const WITHOUT_PAUSE: SignedDuration = SignedDuration::from_hours(2);

fn watch(readings: &RoomReadings<'_>, steps: Steps, end: Instant, evidence: &mut [Evidence]) {
    let RoomReadings { site, room, traffic, .. } = *readings;
    let mut minutes = vec![Minute::Absent; steps.count() * MINUTES];
    let mut one = minutes.clone();
    for detector in room.detectors.iter().flat_map(|&point| &traffic.detectors[point]) {
        one.fill(Minute::Absent);
        one[steps.minutes(detector.assigned())].fill(Minute::Unknown);
        detector.stretches(&site.rules, end, |period, moves| {
            let state = match moves {
                Some(true) => Minute::Moved,
                Some(false) => Minute::Still,
                None => Minute::Unknown,
            };
            for minute in &mut one[steps.minutes(period)] {
                // Movement anywhere in a minute makes it one with movement.
                if *minute != Minute::Moved {
                    *minute = state;
                }
            }
            let held = Period::new(period.start() + WITHOUT_PAUSE, period.end());
            if let Some(held) = held.filter(|_| state == Minute::Moved) {
                one[steps.minutes(held)].fill(Minute::Held);
            }
        });
        for (all, one) in minutes.iter_mut().zip(&one) {
            *all = (*all).max(*one);
        }
    }
    for (evidence, minutes) in evidence.iter_mut().zip(minutes.chunks(MINUTES)) {
        for minute in minutes {
            evidence.moved += u8::from(*minute == Minute::Moved);
            evidence.held += u8::from(*minute == Minute::Held);
            evidence.still += u8::from(*minute == Minute::Still);
        }
    }
}

fn count(place: &Place, traffic: &Traffic, steps: Steps, evidence: &mut [Evidence]) {
    if place.border.is_empty() {
        return;
    }
    let is_online = |lanes: &[Lane], at: Instant| {
        lanes.iter().flat_map(Lane::online).any(|period| period.contains(at))
    };
    for (index, evidence) in evidence.iter_mut().enumerate() {
        let at = steps.start(index);
        let complete = place.border.iter().all(|border| {
            let Door { people_in, people_out } = &traffic.doors[border.doorway];
            is_online(people_in, at) && is_online(people_out, at)
        });
        evidence.counted = complete.then(StepCount::default);
    }
    for border in &place.border {
        let Door { people_in, people_out } = &traffic.doors[border.doorway];
        for (lanes, sign) in [(people_in, border.sign), (people_out, -border.sign)] {
            for passage in lanes.iter().flat_map(Lane::passages) {
                let step = steps.at(passage.at).and_then(|step| evidence[step].counted.as_mut());
                if let Some(counted) = step {
                    counted.net += sign * passage.people;
                    counted.passages += passage.people;
                }
            }
        }
    }
}

fn close(site: &Site, steps: Steps, evidence: &mut [Evidence]) {
    let span = Period::new(steps.start(0), steps.start(steps.count()));
    let (Some(opening), Some(span)) = (&site.opening, span) else { return };
    let closed = hours::closed(opening, span, &site.timezone);
    let mut closed = closed.iter().peekable();
    for (index, evidence) in evidence.iter_mut().enumerate() {
        let at = steps.start(index);
        while closed.next_if(|hours| hours.end() <= at).is_some() {}
        evidence.closed = closed.peek().is_some_and(|hours| hours.contains(at));
    }
}
