//! The conformance bench for nodes, over a real broker.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::Value as Json;
use tests::message::{SITE, now};
use tests::vigie::node_command;
use tests::{Installation, eventually};

/// Publishes as a node that does all right, and as one that does not, until the grades are there.
#[test]
fn a_good_node_passes_and_a_bad_one_is_told_what_to_mend() {
    let building = Installation::embedded("");
    let broker = format!("mqtt://127.0.0.1:{}", building.broker_port());
    let mut sensor = building.sensor("both");
    let topic = |device: &str, what: &str| format!("vigie/v1/{SITE}/sensors/{device}/{what}");
    let status = br#"{"state":"online","boot":2,"interval_s":5}"#.to_vec();
    sensor.send((topic("good", "status"), status), true);
    let grading = |device: &str| {
        let site = building.folder().join("site.toml");
        let mut command = node_command();
        command
            .args(["grade", device, "--json", "--time", "8s", "--broker", &broker])
            .arg("--site")
            .arg(site);
        std::thread::spawn(move || command.output().expect("vigie-node starts"))
    };
    let graders = [grading("good"), grading("bad")];

    for seq in 0_i64.. {
        if graders.iter().all(std::thread::JoinHandle::is_finished) {
            break;
        }
        let at = now();
        let good = format!(r#"{{"value":{},"observed_at":"{at}","seq":{seq}}}"#, 600 + seq);
        let ahead = at + SignedDuration::from_hours(1);
        let bad = format!(r#"{{"value":{},"observed_at":"{ahead}"}}"#, 600 + seq);
        sensor.send((topic("good", "co2"), good.into_bytes()), false);
        sensor.send((topic("bad", "co2"), bad.into_bytes()), true);
        // The node's own pace, which is what is graded.
        let pace = std::time::Instant::now() + Duration::from_millis(1100);
        eventually("a node takes its time", Duration::from_secs(5), || {
            (std::time::Instant::now() >= pace).then_some(())
        });
    }

    let [good, bad] = graders.map(|grader| grader.join().expect("the grader ends"));
    let marks_of = |output: &std::process::Output| -> Json {
        serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    };
    let grade = marks_of(&good);
    assert_eq!(
        (good.status.code(), &grade[0]["mark"]),
        (Some(0), &Json::from("good")),
        "{grade:#}"
    );
    let grade = marks_of(&bad);
    assert_eq!((bad.status.code(), &grade[0]["mark"]), (Some(1), &Json::from("bad")));
    let marked = |aspect: &str| {
        let findings = grade[0]["findings"].as_array().unwrap();
        let finding = findings.iter().find(|finding| finding["aspect"] == aspect).unwrap();
        (
            finding["mark"].as_str().unwrap().to_owned(),
            !finding["remedy"].as_str().unwrap().is_empty(),
        )
    };
    for aspect in ["clock", "retained", "birth"] {
        assert_eq!(marked(aspect), ("bad".to_owned(), true), "{aspect}: {grade:#}");
    }
}
