//! Means of one instrument round the borders between steps.

use std::collections::BTreeMap;

use super::steps::{STEP, Steps, absolute_border};
use crate::instant::Instant;

/// Readings of one instrument, summed round the borders of steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct StepMeans(BTreeMap<i64, Sum>);

#[derive(Clone, Copy, Debug, Default)]
struct Sum {
    values: f64,
    count: f64,
}

impl StepMeans {
    /// Takes a reading.
    pub(crate) fn observe(&mut self, at: Instant, value: f64) {
        let sum = self.0.entry(absolute_border(at)).or_default();
        sum.values += value;
        sum.count += 1.0;
    }

    /// Drops what was before `instant`.
    pub(crate) fn forget(&mut self, instant: Instant) {
        self.0 = self.0.split_off(&absolute_border(instant));
    }

    /// Mean round each border, interpolated over silences of at most `max_gap_s`.
    pub(super) fn means(&self, steps: Steps, max_gap_s: f64) -> Vec<Option<f64>> {
        let mut means = vec![None; steps.count() + 1];
        let first = absolute_border(steps.start(0));
        for (border, sum) in self.0.range(first..) {
            let slot =
                usize::try_from(border - first).ok().and_then(|border| means.get_mut(border));
            if let Some(mean) = slot {
                *mean = Some(sum.values / sum.count);
            }
        }
        // Readings lie up to half a step beside the borders that they are counted to.
        bridge(&mut means, (max_gap_s / STEP.as_secs_f64()).max(0.0) + 1.0);
        means
    }
}

/// Fills gaps of at most `longest` borders by straight lines.
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
