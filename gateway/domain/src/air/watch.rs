//! CO2 instruments whose calibration must be looked at: they are shown all the same, and flagged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::quality::OUTDOOR_LEAST_PPM;
use super::track::{median, quantile};
use crate::calendar::Bucket;
use crate::energy::assigned;
use crate::ids::PointId;
use crate::instant::{Instant, Period};
use crate::quantity::Quantity;
use crate::reading::{SeriesSet, Source};
use crate::rollup::Rollup;
use crate::site::{Assignment, Point, Site};

/// The share of readings below what counts as the lowest of a week.
const LOWEST_SHARE: f64 = 0.01;
/// So far the lowest of a week may lie from that of the other instruments of the building, in ppm.
const DIFFERS_PPM: f64 = 60.0;
/// Below this the middle of the nights is no air that there is, in ppm.
const NIGHT_LEAST_PPM: f64 = 380.0;
/// So far above the building's lowest the middle of the nights may lie, in ppm.
const NIGHT_ABOVE_PPM: f64 = 150.0;
/// An instrument that tells the same value for so long is frozen, in seconds.
const FROZEN_S: f64 = 6.0 * 3600.0;
/// Quarters of an hour with readings, three days of them, from which on an instrument is judged by rollups.
const LEAST_QUARTERS: usize = 3 * 96;
/// The hours of the night, in civil time.
const NIGHT: std::ops::Range<i8> = 1..5;

/// What is wrong with an instrument.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It shows less than there is outdoors.
    BelowOutdoor,
    /// At night it shows less than any air has.
    NightTooLow,
    /// At night it shows more than air that nobody breathed.
    NightTooHigh,
    /// Its lowest value is not that of the others.
    DiffersFromBuilding,
    /// It has told the same value for hours.
    Frozen,
}

/// One CO2 instrument over a period, best a week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstrumentCheck {
    /// Which.
    pub point: PointId,
    /// Its lowest value, but for one in a hundred, in ppm.
    pub lowest_ppm: f64,
    /// The middle of the lowest values of all instruments, in ppm.
    pub building_ppm: f64,
    /// The middle of its nights, in ppm.
    pub night_ppm: Option<f64>,
    /// Share of its readings below outdoor air.
    pub below_outdoor: f64,
    /// What is wrong with it; nothing when it is right.
    pub faults: Vec<Fault>,
}

/// The sources whose series [`check_instruments`] needs.
pub fn check_needs(site: &Site) -> Vec<&Assignment> {
    co2(site).flat_map(|point| &point.sources).collect()
}

/// Each CO2 instrument of the site that told anything.
pub fn check_instruments(site: &Site, span: Period, series: &SeriesSet) -> Vec<InstrumentCheck> {
    let heard = co2(site).map(|point| (point, readings(point, span, series)));
    check(site, heard.filter(|(_, readings)| !readings.is_empty()).collect())
}

/// The same from means of quarters of an hour, for the instruments that told of at least three days.
pub fn check_rolled(
    site: &Site,
    span: Period,
    rolled: &BTreeMap<Source, Vec<Bucket<Rollup>>>,
) -> Vec<InstrumentCheck> {
    let heard = co2(site).map(|point| (point, means(point, span, rolled)));
    check(site, heard.filter(|(_, means)| means.len() >= LEAST_QUARTERS).collect())
}

fn check(site: &Site, heard: Vec<(&Point, Vec<(Instant, f64)>)>) -> Vec<InstrumentCheck> {
    let lowest = |readings: &[(Instant, f64)]| {
        quantile(readings.iter().map(|(_, ppm)| *ppm).collect(), LOWEST_SHARE)
    };
    let building = median(heard.iter().filter_map(|(_, readings)| lowest(readings)).collect());
    let checked = |(point, readings): (&Point, Vec<(Instant, f64)>)| {
        let (lowest_ppm, building_ppm) = (lowest(&readings)?, building?);
        let night = readings.iter().filter(|(at, _)| {
            let hour = at.to_jiff().to_zoned_datetime(site.timezone.clone()).hour();
            NIGHT.contains(&hour)
        });
        let night_ppm = median(night.map(|(_, ppm)| *ppm).collect());
        let below = readings.iter().filter(|(_, ppm)| *ppm < OUTDOOR_LEAST_PPM).count();
        let check = InstrumentCheck {
            point: point.id.clone(),
            lowest_ppm,
            building_ppm,
            night_ppm,
            below_outdoor: below as f64 / readings.len() as f64,
            faults: Vec::new(),
        };
        let faults = faults(&check, is_frozen(&readings));
        Some(InstrumentCheck { faults, ..check })
    };
    heard.into_iter().filter_map(checked).collect()
}

fn faults(check: &InstrumentCheck, is_frozen: bool) -> Vec<Fault> {
    let building = check.building_ppm.max(OUTDOOR_LEAST_PPM);
    let night = |is: &dyn Fn(f64) -> bool| check.night_ppm.is_some_and(is);
    [
        (Fault::BelowOutdoor, check.lowest_ppm < OUTDOOR_LEAST_PPM),
        (Fault::NightTooLow, night(&|ppm| ppm < NIGHT_LEAST_PPM)),
        (Fault::NightTooHigh, night(&|ppm| ppm > building + NIGHT_ABOVE_PPM)),
        (Fault::DiffersFromBuilding, (check.lowest_ppm - check.building_ppm).abs() > DIFFERS_PPM),
        (Fault::Frozen, is_frozen),
    ]
    .into_iter()
    .filter_map(|(fault, is)| is.then_some(fault))
    .collect()
}

/// Whether the last hours told one value only. Two readings are no proof, and a silence is another fault.
fn is_frozen(readings: &[(Instant, f64)]) -> bool {
    let Some(&(last, value)) = readings.last() else { return false };
    let same = readings.iter().rev().take_while(|(_, ppm)| (*ppm - value).abs() < f64::EPSILON);
    let same: Vec<Instant> = same.map(|(at, _)| *at).collect();
    let held = same.last().map_or(0.0, |first| last.since(*first).as_secs_f64());
    same.len() > 10 && held >= FROZEN_S
}

fn co2(site: &Site) -> impl Iterator<Item = &Point> {
    site.points.iter().filter(|point| point.quantity == Quantity::Co2)
}

/// What an instrument told in each quarter of an hour.
fn means(
    point: &Point,
    span: Period,
    rolled: &BTreeMap<Source, Vec<Bucket<Rollup>>>,
) -> Vec<(Instant, f64)> {
    let of = |assignment: &Assignment| {
        let buckets = rolled.get(&assignment.source).into_iter().flatten();
        let period = assignment.period;
        buckets
            .filter(|it| period.contains(it.period.start()) && span.contains(it.period.start()))
            .map(|it| (it.period.start(), mean(&it.figure)))
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
mod tests {
    use super::*;
    use crate::reading::{DatedBy, Observation, Value};

    /// Instruments a, b and c, each with its CO2 every ten minutes of a day.
    fn checked(ppm: [fn(i64) -> f64; 3]) -> Vec<Vec<Fault>> {
        let mut text =
            "[site]\nid = \"a\"\nname = \"A\"\ntimezone = \"UTC\"\ncapacity = 9\narea_m2 = 9\n\
             [[zone]]\nid = \"z\"\nname = \"Z\"\n"
                .to_owned();
        let mut series = SeriesSet::default();
        for (name, ppm) in ["a", "b", "c"].into_iter().zip(ppm) {
            text += &[
                "[[point]]\nid = \"",
                name,
                "\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"",
                name,
                "\" }]\n",
            ]
            .concat();
            let source =
                Source { device: name.parse().unwrap(), quantity: Quantity::Co2, channel: None };
            let reading = |nr: i64| {
                let at = Instant::from_millis(nr * 600_000);
                let value = Value::Gauge(ppm(nr));
                Observation { observed_at: at, received_at: at, dated_by: DatedBy::Device, value }
            };
            series.insert(source, (0..144).map(reading).collect());
        }
        let site = crate::site::parse(&text, "a.toml").unwrap();
        let day = Period::new(Instant::from_millis(0), Instant::from_millis(86_400_000)).unwrap();
        check_instruments(&site, day, &series).into_iter().map(|check| check.faults).collect()
    }

    fn right(nr: i64) -> f64 {
        430.0 + (nr % 7) as f64
    }

    #[test]
    fn instruments_that_agree_and_change_are_right() {
        assert_eq!(checked([right, right, right]), [[], [], []] as [[Fault; 0]; 3]);
    }

    #[test]
    fn less_than_outdoor_air_is_flagged_and_so_is_what_differs_from_the_others() {
        let faults = checked([right, |nr| right(nr) - 70.0, |nr| right(nr) + 100.0]);
        assert_eq!(faults[0], []);
        assert_eq!(
            faults[1],
            [Fault::BelowOutdoor, Fault::NightTooLow, Fault::DiffersFromBuilding]
        );
        assert_eq!(faults[2], [Fault::DiffersFromBuilding]);
    }

    #[test]
    fn an_instrument_that_tells_one_value_for_hours_is_frozen() {
        assert_eq!(checked([right, |_| 433.0, right])[1], [Fault::Frozen]);
    }
}
