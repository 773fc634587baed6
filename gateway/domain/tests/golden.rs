//! Recorded days give the figures that a separate program computed from the same file, in another language and another
//! way: `tests/recordings/expected.py`.
#![expect(clippy::unwrap_used, reason = "the helpers stand outside of the test functions")]

use std::fs;
use std::path::PathBuf;

use domain::calendar::{Bucket, Step, grid};
use domain::energy::meter_energy;
use domain::indicators::{EnergyCell, duration_curve, heat_map, load, nights};
use domain::site::{Rules, Site};
use domain::{
    DatedBy, Instant, Observation, Period, Quantity, SeriesSet, Source, Value as Measured,
};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use serde_json::Value;

const SITE: &str = r#"
[site]
id = "maison"
name = "Maison"
timezone = "Europe/Paris"
capacity = 6
area_m2 = 120

[[meter]]
id = "maison"
name = "Maison"
energy = [{ device = "compteur-maison" }]
"#;

fn recording(name: &str) -> String {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/recordings");
    fs::read_to_string(folder.join(name)).unwrap()
}

fn expected() -> Value {
    let all: Value = serde_json::from_str(&recording("expected.json")).unwrap();
    all["household"]["load"].clone()
}

/// The register of the house: it grows at the end of each minute by the mean power of that minute.
fn register(site: &Site) -> SeriesSet {
    let mut total = 0.0;
    let mut observations = Vec::new();
    for row in recording("household-power-2006-12.csv").lines().skip(1) {
        let fields: Vec<&str> = row.split(';').collect();
        let Ok(kilowatts) = fields[2].parse::<f64>() else { continue };
        let civil = DateTime::strptime("%d/%m/%Y %H:%M:%S", format!("{} {}", fields[0], fields[1]));
        let zoned = civil.unwrap().to_zoned_datetime(site.timezone.clone()).unwrap();
        let observed_at = Instant::from(zoned.timestamp()) + SignedDuration::from_mins(1);
        total += kilowatts * 1000.0 / 60.0;
        let value = Measured::from_f64(Quantity::EnergyImported.kind(), total);
        let (received_at, dated_by) = (observed_at, DatedBy::Device);
        observations.push(Observation { observed_at, received_at, dated_by, value });
    }
    let device = "compteur-maison".parse().unwrap();
    let mut series = SeriesSet::default();
    let source = Source { device, quantity: Quantity::EnergyImported, channel: None };
    series.insert(source, observations);
    series
}

fn quarters() -> (Site, Vec<EnergyCell>) {
    let site = domain::site::parse(SITE, "maison.toml").unwrap();
    let span = Period::new(
        "2006-12-16T00:00:00+01:00".parse().unwrap(),
        "2006-12-24T00:00:00+01:00".parse().unwrap(),
    );
    let periods: Vec<_> = grid(Step::Minutes(15), span.unwrap(), &site.timezone).collect();
    let series = register(&site);
    let end = span.unwrap().end();
    let figures = meter_energy(&site.meters[0], &periods, &series, &Rules::default(), end);
    let cells = periods.into_iter().zip(figures);
    (site, cells.map(|(period, figure)| Bucket { period, figure }).collect())
}

fn near(computed: f64, wanted: &Value, what: &str) {
    let wanted = wanted.as_f64().unwrap();
    assert!((computed - wanted).abs() < 0.01, "{what}: {computed} W, computed apart {wanted} W");
}

#[test]
fn a_recorded_week_has_the_baseload_peak_and_duration_curve_that_were_computed_apart() {
    let (_, cells) = quarters();
    let wanted = expected();

    let load = load(&cells).unwrap();
    let curve = duration_curve(&cells);

    assert!((load.hours * 4.0 - wanted["quarters"].as_f64().unwrap()).abs() < 1e-9);
    near(load.mean_w, &wanted["mean_w"], "mean");
    near(load.peak_w, &wanted["peak_w"], "peak");
    near(load.baseload_w, &wanted["baseload_w"], "baseload");
    for (tenth, wanted) in wanted["duration_curve_w"].as_array().unwrap().iter().enumerate() {
        near(curve[tenth * 10], wanted, &format!("exceeded in {tenth} tenths of the time"));
    }
}

#[test]
fn a_recorded_week_has_the_heat_map_and_the_nights_that_were_computed_apart() {
    let (site, cells) = quarters();
    let wanted = expected();

    let map = heat_map(&cells, &site.timezone);
    for (day, hours) in wanted["heat_map_w"].as_array().unwrap().iter().enumerate() {
        for (hour, wanted) in hours.as_array().unwrap().iter().enumerate() {
            near(map.watts[day][hour].unwrap(), wanted, &format!("day {day}, {hour} h"));
        }
    }
    let nights = nights(&cells, &site.timezone);
    let wanted = wanted["nights_w"].as_object().unwrap();
    assert_eq!(nights.len(), wanted.len());
    for night in nights {
        near(night.watts, &wanted[&night.date.to_string()], &night.date.to_string());
    }
}
