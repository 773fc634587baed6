//! Filter: the people of rooms now, by the forward pass of the model carried on from step to step.

use super::evidence::Evidence;
use super::model::Model;
use super::readings::RoomReadings;
use super::readout;
use super::room_steps::RoomSteps;
use super::smoothing::{Step, forward, levels};
use crate::instant::{Instant, Period};
use crate::occupancy::timeline::{Moment, Timeline};

/// Newest steps that are worked out anew each time, since their evidence is still growing.
const OPEN_STEPS: usize = 3;

/// Belief about each room, by zone of the site. Readings alone determine it, so a restart changes no figure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters(Vec<Filter>);

/// Belief about one room after its settled steps.
#[derive(Clone, Debug, Default)]
struct Filter {
    start: Option<Instant>,
    /// Evidence of the settled steps. When it changes, the belief begins anew.
    evidence: Vec<Evidence>,
    belief: Vec<f64>,
}

impl Filters {
    /// Estimate of a room at `now`, from its readings since `begin`: a timeline with this moment alone.
    pub(crate) fn timeline(
        &mut self,
        readings: &RoomReadings<'_>,
        begin: Instant,
        now: Instant,
    ) -> Timeline {
        let Some(span) = Period::new(begin, now) else { return Timeline::default() };
        let room = RoomSteps::of(readings, span);
        let zone = room.room.zone;
        if self.0.len() <= zone {
            self.0.resize_with(zone + 1, Filter::default);
        }
        let mut timeline = Timeline::default();
        let Some(last) = room.evidence.len().checked_sub(1) else { return timeline };
        let shares = self.0[zone].shares(&room);
        let estimate = room.estimate(last, &shares);
        timeline.push(begin, Moment::UNKNOWN);
        timeline.push(now, readout::moment(&estimate, &room.evidence[last], room.doors.at(now)));
        timeline
    }
}

impl Filter {
    /// Share of each level in the last step.
    fn shares(&mut self, room: &RoomSteps<'_>) -> Vec<f64> {
        let RoomSteps { model, evidence, .. } = room;
        let steps = room.model_steps();
        let settled = evidence.len().saturating_sub(OPEN_STEPS);
        let start = Some(room.days.steps.start(0));
        let goes_on = self.start == start
            && self.belief.len() == model.states()
            && evidence[..settled].starts_with(&self.evidence);
        if !goes_on {
            *self = Self { start, evidence: Vec::new(), belief: model.start() };
        }
        let mut pass = Pass::new(model);
        for step in &steps[self.evidence.len()..settled] {
            pass.advance(step, &mut self.belief);
        }
        self.evidence.extend_from_slice(&evidence[self.evidence.len()..settled]);
        let mut belief = self.belief.clone();
        for step in &steps[settled..] {
            pass.advance(step, &mut belief);
        }
        levels(model, &belief, &vec![1.0; belief.len()])
    }
}

/// Forward pass with its working memory.
struct Pass<'a> {
    model: &'a Model,
    likelihood: Vec<f64>,
    scratch: Vec<f64>,
    after: Vec<f64>,
}

impl<'a> Pass<'a> {
    fn new(model: &'a Model) -> Self {
        let states = || vec![0.0; model.states()];
        Self { model, likelihood: states(), scratch: states(), after: states() }
    }

    fn advance(&mut self, step: &Step<'_>, belief: &mut [f64]) {
        let Self { model, likelihood, scratch, after } = self;
        forward(model, step, belief, likelihood, scratch, after);
        belief.copy_from_slice(after);
    }
}
