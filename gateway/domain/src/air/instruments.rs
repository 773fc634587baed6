//! Checks of CO2 instruments: those whose calibration is doubtful are flagged, and their readings are still shown.

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

/// Share of readings below what counts as the lowest of a week.
const LOWEST_SHARE: f64 = 0.01;
/// Quarters of an hour with readings, three days of them, from which on an instrument is checked by rollups.
const LEAST_QUARTERS: usize = 3 * 96;
/// Hours of the night, in civil time.
const NIGHT: std::ops::Range<i8> = 1..5;

/// Check of one CO2 instrument over a period, best a week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstrumentCheck {
    /// Point that it fills.
    pub point: PointId,
    /// Its lowest value except for one in a hundred, in ppm.
    pub lowest_ppm: f64,
    /// Median of the lowest values of all instruments, in ppm.
    pub building_ppm: f64,
    /// Median of its nights in which no detector of its zone saw anybody, in ppm.
    pub night_ppm: Option<f64>,
    /// Share of its readings below outdoor air.
    pub below_outdoor: f64,
    /// Faults; empty when it is right.
    pub faults: Vec<Fault>,
}

/// Sources whose series [`check_instruments`] needs: also those of the detectors beside the instruments.
pub fn check_needs(site: &Site) -> Vec<&Assignment> {
    let co2_points = co2(site).flat_map(|point| &point.sources);
    let zones: BTreeSet<&ZoneId> = co2(site).map(|point| &point.zone).collect();
    let detectors = zones.into_iter().flat_map(|zone| detectors(site, zone));
    co2_points.chain(detectors.flat_map(|point| &point.sources)).collect()
}

/// Checks of the CO2 instruments of the site that have any reading.
pub fn check_instruments(site: &Site, span: Period, series: &SeriesSet) -> Vec<InstrumentCheck> {
    let values = |point: &Point| readings(point, span, series);
    let instruments = co2(site).map(|point| Instrument::of(site, point, values, values));
    check(site, instruments.filter(|it| !it.ppm.is_empty()).collect())
}

/// Checks from the means of quarters of an hour, of the instruments with readings of at least three days.
pub fn check_rolled(
    site: &Site,
    span: Period,
    rolled: &BTreeMap<Source, Vec<Bucket<Rollup>>>,
) -> Vec<InstrumentCheck> {
    let means = |point: &Point| quarters(point, span, rolled, mean);
    let moved = |point: &Point| quarters(point, span, rolled, |rollup| rollup.max);
    let instruments = co2(site).map(|point| Instrument::of(site, point, means, moved));
    check(site, instruments.filter(|it| it.ppm.len() >= LEAST_QUARTERS).collect())
}

/// Readings of an instrument, and the nights of its zone as the detectors there report them.
struct Instrument<'a> {
    point: &'a Point,
    ppm: Vec<(Instant, f64)>,
    /// Mornings of the nights in which somebody was seen.
    seen: BTreeSet<Date>,
    /// Mornings of the nights in which any detector reported.
    watched: BTreeSet<Date>,
}

impl<'a> Instrument<'a> {
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

    /// Values at night, as far as nobody was seen.
    fn nights(&self, site: &Site) -> NightValues {
        let span = self.ppm.first().zip(self.ppm.last());
        let span = span.and_then(|((first, _), (last, _))| Period::new(*first, *last));
        let closed = span.and_then(|span| closed_hours(site, span)).unwrap_or_default();
        let mut values = NightValues::default();
        for &(at, ppm) in &self.ppm {
            let Some(night) = night(site, at).filter(|night| !self.seen.contains(night)) else {
                continue;
            };
            values.unseen.push(ppm);
            if self.watched.contains(&night) || closed.iter().any(|hours| hours.contains(at)) {
                values.empty.push(ppm);
            }
        }
        values
    }
}

/// CO2 of an instrument at night, in ppm.
#[derive(Default)]
struct NightValues {
    /// Values of the nights in which nobody was seen.
    unseen: Vec<f64>,
    /// Those of them in which certainly nobody was there: detectors reported so, or the building was closed.
    empty: Vec<f64>,
}

/// Morning of the night that an instant lies in.
fn night(site: &Site, at: Instant) -> Option<Date> {
    let here = at.to_jiff().to_zoned_datetime(site.timezone.clone());
    NIGHT.contains(&here.hour()).then(|| here.date())
}

fn check(site: &Site, instruments: Vec<Instrument<'_>>) -> Vec<InstrumentCheck> {
    let lowest = |readings: &[(Instant, f64)]| {
        quantile(readings.iter().map(|(_, ppm)| *ppm).collect(), LOWEST_SHARE)
    };
    let building = median(instruments.iter().filter_map(|it| lowest(&it.ppm)).collect());
    let checked = |instrument: Instrument<'_>| {
        let readings = &instrument.ppm;
        let (lowest_ppm, building_ppm) = (lowest(readings)?, building?);
        let nights = instrument.nights(site);
        let (night_ppm, empty_ppm) = (median(nights.unseen), median(nights.empty));
        let below = readings.iter().filter(|(_, ppm)| *ppm < OUTDOOR_LEAST_PPM).count();
        let check = InstrumentCheck {
            point: instrument.point.id.clone(),
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
    instruments.into_iter().filter_map(checked).collect()
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

/// Whether the newest hours hold one value only. Two readings are no proof, and a silence is another fault.
fn is_frozen(readings: &[(Instant, f64)], limits: &InstrumentLimits) -> bool {
    let Some(&(last, value)) = readings.last() else { return false };
    let same = readings.iter().rev().take_while(|(_, ppm)| (*ppm - value).abs() < f64::EPSILON);
    let same: Vec<Instant> = same.map(|(at, _)| *at).collect();
    same.len() > 10 && same.last().is_some_and(|first| last.since(*first) >= limits.frozen)
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

/// Figure of a point in each quarter of an hour.
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

/// Mean of a quarter; exact when all its values are equal.
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
