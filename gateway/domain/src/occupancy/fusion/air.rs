//! The air of a room through time: CO2 at the borders of steps, what it would be without people, and the airflow.

use std::collections::BTreeMap;

use super::room::{Room, Supply};
use super::steps::{STEP, Steps, absolute_border};
use crate::instant::Instant;
use crate::occupancy::traffic::Traffic;
use crate::site::Site;

/// Where outdoor air lies. A sensor that shows less is out of calibration, and one that never shows less never saw any.
const OUTDOOR_PPM: std::ops::RangeInclusive<f64> = 400.0..=480.0;
/// The share of readings that lie below what counts as outdoor air, which is told in steps of so many ppm: less says
/// nothing, and what was worked out before stays as it was.
const OUTDOOR_SHARE: f64 = 0.01;
const OUTDOOR_STEP_PPM: f64 = 2.0;

/// The readings of one instrument, gathered round the borders of steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Borders(BTreeMap<i64, (f64, f64)>);

impl Borders {
    /// Takes a reading.
    pub(crate) fn observe(&mut self, at: Instant, value: f64) {
        let sum = self.0.entry(absolute_border(at)).or_default();
        *sum = (sum.0 + value, sum.1 + 1.0);
    }

    /// Forgets what was before `instant`.
    pub(crate) fn forget(&mut self, instant: Instant) {
        self.0 = self.0.split_off(&absolute_border(instant));
    }

    /// Means round each border, drawn straight through silences no longer than a reading speaks for.
    pub(super) fn means(&self, steps: Steps, max_gap_s: f64) -> Vec<Option<f64>> {
        let mut means = vec![None; steps.count() + 1];
        let first = absolute_border(steps.start(0));
        for (border, (sum, count)) in self.0.range(first..) {
            let slot =
                usize::try_from(border - first).ok().and_then(|border| means.get_mut(border));
            if let Some(mean) = slot {
                *mean = Some(sum / count);
            }
        }
        // Readings lie up to half a step beside the borders that they are counted to.
        bridge(&mut means, (max_gap_s / STEP.as_secs_f64()).max(0.0) + 1.0);
        means
    }
}

/// CO2 before and after a step, in ppm, above outdoor air.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Excess {
    pub(super) before: f64,
    pub(super) after: f64,
}

/// What is known of the air of a room.
#[derive(Debug)]
pub(super) struct Air {
    /// For each CO2 instrument in turn, its mean round each border of a step.
    co2: Vec<Vec<Option<f64>>>,
    /// The measured airflow at the borders in m³/h.
    airflow: Vec<Option<f64>>,
}

impl Air {
    pub(super) fn of(room: &Room, site: &Site, traffic: &Traffic, steps: Steps) -> Self {
        let max_gap_s = site.rules.longest_gap().as_secs_f64();
        let means = |borders: &Borders| borders.means(steps, max_gap_s);
        let co2 = room.co2.iter().flat_map(|&point| &traffic.airs[point]).map(means).collect();
        let airflow = match room.supply {
            Supply::Measured(point) => traffic.airs[point].iter().map(means).reduce(first_known),
            Supply::Natural | Supply::Unknown | Supply::Told { .. } => None,
        };
        Self { co2, airflow: airflow.unwrap_or_default() }
    }

    /// What outdoor air shows on each instrument, from its lowest readings round the borders in `range`.
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

    /// The mean over the instruments that know both borders of a step.
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

    /// The measured airflow during a step, in m³/h.
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

fn bridge(means: &mut [Option<f64>], longest: f64) {
    let mut last: Option<(usize, f64)> = None;
    for index in 0..means.len() {
        let Some(value) = means[index] else { continue };
        if let Some((before, from)) = last {
            let length = (index - before) as f64;
            if length <= longest {
                for (nth, mean) in (1_u32..).zip(&mut means[before + 1..index]) {
                    *mean = Some(from + (value - from) * f64::from(nth) / length);
                }
            }
        }
        last = Some((index, value));
    }
}

fn first_known(one: Vec<Option<f64>>, other: Vec<Option<f64>>) -> Vec<Option<f64>> {
    one.into_iter().zip(other).map(|(one, other)| one.or(other)).collect()
}

/// From when on readings count for what outdoor air shows at `instant`.
pub(super) fn outdoor_since(instant: Instant) -> Instant {
    super::super::lead_start(instant)
}
