//! Mixing: how the hidden quantities beside the headcount change from step to step: they stay, drift, or jump.

use crate::total::Total;

/// Hidden quantity of a few states.
#[derive(Debug)]
pub(super) struct Axis {
    /// Usual share of each state; they add up to one.
    usual: Vec<f64>,
    /// Probability of moving to each neighbouring state within a step.
    near: f64,
    /// Probability of jumping to any state, by its usual share.
    jumps: f64,
}

/// Direction in which shares are carried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Shares of states, carried to the next step.
    Forward,
    /// Likelihoods of the later evidence, carried to the step before.
    Backward,
}

impl Axis {
    /// Axis of states with these usual weights, which need not add up to one.
    pub(super) fn new(weights: &[f64], near: f64, jumps: f64) -> Self {
        let sum = weights.iter().total();
        Self { usual: weights.iter().map(|weight| weight / sum).collect(), near, jumps }
    }

    pub(super) fn usual(&self) -> &[f64] {
        &self.usual
    }

    pub(super) fn count(&self) -> usize {
        self.usual.len()
    }

    /// Carries `states` to `mixed`; each `inner` consecutive ones share a state of this axis.
    pub(super) fn mix(&self, way: Way, inner: usize, states: &[f64], mixed: &mut [f64]) {
        let block = self.count() * inner;
        let mut all = vec![0.0; inner];
        for (states, mixed) in states.chunks(block).zip(mixed.chunks_mut(block)) {
            all.fill(0.0);
            for (states, usual) in states.chunks(inner).zip(&self.usual) {
                let weight = if way == Way::Forward { 1.0 } else { *usual };
                all.iter_mut().zip(states).for_each(|(all, state)| *all += weight * state);
            }
            self.mix_block(way, inner, states, &all, mixed);
        }
    }

    fn mix_block(&self, way: Way, inner: usize, states: &[f64], all: &[f64], mixed: &mut [f64]) {
        let last = self.count() - 1;
        let at = |index: usize| &states[index * inner..(index + 1) * inner];
        let stays = 1.0 - self.jumps - 2.0 * self.near;
        for (index, (mixed, usual)) in mixed.chunks_mut(inner).zip(&self.usual).enumerate() {
            let jump = self.jumps * if way == Way::Forward { *usual } else { 1.0 };
            let (own, below, above) =
                (at(index), at(index.saturating_sub(1)), at((index + 1).min(last)));
            for (nth, mixed) in mixed.iter_mut().enumerate() {
                *mixed = stays * own[nth] + self.near * (below[nth] + above[nth]) + jump * all[nth];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_while_shares_are_mixed() {
        let axis = Axis::new(&[1.0, 2.0, 1.0], 0.1, 0.05);
        let mut mixed = vec![0.0; 6];
        axis.mix(Way::Forward, 2, &[0.1, 0.2, 0.3, 0.1, 0.2, 0.1], &mut mixed);
        assert!((mixed.iter().sum::<f64>() - 1.0).abs() < 1e-12, "{mixed:?}");
    }

    #[test]
    fn looking_back_weighs_each_way_as_looking_forward_does() {
        let axis = Axis::new(&[1.0, 2.0, 1.0], 0.1, 0.05);
        let (shares, later) = ([0.5, 0.2, 0.3], [0.7, 0.1, 0.9]);
        let (mut forward, mut backward) = (vec![0.0; 3], vec![0.0; 3]);
        axis.mix(Way::Forward, 1, &shares, &mut forward);
        axis.mix(Way::Backward, 1, &later, &mut backward);
        let product =
            |one: &[f64], other: &[f64]| one.iter().zip(other).map(|(a, b)| a * b).sum::<f64>();
        assert!((product(&forward, &later) - product(&shares, &backward)).abs() < 1e-12);
    }
}
