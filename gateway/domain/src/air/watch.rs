//! CO2 instruments whose calibration must be looked at: they are shown all the same, and flagged.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::quality::OUTDOOR_LEAST_PPM;
use super::track::{median, quantile};
use crate::calendar::Bucket;
use crate::device::Fault;
use crate::energy::assigned;
use crate::ids::{PointId, ZoneId};
use crate::instant::{Instant, Period};
use crate::occupancy::closed_hours;
use crate::quantity::Quantity;
use crate::reading::{SeriesSet, Source};
use crate::rollup::Rollup;
use crate::site::{Assignment, InstrumentLimits, Point, Site};

/// The share of readings below what counts as the lowest of a week.
const LOWEST_SHARE: f64 = 0.01;
/// Quarters of an hour with readings, three days of them, from which on an instrument is judged by rollups.
const LEAST_QUARTERS: usize = 3 * 96;
/// The hours of the night, in civil time.
const NIGHT: std::ops::Range<i8> = 1..5;

/// One CO2 instrument over a period, best a week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstrumentCheck {
    /// Which.
    pub point: PointId,
    /// Its lowest value, but for one in a hundred, in ppm.
    pub lowest_ppm: f64,
    /// The middle of the lowest values of all instruments, in ppm.
    pub building_ppm: f64,
    /// The middle of its nights in which no detector of its zone saw anybody, in ppm.
    pub night_ppm: Option<f64>,
    /// Share of its readings below outdoor air.
    pub below_outdoor: f64,
    /// What is wrong with it; nothing when it is right.
    pub faults: Vec<Fault>,
}

/// The sources whose series [`check_instruments`] needs: also those of the detectors beside the instruments.
pub fn check_needs(site: &Site) -> Vec<&Assignment> {
    let co2_points = co2(site).flat_map(|point| &point.sources);
    let zones: BTreeSet<&ZoneId> = co2(site).map(|point| &point.zone).collect();
    let detectors = zones.into_iter().flat_map(|zone| detectors(site, zone));
    co2_points.chain(detectors.flat_map(|point| &point.sources)).collect()
}

/// Each CO2 instrument of the site that told anything.
pub fn check_instruments(site: &Site, span: Period, series: &SeriesSet) -> Vec<InstrumentCheck> {
    let told = |point: &Point| readings(point, span, series);
    let heard = co2(site).map(|point| Heard::of(site, point, told, told));
    check(site, heard.filter(|heard| !heard.ppm.is_empty()).collect())
}

/// The same from means of quarters of an hour, for the instruments that told of at least three days.
pub fn check_rolled(
    site: &Site,
    span: Period,
    rolled: &BTreeMap<Source, Vec<Bucket<Rollup>>>,
) -> Vec<InstrumentCheck> {
    let means = |point: &Point| quarters(point, span, rolled, mean);
    let moved = |point: &Point| quarters(point, span, rolled, |rollup| rollup.max);
    let heard = co2(site).map(|point| Heard::of(site, point, means, moved));
    check(site, heard.filter(|heard| heard.ppm.len() >= LEAST_QUARTERS).collect())
}

/// What an instrument told, and what detectors of its zone told beside it.
struct Heard<'a> {
    point: &'a Point,
    ppm: Vec<(Instant, f64)>,
    /// The mornings of nights in which somebody was seen.
    seen: BTreeSet<Date>,
    /// The mornings of nights in which detectors told anything.
    watched: BTreeSet<Date>,
}

impl<'a> Heard<'a> {
    fn of(
        site: &Site,
        point: &'a Point,
        ppm: impl Fn(&Point) -> Vec<(Instant, f64)>,
        states: impl Fn(&Point) -> Vec<(Instant, f64)>,
    ) -> Self {
        let (mut seen, mut watched) = (BTreeSet::new(), BTreeSet::new());
        for (at, state) in detectors(site, &point.zone).flat_map(states) {
            if let Some(night) = night(site, at) {
                watched.insert(night);
                if state > 0.0 {
                    seen.insert(night);
                }
            }
        }
        Self { point, ppm: ppm(point), seen, watched }
    }

    /// The values of nights in which nobody was seen, and of these those of nights that were certainly empty: detectors
    /// told so, or the building was closed.
    fn nights(&self, site: &Site) -> (Vec<f64>, Vec<f64>) {
        let span = self.ppm.first().zip(self.ppm.last());
        let span = span.and_then(|((first, _), (last, _))| Period::new(*first, *last));
        let closed = span.and_then(|span| closed_hours(site, span)).unwrap_or_default();
        let (mut unseen, mut empty) = (Vec::new(), Vec::new());
        for &(at, ppm) in &self.ppm {
            let Some(night) = night(site, at).filter(|night| !self.seen.contains(night)) else {
                continue;
            };
            unseen.push(ppm);
            if self.watched.contains(&night) || closed.iter().any(|hours| hours.contains(at)) {
                empty.push(ppm);
            }
        }
        (unseen, empty)
    }
}

/// The morning of the night that an instant lies in.
fn night(site: &Site, at: Instant) -> Option<Date> {
    let here = at.to_jiff().to_zoned_datetime(site.timezone.clone());
    NIGHT.contains(&here.hour()).then(|| here.date())
}

fn check(site: &Site, heard: Vec<Heard<'_>>) -> Vec<InstrumentCheck> {
    let lowest = |readings: &[(Instant, f64)]| {
        quantile(readings.iter().map(|(_, ppm)| *ppm).collect(), LOWEST_SHARE)
    };
    let building = median(heard.iter().filter_map(|heard| lowest(&heard.ppm)).collect());
    let checked = |heard: Heard<'_>| {
        let readings = &heard.ppm;
        let (lowest_ppm, building_ppm) = (lowest(readings)?, building?);
        let (unseen, empty) = heard.nights(site);
        let (night_ppm, empty_ppm) = (median(unseen), median(empty));
        let below = readings.iter().filter(|(_, ppm)| *ppm < OUTDOOR_LEAST_PPM).count();
        let check = InstrumentCheck {
            point: heard.point.id.clone(),
            lowest_ppm,
            building_ppm,
            night_ppm,
            below_outdoor: below as f64 / readings.len() as f64,
            faults: Vec::new(),
        };
        let limits = &site.air.instrument;
        let faults = faults(&check, empty_ppm, limits, is_frozen(readings, limits));
        Some(InstrumentCheck { faults, ..check })
    };
    heard.into_iter().filter_map(checked).collect()
}

fn faults(
    check: &InstrumentCheck,
    empty_ppm: Option<f64>,
    limits: &InstrumentLimits,
    is_frozen: bool,
) -> Vec<Fault> {
    let building = check.building_ppm.max(OUTDOOR_LEAST_PPM);
    [
        (Fault::BelowOutdoor, check.lowest_ppm < OUTDOOR_LEAST_PPM),
        (Fault::NightTooLow, check.night_ppm.is_some_and(|ppm| ppm < limits.night_least_ppm)),
        (Fault::NightTooHigh, empty_ppm.is_some_and(|ppm| ppm > building + limits.night_above_ppm)),
        (
            Fault::DiffersFromBuilding,
            (check.lowest_ppm - check.building_ppm).abs() > limits.differs_ppm,
        ),
        (Fault::Frozen, is_frozen),
    ]
    .into_iter()
    .filter_map(|(fault, is)| is.then_some(fault))
    .collect()
}

/// Whether the last hours told one value only. Two readings are no proof, and a silence is another fault.
fn is_frozen(readings: &[(Instant, f64)], limits: &InstrumentLimits) -> bool {
    let Some(&(last, value)) = readings.last() else { return false };
    let same = readings.iter().rev().take_while(|(_, ppm)| (*ppm - value).abs() < f64::EPSILON);
    let same: Vec<Instant> = same.map(|(at, _)| *at).collect();
    let held = same.last().map_or(0.0, |first| last.since(*first).as_secs_f64());
    same.len() > 10 && held >= limits.frozen_s
}

fn co2(site: &Site) -> impl Iterator<Item = &Point> {
    site.points.iter().filter(|point| point.quantity == Quantity::Co2)
}

fn detectors<'a>(site: &'a Site, zone: &'a ZoneId) -> impl Iterator<Item = &'a Point> {
    let is_here = move |point: &&Point| {
        point.quantity == Quantity::OccupancyDetected && site.is_within(&point.zone, zone)
    };
    site.points.iter().filter(is_here)
}

/// What a point told in each quarter of an hour.
fn quarters(
    point: &Point,
    span: Period,
    rolled: &BTreeMap<Source, Vec<Bucket<Rollup>>>,
    figure: fn(&Rollup) -> f64,
) -> Vec<(Instant, f64)> {
    let of = |assignment: &Assignment| {
        let buckets = rolled.get(&assignment.source).into_iter().flatten();
        let period = assignment.period;
        buckets
            .filter(|it| period.contains(it.period.start()) && span.contains(it.period.start()))
            .map(|it| (it.period.start(), figure(&it.figure)))
            .collect::<Vec<_>>()
    };
    point.sources.iter().flat_map(of).collect()
}

/// The mean of a quarter; exact when all its values are one.
fn mean(rollup: &Rollup) -> f64 {
    if rollup.min < rollup.max { rollup.sum / rollup.count as f64 } else { rollup.min }
}

fn readings(point: &Point, span: Period, series: &SeriesSet) -> Vec<(Instant, f64)> {
    let all = point.sources.iter().flat_map(|assignment| {
        assigned(series.of(&assignment.source), assignment.period)
            .iter()
            .filter(|one| span.contains(one.observed_at))
            .map(|one| (one.observed_at, one.value.as_f64()))
    });
    all.collect()
}

#[cfg(test)]
mod tests;
