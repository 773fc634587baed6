//! Rooms of the simulated building: of all sizes and uses, each with several seeds, and with their truth.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::site::Site;
use domain::{Instant, Observation, Quantity, SeriesSet, Source, Value};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use sensors::simulation::{Building, Content, Habits, Scenario};

use crate::case::{Case, grid, observation, quarters, source};

/// Which readings there are, and how the rooms are aired.
pub(crate) struct Kind {
    pub(crate) name: &'static str,
    ventilation: &'static str,
    readings: &'static [Quantity],
    /// Whether the site file tells what people do.
    is_given: bool,
}

const AIR: &[Quantity] = &[Quantity::Co2];
const AIR_AND_MOVEMENT: &[Quantity] = &[Quantity::Co2, Quantity::OccupancyDetected];
const ALL: &[Quantity] =
    &[Quantity::Co2, Quantity::OccupancyDetected, Quantity::PeopleIn, Quantity::PeopleOut];
const DOOR_AND_MOVEMENT: &[Quantity] =
    &[Quantity::OccupancyDetected, Quantity::PeopleIn, Quantity::PeopleOut];

pub(crate) const KINDS: &[Kind] = &[
    WINDOWS,
    Kind { name: "windows, CO2 alone", readings: AIR, ..WINDOWS },
    Kind { name: "windows, CO2, movement and a door", readings: ALL, ..WINDOWS },
    Kind { name: "windows, use of the room not given", is_given: false, ..WINDOWS },
    Kind { name: "measured air, CO2 and movement", ventilation: "measured", ..WINDOWS },
    FAN,
    Kind { name: "a fan, CO2 alone", readings: AIR, ..FAN },
    Kind {
        name: "a fan named in the site file, CO2 and movement",
        ventilation: "named",
        ..WINDOWS
    },
    Kind { name: "a fan, CO2, movement and a door", readings: ALL, ..FAN },
    Kind { name: "a door and movement, without CO2", readings: DOOR_AND_MOVEMENT, ..WINDOWS },
];

const WINDOWS: Kind = Kind {
    name: "windows, CO2 and movement",
    ventilation: "natural",
    readings: AIR_AND_MOVEMENT,
    is_given: true,
};
const FAN: Kind = Kind { name: "a fan, CO2 and movement", ventilation: "mechanical", ..WINDOWS };

/// Name, people, m³, and what people do there, as the simulation tells it from the name.
const ROOMS: &[(&str, u32, f64, &str)] = &[
    ("bureau-1", 2, 35.0, "office"),
    ("bureau-2", 3, 50.0, "office"),
    ("bureau-3", 4, 62.0, "office"),
    ("bureau-4", 6, 110.0, "office"),
    ("reunion-1", 8, 70.0, "seated"),
    ("reunion-2", 14, 150.0, "seated"),
    ("formation-1", 20, 187.0, "seated"),
    ("coworking-1", 12, 180.0, "office"),
    ("coworking-2", 40, 600.0, "office"),
    ("atelier-1", 10, 160.0, "workshop"),
    ("atelier-2", 30, 700.0, "workshop"),
    ("conference-1", 30, 252.0, "seated"),
];
const SEEDS: std::ops::Range<u64> = 11..15;
const DAYS: i64 = 3;
/// Tuesday, 24 November 2026.
const START: &str = "2026-11-24T03:00:00Z";

/// The rooms of a kind with all seeds.
pub(crate) fn rooms(kind: &Kind) -> Vec<Case> {
    SEEDS.flat_map(|seed| of_seed(kind, seed)).collect()
}

fn of_seed(kind: &Kind, seed: u64) -> Vec<Case> {
    let site = site(kind);
    let start: Instant = START.parse().expect("an instant");
    let end = start + SignedDuration::from_hours(24 * DAYS);
    let habits = Habits::natural(TimeZone::get("Europe/Paris").expect("a known zone"));
    let history = SignedDuration::from_hours(24 * DAYS);
    let scenario = Scenario { seed, live_from: end, history, habits, faults: true };
    let mut building = Building::new(&site, scenario);
    let mut series: BTreeMap<Source, Vec<Observation>> = BTreeMap::new();
    let mut truth: BTreeMap<String, Vec<Observation>> = BTreeMap::new();
    let mut at = building.now();
    while at < end {
        at = at + SignedDuration::from_mins(1);
        for emission in building.step(at) {
            let Content::Readings(samples) = emission.content else { continue };
            for sample in samples {
                series.entry(sample.source).or_default().push(observation(sample.at, sample.value));
            }
        }
        for (zone, people) in building.truth().zones_alone {
            let people = Value::Gauge(f64::from(people));
            truth.entry(zone.to_string()).or_default().push(observation(at, people));
        }
    }
    for one in series.values_mut() {
        one.sort_by_key(|one| one.observed_at);
    }
    let case = |&(name, capacity, volume_m3, _): &(&str, u32, f64, &str)| {
        let mut own = SeriesSet::default();
        for (source, observations) in &series {
            let device = source.device.as_str();
            let quantity = source.quantity;
            let is_given = kind.readings.contains(&quantity) || !ALL.contains(&quantity);
            if is_given && device.strip_suffix(name).is_some() {
                own.insert(source.clone(), observations.clone());
            }
        }
        Case {
            name: format!("{name} with seed {seed}"),
            site: site.clone(),
            zone: name.to_owned(),
            volume_m3,
            capacity: f64::from(capacity),
            series: own,
            co2: source(&format!("air-{name}"), Quantity::Co2),
            movement: source(&format!("pir-{name}"), Quantity::OccupancyDetected),
            grid: grid(start, end - SignedDuration::from_mins(15)),
            truth: quarters(&truth[name]),
            presence_only: false,
        }
    };
    ROOMS.iter().map(case).collect()
}

fn site(kind: &Kind) -> Site {
    let mut text = "[site]\nid = \"site\"\nname = \"Site\"\ntimezone = \"Europe/Paris\"\ncapacity = 200\narea_m2 = 1000\n\
         [[zone]]\nid = \"hall\"\nname = \"Hall\"\n\
         [[doorway]]\nid = \"entrance\"\nfrom = \"outside\"\nto = \"hall\"\nsources = [{ device = \"door\" }]\n"
        .to_owned();
    if kind.ventilation == "named" {
        let open = |day: &str| format!("{day} = [\"07:00-20:00\"]\n");
        let days = ["monday", "tuesday", "wednesday", "thursday", "friday"].map(open).concat();
        text = text.replacen("[[zone]]", &format!("[site.opening]\n{days}[[zone]]"), 1);
    }
    for (name, capacity, volume, activity) in ROOMS {
        let ventilation = match kind.ventilation {
            "measured" => format!("{{ airflow = \"flow-{name}\" }}"),
            // What the fans of the simulated building bring, with leaks about in the middle of what they are.
            "named" => {
                "\"mechanical\"\nair_changes_open_per_h = 3.1\nair_changes_per_h = 1.1".to_owned()
            }
            other => format!("\"{other}\""),
        };
        let mut add = |part: std::fmt::Arguments<'_>| text.write_fmt(part).expect("a text grows");
        add(format_args!(
            "[[zone]]\nid = \"{name}\"\nname = \"{name}\"\ncapacity = {capacity}\nvolume_m3 = {volume}\nventilation = {ventilation}\n"
        ));
        if kind.is_given {
            add(format_args!("activity = \"{activity}\"\n"));
        }
        for (quantity, device) in
            [("co2", "air"), ("occupancy_detected", "pir"), ("airflow", "fan")]
        {
            if quantity == "co2" && !kind.readings.contains(&Quantity::Co2) {
                continue;
            }
            let id = if quantity == "airflow" { "flow" } else { device };
            add(format_args!(
                "[[point]]\nid = \"{id}-{name}\"\nzone = \"{name}\"\nquantity = \"{quantity}\"\nsources = [{{ device = \"{device}-{name}\" }}]\n"
            ));
        }
        if kind.readings.contains(&Quantity::PeopleIn) {
            add(format_args!(
                "[[doorway]]\nid = \"door-{name}\"\nfrom = \"hall\"\nto = \"{name}\"\nsources = [{{ device = \"door-{name}\" }}]\n"
            ));
        }
    }
    domain::site::parse(&text, "rooms.toml").unwrap_or_else(|faults| panic!("{faults}"))
}
