//! Air of a room through time: CO2 at the borders of steps, outdoor CO2, and the airflow.

use crate::instant::Instant;
use crate::occupancy::closing;
use crate::occupancy::room::{Room, Supply};
use crate::occupancy::step_means::StepMeans;
use crate::occupancy::steps::Steps;
use crate::occupancy::traffic::Traffic;
use crate::site::Site;

/// Range of outdoor air. A sensor that shows less is out of calibration, and one that always shows more never saw any.
const OUTDOOR_PPM: std::ops::RangeInclusive<f64> = 400.0..=480.0;
/// Share of readings below what counts as outdoor air, and the steps it is rounded to: a smaller difference means
/// nothing, and rounding keeps steps that are settled as they are.
const OUTDOOR_SHARE: f64 = 0.01;
const OUTDOOR_STEP_PPM: f64 = 2.0;

/// CO2 above outdoor air at the start and the end of a step, in ppm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Excess {
    pub(super) before: f64,
    pub(super) after: f64,
}

/// CO2 and airflow of a room at the borders of steps.
#[derive(Debug)]
pub(super) struct Air {
    /// For each CO2 instrument, its mean round each border.
    co2: Vec<Vec<Option<f64>>>,
    /// Measured airflow at the borders in m³/h.
    airflow: Vec<Option<f64>>,
}

impl Air {
    pub(super) fn of(room: &Room, site: &Site, traffic: &Traffic, steps: Steps) -> Self {
        let max_gap_s = site.rules.longest_gap().as_secs_f64();
        let means = |it: &StepMeans| it.means(steps, max_gap_s);
        let co2 = room.co2.iter().flat_map(|&point| &traffic.airs[point]).map(means).collect();
        let airflow = match room.supply {
            Supply::Measured(point) => traffic.airs[point].iter().map(means).reduce(first_known),
            Supply::Natural | Supply::Unknown | Supply::Configured { .. } => None,
        };
        Self { co2, airflow: airflow.unwrap_or_default() }
    }

    /// Outdoor air as each instrument shows it, from its lowest readings round the borders in `range`.
    pub(super) fn outdoor(&self, range: std::ops::Range<usize>) -> Vec<f64> {
        let low = |values: &Vec<Option<f64>>| {
            let end = range.end.min(values.len());
            let mut known: Vec<f64> =
                values[range.start.min(end)..end].iter().flatten().copied().collect();
            if known.is_empty() {
                return *OUTDOOR_PPM.start();
            }
            let rank = rank(known.len());
            let (_, low, _) = known.select_nth_unstable_by(rank, f64::total_cmp);
            let low = (*low / OUTDOOR_STEP_PPM).round() * OUTDOOR_STEP_PPM;
            low.clamp(*OUTDOOR_PPM.start(), *OUTDOOR_PPM.end())
        };
        self.co2.iter().map(low).collect()
    }

    /// Mean over the instruments that have a value at both borders of a step.
    pub(super) fn excess(&self, step: usize, outdoor: &[f64]) -> Option<Excess> {
        let (mut sum, mut known) = (Excess { before: 0.0, after: 0.0 }, 0.0);
        for (values, outdoor) in self.co2.iter().zip(outdoor) {
            if let (Some(before), Some(after)) = (values[step], values[step + 1]) {
                sum.before += before - outdoor;
                sum.after += after - outdoor;
                known += 1.0;
            }
        }
        (known > 0.0).then(|| Excess { before: sum.before / known, after: sum.after / known })
    }

    /// Measured airflow during a step, in m³/h.
    pub(super) fn airflow(&self, step: usize) -> Option<f64> {
        let (before, after) = (self.airflow.get(step)?, self.airflow.get(step + 1)?);
        Some(f64::midpoint((*before)?, (*after)?).max(0.0))
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share of the length of a list"
)]
fn rank(length: usize) -> usize {
    ((length - 1) as f64 * OUTDOOR_SHARE) as usize
}

fn first_known(one: Vec<Option<f64>>, other: Vec<Option<f64>>) -> Vec<Option<f64>> {
    one.into_iter().zip(other).map(|(one, other)| one.or(other)).collect()
}

/// Start of the readings from which outdoor air at `instant` is taken.
pub(super) fn outdoor_since(instant: Instant) -> Instant {
    closing::fold_start(instant)
}
