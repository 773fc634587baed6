//! The main job on real input: recordings replayed over MQTT, compared with figures that a separate program computed.
//!
//! `recordings/expected.py` made `recordings/expected.json` from the same files, in another language.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use jiff::tz::TimeZone;
use serde_json::Value;
use tests::api::instant;
use tests::message::SITE;
use tests::{Installation, PATIENTLY};

const HOUSE: &str = r#"
[[meter]]
id = "maison"
name = "Maison"
energy = [{ device = "compteur-maison" }]
power = [{ device = "compteur-maison" }]

[[meter]]
id = "cuisine"
name = "Cuisine"
parent = "maison"
energy = [{ device = "sous-compteurs", channel = "cuisine" }]

[[meter]]
id = "buanderie"
name = "Buanderie"
parent = "maison"
energy = [{ device = "sous-compteurs", channel = "buanderie" }]

[[meter]]
id = "ballon"
name = "Ballon et climatiseur"
parent = "maison"
energy = [{ device = "sous-compteurs", channel = "ballon" }]
"#;

const OFFICE: &str = r#"
[[zone]]
id = "bureau"
name = "Bureau"
capacity = 12
volume_m3 = 75
ventilation = "mechanical"

[[point]]
id = "bureau-co2"
zone = "bureau"
quantity = "co2"
sources = [{ device = "air-999169" }]

[[doorway]]
id = "porte"
from = "outside"
to = "bureau"
sources = [{ device = "porte-999169" }]
"#;

fn recording(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("recordings").join(name)
}

fn expected(recording_of: &str) -> Value {
    let text = fs::read_to_string(recording("expected.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[recording_of].clone()
}

/// Replays a recording as fast as it goes; every reading that was published is stored when this returns.
fn replay(building: &Installation, name: &str) {
    let broker = format!("mqtt://127.0.0.1:{}", building.broker_port());
    let mut node = tests::vigie::node_command();
    node.arg("replay")
        .arg(recording(name))
        .args(["--speed", "max", "--site", SITE, "--broker", &broker]);
    let output = node.output().unwrap();
    let output_text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output_text}{}", String::from_utf8_lossy(&output.stderr));
    building.api().stored(published(&output_text), PATIENTLY);
}

/// Number of published readings, by the output of the replay.
fn published(output: &str) -> f64 {
    let word = output.split_whitespace().zip(output.split_whitespace().skip(1));
    let count = word
        .filter(|(_, unit)| unit.starts_with("reading"))
        .find_map(|(count, _)| count.parse().ok());
    count.unwrap_or_else(|| {
        panic!("the replay does not say how many readings it published: {output}")
    })
}

#[test]
fn a_recorded_week_of_a_house_gives_the_energy_of_each_day_that_was_computed_apart() {
    let building = Installation::embedded(HOUSE);

    replay(&building, "household-power-2006-12.csv");

    let paris = TimeZone::get("Europe/Paris").unwrap();
    for (meter, days) in expected("household")["wh_by_day"].as_object().unwrap() {
        let energy =
            building.api().energy(meter, "2006-12-15T23:00:00Z", "2006-12-23T23:00:00Z", "day");
        let energy: BTreeMap<_, _> = energy
            .into_iter()
            .map(|(start, wh)| {
                (start.to_jiff().to_zoned_datetime(paris.clone()).date().to_string(), wh)
            })
            .collect();
        for (day, expected_wh) in days.as_object().unwrap() {
            let wh = energy[day].unwrap_or_else(|| panic!("{meter} has no figure for {day}"));
            let expected_wh = expected_wh.as_f64().unwrap();
            assert!(
                (wh - expected_wh).abs() < 0.01,
                "{meter} {day}: {wh} Wh, computed apart {expected_wh} Wh"
            );
        }
    }
}

#[test]
fn a_recorded_office_gives_the_air_of_each_quarter_hour_that_was_computed_apart_and_its_drifting_door_as_it_is()
 {
    let building = Installation::embedded(OFFICE);

    replay(&building, "office-999169.csv");

    let office = expected("office");
    let path =
        "/points/bureau-co2/history?from=2022-10-25T22:00:00Z&to=2022-11-01T00:00:00Z&step=15m";
    let history: BTreeMap<_, _> = building
        .api()
        .list(path)
        .unwrap()
        .into_iter()
        .map(|item| (instant(&item["start"]), item))
        .collect();
    for quarter in office["co2_by_quarter_hour"].as_array().unwrap() {
        let item = &history[&instant(&quarter["start"])];
        assert_eq!(item["count"].as_f64(), quarter["count"].as_f64(), "{quarter}");
        for figure in ["min", "max", "mean"] {
            let (got, want) = (item[figure].as_f64().unwrap(), quarter[figure].as_f64().unwrap());
            assert!((got - want).abs() < 0.001, "{figure} {got}, computed apart {quarter}");
        }
    }
    for (quantity, direction) in [("people_in", "in"), ("people_out", "out")] {
        for (day, passages) in passages_by_day(&building, quantity) {
            let people = office["door_by_day"][&day][direction].as_f64().unwrap_or(0.0);
            assert!(
                (passages - people).abs() < 1e-9,
                "{day}: {passages} went {direction}, computed apart {people}"
            );
        }
    }
}

/// How much a door register grew on each civil day.
fn passages_by_day(building: &Installation, quantity: &str) -> BTreeMap<String, f64> {
    let paris = TimeZone::get("Europe/Paris").unwrap();
    let readings = building.api().readings("porte-999169", quantity);
    assert!(readings.len() > 1000, "{} readings of {quantity}", readings.len());
    let mut days = BTreeMap::new();
    for pair in readings.windows(2) {
        let day = pair[1].0.to_jiff().to_zoned_datetime(paris.clone()).date().to_string();
        *days.entry(day).or_insert(0.0) +=
            pair[1].1.as_f64().unwrap() - pair[0].1.as_f64().unwrap();
    }
    days
}
