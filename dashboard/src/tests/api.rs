//! The API: shapes, pages of items, and error answers.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::Quantity;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{House, NOW, at, text};

fn people(count: Option<f64>) -> Value {
    json!({
        "people": count, "low": count.map(|n| n - 8.0), "high": count.map(|n| n + 9.0),
        "capacity": 200, "share": count.map(|n| n / 200.0), "occupancy": "occupied",
        "quality": "estimated", "drift": null, "last_residual": null,
    })
}

fn energy() -> Value {
    json!({
        "power_w": 3418.0, "today_wh": 12640.0, "yesterday_wh": null, "month_wh": null,
        "coverage": 0.98, "energy_quality": "partial",
    })
}

fn merged(parts: &[Value]) -> Value {
    let fields = parts.iter().filter_map(Value::as_object).flatten();
    fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

pub(super) fn building(count: Option<f64>) -> Value {
    merged(&[people(count), energy(), json!({ "as_of": NOW, "open": true })])
}

pub(super) fn zone(id: &str, co2: f64, freshness: &str) -> Value {
    let gauge = json!({
        "point": format!("{id}-co2"), "quantity": "co2", "value": co2,
        "observed_at": "2026-11-23T11:56:00Z", "freshness": freshness,
    });
    let rest = json!({ "as_of": NOW, "id": id, "gauges": [gauge], "age_s": 240.0 });
    merged(&[people(Some(34.0)), energy(), rest])
}

pub(super) fn pulse() -> Value {
    json!({ "as_of": NOW, "online": true, "version": "0.1.0", "refused": 2, "stored": 10 })
}

#[tokio::test]
async fn before_any_reading_every_zone_and_meter_is_there_and_unknown() {
    let live = House::in_dreux().json("/api/v1/live").await;

    assert_eq!(live["building"]["people"], Value::Null);
    assert_eq!(live["building"]["quality"], "unknown");
    assert_eq!(live["building"]["capacity"], 200);
    assert!(live["zones"].as_array().unwrap().len() >= 8);
    assert!(live["meters"].as_array().unwrap().iter().all(|meter| meter["power_w"].is_null()));
    assert_eq!(live["gateway"]["alive"], false);
}

#[tokio::test]
async fn the_live_view_shows_what_the_state_topics_say() {
    let house = House::in_dreux();
    house.hears("building", &building(Some(118.0)));
    house.hears("zones/fablab", &zone("fablab", 742.0, "fresh"));
    house.hears("gateway", &pulse());

    let live = house.json("/api/v1/live").await;

    assert_eq!(live["as_of"], NOW);
    assert_eq!(live["building"]["people"], 118.0);
    let fablab = live["zones"].as_array().unwrap().iter().find(|zone| zone["id"] == "fablab");
    let fablab = fablab.unwrap();
    assert_eq!((&fablab["co2_ppm"], &fablab["temperature_c"]), (&json!(742.0), &Value::Null));
    assert_eq!(fablab["age_s"], 240.0);
    assert_eq!(live["gateway"]["alive"], true);
}

#[tokio::test]
async fn a_gauge_that_is_lost_has_no_figure_in_the_live_view() {
    let house = House::in_dreux();
    house.hears("zones/bureaux", &zone("bureaux", 742.0, "lost"));

    let live = house.json("/api/v1/live").await;

    let zones = live["zones"].as_array().unwrap();
    let offices = zones.iter().find(|zone| zone["id"] == "bureaux").unwrap();
    assert_eq!(offices["co2_ppm"], Value::Null);
}

#[tokio::test]
async fn a_source_is_listed_with_its_unit_its_role_and_its_newest_reading() {
    let house = House::in_dreux();
    house.stores("air-fablab", Quantity::Co2, at("2026-11-23T11:00:00Z"), 700.0).await;
    house.stores("air-fablab", Quantity::Co2, at("2026-11-23T11:01:00Z"), 710.0).await;

    let sources = house.json("/api/v1/sources").await;

    let reading = json!({
        "observed_at": "2026-11-23T11:01:00Z", "received_at": "2026-11-23T11:01:00Z", "value": 710.0,
    });
    let source = json!({
        "device": "air-fablab", "quantity": "co2", "channel": null, "unit": "ppm",
        "family": null, "point": "fablab-co2", "last": reading,
    });
    assert_eq!(sources, json!({ "items": [source], "next": null }));
}

#[tokio::test]
async fn a_device_with_slashes_in_its_name_is_found_by_its_encoded_name() {
    let house = House::in_dreux();
    house.stores("Salle/Table nord", Quantity::Co2, at("2026-11-23T11:00:00Z"), 700.0).await;

    let readings = house.json("/api/v1/sources/Salle%2FTable%20nord/co2/readings").await;

    assert_eq!(readings["items"][0]["value"], 700.0);
}

#[tokio::test]
async fn the_readings_of_a_state_are_true_or_false() {
    let house = House::in_dreux();
    let moving = at("2026-11-23T11:00:00Z");
    house.stores("pir", Quantity::OccupancyDetected, moving, 1.0).await;

    let readings = house.json("/api/v1/sources/pir/occupancy_detected/readings").await;

    assert_eq!(readings["items"][0]["value"], true);
}

#[tokio::test]
async fn readings_come_in_pages_and_none_is_lost_between_them() {
    let house = House::in_dreux();
    for minute in 0..5 {
        let when = at("2026-11-23T11:00:00Z") + SignedDuration::from_mins(minute);
        house.stores("air", Quantity::Co2, when, 700.0).await;
    }

    let address = "/api/v1/sources/air/co2/readings?limit=3";
    let first = house.json(address).await;
    let cursor = first["next"].as_str().unwrap();
    let second = house.json(&format!("{address}&cursor={cursor}")).await;

    assert_eq!(first["items"].as_array().unwrap().len(), 3);
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert_eq!(second["items"][0]["observed_at"], "2026-11-23T11:03:00Z");
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn without_a_channel_the_plain_source_is_meant_or_the_only_one() {
    let house = House::in_dreux();
    let when = at("2026-11-23T11:00:00Z");
    house.stores_of("one", Quantity::ActivePower, Some("a"), when, 1.0).await;
    house.stores_of("two", Quantity::ActivePower, Some("a"), when, 1.0).await;
    house.stores_of("two", Quantity::ActivePower, Some("b"), when, 2.0).await;

    let only = house.json("/api/v1/sources/one/active_power/readings").await;
    let chosen = house.json("/api/v1/sources/two/active_power/readings?channel=b").await;
    let unclear = house.problem("/api/v1/sources/two/active_power/readings", 400).await;

    assert_eq!(only["items"][0]["value"], 1.0);
    assert_eq!(chosen["items"][0]["value"], 2.0);
    assert_eq!(unclear["expected"], "`channel` of a, b");
}

#[tokio::test]
async fn a_history_has_every_bucket_and_null_where_nothing_was_measured() {
    let house = House::in_dreux();
    for minute in 0..15_i32 {
        let when = at("2026-11-23T10:00:00Z") + SignedDuration::from_mins(minute.into());
        house.stores("air-fablab", Quantity::Co2, when, 700.0 + f64::from(minute)).await;
    }

    let span = "from=2026-11-23T10:00:00Z&to=2026-11-23T11:00:00Z&step=15m";
    let history = house.json(&format!("/api/v1/points/fablab-co2/history?{span}")).await;

    let items = history["items"].as_array().unwrap();
    assert_eq!(items.len(), 4);
    assert_eq!((&items[0]["count"], &items[0]["min"]), (&json!(15), &json!(700.0)));
    assert_eq!((&items[0]["max"], &items[0]["last"]), (&json!(714.0), &json!(714.0)));
    assert_eq!((&items[3]["count"], &items[3]["mean"]), (&json!(0), &Value::Null));
    assert_eq!(history["next"], Value::Null);
}

#[tokio::test]
async fn energy_without_readings_is_null_and_never_nothing() {
    let house = House::in_dreux();

    let span = "from=2026-11-22T23:00:00Z&to=2026-11-23T23:00:00Z";
    let energy = house.json(&format!("/api/v1/meters/laser/energy?{span}&by=day")).await;

    let items = energy["items"].as_array().unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["start"], "2026-11-22T23:00:00Z");
    assert_eq!(items[0]["energy_wh"], Value::Null);
    assert_eq!(items[0]["quality"], "unknown");
}

#[tokio::test]
async fn people_are_given_by_zone_and_for_the_building() {
    let house = House::in_dreux();

    for zone in ["building", "fablab"] {
        let occupancy = house.json(&format!("/api/v1/zones/{zone}/occupancy?step=1h")).await;
        let items = occupancy["items"].as_array().unwrap();
        assert_eq!(items.len(), 24, "{zone}");
        assert_eq!(items[0]["people"], Value::Null);
        assert_eq!(items[0]["quality"], "unknown");
    }
}

#[tokio::test]
async fn what_was_refused_is_listed_with_its_reason_newest_first() {
    let house = House::in_dreux();
    house.refuses("vigie/v1/dreux/sensors/a/co2", "one").await;
    house.refuses("vigie/v1/dreux/sensors/b/co2", "two").await;
    house.refuses("vigie/v1/dreux/sensors/b/co2", "two").await;

    let first = house.json("/api/v1/quarantine?limit=1").await;
    let cursor = first["next"].as_str().unwrap();
    let second = house.json(&format!("/api/v1/quarantine?limit=1&cursor={cursor}")).await;

    assert_eq!(first["items"][0]["payload"], "two");
    assert_eq!(first["items"][0]["count"], 2);
    assert_eq!(first["items"][0]["reason"], "-5000 ppm is outside what co2 can be");
    assert_eq!(first["items"][0]["reason_label"], "value");
    assert_eq!((&second["items"][0]["payload"], &second["next"]), (&json!("one"), &Value::Null));
}

#[tokio::test]
async fn an_unknown_name_is_404_and_says_where_the_names_are() {
    let house = House::in_dreux();
    house.stores("air", Quantity::Co2, at(NOW), 700.0).await;

    for address in [
        "/api/v1/sources/nobody/co2/readings",
        "/api/v1/sources/air/happiness/readings",
        "/api/v1/sources/air/temperature/readings",
        "/api/v1/sources/air/co2/readings?channel=x",
        "/api/v1/points/nowhere/history",
        "/api/v1/zones/nowhere/occupancy",
        "/api/v1/meters/nothing/energy",
        "/api/v1/nonsense",
        "/api/v1/sources/a%00b/co2/readings",
    ] {
        let problem = house.problem(address, 404).await;
        assert!(problem["expected"].is_string(), "{address}");
    }
}

#[tokio::test]
async fn a_bad_query_is_400_and_says_what_was_expected() {
    let house = House::in_dreux();

    for query in [
        "points/fablab-co2/history?from=yesterday",
        "points/fablab-co2/history?from=2026-11-23T10:00:00",
        "points/fablab-co2/history?step=2m",
        "points/fablab-co2/history?step=month",
        "points/fablab-co2/history?from=2026-11-24T00:00:00Z&to=2026-11-23T00:00:00Z",
        "points/fablab-co2/history?from=1990-01-01T00:00:00Z&step=1m",
        "points/fablab-co2/history?limit=0",
        "points/fablab-co2/history?limit=10001",
        "points/fablab-co2/history?cursor=x",
        "meters/laser/energy?by=week",
        "quarantine?cursor=-1",
        "sources?cursor=%FF",
    ] {
        let problem = house.problem(&format!("/api/v1/{query}"), 400).await;
        assert!(problem["expected"].is_string(), "{query}");
        assert_eq!(problem["status"], 400);
    }
}

#[tokio::test]
async fn nothing_can_be_changed() {
    let house = House::in_dreux();
    let request = Request::post("/api/v1/live").body(Body::empty()).unwrap();

    let answer = house.asks(request).await;

    assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn readiness_names_what_is_missing() {
    let house = House::in_dreux();
    assert_eq!(house.get("/ready").await.status(), StatusCode::OK);

    house.readiness.send(Some("the broker at 127.0.0.1:1883 does not answer".to_owned())).unwrap();

    let answer = house.get("/ready").await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(text(answer).await, "the broker at 127.0.0.1:1883 does not answer\n");
    assert_eq!(house.get("/health").await.status(), StatusCode::OK);
    assert!(house.page("/metrics").await.contains("vigie_messages_received_total 7"));
}
