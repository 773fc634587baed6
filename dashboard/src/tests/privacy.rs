//! Figures of small rooms that the public sees, and those that are withheld.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::{Quantity, site};
use serde_json::{Value, json};

use super::api::{building, pulse, zone};
use super::{House, at, text};
use crate::access::Peer;

const SITE: &str = r#"
[site]
id = "house"
name = "House"
timezone = "Europe/Paris"
capacity = 30
area_m2 = 100

[[zone]]
id = "second"
name = "Deuxième étage"

[[zone]]
id = "office"
name = "Bureau"
parent = "second"
capacity = 2
area_m2 = 12

[[zone]]
id = "hall"
name = "Hall"
capacity = 25

[[doorway]]
id = "front"
from = "outside"
to = "hall"
sources = [{ device = "front" }]

[[doorway]]
id = "office-door"
from = "hall"
to = "office"
sources = [{ device = "office-door" }]

[[point]]
id = "office-presence"
zone = "office"
quantity = "occupancy_detected"
sources = [{ device = "pir" }]

[[point]]
id = "office-co2"
zone = "office"
quantity = "co2"
sources = [{ device = "air" }]
"#;

const SECRETS: [&str; 6] = [
    "/api/v1/zones/office/occupancy",
    "/api/v1/zones/second/occupancy",
    "/api/v1/zones/office/attendance",
    "/api/v1/zones/office/counting",
    "/api/v1/points/office-presence/history",
    "/api/v1/sources/office-door/people_in/readings",
];

async fn house() -> House {
    let house = House::of(site::parse(SITE, "house.toml").unwrap(), false);
    for device in ["front", "office-door"] {
        for quantity in [Quantity::PeopleIn, Quantity::PeopleOut] {
            house.stores(device, quantity, at("2026-11-23T08:00:00Z"), 1.0).await;
        }
    }
    house.stores("pir", Quantity::OccupancyDetected, at("2026-11-23T11:58:00Z"), 1.0).await;
    house.stores("air", Quantity::Co2, at("2026-11-23T11:58:00Z"), 640.0).await;
    house.hears("building", &building(Some(9.0)));
    for id in ["office", "second", "hall"] {
        house.hears(&format!("zones/{id}"), &zone(id, 640.0, "fresh"));
    }
    house.hears("gateway", &pulse());
    house
}

/// Asked from another machine, where nobody is known.
async fn from_elsewhere(house: &House, address: &str) -> (StatusCode, String) {
    let mut request = Request::get(address).body(Body::empty()).unwrap();
    request.extensions_mut().insert(Peer::at("192.168.1.7:50000"));
    let answer = house.asks(request).await;
    (answer.status(), text(answer).await)
}

fn people_of(live: &Value, id: &str) -> Value {
    let zones = live["zones"].as_array().unwrap();
    zones.iter().find(|zone| zone["id"] == id).unwrap()["people"].clone()
}

#[tokio::test]
async fn the_public_does_not_see_who_is_in_a_small_room_but_how_its_air_is() {
    let house = house().await;

    let (_, live) = from_elsewhere(&house, "/api/v1/live").await;
    let live: Value = serde_json::from_str(&live).unwrap();

    assert_eq!(people_of(&live, "office"), json!(null));
    assert_eq!(people_of(&live, "second"), json!(null), "the floor holds only the office");
    assert_ne!(people_of(&live, "hall"), json!(null));
    let office = live["zones"].as_array().unwrap().iter().find(|zone| zone["id"] == "office");
    assert_eq!(
        (&office.unwrap()["withheld"], &office.unwrap()["co2_ppm"]),
        (&json!(true), &json!(640.0))
    );
}

#[tokio::test]
async fn neither_history_nor_readings_nor_doors_tell_the_public_of_a_small_room() {
    let house = house().await;

    for address in SECRETS {
        let (status, body) = from_elsewhere(&house, address).await;
        assert_eq!(status, StatusCode::FORBIDDEN, "{address}: {body}");
        assert_eq!(house.get(address).await.status(), StatusCode::OK, "{address} for the staff");
    }
    let (_, sources) = from_elsewhere(&house, "/api/v1/sources").await;
    let sources: Value = serde_json::from_str(&sources).unwrap();
    for source in sources["items"].as_array().unwrap() {
        let is_secret = ["pir", "office-door"].contains(&source["device"].as_str().unwrap());
        assert_eq!(source["last"].is_null(), is_secret, "{source}");
    }
    let open = from_elsewhere(&house, "/api/v1/zones/hall/occupancy").await;
    assert_eq!(open.0, StatusCode::OK);
}

#[tokio::test]
async fn pages_say_that_a_small_room_is_not_shown_instead_of_calling_it_unknown() {
    let house = house().await;

    for address in ["/", "/zones", "/zones?view=attendance&of=office", "/sensors"] {
        let (status, page) = from_elsewhere(&house, address).await;
        assert_eq!(status, StatusCode::OK, "{address}");
        assert!(page.contains("non affiché"), "{address}: {page}");
    }
    let (_, page) = from_elsewhere(&house, "/history?point=office-presence").await;
    assert!(!page.contains("office-presence"));
    assert!(!house.page("/zones").await.contains("non affiché"), "the staff see it");
}

#[tokio::test]
async fn once_there_is_an_account_people_of_a_small_room_are_told_to_who_has_one_only() {
    let house = house().await;
    assert_ne!(people_of(&house.json("/api/v1/live").await, "office"), json!(null));

    house.adds_marie();

    let here = Request::get("/api/v1/live").body(Body::empty()).unwrap();
    assert_eq!(house.asks(here).await.status(), StatusCode::UNAUTHORIZED, "also on this machine");
    assert_ne!(people_of(&house.json("/api/v1/live").await, "office"), json!(null));
}

#[tokio::test]
async fn any_sign_of_a_proxy_on_this_machine_makes_its_visitor_one_of_the_public() {
    let house = house().await;
    for (name, value) in [
        ("x-forwarded-for", "203.0.113.9"),
        ("via", "1.1 cache"),
        ("x-forwarded-proto", "https"),
        ("x-forwarded-host", "vigie.example"),
        ("cf-connecting-ip", "203.0.113.9"),
    ] {
        let request = Request::get("/api/v1/live").header(name, value);
        let live = text(house.asks(request.body(Body::empty()).unwrap()).await).await;
        assert_eq!(
            people_of(&serde_json::from_str(&live).unwrap(), "office"),
            json!(null),
            "{name}"
        );
    }
}
