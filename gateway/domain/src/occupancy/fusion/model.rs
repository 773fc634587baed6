//! How people come and go, how the air changes, and how likely each makes what was observed.

use super::air::Excess;
use super::evidence::Evidence;
use super::mixing::{Axis, Way};
use super::room::{Breath, Room, Supply};
use super::steps::STEP_H;

/// How far what a person breathes out may lie from what is usual, in deviations; and how often another mix of people
/// comes, so that it is no longer what it was.
const BREATH_DEVIATIONS: [f64; 3] = [-1.3, 0.0, 1.3];
const BREATH_NEAR: f64 = 0.002;
const BREATH_JUMPS: f64 = 0.002;
/// Between how many air changes an hour a room without a fan lies.
const NATURAL_PER_H: (f64, f64) = (0.3, 10.0);
const NATURAL_STATES: u32 = 12;
/// The share of outdoor air in the measured flow, from mostly returned air to more than was measured.
const MEASURED_FACTORS: [f64; 9] = [0.25, 0.4, 0.55, 0.75, 0.87, 1.0, 1.15, 1.35, 1.8];
const MEASURED_SPREAD: f64 = 0.2;
/// What the site file tells of a fan was measured once, or stands on its plate.
const TOLD_SPREAD: f64 = 0.3;
/// How often that share becomes another: windows are opened and dampers move several times a day.
const MEASURED_JUMPS: f64 = 0.03;

/// Noise of the change of CO2 over a step, in ppm, and with the excess and the change. It hangs on what was observed and
/// not on what is supposed: else whoever supposes fewer people and less air would be believed for his smaller noise.
const NOISE_PPM: f64 = 6.0;
const NOISE_OF_EXCESS: f64 = 0.01;
const NOISE_OF_CHANGE: f64 = 0.03;
/// Up to so many times the noise a rise is no sign of anybody where CO2 is only a bound.
const USUAL_NOISE: f64 = 2.0;

/// Movement in a minute: without anybody, and with somebody. How many there are it does not tell: detectors differ in
/// what they see of one who sits, and one who moves hides another.
const FALSE_MOVEMENT: f64 = 0.004;
const MOVEMENT: f64 = 0.35;
/// Minutes with movement follow one another, so each counts for only so much of an independent one.
const MOVEMENT_WEIGHT: f64 = 0.5;
/// Of movement without a pause hours of it tell no more than its first hours did.
const HELD_WEIGHT: f64 = 0.02;

/// More levels than this are not told apart: a level stands for several people in a large room.
pub(super) const MOST_LEVELS: f64 = 60.0;

/// What CO2 tells of the number of people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum AirModel {
    /// The air change is one of the states.
    Learnt,
    /// The states are factors of a measured one.
    Measured,
    /// The states are factors of one that the site file tells.
    Told,
    /// At least so many must be there for such a rise: more air than the least may come in, and the doors tell the rest.
    Bound,
}

/// How the air change moves from one step to the next: it mostly stays or moves to the next state, and a window may
/// be opened or a fan switched at any time.
const AIR_NEAR: f64 = 0.01;
const AIR_JUMPS: f64 = 0.004;

/// The hidden states: so many people, times so many air changes an hour, times so much breath of each of them.
#[derive(Debug)]
pub(super) struct Model {
    volume_m3: f64,
    air: AirModel,
    /// People to a level.
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
            Supply::Told { .. } => (AirModel::Told, MEASURED_FACTORS.to_vec()),
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

    /// The shares of the states before anything is known.
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

    /// Carries shares of states over what changes beside the people; `mixed` and `states` are overwritten.
    pub(super) fn mix(&self, way: Way, states: &mut [f64], mixed: &mut [f64]) {
        self.breath_axis.mix(way, self.levels, states, mixed);
        states.copy_from_slice(mixed);
        self.air_axis.mix(way, self.levels * self.breaths.len(), states, mixed);
    }

    /// How many people a level stands for.
    pub(super) fn people(&self, level: usize) -> f64 {
        level as f64 * self.unit
    }

    /// How likely each state makes the evidence of a step, up to a factor; in the order of [`Model::start`].
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

    /// The air changes an hour of an air state; `None` when the flow should be known and is not.
    fn air_change(&self, state: f64, evidence: &Evidence) -> Option<f64> {
        let leaks_per_h = match self.air {
            AirModel::Learnt | AirModel::Bound => return Some(state),
            // What leaks in besides is as little as in a room without a fan.
            AirModel::Measured => NATURAL_PER_H.0,
            // The air changes of a room are told with its leaks.
            AirModel::Told => 0.0,
        };
        evidence.airflow.map(|flow| state * flow / self.volume_m3 + leaks_per_h)
    }

    /// The balance of CO2 over a step, with a heavy-tailed error.
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
                AirModel::Learnt | AirModel::Measured | AirModel::Told => student(error) / scale,
                AirModel::Bound => student((error - USUAL_NOISE).max(0.0)),
            };
        }
    }
}

/// Every air change is as usual as any other, but a measurement is mostly right.
fn air_axis(air: AirModel, air_changes: &[f64]) -> Axis {
    let known = |spread: f64| {
        let usual = |factor: &f64| normal(factor.ln() / spread);
        // A known flow does not drift from state to state.
        Axis::new(&air_changes.iter().map(usual).collect::<Vec<_>>(), 0.0, MEASURED_JUMPS)
    };
    match air {
        AirModel::Measured => known(MEASURED_SPREAD),
        AirModel::Told => known(TOLD_SPREAD),
        AirModel::Learnt | AirModel::Bound => {
            Axis::new(&vec![1.0; air_changes.len()], AIR_NEAR, AIR_JUMPS)
        }
    }
}

/// The normal density, up to a factor.
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
