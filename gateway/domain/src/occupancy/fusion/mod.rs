//! People told from the air of a room, with whatever else is there: a hidden Markov model smoothed both ways.
//!
//! ```text
//! CO2, airflow ──air──────┐
//! detectors ──────────────┼──evidence of each step──smoothing──▶ share of each number of people ──told──┐
//! door registers ─────────┤        ▲                                                                    ├─▶ timeline
//! opening hours ──────────┘        model                       the doors, where nothing overrules them ─┘
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `room` | what the site file says of a room |
//! | `steps` | time in steps of five minutes |
//! | `air` | CO2 and airflow at the borders of steps, and outdoor air |
//! | `evidence` | what is known of each step |
//! | `model` | how people and air change, and how likely each makes the evidence |
//! | `smoothing` | forward and back through the evidence |
//! | `told` | what is told of it |
//!
//! Nothing is fitted to a room: its air change is a part of the hidden state, learnt from its own rises and decays.

mod air;
mod evidence;
mod model;
mod room;
mod smoothing;
mod steps;
#[cfg(test)]
mod tests;
mod told;

pub(crate) use room::Room;

use jiff::SignedDuration;

use super::estimate::Estimate;
use super::extent::Extent;
use super::hours;
use super::sweep;
use super::timeline::{Moment, Timeline};
use super::traffic::Traffic;
use crate::instant::Period;
use crate::reading::SeriesSet;
use crate::site::Site;
use crate::wire::state::Occupancy;
use evidence::{Evidence, Passed};
use model::{Coming, Model};
use smoothing::{AHEAD, Smoother, Step};
use steps::{STEP, Steps};

/// How much later than a figure readings still tell something of it.
pub(crate) fn ahead() -> SignedDuration {
    STEP * i32::try_from(AHEAD).unwrap_or(i32::MAX)
}

/// What is told of a room in `span`, of which everything was loaded.
pub(crate) fn timeline(
    site: &Site,
    extent: &Extent,
    room: &Room,
    traffic: &Traffic,
    series: &SeriesSet,
    span: Period,
) -> Timeline {
    let steps = Steps::over(span);
    let nights = nights(site, span, steps);
    let evidence = evidence::gather(site, (extent, room), traffic, series, (steps, &nights));
    let doors = sweep::timeline(site, extent, traffic, span.end());
    let counted = evidence.iter().any(|one| one.passed.is_some());
    let model = Model::new(room, thinkable(room, &doors), counted);
    let comings = comings(&evidence, &model, site.rules.door_error);
    let mut smoother = Smoother::new(&model);
    let mut told = Timeline::default();
    for night in nights.windows(2) {
        let stretch = night[0]..night[1];
        let mut estimates = vec![Estimate::UNKNOWN; stretch.len()];
        smoother.smooth(&comings, stretch.clone(), |step, shares| {
            let evidence = &evidence[step];
            if evidence.is_word() {
                estimates[step - stretch.start] = told::estimate(room, &model, shares, evidence);
            }
        });
        let day = Day {
            steps,
            first: stretch.start,
            evidence: &evidence[stretch],
            estimates: &estimates,
        };
        day.tell(&doors, &mut told);
    }
    told
}

/// The first steps of each day from night to night, the first step of all and the end.
fn nights(site: &Site, span: Period, steps: Steps) -> Vec<usize> {
    let nightly = hours::daily(site.rules.reset_at, span, &site.timezone);
    let mut nights: Vec<_> = nightly.into_iter().filter_map(|at| steps.at(at)).collect();
    nights.extend([0, steps.count()]);
    nights.sort_unstable();
    nights.dedup();
    nights
}

/// Up to how many people may be there: the capacity, or more when doors counted more.
fn thinkable(room: &Room, doors: &Timeline) -> f64 {
    let counted = doors.changes().filter_map(|at| doors.at(at).estimate.people);
    counted.fold(room.capacity, f64::max).min(2.0 * room.capacity)
}

/// Each step with how people came and went. What doors count is carried until it makes up whole levels.
fn comings<'a>(evidence: &'a [Evidence], model: &Model, door_error: f64) -> Vec<Step<'a>> {
    let unit = model.people(1);
    let mut carried = 0.0;
    let coming = |evidence: &'a Evidence| {
        let coming = match evidence.passed {
            None => Coming::usual(evidence.closed),
            Some(passed) => {
                carried += passed.net;
                let shift = (carried / unit).round();
                carried -= shift * unit;
                Coming::counted(passed, shift, evidence.closed, door_error)
            }
        };
        Step { evidence, coming }
    };
    evidence.iter().map(coming).collect()
}

/// From which share of contradicted steps on the doors of a day are not believed.
const CONTRADICTED: f64 = 0.03;
/// How far in and out of a whole day may differ: so many people, or such a share of the passages.
const BALANCE: (f64, f64) = (1.0, 0.05);

/// The steps from one night to the next.
struct Day<'a> {
    steps: Steps,
    first: usize,
    evidence: &'a [Evidence],
    estimates: &'a [Estimate],
}

impl Day<'_> {
    /// Goes on with what the doors say when they can be believed, else with the estimates.
    fn tell(&self, doors: &Timeline, told: &mut Timeline) {
        let (start, end) =
            (self.steps.start(self.first), self.steps.start(self.first + self.estimates.len()));
        if self.doors_hold(doors) {
            told.push(start, doors.at(start));
            for at in doors.changes().filter(|at| start < *at && *at < end) {
                told.push(at, doors.at(at));
            }
        } else {
            for (index, &estimate) in self.estimates.iter().enumerate() {
                let at = self.steps.start(self.first + index);
                let Moment { drift, residual, .. } = doors.at(at);
                told.push(at, Moment { estimate, drift, residual });
            }
        }
    }

    /// Whether every door counted all day, as many out as in, and air and detectors agree with the count.
    fn doors_hold(&self, doors: &Timeline) -> bool {
        let Some(passed) =
            self.evidence.iter().map(|one| one.passed).collect::<Option<Vec<Passed>>>()
        else {
            return false;
        };
        let net: f64 = passed.iter().map(|passed| passed.net).sum();
        let passages: f64 = passed.iter().map(|passed| passed.passages).sum();
        let contradicted = self.estimates.iter().enumerate().filter(|(index, estimate)| {
            let end = self.steps.start(self.first + index + 1);
            let people = doors.at(end).estimate.people;
            people.is_none_or(|people| contradicts(estimate, people))
        });
        net.abs() <= BALANCE.0.max(BALANCE.1 * passages)
            && contradicted.count() as f64 <= CONTRADICTED * self.estimates.len() as f64
    }
}

/// Whether air and detectors exclude a count: it is one beside what is likely, or nobody is there for certain.
fn contradicts(estimate: &Estimate, people: f64) -> bool {
    let vacant = estimate.occupancy == Occupancy::Vacant;
    estimate.low.zip(estimate.high).is_none_or(|(low, high)| {
        people < low - 1.0 || people > high + 1.0 || (vacant && people > 0.0)
    })
}
