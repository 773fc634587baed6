//! What an earlier run left in the journal comes back, whatever befell the files.

mod old;
mod rot;

use std::fs::OpenOptions;

use super::*;

fn arrival() -> Instant {
    domain::testing::at("2026-11-23T14:03:07.250Z")
}

fn append(journal: &Journal, payload: &str) -> Segment {
    journal.append(arrival(), "vigie/t", payload.as_bytes(), payload.len()).unwrap()
}

fn payloads(leftover: &Leftover) -> Vec<String> {
    let text = |(_, r): &(Segment, Journaled)| String::from_utf8(r.payload.clone()).unwrap();
    leftover.deliveries.iter().map(text).collect()
}

fn sizes(folder: &Path) -> [u64; 2] {
    Segment::BOTH.map(|segment| folder.join(segment.file_name()).metadata().unwrap().len())
}

#[test]
fn what_was_not_committed_is_there_after_the_program_was_killed_and_keeps_its_arrival_time() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    append(&journal, "one");
    append(&journal, "two");
    drop(journal);

    let (_, leftover) = Journal::open(folder.path()).unwrap();

    assert_eq!(payloads(&leftover), ["one", "two"]);
    assert_eq!(leftover.deliveries[0].1.received_at, arrival());
    assert_eq!(leftover.torn, 0);
}

#[test]
fn a_journal_is_empty_when_all_in_it_is_committed() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    let receipts = [append(&journal, "one"), append(&journal, "two")];
    for segment in receipts {
        journal.committed(segment);
    }

    assert_eq!(sizes(folder.path()), [0, 0]);
}

#[test]
fn under_steady_traffic_the_files_take_turns_and_stay_small() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    let mut waiting = append(&journal, "0");
    for number in 1..1000 {
        let next = append(&journal, &number.to_string());
        journal.committed(waiting);
        waiting = next;
    }

    assert!(sizes(folder.path()).iter().sum::<u64>() < 200, "{:?}", sizes(folder.path()));
    drop(journal);
    let (_, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!(payloads(&leftover).last().unwrap(), "999");
}

#[test]
fn the_leftovers_of_both_files_come_in_the_order_of_their_arrival() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    let first = append(&journal, "one");
    append(&journal, "two");
    journal.committed(first);
    append(&journal, "three");
    drop(journal);

    let (journal, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!(payloads(&leftover), ["one", "two", "three"]);

    append(&journal, "four");
    drop(journal);
    let (_, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!(payloads(&leftover), ["one", "two", "three", "four"]);
}

#[test]
fn a_torn_last_record_is_cut_and_counted_and_later_ones_are_not_hidden_by_it() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    append(&journal, "one");
    append(&journal, "two");
    drop(journal);
    let path = folder.path().join(Segment::A.file_name());
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(file.metadata().unwrap().len() - 1).unwrap();

    let (journal, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!((payloads(&leftover), leftover.torn), (vec!["one".to_owned()], 1));
    assert_eq!(leftover.damage, [], "a power cut is no damage");

    append(&journal, "three");
    drop(journal);
    let (_, leftover) = Journal::open(folder.path()).unwrap();
    assert_eq!((payloads(&leftover).len(), leftover.torn), (2, 0));
}

#[test]
fn a_full_journal_takes_nothing_more_until_the_store_commits() {
    let folder = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(folder.path()).unwrap();
    let large = "x".repeat(16 * 1024 * 1024);
    let receipts: Vec<_> = (0..3).map(|_| append(&journal, &large)).collect();

    let refused = journal.append(arrival(), "vigie/t", large.as_bytes(), large.len());
    assert!(matches!(refused, Err(JournalError::Full)));

    for segment in receipts {
        journal.committed(segment);
    }
    append(&journal, &large);
}
