//! What the API tells of energy beyond watt-hours: each figure with its proof, and what is unknown as such.

use domain::site::{self, Site};
use domain::{Instant, Quantity};
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{House, at};

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100

[[price]]
since = "2026-01-01"
eur_per_kwh = 0.20
fixed_eur_per_year = 365
source = "contract of 2026"
periods = [{ name = "night", eur_per_kwh = 0.10, hours = ["00:00-06:00"] }]

[[zone]]
id = "workshop"
name = "Workshop"
area_m2 = 40

[[meter]]
id = "main"
name = "Main"
energy = [{ device = "main" }]
power = [{ device = "main" }]
subscribed_kva = 0.6

[[meter]]
id = "laser"
name = "Laser"
zone = "workshop"
parent = "main"
use = "machines"
machine = "laser"
energy = [{ device = "laser" }]
power = [{ device = "laser" }]
"#;

/// Midnight in Paris.
const MIDNIGHT: &str = "2026-11-21T23:00:00Z";
/// The Sunday before the present day.
const SUNDAY: &str = "from=2026-11-21T23:00:00Z&to=2026-11-22T23:00:00Z";

fn house() -> House {
    House::of(parsed(SITE), false)
}

fn parsed(text: &str) -> Site {
    site::parse(text, "house.toml").unwrap()
}

fn minute(minute: i64) -> Instant {
    at(MIDNIGHT) + SignedDuration::from_mins(minute)
}

impl House {
    /// A register that starts at 50 kWh and rises by so many Wh every ten minutes of Sunday.
    async fn registers(&self, device: &str, wh: f64) {
        for n in 0..=144_i32 {
            let total = 50_000.0 + wh * f64::from(n);
            self.stores(device, Quantity::EnergyImported, minute(i64::from(n) * 10), total).await;
        }
    }

    /// Constant power every ten minutes of a part of Sunday.
    async fn draws(&self, device: &str, watts: f64, minutes: std::ops::RangeInclusive<i64>) {
        for n in minutes.step_by(10) {
            self.stores(device, Quantity::ActivePower, minute(n), watts).await;
        }
    }

    async fn sunday(&self, call: &str) -> Value {
        self.json(&format!("/api/v1/{call}{}{SUNDAY}", if call.contains('?') { '&' } else { '?' }))
            .await
    }
}

fn near(value: &Value, wanted: f64) {
    let number = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
    assert!((number - wanted).abs() < 1e-6, "{number} is not {wanted}");
}

#[tokio::test]
async fn a_zone_has_the_energy_of_its_topmost_meters_and_the_building_that_of_its_own() {
    let house = house();
    house.registers("main", 100.0).await;
    house.registers("laser", 30.0).await;

    near(&house.sunday("zones/building/energy").await["items"][0]["energy_wh"], 14_400.0);
    near(&house.sunday("zones/workshop/energy").await["items"][0]["energy_wh"], 4320.0);
    house.problem("/api/v1/zones/nowhere/energy", 404).await;
}

#[tokio::test]
async fn a_month_is_the_sum_of_its_days_and_a_day_of_its_hours() {
    let house = house();
    house.registers("main", 100.0).await;
    let sum = |answer: Value| -> f64 {
        let items = answer["items"].as_array().unwrap().clone();
        items.iter().filter_map(|item| item["energy_wh"].as_f64()).sum()
    };

    let month = "from=2026-10-31T23:00:00Z&to=2026-11-30T23:00:00Z";
    let by = |step: &str| format!("/api/v1/meters/main/energy?{month}&by={step}");
    for step in ["hour", "day", "month", "year"] {
        let total = sum(house.json(&by(step)).await);
        assert!((total - 14_400.0).abs() < 1e-6, "by {step}: {total}");
    }
}

#[tokio::test]
async fn energy_has_its_euros_and_kilograms_with_the_source_of_each_number() {
    let house = house();
    house.registers("main", 100.0).await;

    let answer = house.sunday("zones/building/accounts?by=day").await;
    let day = &answer["items"][0];

    // 6 h at night, 18 h by day, 600 W.
    near(&day["cost"]["eur"], 3.6 * 0.10 + 10.8 * 0.20);
    near(&day["fixed_eur"], 1.0);
    assert_eq!(day["cost"]["sources"], json!(["contract of 2026"]));
    assert_eq!(day["cost"]["parts"][0]["name"], "night");
    near(&day["kg_co2e"]["value"], 14.4 * 0.052);
    assert_eq!(day["kg_co2e"]["factors"][0]["years_old"], 4);
    assert_eq!(day["kg_co2e"]["factors"][0]["confirmed"], false);
    near(&day["primary_kwh"]["value"], 14.4 * 1.9);
    near(&day["area_m2"], 100.0);
}

#[tokio::test]
async fn without_a_price_there_is_no_cost_and_the_rest_still_comes_out() {
    let start = SITE.find("[[price]]").unwrap();
    let end = SITE.find("[[zone]]").unwrap();
    let house = House::of(parsed(&format!("{}{}", &SITE[..start], &SITE[end..])), false);
    house.registers("main", 100.0).await;

    let answer = house.sunday("meters/main/accounts?by=day").await;
    let day = &answer["items"][0];

    assert_eq!((&day["cost"]["eur"], &day["fixed_eur"]), (&Value::Null, &Value::Null));
    near(&day["cost"]["unpriced_wh"], 14_400.0);
    near(&day["energy_wh"], 14_400.0);
    near(&day["kg_co2e"]["value"], 14.4 * 0.052);
}

#[tokio::test]
async fn a_constant_load_is_all_baseload_on_each_hour_of_its_day() {
    let house = house();
    house.registers("main", 100.0).await;

    let answer = house.sunday("meters/main/load").await;

    near(&answer["load"]["baseload_w"], 600.0);
    near(&answer["load"]["baseload_share"], 1.0);
    assert_eq!(answer["duration_curve_w"].as_array().unwrap().len(), 101);
    near(&answer["heat_map"]["watts"][6][23], 600.0);
    assert_eq!(answer["heat_map"]["watts"][0][12], Value::Null);
    assert_eq!(answer["nights"][0]["date"], "2026-11-22");
    near(&answer["nights"][0]["watts"], 600.0);
}

#[tokio::test]
async fn a_machine_tells_its_sessions_with_energy_cost_and_standby() {
    let house = house();
    house.draws("laser", 8.0, 0..=590).await;
    house.draws("laser", 900.0, 600..=650).await;
    house.draws("laser", 8.0, 660..=1440).await;

    let answer = house.sunday("meters/laser/sessions").await;
    let session = &answer["sessions"][0];

    assert_eq!(answer["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(session["start"], "2026-11-22T09:00:00Z");
    assert_eq!(session["end"], "2026-11-22T10:00:00Z");
    near(&session["energy_wh"], 900.0);
    near(&session["peak_w"], 900.0);
    near(&session["eur"], 0.18);
    near(&answer["wh_per_session"], 900.0);
    near(&answer["standby"]["watts"], 8.0);
    house.problem("/api/v1/meters/main/sessions", 404).await;
}

#[tokio::test]
async fn the_measured_share_of_a_machine_is_that_of_its_energy() {
    let house = house();
    house.draws("laser", 8.0, 0..=590).await;
    house.draws("laser", 900.0, 600..=650).await;

    let machine = house.sunday("meters/laser/sessions").await;
    let energy = house.sunday("meters/laser/energy?by=day").await;

    assert_eq!(machine["coverage"], energy["items"][0]["coverage"]);
    assert!((0.4..0.5).contains(&machine["coverage"].as_f64().unwrap()), "{machine}");
}

#[tokio::test]
async fn without_anybody_who_counts_it_is_unknown_whether_energy_was_for_somebody() {
    let house = house();
    house.registers("laser", 30.0).await;

    let answer = house.sunday("zones/workshop/usage?by=day").await;
    let day = &answer["items"][0];

    near(&day["unknown_wh"], 4320.0);
    near(&day["vacant_wh"], 0.0);
    assert_eq!((&day["person_hours"], &day["vacant_eur"]), (&Value::Null, &Value::Null));
}

#[tokio::test]
async fn parts_above_their_whole_are_listed_with_interval_and_size() {
    let house = house();
    house.registers("main", 100.0).await;
    house.registers("laser", 150.0).await;

    let answer = house.sunday("meters/main/parts?by=day").await;

    near(&answer["items"][0]["excess_wh"], 7200.0);
    assert_eq!(answer["items"][0]["contradiction"], true);
    assert_eq!(answer["items"][0]["parts"][0]["meter"], "laser");
    assert_eq!(answer["excesses"][0]["start"], MIDNIGHT);
    near(&answer["excesses"][0]["energy_wh"], 7200.0);
    // And the building is what its own meter says.
    near(&house.sunday("zones/building/energy").await["items"][0]["energy_wh"], 14_400.0);
}

#[tokio::test]
async fn a_register_that_departs_from_its_power_is_to_be_verified() {
    let house = house();
    house.registers("main", 100.0).await;
    house.draws("main", 660.0, 0..=1440).await;

    let answer = house.sunday("meters/main/checks").await;

    assert_eq!(answer["items"][0]["verdict"], "to_verify");
    near(&answer["items"][0]["deviation"], 0.1);
}

#[tokio::test]
async fn a_reset_and_a_repaired_silence_are_named() {
    let house = house();
    for (n, wh) in [(0, 90_000.0), (10, 90_100.0), (20, 0.0), (30, 100.0), (240, 2200.0)] {
        house.stores("main", Quantity::EnergyImported, minute(n), wh).await;
    }

    let answer = house.sunday("meters/main/events").await;

    let sorts: Vec<_> =
        answer["items"].as_array().unwrap().iter().map(|item| item["sort"].clone()).collect();
    assert_eq!(sorts, ["reset", "repaired"]);
    near(&answer["items"][1]["energy_wh"], 2100.0);
}

#[tokio::test]
async fn uses_and_what_is_not_assigned_make_up_the_building() {
    let house = house();
    house.registers("main", 100.0).await;
    house.registers("laser", 25.0).await;

    let answer = house.sunday("energy/breakdown?by=use").await;

    assert_eq!(
        (&answer["items"][0]["id"], &answer["items"][1]["id"]),
        (&json!("machines"), &json!("unassigned"))
    );
    near(&answer["items"][0]["share"], 0.25);
    near(&answer["items"][1]["energy_wh"], 10_800.0);
    let by_zone = house.sunday("energy/breakdown?by=zone").await;
    near(&by_zone["items"][0]["kwh_per_m2"], 3.6 / 40.0);
}

#[tokio::test]
async fn power_in_watts_is_compared_with_the_subscription_and_says_that_it_is_assumed() {
    let house = house();
    house.draws("main", 600.0, 0..=50).await;

    let answer = house.sunday("meters/main/demand").await;

    near(&answer["highest_kva"], 0.6 / 0.95);
    assert_eq!(answer["is_assumed"], true);
    assert_eq!(answer["overruns"][0]["start"], MIDNIGHT);
    house.problem("/api/v1/meters/laser/demand", 404).await;
}

#[tokio::test]
async fn what_the_site_file_does_not_name_is_404_with_the_key_that_is_missing() {
    let house = house();
    let reference = house.problem("/api/v1/pathway", 404).await;
    assert!(reference["expected"].as_str().unwrap().contains("[reference]"));
    let outdoor = house.problem("/api/v1/climate", 404).await;
    assert!(outdoor["expected"].as_str().unwrap().contains("outdoor_temperature"));
}

#[tokio::test]
async fn a_part_of_a_year_is_no_year_beside_the_goals() {
    let text = format!("{SITE}\n[reference]\nyear = 2016\nkwh = 10000\nsource = \"bills\"\n");
    let house = House::of(parsed(&text), false);
    house.registers("main", 100.0).await;

    let answer = house.json("/api/v1/pathway").await;

    assert_eq!(answer["current_kwh"], Value::Null);
    near(&answer["goals"][0]["kwh"], 6000.0);
    assert!(answer["coverage"].as_f64().unwrap() < 0.01);
}

#[tokio::test]
async fn too_long_a_span_is_refused_with_the_longest_one() {
    let house = house();
    let span = "from=2020-01-01T00:00:00Z&to=2026-01-01T00:00:00Z";
    let problem = house.problem(&format!("/api/v1/meters/main/load?{span}"), 400).await;
    assert_eq!(problem["expected"], "at most 400 days");
    house.problem(&format!("/api/v1/zones/building/usage?{span}"), 400).await;
    house.problem("/api/v1/energy/breakdown?by=colour", 400).await;
}

#[tokio::test]
async fn a_warm_month_is_compared_with_the_cold_one_a_year_before_at_the_same_weather() {
    let text = SITE.replace("area_m2 = 100", "area_m2 = 100\noutdoor_temperature = \"outside\"");
    let point = "[[point]]\nid = \"outside\"\nzone = \"workshop\"\nquantity = \"temperature\"\n\
                 sources = [{ device = \"mast\" }]\n";
    let house = House::of(parsed(&format!("{text}\n{point}")), false);
    // A day takes 10 kWh, and 1 kWh for each degree below 18. This September was 4 to 18 degrees, the last one 5.
    let mut total = 50_000.0;
    for (begin, is_warm) in [("2025-08-31T22:00:00Z", false), ("2026-08-31T22:00:00Z", true)] {
        for hour in 0..=30 * 24_i32 {
            let when = at(begin) + SignedDuration::from_hours(hour.into());
            let celsius = if is_warm { 4.0 + f64::from(hour / 24 % 15) } else { 5.0 };
            house.stores("mast", Quantity::Temperature, when, celsius).await;
            for quarter in 0..4 {
                let when = when + SignedDuration::from_mins(15 * quarter);
                house.stores("main", Quantity::EnergyImported, when, total).await;
                total += (10_000.0 + 1000.0 * (18.0 - celsius)) / 96.0;
            }
        }
    }

    let span = "from=2026-08-31T22:00:00Z&to=2026-09-30T22:00:00Z";
    let answer = house.json(&format!("/api/v1/climate?{span}")).await;

    let comparison = &answer["comparison"];
    let close = |value: &Value, wanted: f64| {
        let number = value.as_f64().unwrap_or_else(|| panic!("{value} is no number"));
        assert!((number - wanted).abs() < 1e-3 * wanted.max(1.0), "{number} is not {wanted}");
    };
    close(&answer["energy"]["energy_wh"], 510_000.0);
    close(&comparison["energy_wh"], 690_000.0);
    assert_eq!(comparison["heating_from"], "signature");
    // The building is as it was: all of the difference is the weather.
    close(&comparison["adjusted_wh"], 690_000.0);
    close(&comparison["change"], 0.0);
    assert_eq!(comparison["start"], "2025-08-31T22:00:00Z");
    assert_eq!(answer["days"].as_array().map(Vec::len), Some(30));
}
