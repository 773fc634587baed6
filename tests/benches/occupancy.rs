//! How right the number of people is that Vigie tells from air and movement, beside simpler ways to tell it.
//!
//! `cargo bench -p tests --bench occupancy` replays the recordings of `tests/recordings` through the domain; figures
//! are printed, nothing is asserted. Other recordings of counted rooms follow as arguments, each as
//! `FILE VOLUME_M3 CAPACITY VENTILATION`, with the columns `timestamp` or `local_time` (of Europe/Paris), `co2_ppm`,
//! `people` and, where there are any, `pir_1` and `pir_2`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant as Stopwatch;

use domain::occupancy::{PeopleFigure, lead, zone_people};
use domain::site::Site;
use domain::{DatedBy, Instant, Observation, Period, Quantity, SeriesSet, Source, Value};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// What the simpler ways assume: what one person breathes out, an ordinary air change, outdoor air.
const BREATH_M3_H: f64 = 0.0187;
const AIR_CHANGE_PER_H: f64 = 1.0;
const OUTDOOR_PPM: f64 = 420.0;

fn main() {
    let recordings = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recordings");
    let room = Room { volume_m3: 82.8, capacity: 10, ventilation: "\"natural\"".to_owned() };
    counted_room(&recordings.join("room-counts-2017-12-22.csv"), &room);
    for ventilation in ["\"natural\"", "\"mechanical\"", "{ airflow = \"flow\" }"] {
        let ventilation = ventilation.to_owned();
        let room = Room { volume_m3: 75.0, capacity: 12, ventilation };
        drifting_door(&recordings.join("office-999169.csv"), &room);
    }
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    for other in arguments.chunks_exact(4) {
        let room = Room {
            volume_m3: other[1].parse().expect("a volume in m³"),
            capacity: other[2].parse().expect("a capacity"),
            ventilation: format!("{:?}", other[3]),
        };
        counted_room(Path::new(&other[0]), &room);
    }
}

/// What a site file says of a room.
struct Room {
    volume_m3: f64,
    capacity: u32,
    ventilation: String,
}

/// A room whose people were counted by hand, and how right each way to tell them is.
fn counted_room(path: &Path, room: &Room) {
    let rows = read(path);
    let mut series = SeriesSet::default();
    series.insert(source("air", Quantity::Co2), gauge(&rows, "co2_ppm"));
    series.insert(source("pir", Quantity::OccupancyDetected), movement(&rows, &["pir_1", "pir_2"]));
    let counted = quarters(&gauge(&rows, "people"));
    let grid = grid(&rows);
    let (told, took) = people(&site(room, ""), &grid, &series);

    println!("{}: {} m³, air {}", name(path), room.volume_m3, room.ventilation);
    println!("  {} quarter hours counted, worked out in {took} ms", counted.len());
    let figures =
        grid.iter().map(|quarter| quarter.start()).zip(told.iter().map(Told::of)).collect();
    score("Vigie", &figures, &counted);
    for (name, figures) in simpler(room, &series, &grid) {
        score(name, &figures, &counted);
    }
}

/// An office whose door counter drifts: nobody knows how many were there, but nobody is in a still night.
fn drifting_door(path: &Path, room: &Room) {
    let rows = read(path);
    let (system, door): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| row.of("source") == Some("bms"));
    let mut series = SeriesSet::default();
    let states = movement(&system, &["pir_occupied"]);
    series.insert(source("air", Quantity::Co2), gauge(&system, "co2_ppm"));
    series.insert(source("pir", Quantity::OccupancyDetected), states.clone());
    let flow = gauge(&system, "valve_fraction").into_iter();
    let flow =
        flow.map(|one| Observation { value: Value::Gauge(one.value.as_f64() * 240.0), ..one });
    series.insert(source("fan", Quantity::Airflow), flow.collect());
    registers(&mut series, &gauge(&door, "people"));
    let grid = grid(&system);
    let doorway = "[[doorway]]\nid = \"door\"\nfrom = \"outside\"\nto = \"room\"\nsources = [{ device = \"door\" }]\n";
    let (told, took) = people(&site(room, doorway), &grid, &series);

    println!("{}: {} m³, air {}", name(path), room.volume_m3, room.ventilation);
    let moved = quarters(&states);
    let two_hours = QUARTER * 8;
    let is_still = |at: Instant| !moved.range(at - two_hours..=at).any(|(_, moved)| *moved > 0.0);
    let night = grid.iter().zip(&told).filter(|(quarter, _)| {
        !(6..20).contains(&civil(quarter.start()).hour()) && is_still(quarter.start())
    });
    let night: Vec<f64> = night.filter_map(|(_, told)| told.people).collect();
    let there = night.iter().filter(|people| **people >= 0.5).count();
    let days: std::collections::BTreeSet<_> = grid
        .iter()
        .zip(&told)
        .filter(|(_, told)| told.people.is_some_and(|people| people >= 0.5))
        .map(|(quarter, _)| civil(quarter.start()).date())
        .collect();
    println!(
        "  people in {there} of {} still quarter hours of the night; people on {} days; {took} ms",
        night.len(),
        days.len()
    );
}

/// What one way tells of a quarter hour.
struct Told {
    people: Option<f64>,
    interval: Option<(f64, f64)>,
}

impl Told {
    fn of(figure: &PeopleFigure) -> Self {
        Self { people: figure.people, interval: figure.low.zip(figure.high) }
    }

    fn number(people: f64) -> Self {
        Self { people: Some(people), interval: None }
    }
}

type Quarters = BTreeMap<Instant, f64>;

/// Ways to tell people that need less, each from the same readings.
fn simpler(
    room: &Room,
    series: &SeriesSet,
    grid: &[Period],
) -> [(&'static str, BTreeMap<Instant, Told>); 4] {
    let co2 = quarters(series.of(&source("air", Quantity::Co2)));
    let moved = quarters(series.of(&source("pir", Quantity::OccupancyDetected)));
    let breath_ppm_h = 1e6 * BREATH_M3_H / room.volume_m3;
    let capacity = f64::from(room.capacity);
    let excess = |at: &Instant| co2.get(at).map(|ppm| ppm - OUTDOOR_PPM);
    let steady =
        |at: Instant| Some((AIR_CHANGE_PER_H * excess(&at)? / breath_ppm_h).clamp(0.0, capacity));
    let balance = |at: Instant| {
        let before = excess(&(at - QUARTER))?;
        let after = excess(&(at + QUARTER))?;
        let rest = (-AIR_CHANGE_PER_H * 0.5).exp();
        let people = AIR_CHANGE_PER_H * (after - before * rest) / (breath_ppm_h * (1.0 - rest));
        Some(people.clamp(0.0, capacity))
    };
    let somebody = |at: Instant| moved.get(&at).map(|moved| f64::from(u8::from(*moved > 0.0)));
    let all = |way: &dyn Fn(Instant) -> Option<f64>| {
        let told = grid
            .iter()
            .filter_map(|quarter| Some((quarter.start(), Told::number(way(quarter.start())?))));
        told.collect()
    };
    [
        ("always vacant", all(&|_| Some(0.0))),
        ("movement only", all(&somebody)),
        ("steady-state CO2", all(&steady)),
        ("CO2 balance without fusion", all(&balance)),
    ]
}

/// Prints how right a way is over the quarter hours that were counted.
fn score(name: &str, told: &BTreeMap<Instant, Told>, counted: &Quarters) {
    let pairs = || counted.iter().filter_map(|(at, people)| Some((told.get(at)?, *people)));
    let numbers: Vec<_> =
        pairs().filter_map(|(told, people)| Some((told.people?, people))).collect();
    let occupied: Vec<_> = numbers.iter().copied().filter(|(_, people)| *people >= 0.5).collect();
    let error =
        |pairs: &[(f64, f64)]| mean(pairs.iter().map(|(told, people)| (told - people).abs()));
    let bias = mean(occupied.iter().map(|(told, people)| told - people));
    let presence = mean(
        numbers
            .iter()
            .map(|(told, people)| f64::from(u8::from((*told >= 0.5) == (*people >= 0.5)))),
    );
    println!(
        "  {name:<28} {} numbers, presence right {:.1} %, mean error {:.3}, when occupied {:.3} (bias {bias:+.2})",
        numbers.len(),
        100.0 * presence,
        error(&numbers),
        error(&occupied),
    );
    let intervals: Vec<_> = pairs()
        .filter(|(_, people)| *people >= 0.5)
        .filter_map(|(told, people)| Some((told.interval?, people)))
        .collect();
    if !intervals.is_empty() {
        let holds = mean(
            intervals
                .iter()
                .map(|((low, high), people)| f64::from(u8::from((low..=high).contains(&people)))),
        );
        let width = mean(intervals.iter().map(|((low, high), _)| high - low));
        println!(
            "  {:<28} 90 % interval holds {:.1} % of {} occupied quarter hours, {width:.2} wide",
            "",
            100.0 * holds,
            intervals.len()
        );
    }
}

fn mean(values: impl Iterator<Item = f64>) -> f64 {
    let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    sum / f64::max(count, 1.0)
}

fn people(site: &Site, grid: &[Period], series: &SeriesSet) -> (Vec<PeopleFigure>, u128) {
    let zone = "room".parse().expect("an id");
    let now = grid.last().expect("readings").end() + SignedDuration::from_hours(24);
    assert!(lead(grid[0], site).start() < grid[0].start());
    let watch = Stopwatch::now();
    let told = zone_people(site, Some(&zone), grid, series, now);
    (told, watch.elapsed().as_millis())
}

fn site(room: &Room, more: &str) -> Site {
    let Room { volume_m3, capacity, ventilation } = room;
    let point = |name: &str, quantity: Quantity, device: &str| {
        format!(
            "[[point]]\nid = \"{name}\"\nzone = \"room\"\nquantity = \"{quantity}\"\nsources = [{{ device = \"{device}\" }}]\n"
        )
    };
    let points = [
        point("co2", Quantity::Co2, "air"),
        point("presence", Quantity::OccupancyDetected, "pir"),
        point("flow", Quantity::Airflow, "fan"),
    ];
    let text = format!(
        "[site]\nid = \"site\"\nname = \"Site\"\ntimezone = \"Europe/Paris\"\ncapacity = 100\narea_m2 = 100\n\
         [[zone]]\nid = \"room\"\nname = \"Room\"\ncapacity = {capacity}\nvolume_m3 = {volume_m3}\n\
         ventilation = {ventilation}\n{}{more}",
        points.concat()
    );
    domain::site::parse(&text, "room.toml").expect("the room is a site")
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

    fn number(&self, column: &str) -> Option<f64> {
        self.of(column)?.parse().ok()
    }
}

fn read(path: &Path) -> Vec<Row> {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let row = |line: &str| {
        let fields: BTreeMap<String, String> = columns
            .iter()
            .map(ToString::to_string)
            .zip(line.split(',').map(str::to_owned))
            .collect();
        let at = match fields.get("timestamp") {
            Some(at) => at.parse().ok()?,
            None => local(fields.get("local_time")?)?,
        };
        Some(Row { at, fields })
    };
    let mut rows: Vec<Row> = lines.filter_map(row).collect();
    rows.sort_by_key(|row| row.at);
    rows
}

fn local(text: &str) -> Option<Instant> {
    let at = DateTime::strptime("%Y-%m-%dT%H:%M:%S", text).ok()?;
    Some(at.to_zoned_datetime(paris()).ok()?.timestamp().into())
}

fn civil(at: Instant) -> DateTime {
    at.to_jiff().to_zoned_datetime(paris()).datetime()
}

fn paris() -> TimeZone {
    TimeZone::get("Europe/Paris").expect("a known zone")
}

fn gauge(rows: &[Row], column: &str) -> Vec<Observation> {
    let one = |row: &Row| Some(observation(row.at, Value::Gauge(row.number(column)?)));
    rows.iter().filter_map(one).collect()
}

fn movement(rows: &[Row], columns: &[&str]) -> Vec<Observation> {
    let one = |row: &Row| {
        let states: Vec<f64> = columns.iter().filter_map(|column| row.number(column)).collect();
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

/// The mean of each quarter hour.
fn quarters(observations: &[Observation]) -> Quarters {
    let mut sums: BTreeMap<Instant, (f64, f64)> = BTreeMap::new();
    for one in observations {
        let sum = sums.entry(quarter(one.observed_at)).or_default();
        *sum = (sum.0 + one.value.as_f64(), sum.1 + 1.0);
    }
    sums.into_iter().map(|(at, (sum, count))| (at, sum / count)).collect()
}

fn quarter(at: Instant) -> Instant {
    let length = 15 * 60_000;
    Instant::from_millis(at.as_millis().div_euclid(length) * length)
}

fn grid(rows: &[Row]) -> Vec<Period> {
    let (first, last) = rows.first().zip(rows.last()).expect("a recording has rows");
    let starts = std::iter::successors(Some(quarter(first.at)), |at| Some(*at + QUARTER));
    let starts = starts.take_while(|at| *at <= last.at);
    starts.filter_map(|at| Period::new(at, at + QUARTER)).collect()
}

fn source(device: &str, quantity: Quantity) -> Source {
    Source { device: device.parse().expect("an id"), quantity, channel: None }
}

fn observation(at: Instant, value: Value) -> Observation {
    Observation { observed_at: at, received_at: at, dated_by: DatedBy::Device, value }
}

fn name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
