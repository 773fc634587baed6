//! Opens the store of the year and asks what a dashboard asks.

use std::path::Path;
use std::time::{Duration, Instant as Stopwatch};

use domain::rollup::Step;
use domain::{Instant, Period, Quantity, Source};
use jiff::tz::TimeZone;
use store::{Range, RollupRange, SeriesReader, SqliteReader, SqliteSettings, SqliteWriter};

use super::{DOORS, METERS, ROOMS, site};
use crate::building::{Building, DAY_MS};

pub(crate) fn ask(folder: &Path, start: i64, end: i64) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let site = site::site();
    let sources = Building::new(ROOMS, METERS, DOORS).sources();
    let (reader, took) = timed(|| SqliteReader::open(folder).expect("the store opens"));
    print("open to read", took);
    for which in ["latest of all, first time", "latest of all"] {
        let (found, took) = timed(|| runtime.block_on(reader.sources()).expect("an answer"));
        assert_eq!(found.len(), sources.len());
        print(which, took);
    }

    let mut times = Vec::new();
    for (n, source) in (0_i64..).zip(&sources) {
        // Another day for each.
        let days = (end - start) / DAY_MS - 1;
        let from = start + (n * 7 % days) * DAY_MS + DAY_MS / 2;
        let day = Range::of(source.clone(), period(from, from + DAY_MS));
        let (found, took) = timed(|| runtime.block_on(reader.range(day)).expect("an answer"));
        assert_eq!(found.len(), 8640);
        times.push(took);
    }
    times.sort();
    print("24 h of a series, median of 300", times[times.len() / 2]);
    print("24 h of a series, slowest of 300", times[times.len() - 1]);

    let meters: Vec<Source> =
        sources.iter().filter(|it| it.quantity == Quantity::EnergyImported).cloned().collect();
    let year = RollupRange {
        sources: meters,
        period: period(start, end),
        step: Step::Day(site.timezone.clone()),
        longest_gap: site.rules.longest_gap(),
    };
    for which in ["days of kWh of 30 meters, first time", "days of kWh of 30 meters"] {
        let (found, took) =
            timed(|| runtime.block_on(reader.rollups(year.clone())).expect("an answer"));
        assert!(found.iter().all(|days| days.len() == days_of(year.period, &site.timezone)));
        print(which, took);
    }
    let month =
        RollupRange { sources, period: period(start, end.min(start + 31 * DAY_MS)), ..year };
    let (_, took) = timed(|| runtime.block_on(reader.rollups(month)).expect("an answer"));
    print("a month of days of all 300 series", took);
    drop(reader);

    let settings = SqliteSettings {
        timezone: site.timezone.clone(),
        longest_gap: site.rules.longest_gap(),
        ..SqliteSettings::default()
    };
    let (_writer, took) =
        timed(|| SqliteWriter::open(folder, &settings).expect("nobody else writes"));
    print("open to write", took);
}

/// How many civil days a period touches.
fn days_of(period: Period, zone: &TimeZone) -> usize {
    domain::calendar::grid(domain::calendar::Step::Day, period, zone).count()
}

fn period(from: i64, until: i64) -> Period {
    Period::new(Instant::from_millis(from), Instant::from_millis(until)).expect("in order")
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let watch = Stopwatch::now();
    let done = work();
    (done, watch.elapsed())
}

fn print(what: &str, took: Duration) {
    println!("{what}: {:.2} ms", took.as_secs_f64() * 1e3);
}
