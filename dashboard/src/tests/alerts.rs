//! The log of alerts, and who may say that they take care of one.

use axum::http::{Request, StatusCode, header};
use domain::alerts::{Acknowledgement, AlertId, Change, ChangeSort, Standing};
use domain::alerts::{Alert, Matter, Severity};
use store::AlertWriter;

use super::*;

async fn with_bad_air(house: House) -> House {
    let since = at("2026-11-23T11:40:00Z");
    let matter = Matter::Air { zone: "fablab".parse().unwrap(), co2_ppm: 1612.0 };
    let by = Acknowledgement { by: "marie".to_owned(), at: since };
    let alert = Alert {
        id: Some(AlertId(7)),
        acknowledged: Some(by),
        ..Alert::new(matter, Severity::Urgent, since)
    };
    let standing = Standing { id: AlertId(7), alert, raised_at: since, cleared_at: None };
    house.store.keep_alerts(vec![Change { sort: ChangeSort::Raised, standing }]).await.unwrap();
    house
}

#[tokio::test]
async fn alerts_are_listed_and_who_takes_care_of_them_is_shown_to_nobody_else() {
    let house = with_bad_air(House::in_dreux()).await;
    let listed = house.json("/api/v1/alerts").await;
    assert_eq!(listed["items"][0]["rule"], "air");
    assert_eq!(listed["items"][0]["acknowledged"]["by"], "");
    let page = house.page("/alerts").await;
    assert!(page.contains("1\u{202f}612") && !page.contains("marie"), "{page}");
}

#[tokio::test]
async fn taking_care_of_an_alert_asks_for_an_account() {
    let house = with_bad_air(House::with_staff()).await;
    let ask = async |id: u64, login: Option<&str>| {
        let request = Request::post(format!("/api/v1/alerts/{id}/acknowledge"));
        let request = login.into_iter().fold(request, |request, login| {
            request.header(header::AUTHORIZATION, format!("Basic {login}"))
        });
        house.asks(request.body(Body::empty()).unwrap()).await.status()
    };
    // marie:le chat dort ici
    let marie = Some("bWFyaWU6bGUgY2hhdCBkb3J0IGljaQ==");
    assert_eq!(ask(7, None).await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(7, marie).await, StatusCode::NO_CONTENT);
    assert_eq!(ask(8, marie).await, StatusCode::CONFLICT);
}
