//! The live stream: a snapshot, then only what changed, and an end when the dashboard stops.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{Request, Response, StatusCode};
use futures_util::StreamExt;
use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::api::{building, pulse, zone};
use super::{House, at};
use crate::access::Peer;
use crate::app::STREAMS;
use crate::live::audience::Audience;
use crate::privacy::Visibility;

/// Longer than anything here takes, shorter than anybody waits for a test.
const PATIENCE: Duration = Duration::from_secs(20);

/// Reads a stream event by event.
struct Stream {
    body: BodyDataStream,
    text: String,
}

impl Stream {
    fn of(answer: Response<Body>) -> Self {
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self { body: answer.into_body().into_data_stream(), text: String::new() }
    }

    /// The next event of this name; `None` when the stream ends.
    async fn next(&mut self, name: &str) -> Option<Value> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if let Some(data) = event.strip_prefix(&format!("event: {name}\ndata: ")) {
                    return Some(serde_json::from_str(data).unwrap());
                }
            }
            let bytes = timeout(PATIENCE, self.body.next()).await.unwrap()?.unwrap();
            self.text.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }
}

fn running(house: &House) -> JoinSet<()> {
    let (hub, stop) = (Arc::clone(&house.app.live), house.app.shutdown.clone());
    let mut tasks = JoinSet::new();
    tasks.spawn(async move { hub.run(stop).await });
    tasks
}

#[tokio::test(start_paused = true)]
async fn a_reader_gets_a_snapshot_and_then_only_what_changed() {
    let house = House::in_dreux();
    let _tasks = running(&house);
    house.hears("building", &building(Some(118.0)));
    let mut stream = Stream::of(house.get("/api/v1/live/events").await);

    let snapshot = stream.next("snapshot").await.unwrap();
    assert_eq!(snapshot["building"]["people"], 118.0);
    assert!(snapshot["zones"].as_array().unwrap().len() >= 8);

    house.hears("zones/fablab", &zone("fablab", 742.0, "fresh"));
    let change = stream.next("change").await.unwrap();
    assert_eq!(change["zones"].as_array().unwrap().len(), 1);
    assert_eq!(change["zones"][0]["co2_ppm"], 742.0);
    assert!(change.get("building").is_none());
}

#[tokio::test(start_paused = true)]
async fn the_heart_beats_without_any_news_and_tells_when_the_gateway_falls_silent() {
    let house = House::in_dreux();
    let _tasks = running(&house);
    house.hears("gateway", &pulse());
    let mut stream = Stream::of(house.get("/api/v1/live/events").await);
    assert_eq!(stream.next("heartbeat").await.unwrap()["gateway_alive"], true);

    house.clock.set(at("2026-11-23T12:00:30Z"));

    loop {
        let beat = stream.next("heartbeat").await.unwrap();
        if beat["gateway_alive"] == false {
            assert_eq!(beat["gateway_heard_at"], "2026-11-23T12:00:00Z");
            break;
        }
    }
}

#[tokio::test(start_paused = true)]
async fn every_stream_ends_at_once_when_the_dashboard_stops() {
    let house = House::in_dreux();
    let mut tasks = running(&house);
    let mut stream = Stream::of(house.get("/api/v1/live/events").await);
    stream.next("snapshot").await.unwrap();

    house.app.shutdown.cancel();

    assert_eq!(stream.next("never").await, None);
    tasks.join_next().await.unwrap().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_reader_that_falls_behind_gets_a_new_snapshot() {
    let house = House::in_dreux();
    let _tasks = running(&house);
    let mut stream = Stream::of(house.get("/api/v1/live/events").await);
    stream.next("snapshot").await.unwrap();

    for people in 0..200 {
        house.hears("building", &building(Some(f64::from(people))));
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    let snapshot = stream.next("snapshot").await.unwrap();
    assert_eq!(snapshot["building"]["people"], 199.0);
}

#[tokio::test(start_paused = true)]
async fn a_page_hears_the_same_change_in_its_own_language() {
    let house = House::in_dreux();
    let _tasks = running(&house);
    let address = |language| format!("/live/parts?screen=live&lang={language}");
    let mut french = Stream::of(house.get(&address("fr")).await);
    let mut english = Stream::of(house.get(&address("en")).await);
    french.next("snapshot").await.unwrap();
    english.next("snapshot").await.unwrap();

    house.hears("building", &building(Some(118.0)));

    let change = french.next("change").await.unwrap();
    assert_eq!(change["parts"]["title"], "118 personnes sur 200 · Pôle éco-numérique");
    let change = english.next("change").await.unwrap();
    assert_eq!(change["parts"]["title"], "118 people of 200 · Pôle éco-numérique");
}

#[tokio::test]
async fn all_readers_of_a_sort_share_one_frame() {
    let house = House::in_dreux();

    let ([first, _], _) = house.app.live.join(Audience::Api(Visibility::Staff));
    let ([second, _], _) = house.app.live.join(Audience::Api(Visibility::Staff));

    assert_eq!(first.as_ptr(), second.as_ptr());
}

/// Opens a stream from this machine, so many times.
async fn open(house: &House, machine: &str, times: usize) -> Vec<Response<Body>> {
    let mut answers = Vec::new();
    for _ in 0..times {
        let mut request = Request::get("/api/v1/live/events").body(Body::empty()).unwrap();
        request.extensions_mut().insert(Peer::at(&if machine.contains(':') {
            format!("[{machine}]:50000")
        } else {
            format!("{machine}:50000")
        }));
        answers.push(house.asks(request).await);
    }
    answers.retain(|answer| answer.status() == StatusCode::OK);
    answers
}

#[tokio::test]
async fn a_stream_too_many_is_turned_away_and_a_closed_one_makes_room() {
    let house = House::in_dreux();
    let mut streams = Vec::new();
    for n in 0..=STREAMS.most / STREAMS.of_one {
        streams.extend(open(&house, &format!("192.168.1.{n}"), STREAMS.of_one + 1).await);
    }
    assert_eq!(streams.len(), STREAMS.most - STREAMS.kept_here);

    let kept = open(&house, "127.0.0.1", STREAMS.kept_here + 1).await;
    assert_eq!(kept.len(), STREAMS.kept_here, "kept for this machine");
    house.problem("/api/v1/live/events", 503).await;
    streams.pop();

    let again = house.get("/api/v1/live/events").await;
    assert_eq!(again.status(), StatusCode::OK);
}

#[tokio::test]
async fn one_machine_cannot_take_the_live_streams_of_all_others() {
    let house = House::in_dreux();
    let greedy = open(&house, "2001:db8::1", 100).await;
    assert_eq!(greedy.len(), STREAMS.of_one);
    assert!(open(&house, "2001:db8::2", 1).await.is_empty(), "the same machine");
    let here = open(&house, "127.0.0.1", 1000).await;
    assert!(here.len() >= 500, "a proxy on this machine stands for many: {}", here.len());
    assert_eq!(open(&house, "192.168.1.7", 1).await.len(), 1);
}
