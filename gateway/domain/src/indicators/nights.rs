//! The baseload night by night, and the nights from which on it is another one.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{EnergyCell, civil, hours, powers};
use crate::calendar::{Step, grid};
use crate::instant::Period;
use crate::site::BASELOAD_W;
use crate::total::Total;

/// The hours of the night when a building sleeps, by the clock on the wall: from 1 to 5.
const NIGHT: std::ops::Range<i8> = 1..5;
/// Least measured time of a night, in hours; a shorter one is left out.
const LEAST_HOURS: f64 = 3.0;
/// The nights that a new one is compared with: eight weeks.
const REMEMBERED: usize = 56;
/// With fewer nights than this there is nothing to compare with.
const LEAST_NIGHTS: usize = 7;
/// A step is a change by this factor …
const FACTOR: f64 = 1.3;
/// … and by more than [`BASELOAD_W`], that lasts for so many nights.
const LASTING: usize = 2;

/// Mean power between 1 and 5 in the morning.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Night {
    /// The day that it is the morning of.
    pub date: Date,
    /// In W.
    pub watts: f64,
}

/// A baseload that became another one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct BaseloadStep {
    /// The first night that is different.
    pub since: Date,
    /// The median of the nights before, in W.
    pub before_w: f64,
    /// The mean of the first nights after, in W.
    pub after_w: f64,
}

/// A night beside the nights before it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsualNight {
    /// The night.
    pub night: Night,
    /// The median of the eight weeks before it, in W.
    pub usual_w: f64,
}

/// The quarter hours of the nights of a span: the grid whose cells [`nights`] needs.
pub fn night_grid(span: Period, zone: &TimeZone) -> Vec<Period> {
    let quarters = grid(Step::Minutes(15), span, zone);
    quarters.filter(|quarter| NIGHT.contains(&civil(quarter.start(), zone).hour())).collect()
}

/// Each night that has enough nights before it to be compared with.
pub fn beside_usual(nights: &[Night]) -> Vec<UsualNight> {
    let beside = |at: usize| UsualNight {
        night: nights[at],
        usual_w: median(&nights[at.saturating_sub(REMEMBERED)..at]),
    };
    (LEAST_NIGHTS..nights.len()).map(beside).collect()
}

/// The nights of these cells, of an hour at most; nights of which less than 3 hours were measured are left out.
pub fn nights(cells: &[EnergyCell], zone: &TimeZone) -> Vec<Night> {
    let mut sums: BTreeMap<Date, (f64, f64)> = BTreeMap::new();
    for (period, watts) in powers(cells) {
        let at = civil(period.start(), zone);
        if NIGHT.contains(&at.hour()) {
            let (wh, measured_h) = sums.entry(at.date()).or_default();
            *wh += watts * hours(period);
            *measured_h += hours(period);
        }
    }
    let nights = sums.into_iter().filter(|(_, (_, hours))| *hours >= LEAST_HOURS);
    nights.map(|(date, (wh, hours))| Night { date, watts: wh / hours }).collect()
}

/// The steps among nights in order: from two nights on that are 1.3 times above or below the median of the eight weeks
/// before, by more than 300 W. After a step the nights before it no longer count.
pub fn steps(nights: &[Night]) -> Vec<BaseloadStep> {
    let (mut found, mut begin) = (Vec::new(), 0);
    for at in 0..nights.len() {
        let before = &nights[begin.max(at.saturating_sub(REMEMBERED))..at];
        let Some(after) = nights.get(at..at + LASTING) else { break };
        if before.len() < LEAST_NIGHTS {
            continue;
        }
        let median = median(before);
        let is_other =
            |night: &Night| departs(median, night.watts) == departs(median, after[0].watts);
        if departs(median, after[0].watts).is_some() && after.iter().all(is_other) {
            let sum: f64 = after.iter().map(|night| night.watts).total();
            #[expect(clippy::cast_precision_loss, reason = "a few nights")]
            let after_w = sum / LASTING as f64;
            found.push(BaseloadStep { since: after[0].date, before_w: median, after_w });
            begin = at;
        }
    }
    found
}

/// Whether a night is clearly above, or below.
fn departs(median: f64, watts: f64) -> Option<bool> {
    let is_far = (watts - median).abs() > BASELOAD_W;
    let is_above = watts > median * FACTOR;
    (is_far && (is_above || watts < median / FACTOR)).then_some(is_above)
}

fn median(nights: &[Night]) -> f64 {
    let mut watts: Vec<f64> = nights.iter().map(|night| night.watts).collect();
    watts.sort_by(f64::total_cmp);
    let middle = watts.len() / 2;
    if watts.len().is_multiple_of(2) {
        f64::midpoint(watts[middle - 1], watts[middle])
    } else {
        watts[middle]
    }
}
