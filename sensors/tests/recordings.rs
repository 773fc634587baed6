//! The shipped recordings, read by their maps, give the figures that were computed apart from them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use domain::calendar::{Step, period_of};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use sensors::replay::{Mapping, Recorded, Recording, Tally};
use serde_json::Value as Json;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/recordings")
}

fn replayed(name: &str) -> (Vec<Recorded>, Tally) {
    let map = folder().join(format!("{name}.replay.toml"));
    let mapping = Mapping::parse(&std::fs::read_to_string(map).unwrap(), name).unwrap();
    let file = std::fs::File::open(folder().join(format!("{name}.csv"))).unwrap();
    let mut recording = Recording::open(file, mapping).unwrap();
    let mut readings = Vec::new();
    while let Some(row) = recording.next_row().unwrap() {
        readings.extend(row);
    }
    (readings, recording.tally().clone())
}

fn expected() -> Json {
    serde_json::from_str(&std::fs::read_to_string(folder().join("expected.json")).unwrap()).unwrap()
}

/// By how much a register grew on each civil day. What it has grown by at an instant happened so long before.
fn growth(readings: &[Recorded], source: &str, before: SignedDuration) -> BTreeMap<String, f64> {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    let series: Vec<&Recorded> =
        readings.iter().filter(|reading| reading.source.to_string() == source).collect();
    let mut days = BTreeMap::new();
    for pair in series.windows(2) {
        let moment = pair[1].at - before;
        let day = period_of(Step::Day, moment, &paris)
            .start()
            .to_jiff()
            .to_zoned_datetime(paris.clone())
            .date();
        *days.entry(day.to_string()).or_insert(0.0) +=
            pair[1].value.as_f64() - pair[0].value.as_f64();
    }
    days
}

#[test]
fn the_registers_of_the_house_grow_each_day_by_what_was_computed_apart() {
    let (readings, tally) = replayed("household-power-2006-12");
    let expected = &expected()["household"];
    assert_eq!(tally.rows, expected["rows"].as_u64().unwrap());
    for (meter, source) in [
        ("maison", "compteur-maison energy_imported"),
        ("cuisine", "sous-compteurs energy_imported cuisine"),
        ("buanderie", "sous-compteurs energy_imported buanderie"),
        ("ballon", "sous-compteurs energy_imported ballon"),
    ] {
        // A minute's energy is in the register at its end.
        let days = growth(&readings, source, SignedDuration::from_mins(1));
        for (day, wh) in expected["wh_by_day"][meter].as_object().unwrap() {
            let (wh, grown) = (wh.as_f64().unwrap(), days[day]);
            assert!((grown - wh).abs() < 0.01, "{meter} {day}: {grown} Wh, computed apart {wh} Wh");
        }
    }
}

#[test]
fn the_door_counter_of_the_office_drifts_as_it_was_recorded() {
    let (readings, _) = replayed("office-999169");
    for (quantity, side) in [("people_in", "in"), ("people_out", "out")] {
        let days = growth(&readings, &format!("porte-999169 {quantity}"), SignedDuration::ZERO);
        for (day, people) in expected()["office"]["door_by_day"].as_object().unwrap() {
            assert!((days[day] - people[side].as_f64().unwrap()).abs() < 1e-9, "{day} {side}");
        }
    }
}

#[test]
fn the_air_of_the_office_is_there_for_every_quarter_hour() {
    let (readings, _) = replayed("office-999169");
    let co2 = |reading: &&Recorded| reading.source.to_string() == "air-999169 co2";
    let count = readings.iter().filter(co2).count() as u64;
    let quarters = expected()["office"]["co2_by_quarter_hour"].clone();
    let expected: u64 =
        quarters.as_array().unwrap().iter().map(|quarter| quarter["count"].as_u64().unwrap()).sum();
    assert_eq!(count, expected);
}
