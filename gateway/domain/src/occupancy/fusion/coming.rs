//! How people come and go between steps.

use super::evidence::Passed;
use super::model::MOST_LEVELS;

/// How the number of people changes from one step to the next: the same from every level, but nobody is the least
/// and the highest level the most.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Coming {
    /// The change in levels that `weights` begin with.
    lowest: i32,
    weights: Vec<f64>,
    /// How likely it is that all leave.
    leave: f64,
    /// How likely it is that a group comes or goes, of any size.
    group: f64,
}

/// How far people move in a step beyond what doors tell, in levels.
const REACH: i32 = 8;
/// Without doors: how likely it is that anybody moves in a room of ten levels. More move in one of more.
const MOVES: f64 = 0.1;
const MOVES_LEVELS: f64 = 10.0;
const MOVES_MOST: f64 = 0.4;
/// Each further one moves a quarter as often in a room of ten levels, and more often in one of more.
const FURTHER_LEVELS: f64 = 30.0;
/// All leave within a step, in opening hours and after.
const LEAVE: f64 = 0.004;
const LEAVE_CLOSED: f64 = 0.03;
/// After closing so many fewer come.
const COME_CLOSED: f64 = 0.1;
/// A meeting begins or ends within a step.
const GROUP: f64 = 0.004;
/// People who pass a door unseen in a step however few are counted, and how much rarer each further one is.
const UNSEEN: f64 = 0.004;
const UNSEEN_FURTHER: f64 = 0.4;

#[expect(clippy::cast_possible_truncation, reason = "held to what can matter")]
fn whole(levels: f64) -> i32 {
    levels.clamp(-MOST_LEVELS, MOST_LEVELS) as i32
}

impl Coming {
    /// What is usual in a room of so many levels when no door counts.
    pub(super) fn usual(closed: bool, levels: usize) -> Self {
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

    /// What is likely when doors counted `passed`, which moves people by `shift` levels.
    pub(super) fn counted(passed: Passed, shift: f64, closed: bool, door_error: f64) -> Self {
        let wrong = (UNSEEN + door_error * passed.passages).min(0.5);
        let weight = |error: i32| match error {
            0 => 1.0 - wrong,
            _ => wrong / 2.0 * (1.0 - UNSEEN_FURTHER) * UNSEEN_FURTHER.powi(error.abs() - 1),
        };
        let leave = if closed { LEAVE_CLOSED } else { UNSEEN / 4.0 };
        Self::around(whole(shift), leave, UNSEEN / 16.0, weight)
    }

    fn around(shift: i32, leave: f64, group: f64, weight: impl Fn(i32) -> f64) -> Self {
        let mut weights: Vec<f64> = (-REACH..=REACH).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight *= (1.0 - leave - group) / sum;
        }
        Self { lowest: shift - REACH, weights, leave, group }
    }

    /// The distribution over levels after the step, from that before; adds to `after`.
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
                        for (to, weight) in self.held(level, top) {
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

    /// How likely each level makes what comes later, from how likely the levels after the step do.
    pub(super) fn backward(&self, after: &[f64], before: &mut [f64]) {
        let top = after.len() - 1;
        let rest =
            self.leave * after[0] + self.group * after.iter().sum::<f64>() / after.len() as f64;
        for (level, share) in before.iter_mut().enumerate() {
            let near: f64 = match self.within(level, top) {
                Some(reached) => after[reached].iter().zip(&self.weights).map(|(a, w)| a * w).sum(),
                None => self.held(level, top).map(|(to, weight)| weight * after[to]).sum(),
            };
            *share = near + rest;
        }
    }

    /// The levels that a level leads to, where neither end is in the way.
    fn within(&self, level: usize, top: usize) -> Option<std::ops::Range<usize>> {
        let first = usize::try_from(i64::try_from(level).ok()? + i64::from(self.lowest)).ok()?;
        let end = first + self.weights.len();
        (end <= top + 1).then_some(first..end)
    }

    /// The levels that a level leads to, held to the lowest and the highest.
    fn held(&self, level: usize, top: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let top = i32::try_from(top).unwrap_or(i32::MAX);
        let from = i32::try_from(level).unwrap_or(i32::MAX).saturating_add(self.lowest);
        let near = self.weights.iter().zip(from..);
        near.map(move |(weight, to)| (usize::try_from(to.clamp(0, top)).unwrap_or(0), *weight))
    }
}

/// Shares below this change nothing that is told.
const NEGLIGIBLE: f64 = 1e-12;
