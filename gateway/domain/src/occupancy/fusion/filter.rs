//! Rooms as they are told of now: the same forward pass as in history, carried on step by step.

use super::evidence::Evidence;
use super::model::Model;
use super::room::Room;
use super::smoothing::{Step, forward, levels};
use super::{Prepared, told};
use crate::instant::{Instant, Period};
use crate::occupancy::extent::Extent;
use crate::occupancy::timeline::Timeline;
use crate::occupancy::traffic::Traffic;
use crate::site::Site;

/// The newest steps are worked out anew each time: what is known of them still grows.
const OPEN_STEPS: usize = 3;

/// What is believed of each room, by zone of the site. It holds nothing that readings would not give again, so a
/// restart changes no figure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filters(Vec<Filter>);

/// What is believed of one room after the steps that are settled.
#[derive(Clone, Debug, Default)]
struct Filter {
    start: Option<Instant>,
    /// Of the settled steps. When it is another than it was, belief begins anew.
    evidence: Vec<Evidence>,
    belief: Vec<f64>,
}

impl Filters {
    /// What is told of a room at `now`, from `begin` on.
    pub(crate) fn now(
        &mut self,
        site: &Site,
        (extent, room): (&Extent, &Room),
        traffic: &Traffic,
        (begin, now): (Instant, Instant),
    ) -> Timeline {
        let Some(span) = Period::new(begin, now) else { return Timeline::default() };
        let prepared = Prepared::of(site, extent, room, traffic, span);
        if self.0.len() <= room.zone {
            self.0.resize_with(room.zone + 1, Filter::default);
        }
        let mut told = Timeline::default();
        let Some(last) = prepared.evidence.len().checked_sub(1) else { return told };
        let shares = self.0[room.zone].shares(&prepared);
        let estimate = prepared.estimate(room, last, &shares);
        told.push(begin, crate::occupancy::Moment::UNKNOWN);
        told.push(now, told::moment(&estimate, &prepared.evidence[last], prepared.doors.at(now)));
        told
    }
}

impl Filter {
    /// The share of each level in the last step.
    fn shares(&mut self, prepared: &Prepared) -> Vec<f64> {
        let Prepared { model, evidence, .. } = prepared;
        let steps = prepared.comings();
        let settled = evidence.len().saturating_sub(OPEN_STEPS);
        let start = Some(prepared.steps.start(0));
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

/// Room to work in.
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
