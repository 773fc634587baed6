//! Recordings of rooms whose people were counted, and of an office whose door counter drifts.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use domain::{Instant, Observation, Quantity, SeriesSet, Value};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::case::{Case, QUARTER, civil, grid, observation, quarters, site, source};

/// The largest airflow of the office, in m³/h.
const OFFICE_FLOW_M3_H: f64 = 240.0;

/// A room aired by windows, whose people were counted or at least seen.
pub(crate) fn counted(path: &Path, volume_m3: f64, capacity: u32) -> Case {
    counted_in(path, volume_m3, capacity, "natural", "Europe/Paris")
}

/// The rooms of a list such as `file m³ capacity ventilation [time zone]; …`.
pub(crate) fn others(list: &str) -> Vec<Case> {
    let entries = list.split(';').map(|entry| entry.split_whitespace().collect::<Vec<_>>());
    let case = |words: Vec<&str>| {
        let [file, volume, capacity, ventilation, rest @ ..] = words.as_slice() else {
            panic!("`{}` is no `file m3 capacity ventilation [zone]`", words.join(" "));
        };
        let (volume, capacity) = (volume.parse().expect("m³"), capacity.parse().expect("people"));
        let zone = rest.first().copied().unwrap_or("Europe/Paris");
        counted_in(Path::new(file), volume, capacity, ventilation, zone)
    };
    entries.filter(|words| !words.is_empty()).map(case).collect()
}

fn counted_in(path: &Path, volume_m3: f64, capacity: u32, ventilation: &str, zone: &str) -> Case {
    let rows = read(path, zone);
    let mut series = SeriesSet::default();
    series.insert(source("air", Quantity::Co2), gauge(&rows, &["co2_ppm", "indoor_co2", "CO2"]));
    series.insert(source("pir", Quantity::OccupancyDetected), movement(&rows, &["pir_1", "pir_2"]));
    let presence = ["occupied", "Occupancy"];
    let presence_only = rows.iter().all(|row| row.number(&presence).is_some());
    let people = gauge(&rows, &["people", "occupant_count", presence[0], presence[1]]);
    Case {
        name: format!("{}, {volume_m3} m³, {ventilation} air", name(path)),
        site: site(volume_m3, capacity, ventilation, zone, ""),
        zone: "room".to_owned(),
        volume_m3,
        capacity: f64::from(capacity),
        series,
        co2: source("air", Quantity::Co2),
        movement: source("pir", Quantity::OccupancyDetected),
        grid: span(&rows),
        truth: quarters(&people),
        presence_only,
    }
}

/// An office with a door counter that drifts: nobody knows how many were there, but nobody is in a still night.
pub(crate) fn office(path: &Path, ventilation: &str) -> Case {
    let rows = read(path, "Europe/Paris");
    let (system, door): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.of("source") == Some("bms"));
    let mut series = SeriesSet::default();
    series.insert(source("air", Quantity::Co2), gauge(&system, &["co2_ppm"]));
    series.insert(source("pir", Quantity::OccupancyDetected), movement(&system, &["pir_occupied"]));
    let flow = gauge(&system, &["valve_fraction"]).into_iter().map(|one| Observation {
        value: Value::Gauge(one.value.as_f64() * OFFICE_FLOW_M3_H),
        ..one
    });
    series.insert(source("fan", Quantity::Airflow), flow.collect());
    let doors: Vec<Row> =
        door.into_iter().filter(|row| row.of("source") == Some("people_counter")).collect();
    registers(&mut series, &gauge(&doors, &["people"]));
    let doorway = "[[doorway]]\nid = \"door\"\nfrom = \"outside\"\nto = \"room\"\nsources = [{ device = \"door\" }]\n";
    Case {
        name: format!("{}, {ventilation} air", name(path)),
        site: site(75.0, 12, ventilation, "Europe/Paris", doorway),
        zone: "room".to_owned(),
        volume_m3: 75.0,
        capacity: 12.0,
        series,
        co2: source("air", Quantity::Co2),
        movement: source("pir", Quantity::OccupancyDetected),
        grid: span(&system),
        truth: BTreeMap::new(),
        presence_only: true,
    }
}

/// Whether anybody is estimated in evenings and nights without movement, and on how many days there are people.
pub(crate) fn nights(office: &Case) -> String {
    let moved = quarters(office.series.of(&office.movement));
    let estimates = office.estimates();
    let is_still = |at: Instant| !moved.range(at - QUARTER * 8..=at).any(|(_, moved)| *moved > 0.0);
    let is_night = |at: Instant| !(6..20).contains(&civil(at).hour());
    let people = |at: &Instant| estimates[at].people;
    let night: Vec<f64> =
        estimates.keys().filter(|at| is_night(**at) && is_still(**at)).filter_map(people).collect();
    let there = night.iter().filter(|people| **people >= 0.5).count();
    let days: BTreeSet<_> = estimates
        .keys()
        .filter(|at| people(at).is_some_and(|people| people >= 0.5))
        .map(|at| civil(*at).date())
        .collect();
    format!(
        "people in {there} of {} still quarter hours of evenings and nights; people on {} days",
        night.len(),
        days.len()
    )
}

/// One row of a recording.
struct Row {
    at: Instant,
    fields: BTreeMap<String, String>,
}

impl Row {
    fn of(&self, column: &str) -> Option<&str> {
        self.fields.get(column).map(String::as_str).filter(|field| !field.is_empty())
    }

    fn number(&self, columns: &[&str]) -> Option<f64> {
        columns.iter().find_map(|column| self.of(column))?.parse().ok()
    }
}

fn read(path: &Path, zone: &str) -> Vec<Row> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let zone = TimeZone::get(zone).expect("a time zone");
    let mut lines = text.lines().map(|line| line.replace('"', ""));
    let header = lines.next().expect("a header");
    let columns: Vec<&str> = header.split(',').collect();
    let row = |line: String| {
        let fields: Vec<&str> = line.split(',').collect();
        // Some files begin each row with a number of its own that the header does not name.
        let unnamed = fields.len().saturating_sub(columns.len());
        let fields: BTreeMap<String, String> = columns
            .iter()
            .map(ToString::to_string)
            .zip(fields[unnamed..].iter().map(|field| (*field).to_owned()))
            .collect();
        let at = match fields.get("timestamp") {
            Some(at) => at.parse().ok()?,
            None => local(fields.get("local_time").or(fields.get("date"))?, &zone)?,
        };
        Some(Row { at, fields })
    };
    let mut rows: Vec<Row> = lines.filter_map(row).collect();
    rows.sort_by_key(|row| row.at);
    rows
}

fn local(text: &str, zone: &TimeZone) -> Option<Instant> {
    let at: DateTime = text.parse().ok()?;
    Some(at.to_zoned_datetime(zone.clone()).ok()?.timestamp().into())
}

fn gauge(rows: &[Row], columns: &[&str]) -> Vec<Observation> {
    let one = |row: &Row| Some(observation(row.at, Value::Gauge(row.number(columns)?)));
    rows.iter().filter_map(one).collect()
}

fn movement(rows: &[Row], columns: &[&str]) -> Vec<Observation> {
    let one = |row: &Row| {
        let states: Vec<f64> = columns.iter().filter_map(|column| row.number(&[column])).collect();
        let moved = states.iter().any(|state| *state > 0.0);
        (!states.is_empty()).then(|| observation(row.at, Value::State(moved)))
    };
    rows.iter().filter_map(one).collect()
}

/// A level as the door registers that its changes would have gone through.
fn registers(series: &mut SeriesSet, levels: &[Observation]) {
    let (mut inside, mut people_in, mut people_out) = (0.0, 0.0, 0.0);
    let (mut all_in, mut all_out) = (Vec::new(), Vec::new());
    for level in levels {
        let change = level.value.as_f64() - inside;
        inside = level.value.as_f64();
        people_in += f64::max(change, 0.0);
        people_out += f64::max(-change, 0.0);
        all_in.push(observation(level.observed_at, Value::Register(people_in)));
        all_out.push(observation(level.observed_at, Value::Register(people_out)));
    }
    series.insert(source("door", Quantity::PeopleIn), all_in);
    series.insert(source("door", Quantity::PeopleOut), all_out);
}

fn span(rows: &[Row]) -> Vec<domain::Period> {
    let (first, last) = rows.first().zip(rows.last()).expect("a recording has rows");
    grid(first.at, last.at)
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
