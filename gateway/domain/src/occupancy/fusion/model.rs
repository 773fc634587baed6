//! How people come and go, how the air changes, and how likely each makes what was observed.

use super::air::Excess;
use super::evidence::{Evidence, Passed};
use super::room::{Room, Supply};
use super::steps::STEP_H;

/// What one person breathes out, in m³ of CO2 an hour: 5.2 mL/s, an adult at light work.
const BREATH_M3_H: f64 = 0.0187;
/// Between how many air changes an hour a room without a fan lies.
const NATURAL_PER_H: (f64, f64) = (0.3, 10.0);
const NATURAL_STATES: u32 = 12;
/// The share of outdoor air in the measured flow, from mostly returned air to more than was measured; and what leaks
/// in besides, per hour.
const MEASURED_FACTORS: [f64; 9] = [0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.35, 1.8, 2.4];
const MEASURED_SPREAD: f64 = 0.4;
const LEAK_PER_H: f64 = 0.1;

/// Noise of the change of CO2 over a step, in ppm, and with what people add and with the excess.
const NOISE_PPM: f64 = 6.0;
const NOISE_OF_PEOPLE: f64 = 0.03;
const NOISE_OF_EXCESS: f64 = 0.01;
/// Up to so many times the noise a rise is no sign of anybody where CO2 is only a bound.
const USUAL_NOISE: f64 = 2.0;

/// Movement in a minute: without anybody, and for each of the first two people. Of more than that it tells little:
/// one who moves hides another.
const FALSE_MOVEMENT: f64 = 0.004;
const MOVEMENT_EACH: f64 = 0.35;
const MOVING_MOST: f64 = 2.0;
/// Minutes with movement follow one another, so each counts for only so much of an independent one.
const MOVEMENT_WEIGHT: f64 = 0.5;

/// More levels than this are not told apart: a level stands for several people in a large room.
const MOST_LEVELS: f64 = 60.0;

/// What CO2 tells of the number of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AirModel {
    /// The air change is one of the states.
    Learnt,
    /// The states are factors of a measured one.
    Measured,
    /// At least so many must be there for such a rise: more air than the least may come in, and the doors tell the rest.
    Bound,
}

/// The hidden states: so many people times so many air changes an hour.
#[derive(Debug)]
pub(super) struct Model {
    volume_m3: f64,
    air: AirModel,
    /// People to a level.
    unit: f64,
    pub(super) levels: usize,
    air_changes: Vec<f64>,
    /// How usual each of them is; the shares add up to one.
    usual: Vec<f64>,
}

impl Model {
    /// `most`: up to how many people are thinkable. `counted`: doors tell how many there are.
    pub(super) fn new(room: &Room, most: f64, counted: bool) -> Self {
        let unit = (most / MOST_LEVELS).ceil().max(1.0);
        let levels = level(most.max(1.0) / unit) + 1;
        let (air, air_changes) = match room.supply {
            Supply::Unknown if counted => (AirModel::Bound, vec![NATURAL_PER_H.0]),
            Supply::Natural | Supply::Unknown => {
                (AirModel::Learnt, (0..NATURAL_STATES).map(natural).collect())
            }
            Supply::Measured(_) => (AirModel::Measured, MEASURED_FACTORS.to_vec()),
        };
        let usual = usual(air, &air_changes);
        Self { volume_m3: room.volume_m3, air, unit, levels, air_changes, usual }
    }

    /// The shares of the states before anything is known.
    pub(super) fn start(&self) -> Vec<f64> {
        let each = |usual: &f64| std::iter::repeat_n(usual / self.levels as f64, self.levels);
        self.usual.iter().flat_map(each).collect()
    }

    pub(super) fn states(&self) -> usize {
        self.levels * self.air_changes.len()
    }

    /// How many people a level stands for.
    pub(super) fn people(&self, level: usize) -> f64 {
        level as f64 * self.unit
    }

    /// How likely each state makes the evidence of a step, up to a factor; air change by air change.
    pub(super) fn likelihoods(&self, evidence: &Evidence, likelihoods: &mut [f64]) {
        let seen: Vec<f64> = (0..self.levels).map(|level| self.movement(level, evidence)).collect();
        let air = self.air_changes.iter().zip(likelihoods.chunks_mut(self.levels));
        for (&air_change, likelihoods) in air {
            likelihoods.copy_from_slice(&seen);
            if let Some((excess, air_change)) =
                evidence.co2.zip(self.air_change(air_change, evidence))
            {
                self.weigh_co2(excess, air_change, likelihoods);
            }
        }
    }

    fn movement(&self, level: usize, evidence: &Evidence) -> f64 {
        let people = self.people(level).min(MOVING_MOST);
        let moves =
            if level == 0 { FALSE_MOVEMENT } else { 1.0 - (1.0 - MOVEMENT_EACH).powf(people) };
        let minutes =
            f64::from(evidence.moved) * moves.ln() + f64::from(evidence.still) * (1.0 - moves).ln();
        (MOVEMENT_WEIGHT * minutes).exp()
    }

    /// The air changes an hour of an air state; `None` when the flow should be measured and is not.
    fn air_change(&self, state: f64, evidence: &Evidence) -> Option<f64> {
        match self.air {
            AirModel::Learnt | AirModel::Bound => Some(state),
            AirModel::Measured => {
                evidence.airflow.map(|flow| state * flow / self.volume_m3 + LEAK_PER_H)
            }
        }
    }

    /// The balance of CO2 over a step, with a heavy-tailed error.
    fn weigh_co2(&self, excess: Excess, air_change: f64, likelihoods: &mut [f64]) {
        let rest = (-air_change * STEP_H).exp();
        let breath_ppm_h = self.unit * 1e6 * BREATH_M3_H / self.volume_m3;
        let each = breath_ppm_h * (1.0 - rest) / air_change;
        let noise = NOISE_PPM + NOISE_OF_EXCESS * excess.before.abs();
        for (level, likelihood) in likelihoods.iter_mut().enumerate() {
            let level = level as f64;
            let scale = noise + NOISE_OF_PEOPLE * level * breath_ppm_h * STEP_H;
            let error = (excess.after - excess.before * rest - level * each) / scale;
            *likelihood *= match self.air {
                AirModel::Learnt | AirModel::Measured => student(error) / scale,
                AirModel::Bound => student((error - USUAL_NOISE).max(0.0)),
            };
        }
    }
}

/// Every air change is as usual as any other, but a measurement is mostly right.
fn usual(air: AirModel, air_changes: &[f64]) -> Vec<f64> {
    let weight = |factor: &f64| match air {
        AirModel::Measured => (-0.5 * (factor.ln() / MEASURED_SPREAD).powi(2)).exp(),
        AirModel::Learnt | AirModel::Bound => 1.0,
    };
    let sum: f64 = air_changes.iter().map(weight).sum();
    air_changes.iter().map(|one| weight(one) / sum).collect()
}

fn natural(state: u32) -> f64 {
    let (least, most) = NATURAL_PER_H;
    least * (most / least).powf(f64::from(state) / f64::from(NATURAL_STATES - 1))
}

/// Student's distribution with four degrees of freedom, up to a factor.
fn student(error: f64) -> f64 {
    let tail = 1.0 + error * error / 4.0;
    1.0 / (tail * tail * tail.sqrt())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "at most 60 levels")]
fn level(levels: f64) -> usize {
    levels.ceil().clamp(0.0, MOST_LEVELS) as usize
}

#[expect(clippy::cast_possible_truncation, reason = "held to what can matter")]
fn whole(levels: f64) -> i32 {
    levels.clamp(-MOST_LEVELS, MOST_LEVELS) as i32
}

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
const REACH: i32 = 4;
/// Without doors: nobody moves, one does, and each further one so much less often.
const STAY: f64 = 0.9;
const ONE: f64 = 0.045;
const FURTHER: f64 = 0.25;
/// All leave within a step, in opening hours and after.
const LEAVE: f64 = 0.004;
const LEAVE_CLOSED: f64 = 0.03;
/// A meeting begins or ends within a step.
const GROUP: f64 = 0.004;
/// People who pass a door unseen in a step however few are counted, and how much rarer each further one is.
const UNSEEN: f64 = 0.004;
const UNSEEN_FURTHER: f64 = 0.4;

impl Coming {
    /// What is usual when no door counts.
    pub(super) fn usual(closed: bool) -> Self {
        // After closing fewer come, and sooner or later all leave.
        let (come, leave) = if closed { (0.1, LEAVE_CLOSED) } else { (1.0, LEAVE) };
        let weight = |change: i32| {
            let further = FURTHER.powi(change.abs() - 1);
            match change {
                0 => STAY,
                1.. => ONE * further * come,
                _ => ONE * further,
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

    /// From each level the weight of each level that it leads to.
    fn targets(&self, level: usize, levels: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let top = i32::try_from(levels - 1).unwrap_or(i32::MAX);
        let from = i32::try_from(level).unwrap_or(i32::MAX).saturating_add(self.lowest);
        let near = self
            .weights
            .iter()
            .zip(from..)
            .map(move |(weight, to)| (usize::try_from(to.clamp(0, top)).unwrap_or(0), *weight));
        std::iter::once((0, self.leave)).chain(near)
    }

    /// The distribution over levels after the step, from that before; adds to `after`.
    pub(super) fn forward(&self, before: &[f64], after: &mut [f64]) {
        for (level, &share) in before.iter().enumerate() {
            if share > NEGLIGIBLE {
                for (to, weight) in self.targets(level, before.len()) {
                    after[to] += share * weight;
                }
            }
        }
        let each = self.group * before.iter().sum::<f64>() / before.len() as f64;
        for share in after {
            *share += each;
        }
    }

    /// How likely each level makes what comes later, from how likely the levels after the step do.
    pub(super) fn backward(&self, after: &[f64], before: &mut [f64]) {
        let each = self.group * after.iter().sum::<f64>() / after.len() as f64;
        for (level, share) in before.iter_mut().enumerate() {
            let near = self.targets(level, after.len()).map(|(to, weight)| weight * after[to]);
            *share = near.sum::<f64>() + each;
        }
    }
}

/// Shares below this change nothing that is told.
const NEGLIGIBLE: f64 = 1e-12;

/// How the air change moves from one step to the next: it mostly stays or moves to the next state, and a window may
/// be opened or a fan switched at any time.
const AIR_NEAR: f64 = 0.01;
const AIR_JUMPS: f64 = 0.004;

impl Model {
    /// Mixes shares of states, air change by air change, over the air changes.
    pub(super) fn mix_forward(&self, states: &[f64], mixed: &mut [f64]) {
        self.mix(states, mixed, |usual, all, _| AIR_JUMPS * usual * all);
    }

    /// The same for how likely each state makes what comes later.
    pub(super) fn mix_backward(&self, states: &[f64], mixed: &mut [f64]) {
        self.mix(states, mixed, |_, _, mean| AIR_JUMPS * mean);
    }

    /// `jump` of how usual an air change is, the sum over all of them, and their mean by how usual they are.
    fn mix(&self, states: &[f64], mixed: &mut [f64], jump: impl Fn(f64, f64, f64) -> f64) {
        let last = self.air_changes.len() - 1;
        // A measured flow does not drift from state to state.
        let near = if self.air == AirModel::Learnt { AIR_NEAR } else { 0.0 };
        for level in 0..self.levels {
            let of = |air: usize| states[air * self.levels + level];
            let all: f64 = (0..=last).map(of).sum();
            let mean: f64 = self.usual.iter().enumerate().map(|(air, usual)| usual * of(air)).sum();
            for (air, usual) in self.usual.iter().enumerate() {
                let beside = of(air.saturating_sub(1)) + of((air + 1).min(last));
                let stays = (1.0 - AIR_JUMPS - 2.0 * near) * of(air);
                mixed[air * self.levels + level] = stays + near * beside + jump(*usual, all, mean);
            }
        }
    }
}
