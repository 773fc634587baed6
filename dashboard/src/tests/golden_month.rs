//! Every figure of one month, by each way that it is published, beside what it was when somebody last looked it over.
//!
//! The files in `golden/` hold the answers of the API, the texts of the pages, the CSV files and the reports. A change of
//! figures shows there number by number. `VIGIE_GOLDEN=write cargo test -p dashboard golden` writes them anew; the
//! difference is then part of the change.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::site;
use domain::{DatedBy, Instant, Observation, Quantity, Reading, Source};
use jiff::SignedDuration;
use serde_json::Value;
use store::{AuditWriter, Batch, SeriesWriter};

use super::{House, at};

const SITE: &str = include_str!("golden/site.toml");
/// October 2026 in Paris, which has 745 hours.
pub(super) const OCTOBER: &str = "from=2026-09-30T22:00:00Z&to=2026-10-31T23:00:00Z";
/// A Thursday on which some instruments were silent and one correction holds.
const DAY: &str = "from=2026-10-07T22:00:00Z&to=2026-10-08T22:00:00Z";
const STEP: SignedDuration = SignedDuration::from_mins(10);

#[tokio::test]
async fn every_figure_of_a_month_is_as_it_was_looked_over() {
    let house = house().await;
    let mut differing = Vec::new();
    for (name, address) in addresses() {
        let text = house.page(&address).await;
        let shown = match name.rsplit_once('.') {
            Some((_, "json")) => pretty(&text),
            Some((_, "txt")) => visible(&text),
            _ => text,
        };
        differing.extend(difference(&name, &shown));
    }
    assert!(
        differing.is_empty(),
        "VIGIE_GOLDEN=write writes what is shown now; look it over:\n{}",
        differing.join("\n")
    );
}

/// What is asked for, by the name of its file.
fn addresses() -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut add = |name: &str, address: String| {
        assert!(all.insert(name.to_owned(), address).is_none(), "{name} is there twice");
    };
    for meter in ["total", "laser", "four", "chauffage"] {
        let path = format!("/api/v1/meters/{meter}");
        add(&format!("{meter}-days.json"), format!("{path}/energy?by=day&{OCTOBER}"));
        add(&format!("{meter}-hours.json"), format!("{path}/energy?by=hour&{DAY}"));
        add(&format!("{meter}-months.json"), format!("{path}/energy?by=month&{OCTOBER}"));
        add(&format!("{meter}-cost.json"), format!("{path}/accounts?by=week&{OCTOBER}"));
        add(&format!("{meter}-load.json"), format!("{path}/load?{OCTOBER}"));
        add(&format!("{meter}-checks.json"), format!("{path}/checks?{OCTOBER}"));
        add(&format!("{meter}-events.json"), format!("{path}/events?{OCTOBER}"));
        add(&format!("{meter}-days.csv"), format!("{path}/energy.csv?by=day&{OCTOBER}"));
        add(
            &format!("{meter}-jours.csv"),
            format!("{path}/energy.csv?by=day&for=people&{OCTOBER}"),
        );
    }
    let before = "known_at=2026-11-01T12:00:00Z";
    add("laser-hours-before.json", format!("/api/v1/meters/laser/energy?by=hour&{DAY}&{before}"));
    add("total-parts.json", format!("/api/v1/meters/total/parts?by=day&{OCTOBER}"));
    add("total-demand.json", format!("/api/v1/meters/total/demand?{OCTOBER}"));
    add("laser-sessions.json", format!("/api/v1/meters/laser/sessions?{OCTOBER}"));
    for zone in ["building", "atelier", "salle"] {
        let path = format!("/api/v1/zones/{zone}");
        add(&format!("{zone}-days.json"), format!("{path}/energy?by=day&{OCTOBER}"));
        add(&format!("{zone}-days.csv"), format!("{path}/energy.csv?by=day&{OCTOBER}"));
        add(&format!("{zone}-cost.json"), format!("{path}/accounts?by=month&{OCTOBER}"));
        add(&format!("{zone}-load.json"), format!("{path}/load?{OCTOBER}"));
        add(&format!("{zone}-usage.json"), format!("{path}/usage?by=week&{OCTOBER}"));
        add(&format!("{zone}-usage-month.json"), format!("{path}/usage?by=month&{OCTOBER}"));
        add(&format!("{zone}-people.json"), format!("{path}/occupancy?step=1h&{DAY}"));
        add(&format!("{zone}-attendance.json"), format!("{path}/attendance?by=month&{OCTOBER}"));
        add(&format!("{zone}-attendance-days.json"), format!("{path}/attendance?by=day&{OCTOBER}"));
        add(&format!("{zone}-counting.json"), format!("{path}/counting?by=day&{OCTOBER}"));
    }
    for zone in ["atelier", "salle"] {
        add(&format!("{zone}-air.json"), format!("/api/v1/zones/{zone}/air?{OCTOBER}"));
    }
    for point in ["atelier-co2", "atelier-co2-fond", "dehors", "atelier-presence"] {
        add(&format!("{point}.json"), format!("/api/v1/points/{point}/history?step=1h&{DAY}"));
    }
    add("instruments.json", format!("/api/v1/air/instruments?{OCTOBER}"));
    for by in ["meter", "zone", "use"] {
        add(&format!("by-{by}.json"), format!("/api/v1/energy/breakdown?by={by}&{OCTOBER}"));
    }
    add("climate.json", format!("/api/v1/climate?{OCTOBER}"));
    add("pathway.json", "/api/v1/pathway".to_owned());
    for month in ["2026-10", "2026-11"] {
        add(&format!("report-{month}.txt"), format!("/report?month={month}"));
        add(&format!("report-{month}-en.txt"), format!("/report.html?month={month}&lang=en"));
        add(&format!("report-{month}.csv"), format!("/report.csv?month={month}"));
        add(&format!("report-{month}-fr.csv"), format!("/report.csv?month={month}&for=people"));
    }
    for view in ["consumption", "power", "machines", "people", "climate", "checks"] {
        for (place, of) in [("building", "building"), ("laser", "meter:laser")] {
            let span = if view == "climate" { "last-year" } else { "last-month" };
            let address = format!("/energy?view={view}&of={of}&span={span}");
            add(&format!("page-energy-{view}-{place}.txt"), address);
        }
    }
    for view in ["attendance", "air", "doors", "instruments"] {
        let of = if view == "instruments" || view == "doors" { "all" } else { "atelier" };
        let address = format!("/zones?view={view}&of={of}&span=last-month");
        add(&format!("page-zones-{view}.txt"), address);
    }
    all
}

/// A building with gaps of each sort, a second instrument, and two corrections of November.
pub(super) async fn house() -> House {
    let house = House::of(site::parse(SITE, "site.toml").unwrap(), false);
    let mut readings = Vec::new();
    last_october(&mut readings);
    october(&mut readings);
    november(&mut readings);
    house.store.append(Batch { readings, ..Batch::default() }).await.unwrap();
    let correct = |at: &str, target, from: &str, to: &str, effect| Draft {
        at: at.parse().unwrap(),
        author: "marie".to_owned(),
        reason: "essai de la machine sans matière".to_owned(),
        deed: Deed::Correction(Correction {
            target,
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            effect,
        }),
        before: None,
    };
    let (from, to) = ("2026-10-08T10:00:00Z", "2026-10-08T11:00:00Z");
    let laser = Target::Meter("laser".parse().unwrap());
    let energy = correct("2026-11-02T09:00:00Z", laser, from, to, Effect::EnergyWh(250.0));
    house.store.record(energy).await.unwrap();
    let air = Target::Source(source("air-fond", Quantity::Co2));
    let (from, to) = ("2026-10-13T08:00:00Z", "2026-10-13T12:00:00Z");
    let excluded = correct("2026-11-03T09:00:00Z", air, from, to, Effect::Exclude);
    house.store.record(excluded).await.unwrap();
    house
}

/// A year before, 1 kWh in each hour.
fn last_october(readings: &mut Vec<Reading>) {
    let mut total = 100_000.0;
    for time in times("2025-09-30T22:00:00Z", "2025-10-31T23:00:00Z") {
        readings.push(reading("linky", Quantity::EnergyImported, time, total));
        readings.push(reading("sonde", Quantity::Temperature, time, 9.0 + wave(time, 4)));
        total += 1000.0 / 6.0;
    }
}

fn october(readings: &mut Vec<Reading>) {
    let (mut total, mut laser, mut heating) = (20_000_000.0, 3_000_000.0, 500_000.0);
    let (mut came, mut left) = (5000.0, 4990.0);
    for time in times("2026-09-30T20:00:00Z", "2026-10-31T23:00:00Z") {
        let (inside, cutting) = (people(time), is_cutting(time));
        let kiln_w = if wave(time, 3) > 2.0 { 2400.0 } else { 60.0 };
        let laser_w = if cutting { 800.0 } else { 15.0 };
        let heating_w = 900.0 + 300.0 * wave(time, 4);
        let total_w = 1200.0 + kiln_w + laser_w + heating_w + 40.0 * inside;
        let mut add =
            |device, quantity, value| readings.push(reading(device, quantity, time, value));
        if !is_within(time, "2026-10-05T10:00:00Z", "2026-10-05T11:00:00Z") {
            add("linky", Quantity::EnergyImported, total);
            add("linky", Quantity::ActivePower, total_w);
        }
        add("prise-laser", Quantity::EnergyImported, laser);
        add("prise-laser", Quantity::ActivePower, laser_w);
        // The kiln has no register, so a silence is lost.
        if !is_within(time, "2026-10-08T06:00:00Z", "2026-10-08T16:00:00Z") {
            add("prise-four", Quantity::ActivePower, kiln_w);
        }
        // A silence that the register bridges, and an end.
        if !is_within(time, "2026-10-12T09:00:00Z", "2026-10-14T09:00:00Z")
            && !is_within(time, "2026-10-27T05:00:00Z", "2026-11-01T00:00:00Z")
        {
            add("chauffage", Quantity::EnergyImported, heating);
        }
        add("air", Quantity::Co2, 430.0 + 45.0 * inside + 10.0 * wave(time, 3));
        add("air-fond", Quantity::Co2, 440.0 + 75.0 * inside + 10.0 * wave(time, 4));
        add("air", Quantity::Temperature, 18.0 + 0.2 * inside);
        if !is_within(time, "2026-10-16T06:00:00Z", "2026-10-16T18:00:00Z") {
            add("air-salle", Quantity::Co2, 425.0 + 30.0 * inside);
        }
        add("sonde", Quantity::Temperature, 8.0 + wave(time, 4));
        add("pir", Quantity::OccupancyDetected, f64::from(u8::from(inside > 0.0)));
        let (entered, went) = passages(time);
        (came, left) = (came + entered, left + went);
        add("porte", Quantity::PeopleIn, came);
        add("porte", Quantity::PeopleOut, left);
        (total, laser) = (total + total_w / 6.0, laser + laser_w / 6.0);
        heating += heating_w / 6.0;
    }
}

/// Of November, one day was measured.
fn november(readings: &mut Vec<Reading>) {
    let mut total = 30_000_000.0;
    for time in times("2026-10-31T23:10:00Z", "2026-11-01T23:00:00Z") {
        readings.push(reading("linky", Quantity::EnergyImported, time, total));
        readings.push(reading("air", Quantity::Co2, time, 500.0));
        total += 400.0;
    }
}

fn times(from: &str, to: &str) -> impl Iterator<Item = Instant> {
    let (from, to) = (at(from), at(to));
    std::iter::successors(Some(from), |time| Some(*time + STEP)).take_while(move |time| *time <= to)
}

fn is_within(time: Instant, from: &str, to: &str) -> bool {
    at(from) < time && time < at(to)
}

/// The hour of the day in UTC, and the days since a Monday.
fn hour_and_weekday(time: Instant) -> (i64, i64) {
    let hours = time.as_millis() / 3_600_000;
    (hours % 24, (hours / 24 + 3) % 7)
}

/// People from seven to sixteen o'clock of working days, more around noon.
fn people(time: Instant) -> f64 {
    match hour_and_weekday(time) {
        (_, 5 | 6) => 0.0,
        (7 | 8 | 15, _) => 4.0,
        (9..=11 | 14, _) => 9.0,
        (12 | 13, _) => 12.0,
        _ => 0.0,
    }
}

/// Who entered and who left in the ten minutes up to an instant.
fn passages(time: Instant) -> (f64, f64) {
    let change = people(time) - people(time - STEP);
    (change.max(0.0), (-change).max(0.0))
}

fn is_cutting(time: Instant) -> bool {
    matches!(hour_and_weekday(time), (9 | 10 | 13, 0..=4))
}

/// A number from 0 up to `period` that goes round and round with the hours.
fn wave(time: Instant, period: i64) -> f64 {
    let tens = time.as_millis() / 600_000;
    (tens / 6 % period) as f64 + (tens % 6) as f64 / 10.0
}

fn source(device: &str, quantity: Quantity) -> Source {
    Source { device: device.parse().unwrap(), quantity, channel: None }
}

fn reading(device: &str, quantity: Quantity, observed_at: Instant, value: f64) -> Reading {
    let value = domain::Value::from_f64(quantity.kind(), value);
    let observation =
        Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value };
    Reading { source: source(device, quantity), observation }
}

/// JSON with a field a line, numbers to nine digits: sums may be rounded otherwise by another order of their parts.
fn pretty(text: &str) -> String {
    let mut value: Value = serde_json::from_str(text).unwrap();
    round(&mut value);
    serde_json::to_string_pretty(&value).unwrap() + "\n"
}

fn round(value: &mut Value) {
    match value {
        Value::Number(number) if number.is_f64() => {
            let rounded: f64 = format!("{:.8e}", number.as_f64().unwrap()).parse().unwrap();
            *value = rounded.into();
        }
        Value::Array(items) => items.iter_mut().for_each(round),
        Value::Object(fields) => fields.values_mut().for_each(round),
        _ => {}
    }
}

/// The text of the main part of a page: tags become line breaks, drawings and empty lines go.
fn visible(page: &str) -> String {
    let main = page.split_once("<main").map_or(page, |(_, rest)| rest);
    let main = main.split_once("</main>").map_or(main, |(main, _)| main);
    let mut out = String::new();
    let mut rest = main.split_once('>').map_or(main, |(_, rest)| rest);
    while let Some((text, tag)) = rest.split_once('<') {
        out += text;
        out.push('\n');
        let end = if tag.starts_with("style") { "</style>" } else { ">" };
        rest = tag.split_once(end).map_or("", |(_, rest)| rest);
    }
    out += rest;
    let lines: Vec<_> = out.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines.join("\n") + "\n"
}

/// The first line in which a file differs from what is shown; writes the file instead when it is asked to.
fn difference(name: &str, shown: &str) -> Option<String> {
    let path = folder().join(name);
    if std::env::var_os("VIGIE_GOLDEN").is_some_and(|mode| mode == "write") {
        fs::write(&path, shown).unwrap();
        return None;
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    if kept == shown {
        return None;
    }
    let mut pairs = kept.lines().zip(shown.lines()).enumerate();
    let first = pairs.find(|(_, (kept, shown))| kept != shown);
    Some(match first {
        Some((line, (kept, shown))) => format!("{name}:{}: {kept} is now {shown}", line + 1),
        None => format!("{name}: {} lines are now {}", kept.lines().count(), shown.lines().count()),
    })
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/golden")
}
