//! The double against the recording of a real InfluxDB 2.9.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value as Json;

use crate::double::http::Answer;
use crate::double::{Double, recording};

#[test]
fn the_double_answers_each_recorded_request_in_turn_as_the_real_server_did() {
    let double = Double::fresh();
    let mut seen = 0;
    for exchange in recording::exchanges() {
        let mut request = exchange.request;
        if exchange.is_packed {
            let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
            packed.write_all(&request.body).unwrap();
            request.body = packed.finish().unwrap();
        }

        let answer = double.answer(&request);

        let (name, expected) = (exchange.name, exchange.answer);
        assert_eq!(answer.status, expected.status, "{name}: {}", answer.body);
        assert_eq!(comparable(&answer), comparable(&expected), "{name}");
        seen += 1;
    }
    assert_eq!(seen, 105);
}

/// What an answer says: its headers in order, and its body, JSON as JSON and CSV to the byte.
fn comparable(answer: &Answer) -> (Vec<(&str, &str)>, Json) {
    let mut headers: Vec<_> =
        answer.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    headers.sort_unstable();
    let is_json =
        answer.header("Content-Type").is_some_and(|kind| kind.starts_with("application/json"));
    let body = if is_json {
        serde_json::from_str(&answer.body).unwrap()
    } else {
        Json::from(answer.body.clone())
    };
    (headers, without_clock(body))
}

/// The times at which the real server did something are its own.
fn without_clock(json: Json) -> Json {
    const CLOCK: &str = "2026-11-23T1";
    match json {
        Json::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, without_clock(value))).collect()
        }
        Json::Array(items) => items.into_iter().map(without_clock).collect(),
        Json::String(text) if text.contains(CLOCK) => {
            let mut parts = text.split(CLOCK);
            let mut masked = parts.next().unwrap().to_owned();
            for part in parts {
                masked += "(then)";
                masked += part.split_once('Z').map_or("", |(_, after)| after);
            }
            Json::String(masked)
        }
        other => other,
    }
}
