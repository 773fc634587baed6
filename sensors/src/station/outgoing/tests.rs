//! Drills with a broker that comes and goes, on a clock of their own.

use std::cell::RefCell;
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

use domain::{Instant, Quantity};
use tempfile::TempDir;

use super::*;
use crate::instruments::Measurement;

/// A node and a broker that takes what it is given while it is there.
struct Drill {
    outgoing: Outgoing,
    dating: Dating,
    now: Uptime,
    /// What the broker was given, in order: topic and payload.
    given: Vec<(String, serde_json::Value)>,
    acknowledged: RefCell<HashSet<Ticket>>,
    tickets: u64,
}

const STARTED: &str = "2026-11-23T14:00:00Z";

impl Drill {
    fn start(folder: &Path, boot: &str, table: OutboxTable, clock_is_right: bool) -> Self {
        let outbox = Outbox::open(&folder.join("outbox"), table.limits()).unwrap();
        let numbering = Numbering::open(&folder.join("node.json")).unwrap();
        let origin = Origin {
            site: "dreux".parse().unwrap(),
            device: "salle-1".parse().unwrap(),
            boot: BootId::named(boot),
        };
        let now = Uptime::from_millis(0);
        let mut dating = Dating::new("2026-01-01T00:00:00Z".parse().unwrap());
        if clock_is_right {
            dating.compare(STARTED.parse().unwrap(), now, || true);
        }
        let outgoing = Outgoing::new(origin, table, outbox, numbering, now);
        let (given, acknowledged) = (Vec::new(), RefCell::default());
        Self { outgoing, dating, now, given, acknowledged, tickets: 0 }
    }

    /// A second goes by, in which CO2 was measured; the broker is there, or not.
    fn second(&mut self, broker_is_there: bool) {
        self.now = self.now + Duration::from_secs(1);
        let measurement = Measurement::number(Quantity::Co2, 500.0, self.now).unwrap();
        self.outgoing.take(measurement, self.now);
        self.quiet_second(broker_is_there);
    }

    /// The same without a measurement and at the same time.
    fn quiet_second(&mut self, broker_is_there: bool) {
        self.outgoing.date(&self.dating);
        if broker_is_there {
            while let Some(next) = self.outgoing.next(&self.dating, self.now).unwrap() {
                let ticket = Ticket(self.tickets);
                self.tickets += 1;
                self.acknowledged.borrow_mut().insert(ticket);
                self.outgoing.sent(&next, ticket);
                let payload = serde_json::from_slice(&next.message.payload).unwrap();
                self.given.push((next.message.topic, payload));
            }
            let acknowledged = self.acknowledged.borrow().clone();
            self.outgoing.settle(|ticket| acknowledged.contains(&ticket)).unwrap();
        }
        self.outgoing.write(self.now, false).unwrap();
    }

    /// The running numbers and times that the broker was given, in order.
    fn readings(&self) -> Vec<(u64, Instant)> {
        let items = self.given.iter().flat_map(|(_, payload)| match payload.as_array() {
            Some(items) => items.clone(),
            None => vec![payload.clone()],
        });
        items
            .map(|item| {
                (
                    item["seq"].as_u64().unwrap(),
                    item["observed_at"].as_str().unwrap().parse().unwrap(),
                )
            })
            .collect()
    }
}

fn table() -> OutboxTable {
    OutboxTable { backlog_per_second: 10, ..OutboxTable::default() }
}

fn files(folder: &TempDir) -> usize {
    std::fs::read_dir(folder.path().join("outbox")).unwrap().count()
}

#[test]
fn while_the_broker_answers_nothing_is_written_to_the_card() {
    let folder = TempDir::new().unwrap();
    let mut drill = Drill::start(folder.path(), "a", table(), true);
    for _ in 0..300 {
        drill.second(true);
    }
    assert_eq!((drill.readings().len(), files(&folder)), (300, 0));
}

#[test]
fn after_an_outage_live_readings_go_first_and_the_backlog_beside_them_at_its_rate() {
    let folder = TempDir::new().unwrap();
    let mut drill = Drill::start(folder.path(), "a", table(), true);
    for _ in 0..300 {
        drill.second(false);
    }
    let before = drill.given.len();
    drill.second(true);

    let newest = &drill.given[before].1;
    let last = newest.as_array().and_then(|items| items.last()).unwrap_or(newest);
    let is_newest = last["observed_at"] == "2026-11-23T14:05:01Z";
    assert!(is_newest, "the first message holds the newest reading: {newest}");

    for _ in 0..10 {
        drill.second(true);
    }
    let in_ten_seconds = drill.readings().len();
    assert!(
        (100..=160).contains(&in_ten_seconds),
        "{in_ten_seconds}: ten a second and the live ones"
    );
    for _ in 0..60 {
        drill.second(true);
    }
    let times: HashSet<_> = drill.readings().into_iter().map(|(_, at)| at).collect();
    assert_eq!((times.len(), files(&folder)), (371, 0), "all is there, and the card is empty");
}

#[test]
fn numbers_go_up_as_they_are_sent_without_a_hole() {
    let folder = TempDir::new().unwrap();
    let mut drill = Drill::start(folder.path(), "a", table(), true);
    for broker_is_there in [true, false, true] {
        for _ in 0..100 {
            drill.second(broker_is_there);
        }
    }
    let numbers: Vec<_> = drill.readings().into_iter().map(|(seq, _)| seq).collect();
    assert_eq!(numbers, (1..=300).collect::<Vec<_>>());
}

#[test]
fn a_node_that_dies_in_an_outage_sends_afterwards_what_was_on_the_card() {
    let folder = TempDir::new().unwrap();
    let mut drill = Drill::start(folder.path(), "a", table(), true);
    for _ in 0..100 {
        drill.second(false);
    }
    // No farewell.
    drop(drill);
    let mut drill = Drill::start(folder.path(), "b", table(), true);
    drill.now = Uptime::from_millis(3_600_000);
    for _ in 0..30 {
        drill.second(true);
    }
    let old = drill
        .readings()
        .into_iter()
        .filter(|(_, at)| *at < "2026-11-23T14:02:00Z".parse().unwrap());
    let lost = 100 - old.count();
    assert!(lost <= 30, "{lost}: no more than is written to the card in one go");
}

#[test]
fn readings_from_before_the_clock_was_right_wait_and_are_dated_back() {
    let folder = TempDir::new().unwrap();
    let mut drill = Drill::start(folder.path(), "a", table(), false);
    for _ in 0..90 {
        drill.second(true);
    }
    assert_eq!(drill.given.len(), 0, "nothing is sent without a time");

    let wall = "2026-11-23T14:01:30Z".parse().unwrap();
    drill.dating.compare(wall, drill.now, || true);
    for _ in 0..20 {
        drill.second(true);
    }

    let mut times: Vec<_> = drill.readings().into_iter().map(|(_, at)| at).collect();
    times.sort();
    assert_eq!(times.len(), 110);
    assert_eq!(times[0], "2026-11-23T14:00:01Z".parse().unwrap());
}

#[test]
fn what_was_never_dated_before_the_machine_went_down_is_let_go_and_shows_as_a_hole() {
    let folder = TempDir::new().unwrap();
    let mut drill = Drill::start(folder.path(), "a", table(), false);
    for _ in 0..31 {
        drill.second(true);
    }
    drop(drill);
    let mut drill = Drill::start(folder.path(), "b", table(), true);
    for _ in 0..10 {
        drill.second(true);
    }
    let numbers: Vec<_> = drill.readings().into_iter().map(|(seq, _)| seq).collect();
    let holes: u64 = numbers.windows(2).map(|pair| pair[1] - pair[0] - 1).sum();
    assert_eq!((numbers.len(), holes, drill.outgoing.numbering().dropped()), (10, 31, 31));
}

#[test]
fn the_end_in_good_order_leaves_nothing_in_memory() {
    let folder = TempDir::new().unwrap();
    let mut drill = Drill::start(folder.path(), "a", table(), true);
    for _ in 0..5 {
        drill.second(false);
    }
    drill.outgoing.close(drill.now, &drill.dating).unwrap();
    drop(drill);
    assert_eq!(Drill::start(folder.path(), "a", table(), true).outgoing.backlog(), 5);
}
