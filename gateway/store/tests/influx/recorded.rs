//! The double against the recording of a real InfluxDB 2.9.

use serde_json::Value;

use crate::double::{Double, Writing};

#[test]
fn the_double_answers_every_write_as_the_real_server_did() {
    let double = Double::start();
    for line in include_str!("recorded_writes.jsonl").lines() {
        let exchange: Value = serde_json::from_str(line).unwrap();
        let name = &exchange["name"];
        let writing = Writing {
            path: exchange["path"].as_str().unwrap(),
            authorization: exchange["authorization"].as_str(),
            body: exchange["body"].as_str().unwrap(),
        };

        let (status, body) = double.answer(&writing);

        assert_eq!(status, exchange["status"], "{name}: {body}");
        // The words for what is too old hold the clock of the recording.
        let recorded = exchange["answer"].as_str().unwrap();
        if status != 204 && !recorded.contains("retention") {
            let json = |text: &str| serde_json::from_str::<Value>(text).unwrap();
            assert_eq!(json(&body), json(recorded), "{name}");
        }
    }
    let kept = |part: &str| double.points().iter().filter(|point| point.contains(part)).count();
    assert_eq!(kept("device=mix-"), 0, "neighbours of a malformed line");
    assert_eq!((kept("device=door-2"), kept("device=door-3")), (1, 1), "neighbours of a conflict");
    assert_eq!(kept("device=salle du conseil, 1er=étage"), 1);
}
