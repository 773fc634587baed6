//! What figures cost: a year of 30 meters and 30 zones from rollups, beside the same from readings, the look back at the
//! last weeks that is taken each night, and a reading of the live view.
//!
//! `cargo bench -p tests --bench figures` writes a year of registers and powers, a report every quarter of an hour each,
//! into a store of its own, and prints one line per figure; nothing is asserted but that both ways tell the same.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded anyway")]

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use domain::calendar::{Step, grid, period_of};
use domain::energy::{
    EnergyFigure, NEIGHBOURS, Piece, RolledSet, meter_energy, meter_needs, rolled_energy,
    zone_meters,
};
use domain::live::Live;
use domain::rollup;
use domain::site::{Meter, Site};
use domain::{
    DatedBy, Instant, ManualClock, Observation, Period, Quantity, Reading, SeriesSet, Source, Value,
};
use figures::Figures;
use jiff::SignedDuration;
use store::{
    Batch, Range, RollupRange, SeriesReader, SeriesWriter, SqliteReader, SqliteSettings,
    SqliteWriter, StoreError,
};

const METERS: usize = 30;
const EVERY: SignedDuration = SignedDuration::from_mins(15);
const LIVE_READINGS: usize = 300_000;
const ROUNDS: usize = 100;

#[tokio::main]
async fn main() -> Result<(), StoreError> {
    let site = site();
    let noon: Instant = "2026-06-01T12:00:00Z".parse().expect("an instant");
    let year = period_of(Step::Year, noon, &site.timezone);
    let folder = tempfile::tempdir().expect("a folder for the bench");
    let settings = SqliteSettings { timezone: site.timezone.clone(), ..SqliteSettings::default() };
    let writer = SqliteWriter::open(folder.path(), &settings)?;
    let stored = fill(&writer, &site, year).await?;
    let now = year.end() + SignedDuration::from_hours(3);
    loop {
        let sealed = writer.seal(now).await?;
        if sealed.days + sealed.hours == 0 {
            break;
        }
    }
    let reader = SqliteReader::open(folder.path())?;
    println!("stored: {stored} readings of {METERS} meters over a year");

    let days: Vec<Period> = grid(Step::Day, year, &site.timezone).collect();
    let watch = Stopwatch::now();
    let rolled = rollups(&reader, &site, year).await?;
    let loaded = watch.elapsed();
    let by_meter: Vec<Vec<EnergyFigure>> = site
        .meters
        .iter()
        .map(|meter| rolled_energy(&[meter], &days, &rolled, &site.rules, now).expect("plain days"))
        .collect();
    for zone in &site.zones {
        let meters: Vec<&Meter> = zone_meters(&site, Some(&zone.id)).collect();
        rolled_energy(&meters, &days, &rolled, &site.rules, now).expect("plain days");
    }
    let all = watch.elapsed();
    println!(
        "a year of days of {METERS} meters and {METERS} zones from rollups: {all:.1?}, of which loading {loaded:.1?}"
    );

    let meter = &site.meters[0];
    let watch = Stopwatch::now();
    let mut series = SeriesSet::default();
    for need in meter_needs(meter) {
        let range = Range::of(need.source.clone(), year).with_neighbours(NEIGHBOURS);
        series.insert(need.source.clone(), reader.range(range).await?);
    }
    let by_readings = meter_energy(meter, &days, &series, &site.rules, now);
    let one = watch.elapsed();
    println!(
        "the same of one meter from readings: {one:.1?} ({:.0} × as long as by rollups)",
        ratio(one, all.div_f64(2.0 * METERS as f64))
    );
    let total =
        |figures: &[EnergyFigure]| figures.iter().filter_map(|it| it.energy_wh).sum::<f64>();
    let (a, b) = (total(&by_meter[0]), total(&by_readings));
    assert!((a - b).abs() < 1e-6 * b, "{a} Wh by rollups, {b} Wh by readings");
    println!("both: {:.3} kWh", a / 1000.0);

    let watch = Stopwatch::now();
    let clock = Arc::new(ManualClock::new(now));
    let view = Figures::new(reader.clone(), Arc::new(site.clone()), clock).view(None).await;
    let weeks = view.expect("a store of its own").weekly_review().await.expect("figures of it");
    let nights: usize = weeks.nights.iter().map(|(_, nights)| nights.len()).sum();
    println!(
        "the look back of a night, over {nights} nights of {METERS} meters: {:.1?}",
        watch.elapsed()
    );

    live(&site, year.end());
    writer.close().await?;
    Ok(())
}

fn ratio(one: std::time::Duration, other: std::time::Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

/// 30 zones, each with a meter that has a register and a power.
fn site() -> Site {
    let mut text = "[site]\nid = \"bench\"\nname = \"Bench\"\ntimezone = \"Europe/Paris\"\ncapacity = 200\narea_m2 = 1200\n".to_owned();
    for n in 0..METERS {
        let _ = write!(
            text,
            "[[zone]]\nid = \"zone-{n}\"\nname = \"Zone {n}\"\n\
             [[meter]]\nid = \"meter-{n}\"\nname = \"Meter {n}\"\nzone = \"zone-{n}\"\nrunning_above_w = 500\n\
             energy = [{{ device = \"meter-{n}\" }}]\npower = [{{ device = \"meter-{n}\" }}]\n"
        );
    }
    domain::site::parse(&text, "bench.toml").expect("the bench writes its site right")
}

/// Register and power of a meter at a moment: more by day than by night.
fn reading(meter: usize, quantity: Quantity, at: Instant, total: f64) -> Reading {
    let value = match quantity {
        Quantity::EnergyImported => Value::Register(total),
        _ => Value::Gauge(watts(meter, at)),
    };
    let device = format!("meter-{meter}").parse().expect("a name");
    let source = Source { device, quantity, channel: None };
    let observation =
        Observation { observed_at: at, received_at: at, dated_by: DatedBy::Device, value };
    Reading { source, observation }
}

fn watts(meter: usize, at: Instant) -> f64 {
    let hour = at.as_millis().div_euclid(3_600_000).rem_euclid(24);
    let machine = f64::from(u32::try_from(meter).unwrap_or(0) % 7) * 90.0;
    if (8..18).contains(&hour) { 700.0 + machine } else { 120.0 + machine / 3.0 }
}

async fn fill(writer: &SqliteWriter, site: &Site, year: Period) -> Result<u64, StoreError> {
    let mut totals = vec![10_000.0; site.meters.len()];
    let (mut at, mut stored) = (year.start(), 0);
    let mut readings = Vec::new();
    while at < year.end() {
        for (meter, total) in totals.iter_mut().enumerate() {
            readings.push(reading(meter, Quantity::EnergyImported, at, f64::round(*total)));
            readings.push(reading(meter, Quantity::ActivePower, at, 0.0));
            *total += watts(meter, at) * EVERY.as_secs_f64() / 3600.0;
        }
        at = at + EVERY;
        if readings.len() >= 20_000 || at >= year.end() {
            let readings = std::mem::take(&mut readings);
            stored += writer.append(Batch { readings, ..Batch::default() }).await?.stored;
        }
    }
    Ok(stored)
}

async fn rollups(
    reader: &SqliteReader,
    site: &Site,
    year: Period,
) -> Result<RolledSet, StoreError> {
    let sources: Vec<Source> =
        site.meters.iter().flat_map(meter_needs).map(|need| need.source.clone()).collect();
    let request = RollupRange {
        sources: sources.clone(),
        period: year,
        step: rollup::Step::Day(site.timezone.clone()),
        longest_gap: site.rules.longest_gap(),
    };
    let mut set = RolledSet::default();
    for (source, buckets) in sources.into_iter().zip(reader.rollups(request).await?) {
        let around = |at: Instant, before, after| Range {
            before,
            after,
            ..Range::of(source.clone(), Period::new(at, at).expect("an instant"))
        };
        let before = reader.range(around(year.start(), NEIGHBOURS, 0)).await?;
        let after = reader.range(around(year.end(), 0, NEIGHBOURS)).await?;
        let rolled = buckets.into_iter().map(Piece::Rolled);
        let pieces = std::iter::once(Piece::Read(before)).chain(rolled);
        set.insert(source, pieces.chain([Piece::Read(after)]).collect());
    }
    Ok(set)
}

/// What a reading costs that arrives in order, and what telling the changes costs.
fn live(site: &Site, start: Instant) {
    let mut live = Live::new(Arc::new(site.clone()), start);
    for need in live.take_stale(start) {
        live.reload(&need.source, &[]);
    }
    let mut readings = Vec::with_capacity(LIVE_READINGS);
    let (mut at, mut total) = (start, 10_000.0);
    while readings.len() < LIVE_READINGS {
        at = at + SignedDuration::from_secs(10);
        total += 1.0;
        for meter in 0..site.meters.len() {
            readings.push(reading(meter, Quantity::EnergyImported, at, total));
            readings.push(reading(meter, Quantity::ActivePower, at, total));
        }
    }
    let watch = Stopwatch::now();
    for reading in &readings {
        live.observe(reading);
    }
    let each = watch.elapsed().as_nanos() as f64 / readings.len() as f64;
    println!("live view: {each:.0} ns a reading");
    let (mut published, mut spent) = (0, std::time::Duration::ZERO);
    for _ in 0..ROUNDS {
        at = at + SignedDuration::from_secs(10);
        total += 1.0;
        for meter in 0..site.meters.len() {
            live.observe(&reading(meter, Quantity::EnergyImported, at, total));
            live.observe(&reading(meter, Quantity::ActivePower, at, total));
        }
        let watch = Stopwatch::now();
        published += live.states(at).len();
        spent += watch.elapsed();
    }
    let each = spent.as_secs_f64() * 1000.0 / ROUNDS as f64;
    println!(
        "live view: {each:.2} ms to tell what changed, {} states each time",
        published / ROUNDS
    );
}
