//! Corrections: entered, seen, undone, and known as of an instant.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine as _;
use domain::Quantity;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{House, NOW, at, text};

fn basic() -> String {
    let coded = base64::engine::general_purpose::STANDARD.encode("marie:le chat dort ici");
    format!("Basic {coded}")
}

/// Sends a call with an account, and gives status and JSON of the answer.
async fn call(house: &House, method: &str, address: &str, body: &Value) -> (StatusCode, Value) {
    let request = Request::builder()
        .method(method)
        .uri(address)
        .header(header::AUTHORIZATION, basic())
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()));
    let answer = house.asks(request.unwrap()).await;
    let status = answer.status();
    (status, serde_json::from_str(&text(answer).await).unwrap())
}

/// The laser cutter of the demonstration has drawn 1 kWh an hour since nine, says its register.
async fn house() -> House {
    let house = House::with_staff();
    let meter = house.app.site.meter("laser").unwrap();
    let source = meter.energy[0].source.clone();
    let channel = source.channel.as_ref().map(domain::ids::Channel::as_str);
    for minute in 0..=180_i64 {
        let at = at("2026-11-23T09:00:00Z") + SignedDuration::from_mins(minute);
        let total = 5_000_000.0 + minute as f64 * 1000.0 / 60.0;
        house.stores_of(source.device.as_str(), Quantity::EnergyImported, channel, at, total).await;
    }
    house
}

fn wanted() -> Value {
    json!({
        "target": { "meter": "laser" }, "from": "2026-11-23T10:00:00Z", "to": "2026-11-23T11:00:00Z",
        "effect": { "energy_wh": 250.0 }, "reason": "compteur mal câblé",
    })
}

const HOURS: &str =
    "/api/v1/meters/laser/energy?by=hour&from=2026-11-23T09:00:00Z&to=2026-11-23T12:00:00Z";

async fn energies(house: &House, address: &str) -> Vec<f64> {
    let answer = house.json(address).await;
    let items = answer["items"].as_array().unwrap().iter();
    items.map(|item| item["energy_wh"].as_f64().unwrap().round()).collect()
}

#[tokio::test]
async fn a_correction_changes_the_figure_and_undoing_it_brings_it_back() {
    let house = house().await;
    let (status, entered) = call(&house, "POST", "/api/v1/corrections", &wanted()).await;
    let corrected = energies(&house, HOURS).await;
    let (_, listed) = call(&house, "GET", "/api/v1/corrections", &Value::Null).await;
    let undo = format!("/api/v1/corrections/{}?reason=erreur", entered["id"]);
    let (undone, _) = call(&house, "DELETE", &undo, &Value::Null).await;
    let (again, _) = call(&house, "DELETE", &undo, &Value::Null).await;

    assert_eq!(
        (status, undone, again),
        (StatusCode::CREATED, StatusCode::OK, StatusCode::CONFLICT)
    );
    assert_eq!(corrected, [1000.0, 250.0, 1000.0]);
    assert_eq!(listed["items"][0]["author"], "marie");
    assert_eq!(listed["items"][0]["undone"], false);
    assert_eq!(energies(&house, HOURS).await, [1000.0, 1000.0, 1000.0]);
    assert_eq!(house.json("/api/v1/corrections").await["items"][0]["undone"], true);
}

#[tokio::test]
async fn a_figure_is_had_as_it_was_known_before_and_after_a_correction() {
    let house = house().await;
    house.clock.set(at("2026-11-23T13:00:00Z"));
    call(&house, "POST", "/api/v1/corrections", &wanted()).await;
    house.clock.set(at("2026-11-23T14:00:00Z"));

    let before = energies(&house, &format!("{HOURS}&known_at={NOW}")).await;
    let after = energies(&house, &format!("{HOURS}&known_at=2026-11-23T13:30:00Z")).await;

    assert_eq!(before, [1000.0, 1000.0, 1000.0]);
    assert_eq!(after, [1000.0, 250.0, 1000.0]);
    house.problem(&format!("{HOURS}&known_at=hier"), 400).await;
}

#[tokio::test]
async fn nobody_corrects_anything_without_an_account_or_without_a_reason() {
    let house = house().await;
    let request = Request::post("/api/v1/corrections")
        .header(header::CONTENT_TYPE, "application/json")
        .body(Body::from(wanted().to_string()));
    let anonymous = house.asks(request.unwrap()).await;
    assert_eq!(anonymous.status(), StatusCode::UNAUTHORIZED);

    let change = |key: &str, value: Value| {
        let mut wanted = wanted();
        wanted[key] = value;
        wanted
    };
    for wrong in [
        change("reason", json!("  ")),
        change("to", json!("2026-11-23T10:00:00Z")),
        change("to", json!("2026-11-23T23:00:00Z")),
        change("target", json!({ "meter": "nulle-part" })),
        change("effect", json!({ "value": 3.0 })),
        change("effect", json!("erase")),
    ] {
        let (status, problem) = call(&house, "POST", "/api/v1/corrections", &wrong).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(problem["expected"].is_string(), "{problem}");
    }
    assert_eq!(house.json("/api/v1/corrections").await["items"], json!([]));
}

/// What a browser sends from the page of corrections: the form with the session's token.
async fn press(house: &House, button: &str) -> (StatusCode, String) {
    let login = "name=marie&password=le+chat+dort+ici";
    let form = |address: &str, cookie: &str, fields: String| {
        let request = Request::post(address)
            .header(header::HOST, "127.0.0.1:8080")
            .header(header::ORIGIN, "http://127.0.0.1:8080")
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        house.asks(request.body(Body::from(fields)).unwrap())
    };
    let answer = form("/login", "", login.to_owned()).await;
    let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    let page = Request::get("/staff/corrections").header(header::COOKIE, &cookie);
    let page = text(house.asks(page.body(Body::empty()).unwrap()).await).await;
    let token = page.split("name=\"token\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = format!(
        "token={token}&target=meter:laser&from=2026-11-23T11:00&to=2026-11-23T12:00&effect=state&value=0,25\
         &reason=compteur+mal+c%C3%A2bl%C3%A9&button={button}"
    );
    let answer = form("/staff/corrections", &cookie, fields).await;
    (answer.status(), text(answer).await)
}

#[tokio::test]
async fn the_page_shows_what_becomes_of_the_figure_before_anything_is_entered() {
    let house = house().await;

    let (status, page) = press(&house, "preview").await;

    assert_eq!(status, StatusCode::OK);
    // Local time in Dreux: 11:00 is 10:00 UTC.
    assert!(page.contains("de 11:00 à 12:00"), "{page}");
    assert!(page.contains("1,000\u{a0}kWh") && page.contains("0,250\u{a0}kWh"), "{page}");
    assert_eq!(house.json("/api/v1/corrections").await["items"], json!([]));
}

#[tokio::test]
async fn a_correction_entered_on_the_page_is_shown_with_its_author_and_its_reason() {
    let house = house().await;

    let (status, _) = press(&house, "enter").await;

    assert_eq!(status, StatusCode::SEE_OTHER);
    assert_eq!(energies(&house, HOURS).await, [1000.0, 250.0, 1000.0]);
    let (_, page) = press(&house, "preview").await;
    assert!(page.contains("marie · compteur mal câblé"), "{page}");
}
