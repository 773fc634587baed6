//! A small house as it stands now.

use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::Value as Json;

use super::*;
use crate::instant::Instant;
use crate::message::DevicePresence;
use crate::quantity::Quantity;
use crate::reading::{DatedBy, Observation, Reading, Source, Value};
use crate::wire::state::{LARGEST, document};

mod alerts;
mod climate;
mod clocks;
mod demand;

const HOUSE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[[zone]]
id = "workshop"
name = "Workshop"
capacity = 4

[[point]]
id = "workshop-co2"
zone = "workshop"
quantity = "co2"
sources = [{ device = "air" }]

[[doorway]]
id = "door"
from = "outside"
to = "workshop"
sources = [{ device = "door" }]

[[meter]]
id = "saw"
name = "Saw"
zone = "workshop"
running_above_w = 200
energy = [{ device = "plug" }]
power = [{ device = "plug" }]
"#;

/// A second of the afternoon of Monday 23 November 2026.
fn at(second: i64) -> Instant {
    "2026-11-23T14:00:00Z".parse::<Instant>().unwrap() + SignedDuration::from_secs(second)
}

fn reading(device: &str, quantity: Quantity, second: i64, number: f64) -> Reading {
    let source = Source { device: device.parse().unwrap(), quantity, channel: None };
    let value = Value::from_f64(quantity.kind(), number);
    let (observed_at, received_at) = (at(second), at(second));
    Reading {
        source,
        observation: Observation { observed_at, received_at, dated_by: DatedBy::Device, value },
    }
}

/// A house of which the store knows nothing yet.
fn house() -> Live {
    let site = crate::site::parse(HOUSE, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    for need in live.take_stale(at(0)) {
        live.reload(&need.source, &[]);
    }
    live
}

/// Documents of the states that changed, by name.
fn documents(live: &mut Live, second: i64) -> Vec<(String, Json)> {
    live.states(at(second)).into_iter().map(document).collect()
}

fn names(live: &mut Live, second: i64) -> Vec<String> {
    documents(live, second).into_iter().map(|(name, _)| name).collect()
}

fn published(live: &mut Live, name: &str, second: i64) -> Option<Json> {
    let states = documents(live, second);
    states.into_iter().find(|(other, _)| other == name).map(|(_, state)| state)
}

fn alerts(live: &mut Live, second: i64) -> Vec<String> {
    live.states(at(second));
    let rule = |alert: &crate::alerts::Alert| {
        serde_json::to_value(alert).unwrap()["rule"].as_str().unwrap().to_owned()
    };
    live.alerts().iter().map(rule).collect()
}

#[test]
fn at_start_every_source_of_the_site_is_loaded_once() {
    let site = crate::site::parse(HOUSE, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    assert_eq!(live.take_stale(at(0)).len(), 5);
    assert_eq!(live.take_stale(at(0)), []);
}

#[test]
fn the_first_call_publishes_everything_and_the_next_one_what_changed() {
    let mut live = house();
    assert_eq!(names(&mut live, 0), ["building", "zones/workshop", "meters/saw", "devices"]);
    assert_eq!(live.states(at(1)), []);

    live.observe(&reading("air", Quantity::Co2, 2, 640.0));

    assert_eq!(
        names(&mut live, 2),
        ["zones/workshop", "devices"],
        "its air, and a device with its first reading"
    );
}

#[test]
fn a_late_reading_never_moves_the_live_figure() {
    let mut live = house();
    live.observe(&reading("air", Quantity::Co2, 60, 900.0));
    live.observe(&reading("air", Quantity::Co2, 10, 500.0));
    let zone = published(&mut live, "zones/workshop", 61).unwrap();
    assert_eq!(zone["gauges"][0]["value"], 900.0);
    assert_eq!(zone["gauges"][0]["freshness"], "fresh");
}

#[test]
fn what_is_observed_while_series_are_loaded_is_not_lost() {
    let site = crate::site::parse(HOUSE, "house.toml").unwrap();
    let mut live = Live::new(Arc::new(site), at(0));
    let needs = live.take_stale(at(0));
    live.observe(&reading("plug", Quantity::EnergyImported, 60, 1030.0));
    for need in needs {
        let stored = [reading("plug", Quantity::EnergyImported, 0, 1000.0).observation];
        let is_register = need.source.quantity == Quantity::EnergyImported;
        live.reload(&need.source, if is_register { &stored } else { &[] });
    }
    live.observe(&reading("plug", Quantity::EnergyImported, 120, 1070.0));
    let meter = published(&mut live, "meters/saw", 121).unwrap();
    assert_eq!(meter["today_wh"], 70.0);
}

#[test]
fn a_reading_out_of_order_is_settled_by_loading_again() {
    let mut live = house();
    live.observe(&reading("plug", Quantity::EnergyImported, 600, 1100.0));
    live.observe(&reading("plug", Quantity::EnergyImported, 0, 1000.0));
    let needs = live.take_stale(at(606));
    assert_eq!(needs.len(), 2, "the register and the power of the same meter");
    for need in needs {
        let stored = [(0, 1000.0), (600, 1100.0)].map(|(second, total)| {
            reading("plug", Quantity::EnergyImported, second, total).observation
        });
        let is_register = need.source.quantity == Quantity::EnergyImported;
        live.reload(&need.source, if is_register { &stored } else { &[] });
    }
    assert_eq!(published(&mut live, "meters/saw", 606).unwrap()["today_wh"], 100.0);
}

#[test]
fn the_new_day_begins_at_midnight_without_asking_the_store() {
    let mut live = house();
    for (second, total) in [(32_000, 5000.0), (32_400, 5010.0), (32_700, 5030.0)] {
        live.observe(&reading("plug", Quantity::EnergyImported, second, total));
    }
    let meter = published(&mut live, "meters/saw", 32_701).unwrap();
    assert_eq!(
        (&meter["yesterday_wh"], &meter["today_wh"]),
        (&Json::from(10.0), &Json::from(20.0))
    );
    assert_eq!(meter["month_wh"], 30.0);
}

#[test]
fn power_of_a_plug_that_fell_silent_is_not_published_as_power_now() {
    let mut live = house();
    for second in 0..10 {
        live.observe(&reading("plug", Quantity::ActivePower, second * 10, 450.0));
    }
    let meter = published(&mut live, "meters/saw", 170).unwrap();
    assert_eq!(
        (&meter["power_w"], &meter["activity"]["state"]),
        (&Json::from(450.0), &Json::from("running"))
    );
    let meter = published(&mut live, "meters/saw", 1200).unwrap();
    assert_eq!((&meter["power_w"], &meter["activity"]), (&Json::Null, &Json::Null));
}

#[test]
fn a_device_is_late_and_then_lost_by_its_own_rhythm() {
    let mut live = house();
    for second in 0..10 {
        live.observe(&reading("air", Quantity::Co2, second * 10, 600.0));
    }
    let mut health = |second| {
        live.states(at(second));
        let device =
            live.devices.pages().into_iter().flatten().find(|device| device.id.as_str() == "air");
        serde_json::to_value(device.unwrap().state).unwrap()
    };
    assert_eq!(health(100), "online");
    assert_eq!(health(130), "late");
    assert_eq!(health(1000), "lost");
}

#[test]
fn the_last_sign_of_life_of_a_device_survives_a_restart() {
    let mut live = house();
    let last = reading("stranger", Quantity::Co2, -86_400, 600.0);
    live.restore(&last.source, &last.observation);
    let devices = published(&mut live, "devices", 0).unwrap();
    let stranger = devices["devices"]
        .as_array()
        .unwrap()
        .iter()
        .find(|device| device["id"] == "stranger")
        .unwrap();
    assert_eq!(
        (&stranger["last_seen"], &stranger["state"], &stranger["known"]),
        (&Json::from("2026-11-22T14:00:00Z"), &Json::from("lost"), &Json::from(false))
    );
}

#[test]
fn the_first_reading_of_a_register_takes_the_place_of_the_power_just_before() {
    let mut live = house();
    for second in [0, 60, 120] {
        live.observe(&reading("plug", Quantity::ActivePower, second, 600.0));
    }
    assert_eq!(live.take_stale(at(120)), []);
    live.observe(&reading("plug", Quantity::EnergyImported, 121, 1000.0));
    assert_eq!(live.take_stale(at(122)).len(), 2);
}

#[test]
fn two_thousand_strangers_with_the_longest_names_fill_pages_that_a_broker_takes() {
    let mut live = house();
    let name = |number: usize| format!("{}{number:04}", "\u{1f600}".repeat(124));
    for number in 0..2000 {
        live.observe(&reading(&name(number), Quantity::Co2, 0, 600.0));
    }
    let documents: Vec<_> = live.states(at(1)).into_iter().map(document).collect();
    assert!(documents.iter().all(|(_, state)| state.to_string().len() <= LARGEST));
    let pages: Vec<_> = documents.iter().filter(|(name, _)| name.starts_with("devices")).collect();
    assert!(pages.iter().all(|(_, page)| page["pages"] == pages.len()));
    assert_eq!((pages[0].0.as_str(), pages[1].0.as_str()), ("devices", "devices/2"));
    assert!(pages[0].1["devices"][0]["known"].as_bool().unwrap(), "those of the site come first");
    let shown = |id: &str| {
        pages.iter().any(|(_, page)| {
            page["devices"].as_array().unwrap().iter().any(|device| device["id"] == id)
        })
    };
    assert!([0, 999, 1999].into_iter().all(|number| shown(&name(number))));
}
