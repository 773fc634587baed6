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
//! | `model` | what is hidden, and how likely it makes the evidence |
//! | `coming`, `mixing` | how people come and go; how air and breath change |
//! | `smoothing` | forward and back through the evidence: history |
//! | `filter` | forward only, carried on: now |
//! | `told` | what is told of it |
//!
//! Nothing is fitted to a room: its air change is a part of what is hidden, learnt from its own rises and decays, and
//! so is how much its people breathe out. The constants come from physics, or from many rooms of the simulated
//! building; `cargo bench -p tests --bench occupancy` tells how right they are in rooms that nothing was set to.

mod air;
mod coming;
mod evidence;
mod filter;
mod mixing;
mod model;
mod room;
mod smoothing;
mod steps;
#[cfg(test)]
mod tests;
mod told;

pub(crate) use air::Borders;
pub(crate) use filter::Filters;
pub(crate) use room::Room;

use jiff::SignedDuration;

use super::estimate::Estimate;
use super::extent::Extent;
use super::hours;
use super::sweep;
use super::timeline::Timeline;
use super::traffic::Traffic;
use crate::instant::Period;
use crate::site::Site;
use coming::Coming;
use evidence::Evidence;
use model::Model;
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
    span: Period,
) -> Timeline {
    let prepared = Prepared::of(site, extent, room, traffic, span);
    // Working out the people of a room takes long, also where there is nothing to work on.
    if !prepared.evidence.iter().any(Evidence::is_word) {
        return prepared.doors;
    }
    let comings = prepared.comings();
    let mut smoother = Smoother::new(&prepared.model);
    let mut told = Timeline::default();
    for night in prepared.nights.windows(2) {
        let stretch = night[0]..night[1];
        let mut estimates = vec![Estimate::UNKNOWN; stretch.len()];
        smoother.smooth(&comings, stretch.clone(), |step, shares| {
            estimates[step - stretch.start] = prepared.estimate(room, step, shares);
        });
        for (step, estimate) in stretch.zip(&estimates) {
            prepared.tell(step, estimate, &mut told);
        }
    }
    told
}

/// All that is known of a room over some steps, and the model that tells people from it.
#[derive(Debug)]
struct Prepared {
    steps: Steps,
    /// The first steps of each day from night to night, the first step of all and the end.
    nights: Vec<usize>,
    evidence: Vec<Evidence>,
    /// What the doors alone say.
    doors: Timeline,
    model: Model,
    door_error: f64,
}

impl Prepared {
    fn of(site: &Site, extent: &Extent, room: &Room, traffic: &Traffic, span: Period) -> Self {
        let steps = Steps::over(span);
        let nights = nights(site, span, steps);
        let evidence = evidence::gather(site, (extent, room), traffic, (steps, &nights));
        let doors = sweep::as_counted(site, extent, traffic, span.end());
        let counted = evidence.iter().any(|one| one.passed.is_some());
        let model = Model::new(room, thinkable(room, &doors), counted);
        Self { steps, nights, evidence, doors, model, door_error: site.rules.door_error }
    }

    /// Each step with how people came and went. What doors count is carried until it makes up whole levels.
    fn comings(&self) -> Vec<Step<'_>> {
        let unit = self.model.people(1);
        let mut carried = 0.0;
        let mut coming = |evidence: &Evidence| {
            let Evidence { passed, closed, .. } = *evidence;
            let Some(passed) = passed else {
                return Coming::usual(closed, self.model.levels);
            };
            carried += passed.net;
            let shift = (carried / unit).round();
            carried -= shift * unit;
            Coming::counted(passed, shift, closed, self.door_error)
        };
        self.evidence.iter().map(|evidence| Step { evidence, coming: coming(evidence) }).collect()
    }

    fn estimate(&self, room: &Room, step: usize, shares: &[f64]) -> Estimate {
        let evidence = &self.evidence[step];
        if evidence.is_word() {
            told::estimate(room, &self.model, shares, evidence)
        } else {
            Estimate::UNKNOWN
        }
    }

    /// Goes on with what is told of a step, at its begin and at each passage within it.
    fn tell(&self, step: usize, estimate: &Estimate, told: &mut Timeline) {
        let (start, end) = (self.steps.start(step), self.steps.start(step + 1));
        let last = self.doors.changes_between(start, end).last().unwrap_or(start);
        let after = self.doors.at(last);
        let changes = std::iter::once(start).chain(self.doors.changes_between(start, end));
        for at in changes {
            let counted = self.doors.at(at);
            // Who passed later in the step had not passed yet; nobody knows who did when the count was set to nobody.
            let later =
                after.drift.zip(counted.drift).filter(|_| counted.residual == after.residual);
            let later = later.map_or(0.0, |(after, before)| after - before);
            told.push(
                at,
                told::moment(&told::before(estimate, later), &self.evidence[step], counted),
            );
        }
    }
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
