//! Transition: how people come and leave from one step to the next.

use super::evidence::StepCount;
use super::model::MOST_LEVELS;
use crate::total::Total;

/// Distribution of the change in levels from one step to the next: the same from every level, clamped to nobody and to
/// the highest level.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Transition {
    /// Change in levels that `weights` begin with.
    lowest: i32,
    weights: Vec<f64>,
    /// Probability that all leave.
    leave: f64,
    /// Probability that a group of any size comes or leaves.
    group: f64,
}

/// Largest change in a step beyond what doors count, in levels.
const REACH: i32 = 8;
/// Without doors: probability that anybody comes or leaves in a room of ten levels, and its bound in larger ones.
const MOVES: f64 = 0.1;
const MOVES_LEVELS: f64 = 10.0;
const MOVES_MOST: f64 = 0.4;
/// Each further person moves a quarter as often in a room of ten levels, and more often in a larger one.
const FURTHER_LEVELS: f64 = 30.0;
/// Probability that all leave within a step, in opening hours and after.
const LEAVE: f64 = 0.004;
const LEAVE_CLOSED: f64 = 0.03;
/// Share of those who come that still come after closing.
const COME_CLOSED: f64 = 0.1;
/// Probability that a meeting begins or ends within a step.
const GROUP: f64 = 0.004;
/// Probability that somebody passes a door unseen in a step, and the factor for each further person.
const UNSEEN: f64 = 0.004;
const UNSEEN_FURTHER: f64 = 0.4;

#[expect(clippy::cast_possible_truncation, reason = "clamped to what can matter")]
fn whole(levels: f64) -> i32 {
    levels.clamp(-MOST_LEVELS, MOST_LEVELS) as i32
}

impl Transition {
    /// Transition in a room of so many levels when no door counts.
    pub(super) fn uncounted(closed: bool, levels: usize) -> Self {
        let most = (levels - 1) as f64;
        let further = most / (most + FURTHER_LEVELS);
        // After closing fewer come, and sooner or later all leave.
        let (come, leave) = if closed { (COME_CLOSED, LEAVE_CLOSED) } else { (1.0, LEAVE) };
        let moves = (MOVES * (most / MOVES_LEVELS).max(1.0)).min(MOVES_MOST);
        let one = 0.5 * moves * (1.0 - further);
        let weight = |change: i32| {
            let further = further.powi(change.abs() - 1);
            match change {
                0 => 1.0 - moves,
                1.. => one * further * come,
                _ => one * further,
            }
        };
        Self::around(0, leave, GROUP * come, weight)
    }

    /// Transition when doors counted passages that move people by `shift` levels.
    pub(super) fn counted(counted: StepCount, shift: f64, closed: bool, door_error: f64) -> Self {
        let wrong = (UNSEEN + door_error * counted.passages).min(0.5);
        let weight = |error: i32| match error {
            0 => 1.0 - wrong,
            _ => wrong / 2.0 * (1.0 - UNSEEN_FURTHER) * UNSEEN_FURTHER.powi(error.abs() - 1),
        };
        let leave = if closed { LEAVE_CLOSED } else { UNSEEN / 4.0 };
        Self::around(whole(shift), leave, UNSEEN / 16.0, weight)
    }

    fn around(shift: i32, leave: f64, group: f64, weight: impl Fn(i32) -> f64) -> Self {
        let mut weights: Vec<f64> = (-REACH..=REACH).map(weight).collect();
        let sum = weights.iter().total();
        for weight in &mut weights {
            *weight *= (1.0 - leave - group) / sum;
        }
        Self { lowest: shift - REACH, weights, leave, group }
    }

    /// Adds to `after` the distribution over levels after the step, from that before.
    pub(super) fn forward(&self, before: &[f64], after: &mut [f64]) {
        let (mut all, top) = (0.0, before.len() - 1);
        for (level, &share) in before.iter().enumerate() {
            all += share;
            if share > NEGLIGIBLE {
                match self.within(level, top) {
                    Some(reached) => {
                        let reached = after[reached].iter_mut().zip(&self.weights);
                        reached.for_each(|(after, weight)| *after += share * weight);
                    }
                    None => {
                        for (to, weight) in self.clamped(level, top) {
                            after[to] += share * weight;
                        }
                    }
                }
            }
        }
        after[0] += self.leave * all;
        let each = self.group * all / before.len() as f64;
        for share in after {
            *share += each;
        }
    }

    /// Likelihood of the later evidence for each level before the step, from that after it.
    pub(super) fn backward(&self, after: &[f64], before: &mut [f64]) {
        let top = after.len() - 1;
        let rest = self.leave * after[0] + self.group * after.iter().total() / after.len() as f64;
        for (level, share) in before.iter_mut().enumerate() {
            let near: f64 = match self.within(level, top) {
                Some(reached) => {
                    after[reached].iter().zip(&self.weights).map(|(a, w)| a * w).total()
                }
                None => self.clamped(level, top).map(|(to, weight)| weight * after[to]).total(),
            };
            *share = near + rest;
        }
    }

    /// Levels that a level leads to, where neither end is in the way.
    fn within(&self, level: usize, top: usize) -> Option<std::ops::Range<usize>> {
        let first = usize::try_from(i64::try_from(level).ok()? + i64::from(self.lowest)).ok()?;
        let end = first + self.weights.len();
        (end <= top + 1).then_some(first..end)
    }

    /// Levels that a level leads to, clamped to the lowest and the highest.
    fn clamped(&self, level: usize, top: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let top = i32::try_from(top).unwrap_or(i32::MAX);
        let from = i32::try_from(level).unwrap_or(i32::MAX).saturating_add(self.lowest);
        let near = self.weights.iter().zip(from..);
        near.map(move |(weight, to)| (usize::try_from(to.clamp(0, top)).unwrap_or(0), *weight))
    }
}

/// Shares below this change no estimate.
const NEGLIGIBLE: f64 = 1e-12;
