//! What air, detectors, doors and the clock say of a room in each step.

use jiff::SignedDuration;

use super::air::{Air, Excess, outdoor_since};
use super::room::{Room, Supply};
use super::steps::{MINUTES, Steps};
use crate::instant::{Instant, Period};
use crate::occupancy::doors::{Lane, patience};
use crate::occupancy::extent::Extent;
use crate::occupancy::hours;
use crate::occupancy::traffic::{Door, Traffic};
use crate::site::{Rules, Site};

/// All that is known of one step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    pub(super) co2: Option<Excess>,
    /// Outdoor air that a fan brings, measured or told, in m³/h.
    pub(super) airflow: Option<f64>,
    /// Minutes with movement.
    pub(super) moved: u8,
    /// Minutes with movement that tells little: it went on without a pause for hours, as that of a stuck detector
    /// does, or a machine was at work, which moves and warms as people do.
    pub(super) held: u8,
    /// Minutes in which every detector told that nothing moves.
    pub(super) still: u8,
    /// `None` unless every door on the border reports.
    pub(super) passed: Option<Passed>,
    pub(super) closed: bool,
}

/// What doors counted in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Passed {
    /// In minus out.
    pub(super) net: f64,
    /// In plus out.
    pub(super) passages: f64,
}

impl Evidence {
    /// Whether anything was heard of the room.
    pub(super) fn is_word(&self) -> bool {
        self.co2.is_some() || self.moved + self.held + self.still > 0 || self.passed.is_some()
    }
}

/// The evidence of each step; `nights` cut it into stretches within which outdoor air is the same.
pub(super) fn gather(
    site: &Site,
    (extent, room): (&Extent, &Room),
    traffic: &Traffic,
    (steps, nights): (Steps, &[usize]),
) -> Vec<Evidence> {
    let mut evidence = vec![Evidence::default(); steps.count()];
    let air = Air::of(room, site, traffic, steps);
    for stretch in nights.windows(2) {
        let since = steps.border(outdoor_since(steps.start(stretch[0]))).unwrap_or(0);
        let outdoor = air.outdoor(since..stretch[1] + 1);
        for (evidence, step) in evidence[stretch[0]..stretch[1]].iter_mut().zip(stretch[0]..) {
            evidence.co2 = air.excess(step, &outdoor);
            evidence.airflow = air.airflow(step);
        }
    }
    watch(room, traffic, &site.rules, steps, &mut evidence);
    for (evidence, at_work) in evidence.iter_mut().zip(machines_at_work(site, room, traffic, steps))
    {
        if at_work {
            evidence.held += std::mem::take(&mut evidence.moved);
        }
    }
    count(extent, traffic, steps, &mut evidence);
    close(site, steps, &mut evidence);
    if let Supply::Told { open_m3_h, closed_m3_h } = room.supply {
        for evidence in &mut evidence {
            evidence.airflow = if evidence.closed { closed_m3_h } else { Some(open_m3_h) };
        }
    }
    evidence
}

/// In which steps a machine of the room is at work, by its power at either end.
fn machines_at_work(site: &Site, room: &Room, traffic: &Traffic, steps: Steps) -> Vec<bool> {
    let mut at_work = vec![false; steps.count()];
    for &machine in &room.machines {
        let above = site.meters[machine].running_above_w.unwrap_or(f64::INFINITY);
        for borders in &traffic.machines[machine] {
            let watts = borders.means(steps, site.rules.longest_gap().as_secs_f64());
            let works = |watts: &Option<f64>| watts.is_some_and(|watts| watts >= above);
            for (at_work, ends) in at_work.iter_mut().zip(watts.windows(2)) {
                *at_work |= ends.iter().any(works);
            }
        }
    }
    at_work
}

/// What all detectors of a room say in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Minute {
    Absent,
    Still,
    Unknown,
    Held,
    Moved,
}

/// People pause, and so do detectors that see them: after so long without one, movement tells little.
const WITHOUT_PAUSE: SignedDuration = SignedDuration::from_hours(2);

fn watch(room: &Room, traffic: &Traffic, rules: &Rules, steps: Steps, evidence: &mut [Evidence]) {
    let mut minutes = vec![Minute::Absent; steps.count() * MINUTES];
    let mut one = minutes.clone();
    for detector in room.detectors.iter().flat_map(|&point| &traffic.detectors[point]) {
        one.fill(Minute::Absent);
        one[steps.minutes(detector.assigned())].fill(Minute::Unknown);
        detector.stretches(rules, |period, said| {
            let said = match said {
                Some(true) => Minute::Moved,
                Some(false) => Minute::Still,
                None => Minute::Unknown,
            };
            for minute in &mut one[steps.minutes(period)] {
                // Movement anywhere in a minute makes it one with movement.
                if *minute != Minute::Moved {
                    *minute = said;
                }
            }
            let held = Period::new(period.start() + WITHOUT_PAUSE, period.end());
            if let Some(held) = held.filter(|_| said == Minute::Moved) {
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

fn count(extent: &Extent, traffic: &Traffic, steps: Steps, evidence: &mut [Evidence]) {
    if extent.border.is_empty() {
        return;
    }
    let reports = |lanes: &[Lane], at: Instant| {
        lanes
            .iter()
            .flat_map(Lane::heard)
            .any(|&(first, last)| first <= at && at < last + patience())
    };
    for (index, evidence) in evidence.iter_mut().enumerate() {
        let at = steps.start(index);
        let complete = extent.border.iter().all(|&(door, _)| {
            let Door { people_in, people_out } = &traffic.doors[door];
            reports(people_in, at) && reports(people_out, at)
        });
        evidence.passed = complete.then(Passed::default);
    }
    for &(door, sign) in &extent.border {
        let Door { people_in, people_out } = &traffic.doors[door];
        for (lanes, sign) in [(people_in, sign), (people_out, -sign)] {
            for passage in lanes.iter().flat_map(Lane::passages) {
                let step = steps.at(passage.at).and_then(|step| evidence[step].passed.as_mut());
                if let Some(passed) = step {
                    passed.net += sign * passage.people;
                    passed.passages += passage.people;
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
