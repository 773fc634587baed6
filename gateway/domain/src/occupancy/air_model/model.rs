//! Model: the hidden states of a room, and the likelihood of the evidence in each of them.

use super::air::Excess;
use super::evidence::Evidence;
use super::mixing::{Axis, Way};
use crate::occupancy::room::{Breath, Room, Supply};
use crate::occupancy::steps::STEP_H;

/// Breath of a person relative to the usual one, in deviations; and how often it changes because other people come.
const BREATH_DEVIATIONS: [f64; 3] = [-1.3, 0.0, 1.3];
const BREATH_NEAR: f64 = 0.002;
const BREATH_JUMPS: f64 = 0.002;
/// Least and most air changes an hour of a room without a fan.
const NATURAL_PER_H: (f64, f64) = (0.3, 10.0);
const NATURAL_STATES: u32 = 12;
/// Share of outdoor air in the measured flow, from mostly returned air to more than was measured.
const MEASURED_FACTORS: [f64; 9] = [0.25, 0.4, 0.55, 0.75, 0.87, 1.0, 1.15, 1.35, 1.8];
const MEASURED_SPREAD: f64 = 0.2;
/// Spread of a flow from the site file: measured once, or read from the plate of the fan.
const CONFIGURED_SPREAD: f64 = 0.3;
/// How often that share becomes another: windows are opened and dampers move several times a day.
const MEASURED_JUMPS: f64 = 0.03;

/// Noise of the change of CO2 over a step in ppm, and its share of the excess and of the change. It depends on the
/// observation and not on the state: else states with fewer people and less air would win by their smaller noise.
const NOISE_PPM: f64 = 6.0;
const NOISE_OF_EXCESS: f64 = 0.01;
const NOISE_OF_CHANGE: f64 = 0.03;
/// Rise, in units of the noise, that is no sign of anybody where CO2 is only a bound.
const USUAL_NOISE: f64 = 2.0;

/// Probability of movement in a minute, without anybody and with somebody. It does not depend on the headcount:
/// detectors differ in what they see of one who sits, and one who moves hides another.
const FALSE_MOVEMENT: f64 = 0.004;
const MOVEMENT: f64 = 0.35;
/// Weight of a minute of movement relative to an independent one, since such minutes follow one another.
const MOVEMENT_WEIGHT: f64 = 0.5;
/// Weight of a minute of movement that has lasted for hours without a pause.
const HELD_WEIGHT: f64 = 0.02;

/// Most levels that the model distinguishes: in a large room a level stands for several people.
pub(super) const MOST_LEVELS: f64 = 60.0;

/// Relation of CO2 to the headcount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AirModel {
    /// The air change is hidden.
    Learnt,
    /// The air change is measured, up to a hidden factor.
    Measured,
    /// The air change is given by the site file, up to a hidden factor.
    Configured,
    /// CO2 gives a lower bound of the headcount, since more air than the least may come in; the doors give the rest.
    Bound,
}

/// Change of the air change from one step to the next: it stays or moves to the next state, and a window may be opened
/// or a fan switched at any time.
const AIR_NEAR: f64 = 0.01;
const AIR_JUMPS: f64 = 0.004;

/// Hidden states: headcount, times air changes an hour, times breath of each person.
#[derive(Debug)]
pub(super) struct Model {
    volume_m3: f64,
    air: AirModel,
    /// People per level.
    unit: f64,
    pub(super) levels: usize,
    /// By state, in air changes an hour or factors of a measured flow.
    air_changes: Vec<f64>,
    air_axis: Axis,
    /// By state, in m³ an hour.
    breaths: Vec<f64>,
    breath_axis: Axis,
}

impl Model {
    /// Model of a room with up to `most` people; `counted` where doors count them.
    pub(super) fn new(room: &Room, most: f64, counted: bool) -> Self {
        let unit = (most / MOST_LEVELS).ceil().max(1.0);
        let levels = level(most.max(1.0) / unit) + 1;
        let (air, air_changes) = match room.supply {
            Supply::Unknown if counted => (AirModel::Bound, vec![NATURAL_PER_H.0]),
            Supply::Natural | Supply::Unknown => {
                (AirModel::Learnt, (0..NATURAL_STATES).map(natural).collect())
            }
            Supply::Measured(_) => (AirModel::Measured, MEASURED_FACTORS.to_vec()),
            Supply::Configured { .. } => (AirModel::Configured, MEASURED_FACTORS.to_vec()),
        };
        let air_axis = air_axis(air, &air_changes);
        let Breath { median_m3_h, spread, .. } = room.breath;
        let breath = |deviations: &f64| median_m3_h * (spread * deviations).exp();
        let breaths = BREATH_DEVIATIONS.iter().map(breath).collect();
        let breath_axis = Axis::new(&BREATH_DEVIATIONS.map(normal), BREATH_NEAR, BREATH_JUMPS);
        Self {
            volume_m3: room.volume_m3,
            air,
            unit,
            levels,
            air_changes,
            air_axis,
            breaths,
            breath_axis,
        }
    }

    /// Shares of the states without any evidence.
    pub(super) fn start(&self) -> Vec<f64> {
        let mut start = Vec::with_capacity(self.states());
        for air in self.air_axis.usual() {
            for breath in self.breath_axis.usual() {
                start.extend(std::iter::repeat_n(air * breath / self.levels as f64, self.levels));
            }
        }
        start
    }

    pub(super) fn states(&self) -> usize {
        self.levels * self.breaths.len() * self.air_changes.len()
    }

    /// Carries shares of states over the changes of air and breath; overwrites `mixed` and `states`.
    pub(super) fn mix(&self, way: Way, states: &mut [f64], mixed: &mut [f64]) {
        self.breath_axis.mix(way, self.levels, states, mixed);
        states.copy_from_slice(mixed);
        self.air_axis.mix(way, self.levels * self.breaths.len(), states, mixed);
    }

    /// People that a level stands for.
    pub(super) fn people(&self, level: usize) -> f64 {
        level as f64 * self.unit
    }

    /// Likelihood of the evidence of a step in each state, up to a factor; in the order of [`Model::start`].
    pub(super) fn likelihoods(&self, evidence: &Evidence, likelihoods: &mut [f64]) {
        let seen: Vec<f64> =
            (0..self.levels).map(|level| Self::movement(level, evidence)).collect();
        let of_air = self.levels * self.breaths.len();
        for (&air_change, of_air) in self.air_changes.iter().zip(likelihoods.chunks_mut(of_air)) {
            let air = evidence.co2.zip(self.air_change(air_change, evidence));
            for (&breath, likelihoods) in self.breaths.iter().zip(of_air.chunks_mut(self.levels)) {
                likelihoods.copy_from_slice(&seen);
                if let Some((excess, air_change)) = air {
                    self.weigh_co2(excess, air_change, breath, likelihoods);
                }
            }
        }
    }

    fn movement(level: usize, evidence: &Evidence) -> f64 {
        let likely: f64 = if level == 0 { FALSE_MOVEMENT } else { MOVEMENT };
        let with =
            MOVEMENT_WEIGHT * f64::from(evidence.moved) + HELD_WEIGHT * f64::from(evidence.held);
        let without = MOVEMENT_WEIGHT * f64::from(evidence.still);
        (with * likely.ln() + without * (1.0 - likely).ln()).exp()
    }

    /// Air changes an hour of an air state; `None` when the flow should be known and is not.
    fn air_change(&self, state: f64, evidence: &Evidence) -> Option<f64> {
        let leaks_per_h = match self.air {
            AirModel::Learnt | AirModel::Bound => return Some(state),
            // Beside the fan, air leaks in as in a closed room without one.
            AirModel::Measured => NATURAL_PER_H.0,
            // Air changes in the site file include leaks.
            AirModel::Configured => 0.0,
        };
        evidence.airflow.map(|flow| state * flow / self.volume_m3 + leaks_per_h)
    }

    /// Multiplies the likelihoods by that of the CO2 balance over a step, with a heavy-tailed error.
    fn weigh_co2(&self, excess: Excess, air_change: f64, breath: f64, likelihoods: &mut [f64]) {
        let rest = (-air_change * STEP_H).exp();
        let breath_ppm_h = self.unit * 1e6 * breath / self.volume_m3;
        let each = breath_ppm_h * (1.0 - rest) / air_change;
        let (level_ppm, change_ppm) = (excess.before.abs(), (excess.after - excess.before).abs());
        let scale = NOISE_PPM + NOISE_OF_EXCESS * level_ppm + NOISE_OF_CHANGE * change_ppm;
        for (level, likelihood) in likelihoods.iter_mut().enumerate() {
            let level = level as f64;
            let error = (excess.after - excess.before * rest - level * each) / scale;
            *likelihood *= match self.air {
                AirModel::Learnt | AirModel::Measured | AirModel::Configured => {
                    student(error) / scale
                }
                AirModel::Bound => student((error - USUAL_NOISE).max(0.0)),
            };
        }
    }
}

/// Axis of the air change: every state is as usual as any other, but factors of a known flow lie near 1.
fn air_axis(air: AirModel, air_changes: &[f64]) -> Axis {
    let known = |spread: f64| {
        let usual = |factor: &f64| normal(factor.ln() / spread);
        // A known flow does not drift from state to state.
        Axis::new(&air_changes.iter().map(usual).collect::<Vec<_>>(), 0.0, MEASURED_JUMPS)
    };
    match air {
        AirModel::Measured => known(MEASURED_SPREAD),
        AirModel::Configured => known(CONFIGURED_SPREAD),
        AirModel::Learnt | AirModel::Bound => {
            Axis::new(&vec![1.0; air_changes.len()], AIR_NEAR, AIR_JUMPS)
        }
    }
}

/// Normal density, up to a factor.
fn normal(deviations: f64) -> f64 {
    (-0.5 * deviations * deviations).exp()
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
