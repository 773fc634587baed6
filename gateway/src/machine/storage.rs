//! Disk space that the store takes and has, and bytes that this program writes: measured for metrics, for the pages and
//! for an alert before the disk is full.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use domain::storage::StorageState;
use store::{HealthReader, Space, SqliteReader};
use tokio::sync::watch;
use tokio::time::Instant as Moment;
use tokio_util::sync::CancellationToken;

use crate::telemetry::Metrics;

const MEASURE_EVERY: Duration = Duration::from_secs(30);

/// Measures the store every half minute until `stop`, and runs the upkeep of the metrics. `damaged_places` tells what the last
/// check of the store found.
pub(crate) async fn measure(
    reader: Arc<SqliteReader>,
    metrics: Metrics,
    storage: watch::Sender<Option<StorageState>>,
    damaged_places: impl Fn() -> u64 + Send,
    stop: CancellationToken,
) -> Result<(), String> {
    let work = async {
        let mut written = Written::default();
        loop {
            if let Some(bytes) = bytes_written() {
                metrics::counter!("vigie_written_bytes_total").absolute(bytes);
                written.note(Moment::now(), bytes);
            }
            if let Ok(Some(space)) = reader.space().await {
                record(space);
                let damaged_places = damaged_places();
                metrics::gauge!("vigie_store_damaged_places").set(damaged_places as f64);
                let state = StorageState { damaged_places, ..state(space, written.per_day()) };
                storage.send_replace(Some(state));
            }
            metrics.run_upkeep();
            tokio::time::sleep(MEASURE_EVERY).await;
        }
    };
    stop.run_until_cancelled(work).await.unwrap_or(Ok(()))
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 8 PiB")]
fn record(space: Space) {
    metrics::gauge!("vigie_store_bytes").set(space.stored_bytes as f64);
    metrics::gauge!("vigie_store_reusable_bytes").set(space.reusable_bytes as f64);
    metrics::gauge!("vigie_disk_free_bytes").set(space.free_bytes as f64);
    metrics::gauge!("vigie_disk_bytes").set(space.disk_bytes as f64);
    if let Some(errors) = space.disk_errors {
        metrics::gauge!("vigie_disk_errors").set(errors as f64);
    }
}

fn state(space: Space, written_bytes_per_day: Option<u64>) -> StorageState {
    let Space {
        stored_bytes,
        reusable_bytes,
        free_bytes,
        disk_bytes,
        recorded_bytes_per_day,
        disk_errors,
    } = space;
    StorageState {
        stored_bytes,
        reusable_bytes,
        free_bytes,
        disk_bytes,
        written_bytes_per_day,
        recorded_bytes_per_day,
        disk_errors,
        damaged_places: 0,
    }
}

/// Bytes that this program has written to its disks since its start, as Linux counts them.
fn bytes_written() -> Option<u64> {
    let counters = std::fs::read_to_string("/proc/self/io").ok()?;
    counters.lines().find_map(|line| line.strip_prefix("write_bytes: "))?.parse().ok()
}

/// Bytes written in the last day, with a mark every quarter of an hour.
#[derive(Debug, Default)]
struct Written {
    marks: VecDeque<(Moment, u64)>,
    newest: Option<(Moment, u64)>,
}

const DAY: Duration = Duration::from_hours(24);
const MARK_EVERY: Duration = Duration::from_mins(15);
/// The first minutes of a run, with its start in them, say little of a day.
const ENOUGH: Duration = Duration::from_hours(1);

impl Written {
    fn note(&mut self, now: Moment, bytes: u64) {
        self.newest = Some((now, bytes));
        if self.marks.back().is_none_or(|(at, _)| now.duration_since(*at) >= MARK_EVERY) {
            self.marks.push_back((now, bytes));
        }
        while self.marks.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= DAY) {
            self.marks.pop_front();
        }
    }

    /// Bytes a day at the pace of the last 24 hours, or of what there is of them; `None` in the first hour.
    fn per_day(&self) -> Option<u64> {
        let ((from, before), (to, after)) = (*self.marks.front()?, self.newest?);
        let seconds = to.duration_since(from).as_secs();
        let bytes = u128::from(after.saturating_sub(before));
        let per_day = bytes * u128::from(DAY.as_secs()) / u128::from(seconds.max(1));
        (seconds >= ENOUGH.as_secs()).then(|| u64::try_from(per_day).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use domain::{DatedBy, Instant, Observation, Quantity, Reading, Source, Value};
    use store::{Batch, SeriesWriter, SqliteSettings, SqliteWriter};

    use super::*;

    fn batch(nr: i64) -> Batch {
        let observed_at = Instant::from_millis(1_792_800_000_000 + nr * 1000);
        let source =
            Source { device: "air".parse().unwrap(), quantity: Quantity::Co2, channel: None };
        let value = Value::Gauge(612.0);
        let observation =
            Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value };
        Batch { readings: vec![Reading { source, observation }], ..Batch::default() }
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn the_figure_of_the_sensors_page_holds_every_page_that_a_commit_writes() {
        // Beside the build: a folder in memory counts nothing.
        let beside = std::env::current_exe().unwrap();
        let folder = tempfile::tempdir_in(beside.parent().unwrap()).unwrap();
        let writer = SqliteWriter::open(folder.path(), &SqliteSettings::default()).unwrap();
        let (mut written, start) = (Written::default(), Moment::now());

        written.note(start, bytes_written().unwrap());
        for nr in 0..100 {
            writer.append(batch(nr)).await.unwrap();
        }
        let before = written.newest.unwrap().1;
        written.note(start + ENOUGH, bytes_written().unwrap());

        let (_, after) = written.newest.unwrap();
        assert_eq!(written.per_day(), Some(24 * (after - before)));
        assert!(after - before >= 100 * 4096, "{}", after - before);
    }

    #[test]
    fn a_day_is_judged_by_the_last_24_hours_and_not_before_an_hour_has_passed() {
        let (mut written, start) = (Written::default(), Moment::now());
        let at = |minute: u64| start + Duration::from_mins(minute);
        for minute in 0..60 {
            written.note(at(minute), 1000 * minute);
        }
        assert_eq!(written.per_day(), None);
        written.note(at(60), 60_000);
        assert_eq!(written.per_day(), Some(24 * 60_000));

        // From then on ten times as much; a day later nothing else counts.
        for minute in 61..60 + 25 * 60 {
            written.note(at(minute), 60_000 + 10_000 * (minute - 60));
        }
        let per_day = written.per_day().unwrap();
        assert!((14_300_000..=14_400_000).contains(&per_day), "{per_day}");
        assert!(written.marks.len() <= 98, "{}", written.marks.len());
    }
}
