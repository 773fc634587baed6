//! What a node sends when: live readings first, the backlog beside them at its own rate.
//!
//! ```text
//! take ──▶ recent (memory) ──▶ next ──▶ (broker) ──▶ settle
//!            │ not acknowledged in time       ▲
//!            └──▶ outbox (disk) ── backlog ───┘
//! ```
//!
//! While the broker answers, nothing is written to the card. No tasks and no waiting: it is told the time, gives the
//! messages that may go, and is told their tickets.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use domain::Source;
use domain::ids::{DeviceId, SiteId};
use domain::wire::native;

use super::config::OutboxTable;
use super::crew::Find;
use super::dating::Dating;
use super::numbering::Numbering;
use crate::instruments::Moment;
use crate::outbox::{Dropped, Head, Outbox, Record, Subject, When};
use crate::publisher::{Outbound, Ticket};
use crate::uptime::{BootId, Uptime};

/// How many readings go into one message.
const IN_A_MESSAGE: usize = 100;

/// More readings than this in memory go to disk at once.
const RECENT: usize = 2000;

/// When the card takes nothing, so many readings are held in memory; then the oldest go, and are counted.
const HELD: usize = 20_000;

/// The readings of one node on their way to the broker.
#[derive(Debug)]
pub(super) struct Post {
    site: SiteId,
    device: DeviceId,
    boot: BootId,
    table: OutboxTable,
    outbox: Outbox,
    numbering: Numbering,
    recent: VecDeque<Waiting>,
    next_id: u64,
    batch: Option<Batch>,
    /// How many old readings may be sent now, and since when that is so.
    allowance: f64,
    allowed_at: Uptime,
}

#[derive(Debug)]
struct Waiting {
    id: u64,
    record: Record,
    taken: Uptime,
    ticket: Option<Ticket>,
}

/// Old readings that are being sent.
#[derive(Debug)]
struct Batch {
    head: Head,
    unsent: VecDeque<(Subject, Vec<Record>)>,
    tickets: Vec<Ticket>,
}

/// A message that may go now.
#[derive(Debug)]
pub(super) struct Parcel {
    /// The message.
    pub(super) message: Outbound,
    /// Which recent readings it carries; those of the backlog have none.
    live: Vec<u64>,
}

/// Who the readings are of.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    pub(super) site: SiteId,
    pub(super) device: DeviceId,
    pub(super) boot: BootId,
}

impl Post {
    pub(super) fn new(
        sender: Sender,
        table: OutboxTable,
        outbox: Outbox,
        numbering: Numbering,
        now: Uptime,
    ) -> Self {
        let Sender { site, device, boot } = sender;
        Self {
            site,
            device,
            boot,
            table,
            outbox,
            numbering,
            recent: VecDeque::new(),
            next_id: 0,
            batch: None,
            allowance: 0.0,
            allowed_at: now,
        }
    }

    /// The numbers of the node.
    pub(super) const fn numbering(&self) -> &Numbering {
        &self.numbering
    }

    /// How many readings wait on disk.
    pub(super) fn backlog(&self) -> u64 {
        self.outbox.len()
    }

    /// How many readings are only in memory.
    pub(super) fn in_memory(&self) -> usize {
        self.recent.len()
    }

    /// Takes a reading.
    pub(super) fn take(&mut self, find: Find, now: Uptime) {
        let when = match find.measured.at {
            Moment::Told(at) => When::At(at),
            Moment::Uptime(uptime) => When::Uptime(self.boot.clone(), uptime),
        };
        let record = Record { subject: find.subject, when, value: find.measured.value };
        self.recent.push_back(Waiting { id: self.next_id, record, taken: now, ticket: None });
        self.next_id += 1;
    }

    /// Lets go what the broker has acknowledged.
    ///
    /// # Errors
    /// When a part of the outbox that is done with cannot be removed.
    pub(super) fn settle(&mut self, has_acknowledged: impl Fn(Ticket) -> bool) -> io::Result<()> {
        self.recent.retain(|waiting| !waiting.ticket.is_some_and(&has_acknowledged));
        let is_done = |batch: &mut Batch| {
            batch.unsent.is_empty() && batch.tickets.iter().all(|ticket| has_acknowledged(*ticket))
        };
        match self.batch.take_if(is_done) {
            Some(batch) => self.outbox.confirm(&batch.head),
            None => Ok(()),
        }
    }

    /// Dates what can be dated, for good: a reading that is sent twice is the same one.
    pub(super) fn date(&mut self, dating: &Dating) {
        for waiting in &mut self.recent {
            date(&mut waiting.record, &self.boot, dating);
        }
    }

    /// The next message that may go: of the live readings, or else of the backlog as its rate allows.
    ///
    /// # Errors
    /// When the outbox cannot be read, or no number can be given.
    pub(super) fn next(&mut self, dating: &Dating, now: Uptime) -> io::Result<Option<Parcel>> {
        if let Some(parcel) = self.next_live()? {
            return Ok(Some(parcel));
        }
        if self.batch.is_none() {
            self.open_batch(dating, now)?;
        }
        let unsent = self.batch.as_mut().and_then(|batch| batch.unsent.pop_front());
        unsent.map(|(subject, records)| self.parcel(&subject, &records, Vec::new())).transpose()
    }

    /// A message is on its way.
    pub(super) fn sent(&mut self, parcel: &Parcel, ticket: Ticket) {
        if parcel.live.is_empty() {
            if let Some(batch) = &mut self.batch {
                batch.tickets.push(ticket);
            }
            return;
        }
        for waiting in self.recent.iter_mut().filter(|waiting| parcel.live.contains(&waiting.id)) {
            waiting.ticket = Some(ticket);
        }
    }

    /// Writes to disk what the broker has not acknowledged in time, or everything; gives what had to go for it.
    ///
    /// # Errors
    /// When the card takes nothing; the readings stay in memory.
    pub(super) fn write(&mut self, now: Uptime, everything: bool) -> io::Result<Dropped> {
        let too_many = self.recent.len() > RECENT;
        let is_old = |waiting: &Waiting| now.since(waiting.taken) >= self.table.write_after;
        if !everything && !too_many && !self.recent.front().is_some_and(is_old) {
            return Ok(Dropped::new());
        }
        // Younger ones go with the old, so that the card is written once and not for each.
        let records: Vec<Record> =
            self.recent.iter().map(|waiting| waiting.record.clone()).collect();
        let dropped = match self.outbox.append(&records) {
            Ok(dropped) => {
                self.recent.clear();
                dropped
            }
            Err(error) if self.recent.len() <= HELD => return Err(error),
            Err(_) => self.let_go(HELD / 10),
        };
        if !dropped.is_empty() {
            self.numbering.drop(&dropped)?;
        }
        Ok(dropped)
    }

    /// Everything is on disk, and the numbers that were not needed are given back.
    ///
    /// # Errors
    /// When the card takes nothing: what is in memory is lost.
    pub(super) fn close(&mut self, now: Uptime, dating: &Dating) -> io::Result<()> {
        self.write(now, true)?;
        self.numbering.close(dating.date(now))
    }

    fn let_go(&mut self, count: usize) -> Dropped {
        let mut dropped = Dropped::new();
        for waiting in self.recent.drain(..count.min(self.recent.len())) {
            *dropped.entry(waiting.record.subject).or_default() += 1;
        }
        dropped
    }

    /// All live readings of the first subject that has some.
    fn next_live(&mut self) -> io::Result<Option<Parcel>> {
        let is_ready = |waiting: &&Waiting| {
            waiting.ticket.is_none() && matches!(waiting.record.when, When::At(_))
        };
        let Some(first) = self.recent.iter().find(is_ready) else { return Ok(None) };
        let subject = first.record.subject.clone();
        let of_subject =
            |waiting: &&Waiting| is_ready(waiting) && waiting.record.subject == subject;
        let (live, records): (Vec<_>, Vec<_>) = self
            .recent
            .iter()
            .filter(of_subject)
            .take(IN_A_MESSAGE)
            .map(|waiting| (waiting.id, waiting.record.clone()))
            .unzip();
        self.parcel(&subject, &records, live).map(Some)
    }

    /// Opens the next part of the backlog when its rate allows one.
    fn open_batch(&mut self, dating: &Dating, now: Uptime) -> io::Result<()> {
        let rate = f64::from(self.table.backlog_per_second);
        let seconds = now.since(self.allowed_at).as_secs_f64();
        self.allowed_at = now;
        self.allowance = (self.allowance + seconds * rate).min(rate.max(1.0));
        if self.allowance < 1.0 {
            return Ok(());
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 1 and the rate, which is a u32"
        )]
        let count = (self.allowance as usize).min(IN_A_MESSAGE);
        let Some(mut head) = self.outbox.head(count)? else { return Ok(()) };
        if head.damaged > 0 {
            tracing::error!(
                readings = head.damaged,
                "were damaged on the card and are lost; is it worn out?"
            );
        }
        for record in &mut head.records {
            date(record, &self.boot, dating);
        }
        // Of this start of the machine, and it is not known yet when that was: what follows waits, too.
        let is_early =
            |record: &Record| matches!(&record.when, When::Uptime(boot, _) if *boot == self.boot);
        if let Some(early) = head.records.iter().position(is_early) {
            head.records.truncate(early);
        }
        self.allowance -= head.records.len() as f64;
        let mut by_subject: BTreeMap<Subject, Vec<Record>> = BTreeMap::new();
        let mut undatable = Dropped::new();
        for record in &head.records {
            match record.when {
                When::At(_) => {
                    by_subject.entry(record.subject.clone()).or_default().push(record.clone());
                }
                When::Uptime(..) => *undatable.entry(record.subject.clone()).or_default() += 1,
            }
        }
        if !undatable.is_empty() {
            let readings: u64 = undatable.values().sum();
            tracing::warn!(
                readings,
                "are of an earlier start that never knew the time, and are let go"
            );
            self.numbering.drop(&undatable)?;
        }
        if !head.records.is_empty() {
            let unsent = by_subject.into_iter().collect();
            self.batch = Some(Batch { head, unsent, tickets: Vec::new() });
        }
        Ok(())
    }

    fn parcel(
        &mut self,
        subject: &Subject,
        records: &[Record],
        live: Vec<u64>,
    ) -> io::Result<Parcel> {
        let source = Source {
            device: self.device.clone(),
            quantity: subject.quantity,
            channel: subject.channel.clone(),
        };
        let mut reports = Vec::with_capacity(records.len());
        for record in records {
            if let When::At(at) = record.when {
                reports.push((Some(at), record.value, Some(self.numbering.next(subject)?)));
            }
        }
        let topic = native::reading_topic(&self.site, &source);
        let message = Outbound { topic, payload: native::encode(&reports), retain: false };
        Ok(Parcel { message, live })
    }
}

/// Dates a reading of this start of the machine, if the clock is right.
fn date(record: &mut Record, boot: &BootId, dating: &Dating) {
    if let When::Uptime(of, uptime) = &record.when
        && of == boot
        && let Some(at) = dating.date(*uptime)
    {
        record.when = When::At(at);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::HashSet;
    use std::path::Path;
    use std::time::Duration;

    use domain::{Instant, Quantity};
    use tempfile::TempDir;

    use super::*;
    use crate::instruments::Measured;

    /// A node and a broker that takes what it is given while it is there.
    struct Drill {
        post: Post,
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
            let sender = Sender {
                site: "dreux".parse().unwrap(),
                device: "salle-1".parse().unwrap(),
                boot: BootId::named(boot),
            };
            let now = Uptime::from_millis(0);
            let mut dating = Dating::new("2026-01-01T00:00:00Z".parse().unwrap());
            if clock_is_right {
                dating.look(STARTED.parse().unwrap(), now, || true);
            }
            let post = Post::new(sender, table, outbox, numbering, now);
            let (given, acknowledged) = (Vec::new(), RefCell::default());
            Self { post, dating, now, given, acknowledged, tickets: 0 }
        }

        /// A second goes by, in which CO2 was measured; the broker is there, or not.
        fn second(&mut self, broker_is_there: bool) {
            self.now = self.now + Duration::from_secs(1);
            let subject = Subject { quantity: Quantity::Co2, channel: None };
            let measured = Measured::number(Quantity::Co2, 500.0, self.now).unwrap();
            self.post.take(Find { subject, measured }, self.now);
            self.quiet_second(broker_is_there);
        }

        /// The same without a measurement and at the same time.
        fn quiet_second(&mut self, broker_is_there: bool) {
            self.post.date(&self.dating);
            if broker_is_there {
                while let Some(parcel) = self.post.next(&self.dating, self.now).unwrap() {
                    let ticket = Ticket(self.tickets);
                    self.tickets += 1;
                    self.acknowledged.borrow_mut().insert(ticket);
                    self.post.sent(&parcel, ticket);
                    let payload = serde_json::from_slice(&parcel.message.payload).unwrap();
                    self.given.push((parcel.message.topic, payload));
                }
                let acknowledged = self.acknowledged.borrow().clone();
                self.post.settle(|ticket| acknowledged.contains(&ticket)).unwrap();
            }
            self.post.write(self.now, false).unwrap();
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
        assert_eq!(drill.given.len(), 0, "nothing is told of a time that nobody knows");

        let wall = "2026-11-23T14:01:30Z".parse().unwrap();
        drill.dating.look(wall, drill.now, || true);
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
        assert_eq!((numbers.len(), holes, drill.post.numbering().dropped()), (10, 31, 31));
    }

    #[test]
    fn the_end_in_good_order_leaves_nothing_in_memory() {
        let folder = TempDir::new().unwrap();
        let mut drill = Drill::start(folder.path(), "a", table(), true);
        for _ in 0..5 {
            drill.second(false);
        }
        drill.post.close(drill.now, &drill.dating).unwrap();
        drop(drill);
        assert_eq!(Drill::start(folder.path(), "a", table(), true).post.backlog(), 5);
    }
}
