//! Whatever stands in a file that a person wrote or a machine kept, or comes over the air: it is read, or it is told what
//! is wrong; no panic, bounded work, and nothing that cannot be.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use domain::site::{DREUX, parse};
use proptest::prelude::*;
use proptest::sample::select;
use sensors::grade::{Grader, text};
use sensors::instruments::TotalsFile;
use sensors::replay::{Mapping, Recording};
use sensors::station::{Config, EXAMPLE};
use tempfile::TempDir;

/// What a hand that slips puts in the place of a line, or behind it.
fn slip() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        select(vec![
            "[[reading]]",
            "[time]",
            "[node]",
            "[[",
            "]",
            "=",
            "\"",
            "'''",
            "a.b.c = 1",
            "\u{feff}",
        ])
        .prop_map(str::to_owned),
        "[a-z_]{1,16} = (-?[0-9]{1,20}|\"[^\"\n]{0,12}\"|\\[\\]|\\{\\}|nan|true|[0-9]{4}-[0-9]{2}-[0-9]{2})",
        "\\PC{0,30}",
    ]
}

/// `text` with some of its lines replaced.
fn slipped(text: &str, slips: &[(prop::sample::Index, String)]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (at, put) in slips {
        let at = at.index(lines.len());
        lines[at].clone_from(put);
    }
    lines.join("\n")
}

fn slips() -> impl Strategy<Value = Vec<(prop::sample::Index, String)>> {
    prop::collection::vec((any::<prop::sample::Index>(), slip()), 1..5)
}

/// `name:line: text`, with a line that the text has.
fn is_told(error: &str, file: &str, text: &str) -> bool {
    let Some((line, what)) =
        error.strip_prefix(file).and_then(|rest| rest.strip_prefix(':')?.split_once(": "))
    else {
        return false;
    };
    line.parse().is_ok_and(|line: usize| (1..=text.lines().count() + 1).contains(&line))
        && !what.is_empty()
}

const MAP: &str = include_str!("../../tests/recordings/household-power-2006-12.replay.toml");
const HEADER: &str =
    "Date;Time;Global_active_power;Voltage;Sub_metering_1;Sub_metering_2;Sub_metering_3";

/// Reads `csv` by `map` to its end; every value is one that its quantity can have.
fn replayed(map: &str, csv: &[u8]) -> Result<(), TestCaseError> {
    let Ok(mapping) = Mapping::parse(map, "map.toml") else { return Ok(()) };
    let rules = map.matches("[[reading]]").count();
    let Ok(mut recording) = Recording::open(csv, mapping) else { return Ok(()) };
    let mut rows = 0;
    while let Some(row) = recording.next_row().unwrap() {
        rows += 1;
        prop_assert!(rows <= csv.len() + 1, "a row for each byte at most");
        prop_assert!(row.len() <= 2 * rules);
        for one in row {
            prop_assert!(one.source.quantity.plausible().contains(&one.value.as_f64()), "{one:?}");
        }
    }
    prop_assert_eq!(recording.tally().rows, rows as u64);
    Ok(())
}

proptest! {
    #[test]
    fn a_node_file_is_read_or_told_what_is_wrong(slips in slips()) {
        let text = slipped(EXAMPLE, &slips);
        match Config::parse(&text, "node.toml") {
            Ok(config) => {
                prop_assert!(!config.instruments.is_empty());
                prop_assert!(config.interval() > Duration::ZERO);
            }
            Err(error) => prop_assert!(is_told(&error.to_string(), "node.toml", &text), "{error}"),
        }
    }

    #[test]
    fn no_text_whatever_it_is_is_taken_for_a_node_or_a_map(text in "\\PC{0,200}") {
        prop_assert!(Config::parse(&text, "node.toml").is_err());
        prop_assert!(Mapping::parse(&text, "map.toml").is_err());
    }

    #[test]
    fn a_map_is_read_or_told_what_is_wrong(slips in slips()) {
        let text = slipped(MAP, &slips);
        match Mapping::parse(&text, "map.toml") {
            Ok(mapping) => prop_assert!(mapping.devices().len() <= text.matches("device").count()),
            Err(error) => prop_assert!(is_told(&error.to_string(), "map.toml", &text), "{error}"),
        }
    }

    #[test]
    fn a_recording_gives_what_can_be_and_counts_the_rest(
        slips in slips(),
        rows in prop::collection::vec("([0-9]{1,2}/[0-9]{1,2}/[0-9]{4};[0-9:]{4,8};-?[0-9.,]{0,12};[0-9e+-]{0,9};(nan|inf|[?]|1e308|);[0-9]{1,20};true|[;,\"0-9/:\r]{0,40}|\\PC{0,60})", 0..30),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut csv = format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes();
        csv.extend(bytes);
        replayed(MAP, &csv)?;
        replayed(&slipped(MAP, &slips), &csv)?;
    }

    #[test]
    fn totals_that_were_kept_are_read_as_they_were_or_not_at_all(bytes in prop_oneof![
        prop::collection::vec(any::<u8>(), 0..200),
        "\\{(\"[a-z:]{0,8}\":(-?[0-9]{1,22}|null|1\\.5|\"x\"|\\[\\]),?){0,4}\\}".prop_map(String::into_bytes),
    ]) {
        let folder = TempDir::new().unwrap();
        let path: PathBuf = folder.path().join("totals.json");
        fs::write(&path, &bytes).unwrap();
        if let Ok(totals_file) = TotalsFile::open(&path) {
            let stored: std::collections::BTreeMap<String, u64> = serde_json::from_slice(&bytes).unwrap();
            prop_assert!(stored.iter().all(|(key, total)| totals_file.total(key) == *total && *total <= 1 << 53));
        }
        prop_assert_eq!(fs::read(&path).unwrap(), bytes, "it is left as it is");
    }

    #[test]
    fn whatever_a_device_says_it_is_graded(
        messages in prop::collection::vec((
            select(vec![
                "vigie/v1/dreux/sensors/a/co2", "vigie/v1/dreux/sensors/a/status", "vigie/v1/dreux/sensors/b/people_in/x",
                "zigbee2mqtt/a", "tele/a/SENSOR", "a/status/switch:0", "a/online", "homeassistant/sensor/a/config", "x/y",
            ]),
            prop_oneof![
                "\\{\"(value|power|state|boot|interval_s|co2)\":(-?[0-9]{1,22}|null|true|\"online\"|1e308),\"(seq|observed_at|apower)\":(-?[0-9]{1,20}|\"[0-9]{4}-1[0-2]-[0-2][0-9]T1[0-9]:00:00Z\")\\}",
                "\\PC{0,40}",
            ],
            any::<bool>(),
            0..4_000_000_000_000_i64,
        ), 0..40),
    ) {
        let site = parse(DREUX, "dreux.toml").unwrap();
        let mut grader = Grader::new(&site, None);
        for (topic, payload, kept, at) in &messages {
            grader.receive(topic, payload.as_bytes(), *kept, domain::Instant::from_millis(*at));
        }
        let grades = grader.grades();
        prop_assert!(grades.len() <= messages.len());
        prop_assert!(grades.iter().all(|grade| !grade.findings.is_empty()));
        prop_assert_eq!(text(&grades).is_empty(), grades.is_empty());
    }
}
