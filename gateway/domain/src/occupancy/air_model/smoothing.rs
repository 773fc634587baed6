//! Smoothing: the distribution in each step, from all evidence before it and some hours after.

use std::ops::Range;

use jiff::SignedDuration;

use super::evidence::Evidence;
use super::mixing::Way;
use super::model::Model;
use super::transition::Transition;
use crate::occupancy::steps::STEP;
use crate::total::Total;

/// Steps after a stretch that are included for it: evidence later than three hours changes nothing more.
const AHEAD: usize = 36;

/// How much later than a figure its evidence reaches.
pub(crate) fn ahead() -> SignedDuration {
    STEP * i32::try_from(AHEAD).unwrap_or(i32::MAX)
}

/// Evidence of a step, and the transition from the step before.
#[derive(Debug)]
pub(super) struct Step<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) transition: Transition,
}

/// Belief carried from stretch to stretch, so that memory holds one stretch at a time.
#[derive(Debug)]
pub(super) struct Smoother<'a> {
    model: &'a Model,
    /// Share of each state after the last step, in the order of [`Model::start`].
    belief: Vec<f64>,
}

impl<'a> Smoother<'a> {
    /// Smoother without any evidence.
    pub(super) fn new(model: &'a Model) -> Self {
        Self { model, belief: model.start() }
    }

    /// Calls `result` with each step of `stretch` and the share of each level in it. The stretch must begin where the last
    /// one ended.
    pub(super) fn smooth(
        &mut self,
        steps: &[Step<'_>],
        stretch: Range<usize>,
        mut result: impl FnMut(usize, &[f64]),
    ) {
        let ahead = (stretch.end + AHEAD).min(steps.len());
        let steps = &steps[stretch.start..ahead];
        let (likelihoods, beliefs) = self.forward(steps);
        let states = self.model.states();
        let (mut later, mut weighed) = (vec![1.0; states], vec![0.0; states]);
        let mut scratch = vec![0.0; states];
        for index in (0..steps.len()).rev() {
            let belief = &beliefs[index * states..(index + 1) * states];
            if index < stretch.len() {
                result(stretch.start + index, &levels(self.model, belief, &later));
            }
            let likelihood = &likelihoods[index * states..(index + 1) * states];
            for ((weighed, likelihood), later) in weighed.iter_mut().zip(likelihood).zip(&later) {
                *weighed = likelihood * later;
            }
            self.model.mix(Way::Backward, &mut weighed, &mut scratch);
            let levels = scratch.chunks(self.model.levels).zip(later.chunks_mut(self.model.levels));
            levels.for_each(|(after, before)| steps[index].transition.backward(after, before));
            normalise(&mut later);
        }
        if let Some(last) = stretch.len().checked_sub(1) {
            self.belief.copy_from_slice(&beliefs[last * states..(last + 1) * states]);
        }
    }

    /// Likelihoods of the steps, and the belief after each from the evidence so far.
    fn forward(&self, steps: &[Step<'_>]) -> (Vec<f64>, Vec<f64>) {
        let states = self.model.states();
        let mut likelihoods = vec![0.0; steps.len() * states];
        let mut beliefs = vec![0.0; steps.len() * states];
        let (mut before, mut scratch) = (self.belief.clone(), vec![0.0; states]);
        let slots = likelihoods.chunks_mut(states).zip(beliefs.chunks_mut(states));
        for (step, (likelihood, belief)) in steps.iter().zip(slots) {
            forward(self.model, step, &before, likelihood, &mut scratch, belief);
            before.copy_from_slice(belief);
        }
        (likelihoods, beliefs)
    }
}

/// Writes the `belief` after a step, from that `before` it; overwrites `likelihood` and `scratch`.
pub(super) fn forward(
    model: &Model,
    step: &Step<'_>,
    before: &[f64],
    likelihood: &mut [f64],
    scratch: &mut [f64],
    belief: &mut [f64],
) {
    model.likelihoods(step.evidence, likelihood);
    scratch.fill(0.0);
    let levels = before.chunks(model.levels).zip(scratch.chunks_mut(model.levels));
    levels.for_each(|(before, after)| step.transition.forward(before, after));
    model.mix(Way::Forward, scratch, belief);
    belief.iter_mut().zip(&*likelihood).for_each(|(belief, likelihood)| *belief *= likelihood);
    normalise(belief);
}

/// Share of each level over all air changes and breaths, weighted by the likelihood of the `later` evidence.
pub(super) fn levels(model: &Model, belief: &[f64], later: &[f64]) -> Vec<f64> {
    let mut levels = vec![0.0; model.levels];
    let airs = belief.chunks(model.levels).zip(later.chunks(model.levels));
    for (belief, later) in airs {
        for ((level, belief), later) in levels.iter_mut().zip(belief).zip(later) {
            *level += belief * later;
        }
    }
    normalise(&mut levels);
    levels
}

/// Scales the shares to a sum of one; where nothing is left, all states get the same share.
fn normalise(shares: &mut [f64]) {
    let sum = shares.iter().total();
    if sum.is_normal() {
        for share in shares {
            *share /= sum;
        }
    } else {
        let even = 1.0 / shares.len() as f64;
        shares.fill(even);
    }
}
