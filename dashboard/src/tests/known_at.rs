//! `known_at`: every figure can be had as it was known before, and what has no such state says so.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::{Instant, Quantity, site};
use jiff::SignedDuration;
use serde_json::Value;
use store::AuditWriter;

use super::{House, NOW, at, text};
use crate::routes;

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 10
area_m2 = 100
outdoor_temperature = "outside"

[site.opening]
friday = ["08:00-18:00"]
saturday = ["08:00-18:00"]
monday = ["08:00-18:00"]

[reference]
year = 2016
kwh = 10000
source = "bills"

[[price]]
since = "2026-01-01"
eur_per_kwh = 0.20
source = "contract of 2026"

[[zone]]
id = "workshop"
name = "Workshop"
capacity = 10
area_m2 = 40
volume_m3 = 200

[[doorway]]
id = "door"
from = "outside"
to = "workshop"
sources = [{ device = "door" }]

[[point]]
id = "co2"
zone = "workshop"
quantity = "co2"
sources = [{ device = "air" }]

[[point]]
id = "outside"
zone = "workshop"
quantity = "temperature"
sources = [{ device = "mast" }]

[[meter]]
id = "main"
name = "Main"
energy = [{ device = "main" }]
power = [{ device = "main" }]
subscribed_kva = 3

[[meter]]
id = "laser"
name = "Laser"
zone = "workshop"
parent = "main"
machine = "laser"
energy = [{ device = "laser" }]
power = [{ device = "laser" }]
"#;

const BEGIN: &str = "2026-11-19T23:00:00Z";
const KNOWN_AT: &str = "2026-11-22T12:00:00Z";
const SPAN: &str = "from=2026-11-19T23:00:00Z&to=2026-11-23T23:00:00Z";

/// The house with its readings up to an instant, which is now.
async fn house(until: Instant) -> House {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    let (mut when, mut main, mut laser, mut people) = (at(BEGIN), 50_000.0, 9_000.0, 0.0);
    while when <= until {
        let hour = (when.since(at(BEGIN)).as_secs() / 3600) % 24;
        let is_day = (8..18).contains(&hour);
        let watts = if hour == 10 { 1800.0 } else { 300.0 };
        // The register of the laser begins again on the last day.
        if when == at("2026-11-23T06:00:00Z") {
            laser = 0.0;
        }
        house.stores("main", Quantity::EnergyImported, when, main).await;
        house.stores("main", Quantity::ActivePower, when, 2.0 * watts).await;
        house.stores("laser", Quantity::EnergyImported, when, laser).await;
        house.stores("laser", Quantity::ActivePower, when, watts).await;
        let is_later = when > at(KNOWN_AT);
        let ppm = if is_day { 900.0 } else { 450.0 } - if is_later { 40.0 } else { 0.0 };
        house.stores("air", Quantity::Co2, when, ppm).await;
        house.stores("mast", Quantity::Temperature, when, 8.0).await;
        people += if hour == 8 { 1.0 } else { 0.0 };
        house.stores("door", Quantity::PeopleIn, when, people).await;
        (main, laser) = (main + watts / 6.0, laser + watts / 12.0);
        when = when + SignedDuration::from_mins(5);
    }
    house.clock.set(until);
    house
}

/// The address of a call with ids that the house has, over the same span.
fn address(path: &str) -> String {
    let meter = if path.ends_with("demand") || path.ends_with("parts") { "main" } else { "laser" };
    let path =
        path.replace("{meter}", meter).replace("{zone}", "workshop").replace("{point}", "co2");
    format!("{path}?{SPAN}")
}

async fn answer(house: &House, address: &str) -> Value {
    let body = house.page(address).await;
    serde_json::from_str(&body).unwrap_or(Value::String(body))
}

/// Whether two answers tell the same to the rounding of sums.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            (one - other).abs() <= 1e-6 * one.abs().max(1.0)
        }
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| other.get(key).is_some_and(|it| same(value, it)))
        }
        (Value::String(one), Value::String(other)) if one.contains('\n') => {
            let fields = |text: &str| -> Vec<Value> {
                let fields = text.split([',', '\n']);
                let number = |field: &str| field.parse::<f64>().map(Value::from);
                fields.map(|it| number(it).unwrap_or_else(|_| it.into())).collect()
            };
            same(&fields(one).into(), &fields(other).into())
        }
        (one, other) => one == other,
    }
}

#[tokio::test]
async fn every_figure_as_known_then_is_the_one_that_was_given_then() {
    let (then, now) = (house(at(KNOWN_AT)).await, house(at(NOW)).await);
    let correction = Correction {
        target: Target::Meter("laser".parse().unwrap()),
        from: at("2026-11-21T08:00:00Z"),
        to: at("2026-11-21T12:00:00Z"),
        effect: Effect::EnergyWh(7.0),
    };
    let draft = Draft {
        at: at("2026-11-23T11:00:00Z"),
        author: "marie".to_owned(),
        reason: "essai".to_owned(),
        deed: Deed::Correction(correction),
        before: None,
    };
    now.store.record(draft).await.unwrap();

    for (path, _) in routes::figures() {
        let address = address(path);
        let given_then = answer(&then, &address).await;
        let known_then = answer(&now, &format!("{address}&known_at={KNOWN_AT}")).await;
        let known_now = answer(&now, &address).await;

        assert!(same(&known_then, &given_then), "{address}:\n{known_then}\n{given_then}");
        assert!(!same(&known_then, &known_now), "{address} ignores `known_at`");
        now.problem(&format!("{address}&known_at=hier"), 400).await;
    }
}

#[tokio::test]
async fn the_report_of_a_month_can_be_had_as_it_was_known() {
    let (then, now) = (house(at(KNOWN_AT)).await, house(at(NOW)).await);
    let address = "/report.csv?month=2026-11";

    let given_then = Value::String(then.page(address).await);
    let known_then = Value::String(now.page(&format!("{address}&known_at={KNOWN_AT}")).await);
    let known_now = Value::String(now.page(address).await);

    assert!(same(&known_then, &given_then), "{known_then}\n{given_then}");
    assert!(!same(&known_then, &known_now));
}

#[tokio::test]
async fn a_call_that_gives_no_figures_refuses_the_instant_and_names_it() {
    let house = House::in_dreux();
    let paths = routes::present().into_iter().map(|(path, _)| path);
    for path in paths.chain(["/api/v1/live/events"]) {
        let path = path.replace("{id}", "1").replace("{device}", "x").replace("{quantity}", "co2");
        let method = match path.as_str() {
            "/api/v1/alerts/1/acknowledge" => Method::POST,
            "/api/v1/corrections/1" => Method::DELETE,
            _ => Method::GET,
        };
        let request = Request::builder().method(method);
        let request = request.uri(format!("{path}?known_at={KNOWN_AT}")).body(Body::empty());
        let answer = house.asks(request.unwrap()).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        assert!(text(answer).await.contains("`known_at` is given"), "{path}");
    }
}
