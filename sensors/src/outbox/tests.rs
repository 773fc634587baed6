use std::fs;

use domain::Instant;
use proptest::prelude::*;
use tempfile::TempDir;

use super::*;
use crate::uptime::{BootId, Uptime};

const ROOMY: Limits = Limits { bytes: 1 << 20, readings: 100_000 };

fn co2(at_ms: i64, ppm: f64) -> Record {
    let quantity = domain::Quantity::Co2;
    Record {
        subject: Subject { quantity, channel: None },
        when: When::At(Instant::from_millis(at_ms)),
        value: quantity.number(ppm).unwrap(),
    }
}

/// So many readings, one a second; their values are their place.
fn row(count: i64) -> Vec<Record> {
    (0..count).map(|nr| co2(nr * 1000, 400.0 + nr as f64)).collect()
}

fn open(folder: &TempDir, limits: Limits) -> Outbox {
    Outbox::open(folder.path(), limits).unwrap()
}

/// Everything that is in there, taken out in parts.
fn emptied(outbox: &mut Outbox) -> Vec<Record> {
    let mut all = Vec::new();
    while let Some(head) = outbox.head(70).unwrap() {
        all.extend(head.records.clone());
        outbox.confirm(&head).unwrap();
    }
    all
}

fn segments(folder: &TempDir) -> Vec<PathBuf> {
    let mut paths: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn what_was_put_in_comes_out_in_order_also_after_a_restart() {
    let folder = TempDir::new().unwrap();
    let readings = row(2500);
    let mut outbox = open(&folder, ROOMY);
    for part in readings.chunks(30) {
        assert!(outbox.append(part).unwrap().is_empty());
    }
    assert!(segments(&folder).len() > 1, "it is kept in parts");
    drop(outbox);

    let mut outbox = open(&folder, ROOMY);
    assert_eq!(outbox.len(), 2500);
    assert_eq!(emptied(&mut outbox), readings);
    assert!(outbox.is_empty());
    assert_eq!(segments(&folder), Vec::<PathBuf>::new(), "nothing is left on the card");
}

#[test]
fn what_is_put_in_while_it_is_emptied_is_not_lost() {
    let folder = TempDir::new().unwrap();
    let mut outbox = open(&folder, ROOMY);
    outbox.append(&row(3)).unwrap();

    let head = outbox.head(2).unwrap().unwrap();
    outbox.append(&[co2(9000, 999.0)]).unwrap();
    outbox.confirm(&head).unwrap();

    assert_eq!(outbox.len(), 2);
    assert_eq!(emptied(&mut outbox), [co2(2000, 402.0), co2(9000, 999.0)]);
}

#[test]
fn when_there_is_no_room_the_oldest_go_and_are_counted() {
    let folder = TempDir::new().unwrap();
    let mut outbox = open(&folder, Limits { readings: 2000, ..ROOMY });
    let mut dropped = 0;
    for part in row(5000).chunks(50) {
        dropped += outbox.append(part).unwrap().values().sum::<u64>();
    }

    let left = emptied(&mut outbox);
    assert!((1000..=2000).contains(&left.len()), "{}", left.len());
    assert_eq!(dropped + left.len() as u64, 5000);
    assert_eq!(left.last(), Some(&co2(4_999_000, 5399.0)), "the newest are there");
}

#[test]
fn the_bytes_on_the_card_are_bounded_too() {
    let folder = TempDir::new().unwrap();
    let mut outbox = open(&folder, Limits { bytes: 200_000, readings: 1_000_000 });
    for part in row(20_000).chunks(100) {
        outbox.append(part).unwrap();
        assert!(outbox.bytes() <= 200_000);
    }
}

#[test]
fn a_part_that_was_dropped_while_it_was_sent_does_not_take_others_with_it() {
    let folder = TempDir::new().unwrap();
    let mut outbox = open(&folder, Limits { readings: 1500, ..ROOMY });
    outbox.append(&row(1000)).unwrap();
    let head = outbox.head(100).unwrap().unwrap();

    outbox.append(&row(1000)).unwrap();
    let waiting = outbox.len();
    outbox.confirm(&head).unwrap();

    assert_eq!(outbox.len(), waiting);
}

#[test]
fn a_line_that_the_power_cut_tore_is_left_out_and_new_ones_are_not_joined_to_it() {
    let folder = TempDir::new().unwrap();
    open(&folder, ROOMY).append(&row(3)).unwrap();
    let path = &segments(&folder)[0];
    let whole = fs::read(path).unwrap();
    fs::write(path, &whole[..whole.len() - 10]).unwrap();

    let mut outbox = open(&folder, ROOMY);
    outbox.append(&[co2(9000, 999.0)]).unwrap();

    assert_eq!(emptied(&mut outbox), [co2(0, 400.0), co2(1000, 401.0), co2(9000, 999.0)]);
}

#[test]
fn a_line_that_the_card_has_changed_is_counted_and_its_neighbours_stay() {
    let folder = TempDir::new().unwrap();
    open(&folder, ROOMY).append(&row(3)).unwrap();
    let path = &segments(&folder)[0];
    let changed = String::from_utf8(fs::read(path).unwrap()).unwrap().replace("401", "901");
    fs::write(path, changed).unwrap();

    let mut outbox = open(&folder, ROOMY);
    let head = outbox.head(10).unwrap().unwrap();

    assert_eq!(head.damaged, 1);
    assert_eq!(head.records, [co2(0, 400.0), co2(2000, 402.0)]);
}

#[test]
fn files_of_others_are_left_alone() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("notes.txt"), "bonjour").unwrap();
    fs::write(folder.path().join("x.readings"), "bonjour").unwrap();
    assert!(open(&folder, ROOMY).is_empty());
}

#[test]
fn a_reading_from_before_the_clock_was_right_keeps_the_uptime_and_the_start_it_is_of() {
    let record = Record {
        when: When::Uptime(BootId::named("a"), Uptime::from_millis(48_211)),
        ..co2(0, 812.0)
    };
    let line = record::encode(&record);
    assert_eq!(decode(line.strip_suffix(b"\n").unwrap()), Some(record));
}

fn any_record() -> impl Strategy<Value = Record> {
    let numbers = (0..domain::Quantity::ALL.len(), -1e3..1e3f64);
    let when = prop_oneof![
        (0i64..4_000_000_000_000).prop_map(|at| When::At(Instant::from_millis(at))),
        any::<u64>().prop_map(|up| When::Uptime(BootId::named("x"), Uptime::from_millis(up))),
    ];
    (numbers, when, proptest::option::of("[a-zA-Zé0-9:/ ]{1,12}")).prop_filter_map(
        "a value that the quantity can have",
        |((quantity, number), when, channel)| {
            let quantity = domain::Quantity::ALL[quantity];
            let value = quantity.number(number).or_else(|_| quantity.state(number > 0.0)).ok()?;
            let channel = channel.map(|name| name.parse()).transpose().ok()?;
            Some(Record { subject: Subject { quantity, channel }, when, value })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_reading_survives_the_card(record in any_record()) {
        let line = record::encode(&record);
        prop_assert_eq!(decode(line.strip_suffix(b"\n").unwrap()), Some(record));
    }

    #[test]
    fn no_file_whatever_is_in_it_stops_the_outbox(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("00000001.readings"), bytes).unwrap();
        let mut outbox = open(&folder, ROOMY);
        prop_assert_eq!(emptied(&mut outbox), Vec::new());
    }

    #[test]
    fn a_torn_or_flipped_file_gives_only_readings_that_were_put_in(cut in 0usize..3000, flip in 0usize..3000) {
        let folder = TempDir::new().unwrap();
        let readings = row(40);
        open(&folder, ROOMY).append(&readings).unwrap();
        let path = &segments(&folder)[0];
        let mut bytes = fs::read(path).unwrap();
        bytes.truncate(cut);
        if let Some(byte) = bytes.get_mut(flip) {
            *byte ^= 0x10;
        }
        fs::write(path, bytes).unwrap();
        for record in emptied(&mut open(&folder, ROOMY)) {
            prop_assert!(readings.contains(&record));
        }
    }
}
