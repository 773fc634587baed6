//! The curve of today's power as SVG: steps, since each value is the mean of its quarter hour; a gap is a gap.

use std::fmt::Write;

use domain::calendar::{Step, grid};
use domain::{Instant, Period};
use jiff::tz::TimeZone;

use crate::live::power::PowerToday;
use crate::live::snapshot::Snapshot;
use crate::words::Language;

const WIDTH: f64 = 330.0;
/// Height of the curve above its base line.
const HEIGHT: f64 = 56.0;
/// Room above the curve for the name of the upper line.
const TOP: f64 = 14.0;
/// Upper ends of the scale, in W.
const SCALES: [f64; 16] =
    [10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1e3, 2e3, 3e3, 4e3, 6e3, 8e3, 10e3, 15e3, 20e3, 30e3];

/// What the template draws.
pub(super) struct Chart {
    pub(super) line: String,
    pub(super) area: String,
    pub(super) scale: String,
    pub(super) hours: Vec<Hour>,
    /// The finding in words.
    pub(super) description: String,
}

/// A name under the curve.
pub(super) struct Hour {
    pub(super) x: String,
    pub(super) name: String,
    pub(super) anchor: &'static str,
}

/// The chart of the day so far.
pub(super) fn of(language: Language, snapshot: &Snapshot, power: &PowerToday) -> Chart {
    let known = power.watts.iter().filter_map(|(quarter, watts)| Some((*quarter, (*watts)?)));
    let highest = known.clone().max_by(|(_, a), (_, b)| a.total_cmp(b));
    let top = scale(highest.map_or(0.0, |(_, watts)| watts));
    let (mut line, mut area) = (String::new(), String::new());
    for run in power.watts.chunk_by(|(_, a), (_, b)| a.is_some() == b.is_some()) {
        draw(run, power.day, top, &mut line, &mut area);
    }
    let locale = snapshot.locale(language);
    let description = match highest {
        Some((quarter, watts)) => {
            language.highest_power(&language.power(watts).text(), &locale.clock(quarter.start()))
        }
        None => language.labels().no_power.to_owned(),
    };
    let hours = hours(power.day, &snapshot.site.timezone);
    Chart { line, area, scale: language.round_power(top), hours, description }
}

fn scale(highest: f64) -> f64 {
    let fits = SCALES.into_iter().find(|top| *top >= highest);
    fits.unwrap_or_else(|| (highest / 10e3).ceil() * 10e3)
}

fn x(instant: Instant, day: Period) -> f64 {
    WIDTH * instant.since(day.start()).as_secs_f64() / day.length().as_secs_f64()
}

fn draw(
    run: &[(Period, Option<f64>)],
    day: Period,
    top: f64,
    line: &mut String,
    area: &mut String,
) {
    let base = TOP + HEIGHT;
    let steps: Vec<(f64, f64, f64)> = run
        .iter()
        .filter_map(|(quarter, watts)| {
            // Power that is fed back would be drawn below the base line; the curve is of what is drawn.
            let y = base - HEIGHT * (*watts)?.max(0.0) / top;
            Some((x(quarter.start(), day), x(quarter.end(), day), y))
        })
        .collect();
    let (Some((first, _, y)), Some((_, last, _))) = (steps.first(), steps.last()) else { return };
    let mut path = String::new();
    for (_, end, y) in &steps {
        let _ = write!(path, "V{y:.1}H{end:.1}");
    }
    let _ = write!(line, "M{first:.1} {y:.1}{path}");
    let _ = write!(area, "M{first:.1} {base:.1}{path}L{last:.1} {base:.1}Z");
}

/// Midnight, six, noon, six and midnight by the clock on the wall, on days of any length.
fn hours(day: Period, zone: &TimeZone) -> Vec<Hour> {
    let starts = grid(Step::Hour, day, zone).map(Period::start);
    let mut hours: Vec<Hour> = starts
        .filter_map(|start| {
            let hour = start.to_jiff().to_zoned_datetime(zone.clone()).hour();
            let anchor = if hour == 0 { "start" } else { "middle" };
            (hour % 6 == 0).then(|| named(x(start, day), hour, anchor))
        })
        .collect();
    hours.push(named(WIDTH, 24, "end"));
    hours
}

fn named(x: f64, hour: i8, anchor: &'static str) -> Hour {
    Hour { x: format!("{x:.1}"), name: format!("{hour}\u{a0}h"), anchor }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(from: &str, to: &str) -> Period {
        Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap()
    }

    #[test]
    fn a_gap_in_the_readings_is_a_gap_in_the_curve() {
        let day = day("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z");
        let quarters: Vec<Period> = grid(Step::Minutes(15), day, &TimeZone::UTC).take(3).collect();
        let watts = [Some(10.0), None, Some(10.0)];
        let (mut line, mut area) = (String::new(), String::new());
        let all: Vec<_> = quarters.into_iter().zip(watts).collect();
        for run in all.chunk_by(|(_, a), (_, b)| a.is_some() == b.is_some()) {
            draw(run, day, 10.0, &mut line, &mut area);
        }
        assert_eq!(line.matches('M').count(), 2);
    }

    #[test]
    fn noon_is_not_in_the_middle_of_a_day_of_23_hours() {
        let spring = day("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z");
        let hours = hours(spring, &TimeZone::get("Europe/Paris").unwrap());
        let noon = hours.iter().find(|hour| hour.name == "12\u{a0}h").unwrap();
        assert_eq!(noon.x, "157.8");
    }

    #[test]
    fn the_scale_ends_just_above_the_highest_value() {
        assert!((scale(3900.0) - 4000.0).abs() < 1.0);
        assert!((scale(41_000.0) - 50_000.0).abs() < 1.0);
    }
}
