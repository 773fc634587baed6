//! Good and bad devices, and their grades.

use jiff::SignedDuration;

use super::*;

const T: &str = "2026-11-23T14:00:00Z";

fn grader() -> Grader {
    Grader::new(&domain::site::parse(domain::site::DREUX, "dreux.toml").unwrap(), None)
}

fn at(seconds: i64) -> Instant {
    T.parse::<Instant>().unwrap() + SignedDuration::from_secs(seconds)
}

fn topic(device: &str, what: &str) -> String {
    format!("vigie/v1/dreux/sensors/{device}/{what}")
}

/// A device that does all as it should for two minutes.
fn good(grader: &mut Grader, device: &str) {
    let status = br#"{"state":"online","boot":3,"interval_s":10}"#;
    grader.receive(&topic(device, "status"), status, true, at(0));
    for n in 0..12 {
        let (when, seq, value) = (at(n * 10), n + 40, 600 + n);
        let payload = format!(r#"{{"value":{value},"observed_at":"{when}","seq":{seq}}}"#);
        grader.receive(
            &topic(device, "co2"),
            payload.as_bytes(),
            false,
            when + SignedDuration::from_millis(200),
        );
    }
}

fn found(grader: &Grader, aspect: &str) -> (Mark, String) {
    let results = grader.grades();
    let finding = results[0].findings.iter().find(|finding| finding.aspect == aspect).unwrap();
    (finding.mark, finding.seen.clone())
}

#[test]
fn a_good_device_has_no_bad_mark() {
    let mut grader = grader();
    good(&mut grader, "air-3");
    let results = grader.grades();
    assert_eq!(results[0].mark, Mark::Good, "{}", text(&results));
    assert!(results[0].findings.iter().all(|finding| finding.mark <= Mark::Untried));
    assert!(text(&results).starts_with("air-3 (native): good, 12 readings\n"));
}

#[test]
fn each_fault_is_found_and_says_what_to_mend() {
    let reading = |grader: &mut Grader, payload: &str, kept, second| {
        grader.receive(&topic("a", "co2"), payload.as_bytes(), kept, at(second));
    };
    let dated = |value: u32, second: i64, seq: u32| {
        format!(r#"{{"value":{value},"observed_at":"{}","seq":{seq}}}"#, at(second))
    };
    let bad = |aspect: &str, grader: &Grader| {
        let (mark, seen) = found(grader, aspect);
        assert_eq!(mark, Mark::Bad, "{aspect}: {seen}");
        let grades = grader.grades();
        let finding = grades[0].findings.iter().find(|finding| finding.aspect == aspect).unwrap();
        assert!(!finding.remedy.is_empty());
        seen
    };

    let mut ahead = grader();
    reading(&mut ahead, &dated(600, 900, 1), false, 0);
    assert!(bad("clock", &ahead).contains("900 s ahead"));

    let mut behind = grader();
    for n in 0..5 {
        reading(&mut behind, &dated(600, n * 10 - 500, 1), false, n * 10);
    }
    assert!(bad("clock", &behind).contains("500 s old"));

    let mut twice = grader();
    reading(&mut twice, &dated(600, 0, 1), false, 0);
    reading(&mut twice, &dated(601, 0, 2), false, 0);
    bad("duplicates", &twice);

    let mut holes = grader();
    for seq in [1, 2, 5, 6] {
        reading(&mut holes, &dated(600, i64::from(seq), seq), false, i64::from(seq));
    }
    assert!(bad("sequence", &holes).contains("2 numbers"));

    let mut kept = grader();
    reading(&mut kept, &dated(600, 0, 1), true, 1);
    bad("retained", &kept);

    let mut wrong = grader();
    reading(&mut wrong, r#"{"value":"warm"}"#, false, 0);
    bad("values", &wrong);

    let mut silent = grader();
    reading(&mut silent, &dated(600, 0, 1), false, 0);
    bad("birth", &silent);

    let mut gone = grader();
    gone.receive(&topic("a", "status"), br#"{"state":"offline"}"#, true, at(0));
    reading(&mut gone, &dated(600, 0, 1), false, 0);
    bad("last_will", &gone);

    let mut slow = grader();
    slow.receive(
        &topic("a", "status"),
        br#"{"state":"online","boot":1,"interval_s":2}"#,
        true,
        at(0),
    );
    for n in 0..8 {
        reading(&mut slow, &dated(600, n * 10, 1), false, n * 10);
    }
    bad("rhythm", &slow);
}

/// What is found on units when a load of 1200 W has a register that grows by so much every ten seconds.
fn units_of(step: f64) -> (Mark, String) {
    let mut grader = grader();
    for n in 0..12_u32 {
        let when = at(i64::from(n) * 10);
        for (quantity, value) in
            [("active_power", 1200.0), ("energy_imported", 5000.0 + step * f64::from(n))]
        {
            let payload = format!(r#"{{"value":{value},"observed_at":"{when}","seq":{n}}}"#);
            grader.receive(&topic("plug", quantity), payload.as_bytes(), false, when);
        }
    }
    found(&grader, "units")
}

#[test]
fn a_register_in_another_unit_than_its_power_is_found() {
    // 1200 W for ten seconds are 3.333 Wh.
    assert_eq!(units_of(3.333).0, Mark::Good);
    assert_eq!(units_of(3.9).0, Mark::Good, "loads change between two readings");
    for (step, expected) in
        [(0.003_333, "in kWh"), (200.0, "in W·min"), (12_000.0, "in W·s"), (3_333.0, "in mWh")]
    {
        let (mark, seen) = units_of(step);
        assert_eq!(mark, Mark::Bad, "{seen}");
        assert!(seen.contains(expected), "{seen}");
    }
    assert_eq!(units_of(8.0).0, Mark::Weak);
    assert_eq!(units_of(0.0).0, Mark::Untried, "it did not grow");
}

#[test]
fn a_backlog_in_order_is_good_and_its_age_no_fault_of_the_clock() {
    let mut grader = grader();
    good(&mut grader, "a");
    for n in 0..30 {
        let payload = format!(r#"{{"value":500,"observed_at":"{}"}}"#, at(n - 4000));
        grader.receive(&topic("a", "co2"), payload.as_bytes(), false, at(120));
    }
    assert_eq!(found(&grader, "backlog").0, Mark::Good);
    assert_eq!(found(&grader, "clock").0, Mark::Good);
}

#[test]
fn a_backlog_newest_first_could_be_better() {
    let mut grader = grader();
    good(&mut grader, "a");
    for n in 0..30 {
        let payload = format!(r#"{{"value":500,"observed_at":"{}"}}"#, at(-4000 - n));
        grader.receive(&topic("a", "co2"), payload.as_bytes(), false, at(120));
    }
    let (mark, seen) = found(&grader, "backlog");
    assert_eq!(mark, Mark::Weak, "{seen}");
}

#[test]
fn only_the_device_that_was_asked_for_is_graded() {
    let site = domain::site::parse(domain::site::DREUX, "dreux.toml").unwrap();
    let mut grader = Grader::new(&site, Some("air-3".parse().unwrap()));
    good(&mut grader, "air-3");
    good(&mut grader, "air-4");
    assert_eq!(grader.grades().len(), 1);
}
