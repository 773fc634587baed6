//! The promises of the ports, kept over InfluxDB: written by the gateway's own store, forwarded, and read back.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::audit::{Draft, EntryId};
use domain::{Instant, ManualClock};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use tempfile::TempDir;
use tokio::sync::{Mutex, watch};

use super::{Forwarder, Grid, InfluxReader, Pace, Target, Token};
use crate::conformance::Subject;
use crate::ports::{Appended, Batch, LedgerWriter, SeriesWriter, StoreError};
use crate::sqlite::{SqliteReader, SqliteSettings, SqliteWriter};

#[path = "../../tests/influx/double/mod.rs"]
#[expect(dead_code, unused_imports, reason = "tests of the package from outside use the rest")]
mod double;

use double::{BUCKET, Double, ORGANISATION, TOKEN};

const PACE: Pace = Pace {
    look: Duration::ZERO,
    rollups: Duration::ZERO,
    request: Duration::from_secs(30),
    first_pause: Duration::from_millis(5),
    longest_pause: Duration::from_millis(20),
};

/// A gateway and an InfluxDB.
struct Forwarded {
    folder: TempDir,
    double: Double,
    writer: Option<Forwarding>,
}

/// A writer behind which everything is forwarded at once.
struct Forwarding {
    writer: Arc<SqliteWriter>,
    forwarder: Mutex<Forwarder>,
}

impl SeriesWriter for Forwarding {
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        let appended = self.writer.append(batch).await;
        let clock = ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap());
        self.forwarder.lock().await.catch_up(&clock).await;
        appended
    }
}

impl LedgerWriter for Forwarding {
    async fn record(&self, draft: Draft) -> Result<EntryId, StoreError> {
        let recorded = self.writer.record(draft).await;
        let clock = ManualClock::new("2026-11-23T10:00:00Z".parse().unwrap());
        self.forwarder.lock().await.catch_up(&clock).await;
        recorded
    }
}

fn grid() -> Grid {
    let timezone = TimeZone::get("Europe/Paris").unwrap();
    Grid { timezone, longest_gap: SignedDuration::from_mins(15) }
}

fn token() -> Token {
    Token::from_variables(|name| (name == "VIGIE_INFLUXDB_TOKEN").then(|| TOKEN.into())).unwrap()
}

impl Forwarded {
    fn target(&self) -> Target {
        Target::new(&self.double.url(), ORGANISATION, BUCKET).unwrap()
    }

    fn open(&mut self) {
        self.writer = None;
        let (site, grid) = ("dreux".parse().unwrap(), grid());
        let settings = SqliteSettings {
            timezone: grid.timezone.clone(),
            longest_gap: grid.longest_gap,
            forward_to: Some(self.target().name(&site, &grid)),
            ..SqliteSettings::default()
        };
        let folder: &Path = self.folder.path();
        let writer = Arc::new(SqliteWriter::open(folder, &settings).unwrap());
        let reader = Arc::new(SqliteReader::open(folder).unwrap());
        let store = (Arc::clone(&writer), reader);
        let forwarder = Forwarder::new(
            (site, grid),
            self.target(),
            &token(),
            store,
            PACE,
            watch::Sender::default(),
        )
        .unwrap();
        self.writer = Some(Forwarding { writer, forwarder: Mutex::new(forwarder) });
    }
}

impl Subject for Forwarded {
    type Writer = Forwarding;
    type Reader = InfluxReader;

    const KEEPS_QUARANTINE: bool = false;
    const CASES: u32 = 16;

    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut new = Self { folder, double: Double::start(), writer: None };
        new.open();
        new
    }

    fn writer(&self) -> &Forwarding {
        self.writer.as_ref().unwrap()
    }

    fn reader(&self) -> InfluxReader {
        InfluxReader::new("dreux".parse().unwrap(), self.target(), &token(), grid()).unwrap()
    }

    async fn seal(&mut self, now: Instant) {
        self.writer().writer.seal(now).await.unwrap();
    }

    async fn reopen(&mut self) {
        self.open();
    }
}

// What it cannot keep: readings of before 1677, its own size, and quarantine, which stays beside the gateway.
crate::conformance::adapter_keeps_the_promises!(Forwarded:
    a_reading_appended_twice_is_stored_once
    the_first_value_of_an_instant_stays
    a_batch_may_repeat_itself
    an_empty_batch_changes_nothing
    late_repeated_and_shuffled_readings_give_the_history_of_readings_in_order
    a_period_holds_its_start_and_not_its_end
    a_source_nobody_heard_of_has_no_readings
    neighbours_come_from_both_sides_however_far_away
    neighbours_are_as_many_as_there_are
    a_limit_gives_the_oldest_and_nothing_after_them
    the_newest_reading_is_found_whatever_arrived_last
    sources_are_listed_in_order_with_their_newest_reading
    channels_of_a_device_are_series_of_their_own
    every_value_comes_back_to_the_last_bit
    the_arrival_is_kept_to_the_second
    a_value_its_quantity_cannot_have_is_refused_with_the_whole_batch
    sealing_changes_no_answer
    reopening_changes_no_answer
    readings_late_for_a_sealed_day_are_found_and_counted_once
    another_reader_sees_what_was_committed
    rollups_follow_from_the_readings_before_and_after_sealing
    late_readings_are_in_rollups_as_soon_as_they_are_stored
    a_bucket_is_whole_where_it_reaches_out_of_the_period
    rollups_of_several_sources_come_in_the_order_of_the_question
    a_state_is_rolled_up_by_how_long_it_was_true
    another_longest_gap_or_zone_is_answered_as_right
    the_ledger_gives_back_what_was_entered_in_its_order
    random_operations_give_the_answers_of_the_memory_store
);
