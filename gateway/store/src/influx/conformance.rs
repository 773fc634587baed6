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
use crate::ports::{
    AlertReader, Appended, AuditReader, AuditWriter, Batch, HealthReader, MessageReader,
    QuarantineReader, SeriesWriter, StoreError,
};
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

impl AuditWriter for Forwarding {
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

// Not in InfluxDB: readings of before 1677, families, and what stays beside the gateway.
crate::conformance::adapter_keeps_the_promises!(
    Forwarded,
    except readings_before_1970_are_readings
        quantities_of_one_message_stay_apart_when_one_of_them_has_late_readings
        a_store_with_readings_has_a_size
        the_newest_message_of_a_topic_is_kept_until_it_is_removed
        a_source_is_of_the_family_that_was_stored_last
        a_refusal_stands_in_quarantine_as_it_came
        a_repeated_refusal_is_counted_and_not_listed_twice
        refusals_that_differ_stand_beside_each_other
        quarantine_is_paged_newest_first
        a_full_quarantine_drops_its_oldest_and_says_how_many
        who_floods_the_quarantine_pushes_out_nobody_elses_refusals
        large_payloads_fill_the_quarantine_before_it_has_many_rows
        what_was_healed_leaves_with_its_readings
        the_name_of_a_refusal_is_never_given_again
        a_payload_is_cut_to_what_is_kept
        the_text_before_a_change_of_the_site_is_kept_with_it
        an_alert_stands_in_the_log_until_it_is_over_and_after
        the_log_of_alerts_is_paged_newest_first
        alerts_that_were_over_a_year_ago_are_forgotten
);

#[tokio::test(flavor = "multi_thread")]
async fn what_stays_beside_the_gateway_is_unsupported_and_never_answered_as_none() {
    let reader = Forwarded::new().reader();

    let answers = [
        reader.learned().await.err(),
        reader.quarantine(None, 10).await.err(),
        reader.text_before(EntryId(1)).await.err(),
        reader.open_alerts().await.err(),
        reader.alerts(None, 10).await.err(),
        reader.size_bytes().await.err(),
    ];

    for answer in answers {
        assert!(matches!(answer, Some(StoreError::Unsupported { .. })), "{answer:?}");
    }
    assert_eq!(reader.space().await.unwrap(), None, "its disk is not of this machine");
}
