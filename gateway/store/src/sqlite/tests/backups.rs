//! Backups: what is in them, and that one of no use is found out.

use std::cell::Cell;
use std::path::PathBuf;

use domain::{ManualClock, Quantity, Source, Value};
use jiff::SignedDuration;

use super::*;
use crate::backup::{BackupError, BackupPlan, Comparison, Kind, Made, list, make, restore};
use crate::conformance::{air, append, at, co2, history, on_monday, reading, source};
use crate::ports::{QuarantineReader, Refused};

/// A store with a folder of backups beside it.
struct Kept {
    store: Sqlite,
    backups: TempDir,
    clock: ManualClock,
    /// Files from this size on are copied in part.
    whole_below_bytes: u64,
}

impl Kept {
    fn new() -> Self {
        let clock = ManualClock::new(on_monday("03:00:00"));
        let backups = tempfile::tempdir().unwrap();
        Self { store: Sqlite::new(), backups, clock, whole_below_bytes: u64::MAX }
    }

    fn backup(&self, keep: usize) -> Result<Made, BackupError> {
        self.backup_unless(keep, &|| false)
    }

    fn backup_unless(&self, keep: usize, stop: &dyn Fn() -> bool) -> Result<Made, BackupError> {
        let plan = BackupPlan {
            to: self.backups.path(),
            keep,
            whole_below_bytes: self.whole_below_bytes,
            site: Some("[site]\n"),
            version: "1.2.3",
            stop,
        };
        let made = make(self.store.folder.path(), &plan, &self.clock);
        self.clock.set(domain::Clock::now(&self.clock) + SignedDuration::from_hours(24));
        made
    }

    /// A store of what the newest backup gives back.
    fn restored(&self) -> Sqlite {
        let folder = tempfile::tempdir().unwrap();
        restore(self.backups.path(), folder.path(), false, &self.clock).unwrap();
        let writer = Some(open(folder.path()).unwrap());
        Sqlite { folder, writer }
    }

    fn names(&self) -> Vec<String> {
        list(self.backups.path()).unwrap().into_iter().map(|(name, _)| name).collect()
    }

    /// A day of many readings of one device and a few of others, packed into day blocks.
    async fn a_day(&mut self, day: &str, first_ppm: f64) {
        let start = at(&format!("{day}T00:00:00Z"));
        let minutes = |from: &Source, count| {
            let from = from.clone();
            (0..count).map(move |minute: i32| {
                let ppm = Value::Gauge(first_ppm + f64::from(minute) / 7.0);
                reading(&from, start + SignedDuration::from_mins(minute.into()), ppm)
            })
        };
        let mut readings: Vec<_> = minutes(&air(), 100).collect();
        for nr in 2..40 {
            readings.extend(minutes(&source(&format!("air-{nr}"), Quantity::Co2), 3));
        }
        append(&self.store, readings).await;
        self.store.seal(start + SignedDuration::from_hours(28)).await;
    }

    /// The same with messages that tell all of these at once; gives their instants.
    async fn shared_day(&mut self, day: &str, sources: &[Source]) -> Vec<Instant> {
        let start = at(&format!("{day}T08:00:00Z"));
        let instants: Vec<_> = (0..100)
            .map(|nr: i64| start + SignedDuration::from_millis(10_000 * nr + nr * nr * 7 % 800))
            .collect();
        let message = |time: &Instant| {
            let time = *time;
            sources.iter().map(move |source| reading(source, time, Value::Gauge(20.5)))
        };
        append(&self.store, instants.iter().flat_map(message).collect::<Vec<_>>()).await;
        self.a_day(day, 400.0).await;
        instants
    }
}

/// The database inside a backup.
fn database(made: &Made) -> PathBuf {
    let name = if made.manifest.kind == Kind::Full { "vigie.db" } else { "changes.db" };
    made.place.join(name)
}

/// Changes one byte in the middle of a file.
fn harm(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn a_backup_made_beside_the_writer_gives_back_every_reading_and_refusal() {
    let mut kept = Kept::new();
    kept.a_day("2026-11-21", 400.0).await;
    append(&kept.store, [co2(on_monday("02:59:00"), 0.1 + 0.2)]).await;
    let refused = Refused {
        received_at: on_monday("02:00:00"),
        topic: "a/b".into(),
        payload: b"{".to_vec(),
        payload_len: 1,
        reason: domain::message::Reason::new(domain::message::ReasonLabel::Malformed, "no JSON"),
    };
    let batch = Batch { refused: vec![refused], ..Batch::default() };
    kept.store.writer().append(batch).await.unwrap();

    let made = kept.backup(7).unwrap();

    assert!(made.manifest.is_sound() && made.manifest.kind == Kind::Full);
    let restored = kept.restored();
    assert_eq!(history(&restored, air()).await, history(&kept.store, air()).await);
    let standing = kept.store.reader().quarantine(None, 9).await.unwrap();
    assert_eq!(restored.reader().quarantine(None, 9).await.unwrap(), standing);
    assert_eq!(std::fs::read_to_string(made.place.join("site.toml")).unwrap(), "[site]\n");
}

#[tokio::test]
async fn of_a_large_file_only_what_is_new_is_copied_and_all_of_it_comes_back() {
    let mut kept = Kept::new();
    kept.whole_below_bytes = 0;
    for day in 1..20 {
        kept.a_day(&format!("2026-11-{day:02}"), 400.0).await;
    }
    let full = kept.backup(7).unwrap();

    kept.a_day("2026-11-20", 500.0).await;
    kept.store
        .stranger()
        .execute("DELETE FROM blk_d WHERE id = (SELECT min(id) FROM blk_d)", [])
        .unwrap();
    let changes = kept.backup(7).unwrap();

    let base = full.place.file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(changes.manifest.kind, Kind::ChangesSince(base));
    let days = |made: &Made| {
        let count = "SELECT count(*) FROM blk_d";
        Connection::open(database(made)).unwrap().query_row(count, [], |row| row.get::<_, i64>(0))
    };
    assert_eq!(days(&full), Ok(19 * 39));
    assert!(days(&changes).unwrap() < 19 * 39 / 2, "{:?}", days(&changes));
    let restored = kept.restored();
    assert_eq!(history(&restored, air()).await, history(&kept.store, air()).await);
    assert_eq!(history(&restored, air()).await.len(), 19 * 100);
}

#[tokio::test]
async fn instants_that_several_series_share_come_along_whole_and_as_changes() {
    let mut kept = Kept::new();
    kept.whole_below_bytes = 0;
    let both = [Quantity::Co2, Quantity::Temperature].map(|quantity| source("both", quantity));
    let mut instants = Vec::new();
    for day in 1..20 {
        instants.extend(kept.shared_day(&format!("2026-11-{day:02}"), &both).await);
    }
    assert_eq!(kept.backup(7).unwrap().manifest.kind, Kind::Full);
    instants.extend(kept.shared_day("2026-11-20", &both).await);
    let changes = kept.backup(7).unwrap();
    assert!(matches!(changes.manifest.kind, Kind::ChangesSince(_)), "{:?}", changes.manifest.kind);

    let restored = kept.restored();

    assert_eq!((kept.store.count("times"), restored.count("times")), (20, 20));
    for source in both {
        let found = history(&restored, source).await;
        let observed: Vec<_> = found.iter().map(|reading| reading.observed_at).collect();
        assert_eq!(observed, instants);
    }
}

#[tokio::test]
async fn a_store_that_was_restored_has_the_small_pages_of_a_new_one() {
    let kept = Kept::new();
    append(&kept.store, [co2(on_monday("02:59:00"), 400.0)]).await;
    let pages = |of: &Sqlite| {
        of.stranger().query_row("PRAGMA page_size", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(pages(&kept.store), 2048);
    kept.backup(7).unwrap();
    assert_eq!(pages(&kept.restored()), 2048);
}

#[tokio::test]
async fn a_store_with_the_large_pages_of_before_has_small_ones_once_it_is_restored() {
    let mut kept = Kept::new();
    append(&kept.store, [co2(on_monday("02:59:00"), 400.0)]).await;
    kept.store.writer.take().unwrap().close().await.unwrap();
    let larger = "PRAGMA journal_mode=DELETE; PRAGMA page_size=4096; VACUUM";
    kept.store.stranger().execute_batch(larger).unwrap();
    kept.store.reopen().await;
    let pages = |of: &Sqlite| {
        of.stranger().query_row("PRAGMA page_size", [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(pages(&kept.store), 4096);

    kept.backup(7).unwrap();

    let restored = kept.restored();
    assert_eq!(pages(&restored), 2048);
    assert_eq!(history(&restored, air()).await, history(&kept.store, air()).await);
}

#[tokio::test]
async fn what_a_later_schema_adds_is_in_the_backup_too() {
    let mut kept = Kept::new();
    kept.whole_below_bytes = 0;
    kept.a_day("2026-11-21", 400.0).await;
    let add = "CREATE TABLE later(id INTEGER PRIMARY KEY AUTOINCREMENT, why TEXT);
               CREATE TABLE price(name TEXT, day INTEGER, euro REAL, cent INTEGER AS (euro * 100), PRIMARY KEY(name, day)) WITHOUT ROWID;
               CREATE TABLE note(text TEXT);
               CREATE INDEX price_day ON price(day);
               CREATE VIEW dear AS SELECT * FROM price WHERE euro > 1;
               INSERT INTO later(id, why) VALUES (41, 'mended'), (42, 'undone'); DELETE FROM later WHERE id = 42;
               INSERT INTO price VALUES ('hc', 1, 0.16), ('hp', 1, 0.21); INSERT INTO note VALUES ('a'), (NULL)";
    kept.store.stranger().execute_batch(add).unwrap();
    kept.backup(7).unwrap();
    kept.store.stranger().execute_batch("INSERT INTO price VALUES ('hp', 2, 1.5)").unwrap();
    let changes = kept.backup(7).unwrap();

    assert!(matches!(changes.manifest.kind, Kind::ChangesSince(_)));
    let restored = kept.restored();
    let ask =
        |sql: &str| restored.stranger().query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(ask("SELECT seq FROM sqlite_sequence WHERE name = 'later'"), 42);
    assert_eq!(ask("SELECT count(*) FROM dear WHERE cent = 150"), 1);
    assert_eq!(ask("SELECT count(*) FROM note"), 2);
    assert_eq!(ask("SELECT count(*) FROM sqlite_master WHERE name = 'price_day'"), 1);
}

#[tokio::test]
async fn a_byte_that_changed_in_the_last_full_backup_is_found_by_the_comparison() {
    let mut kept = Kept::new();
    kept.whole_below_bytes = 0;
    for day in 10..20 {
        kept.a_day(&format!("2026-11-{day}"), 400.0).await;
    }
    let full = kept.backup(7).unwrap();
    harm(&database(&full));

    kept.a_day("2026-11-20", 500.0).await;
    let error = kept.backup(7).unwrap_err();

    assert!(matches!(error, BackupError::Differs { .. }), "{error:?}");
    let folder = tempfile::tempdir().unwrap();
    let error = restore(&full.place, folder.path(), false, &kept.clock).unwrap_err();
    assert!(matches!(error, BackupError::Differs { .. } | BackupError::Store(_)), "{error:?}");
    assert!(!folder.path().join(FILE).exists());
    // Both are still there to be looked at, and the next one stands alone.
    let backups = list(kept.backups.path()).unwrap();
    assert!(matches!(&backups[1].1.compared, Some(Comparison::Different { .. })));
    assert_eq!(kept.backup(7).unwrap().manifest.kind, Kind::Full);
}

#[tokio::test]
async fn as_many_are_kept_as_was_asked_for_and_the_full_one_that_they_need() {
    let mut kept = Kept::new();
    kept.whole_below_bytes = 0;
    for day in 10..20 {
        kept.a_day(&format!("2026-11-{day}"), 400.0).await;
    }
    for _ in 0..4 {
        kept.backup(2).unwrap();
    }
    assert_eq!(
        kept.names(),
        ["2026-11-23T03-00-00.000Z", "2026-11-25T03-00-00.000Z", "2026-11-26T03-00-00.000Z"]
    );

    kept.whole_below_bytes = u64::MAX;
    kept.backup(2).unwrap();
    kept.backup(2).unwrap();
    assert_eq!(kept.names(), ["2026-11-27T03-00-00.000Z", "2026-11-28T03-00-00.000Z"]);
}

#[tokio::test]
async fn a_backup_that_is_stopped_leaves_nothing_behind() {
    let mut kept = Kept::new();
    kept.a_day("2026-11-21", 400.0).await;
    kept.backup(7).unwrap();
    let calls = Cell::new(0);
    let stop_at = |time: i32| {
        calls.set(0);
        kept.backup_unless(7, &|| {
            calls.set(calls.get() + 1);
            calls.get() == time
        })
    };

    let mut time = 1;
    while let Err(error) = stop_at(time) {
        assert!(matches!(error, BackupError::Stopped), "{error:?}");
        time += 1;
    }

    assert!(time > 3, "only {time} chances to stop");
    // A backup that was made and not yet compared stays, and says so.
    assert!(
        list(kept.backups.path())
            .unwrap()
            .iter()
            .all(|(_, it)| it.is_sound() || it.compared.is_none())
    );
    assert!(!kept.backups.path().join(".under-way").exists());
    assert!(!kept.backups.path().join(".scratch.db").exists());
}

#[tokio::test]
async fn two_backups_into_one_folder_do_not_meet() {
    let mut kept = Kept::new();
    kept.a_day("2026-11-21", 400.0).await;
    let other = Cell::new(None);
    let made = kept.backup_unless(7, &|| {
        other.set(Some(kept.backup(7).unwrap_err()));
        false
    });
    assert!(matches!(other.take(), Some(BackupError::Busy { .. })));
    made.unwrap();
}

#[tokio::test]
async fn restoring_never_overwrites_unasked_and_moves_aside_what_was_there_with_its_log() {
    let mut kept = Kept::new();
    kept.a_day("2026-11-21", 400.0).await;
    kept.backup(7).unwrap();
    // A store that was killed: its last reading is in the write-ahead log alone.
    let killed = tempfile::tempdir().unwrap();
    let other = Sqlite::new();
    append(&other, [co2(on_monday("09:00:00"), 900.0)]).await;
    for name in ["vigie.db", "vigie.db-wal", "vigie.db-shm"] {
        std::fs::copy(other.folder.path().join(name), killed.path().join(name)).unwrap();
    }

    let refused = restore(kept.backups.path(), killed.path(), false, &kept.clock).unwrap_err();
    let restored = restore(kept.backups.path(), killed.path(), true, &kept.clock).unwrap();

    assert!(matches!(refused, BackupError::Occupied { .. }), "{refused:?}");
    let aside = Connection::open(restored.replaced.unwrap()).unwrap();
    let value = log::after(&aside, 0, 1).unwrap()[0].entry.number;
    assert_eq!(value.to_bits(), 900.0_f64.to_bits());
    let store = Sqlite { writer: Some(open(killed.path()).unwrap()), folder: killed };
    assert_eq!(history(&store, air()).await, history(&kept.store, air()).await);
}

#[tokio::test]
async fn a_folder_in_use_is_not_restored_into() {
    let kept = Kept::new();
    kept.backup(7).unwrap();
    let error =
        restore(kept.backups.path(), kept.store.folder.path(), true, &kept.clock).unwrap_err();
    assert!(matches!(error, BackupError::Store(StoreError::InUse { .. })), "{error:?}");
}

#[test]
fn rows_have_the_same_inventory_whatever_their_order_of_arrival() {
    let kept = (Kept::new(), Kept::new());
    let sql = |id: i64| format!("INSERT INTO meta VALUES ('key {id}', {id} * 0.1);");
    let up: String = (0..2000).map(sql).collect();
    let down: String = (0..2000).rev().map(sql).collect();
    kept.0.store.stranger().execute_batch(&up).unwrap();
    kept.1.store.stranger().execute_batch(&down).unwrap();

    let made = (kept.0.backup(7).unwrap(), kept.1.backup(7).unwrap());

    let inventory =
        |made: &Made| std::fs::read_to_string(made.place.join("inventory.json")).unwrap();
    assert_eq!(inventory(&made.0), inventory(&made.1));
}

#[tokio::test]
async fn a_backup_of_2040_is_neither_the_newest_nor_outlives_those_made_since() {
    let mut kept = Kept::new();
    kept.a_day("2026-11-21", 400.0).await;
    let (right, ahead) = (domain::Clock::now(&kept.clock), at("2040-01-01T00:00:00Z"));
    kept.clock.set(ahead);
    kept.backup(2).unwrap();
    kept.clock.set(right);
    kept.backup(2).unwrap();
    append(&kept.store, [co2(on_monday("02:59:00"), 500.0)]).await;
    kept.backup(2).unwrap();

    assert!(kept.names().iter().all(|name| name.starts_with("2026")), "{:?}", kept.names());
    let newest = history(&kept.restored(), air()).await;
    assert_eq!(newest, history(&kept.store, air()).await);
}
