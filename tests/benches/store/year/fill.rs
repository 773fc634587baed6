//! Stores the year as history is imported: an hour a commit, device by device, sealed hour by hour.

use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Instant as Stopwatch;

use domain::Instant;
use store::{Batch, SeriesWriter, SqliteSettings, SqliteWriter, StoreError};
use tests::Usage;

use super::{DOORS, METERS, ROOMS, site};
use crate::building::{Building, HOUR_MS, every};

/// So many hours are made ahead of the writer.
const AHEAD: usize = 1;

pub(crate) fn fill(folder: &Path, start: i64, end: i64) {
    let site = site::site();
    let settings = SqliteSettings {
        timezone: site.timezone.clone(),
        longest_gap: site.rules.longest_gap(),
        ..SqliteSettings::default()
    };
    std::fs::create_dir_all(folder).expect("the data folder can be made");
    let writer = SqliteWriter::open(folder, &settings).expect("an empty folder takes a store");
    let (hours, queue) = sync_channel(AHEAD);
    let making = thread::spawn(move || {
        let mut building = Building::new(ROOMS, METERS, DOORS);
        for hour in every(HOUR_MS, start, end) {
            let mut readings = Vec::new();
            building.history(hour, hour + HOUR_MS, &mut readings);
            if hours.send((hour + HOUR_MS, readings)).is_err() {
                return;
            }
        }
    });
    let started = Stopwatch::now();
    let storing = async {
        let mut stored = 0;
        for (hour_end, readings) in queue {
            stored += writer.append(Batch { readings, ..Batch::default() }).await?.stored;
            writer.seal(Instant::from_millis(hour_end)).await?;
        }
        // The last day is packed three hours after it ended; until the next midnight, nothing more is.
        writer.seal(Instant::from_millis(end + 25 * HOUR_MS)).await?;
        writer.close().await?;
        Ok::<u64, StoreError>(stored)
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let stored = runtime.block_on(storing).expect("the store takes the year");
    making.join().expect("readings can be made");
    let usage = Usage::of(std::process::id());
    println!(
        "{stored} readings, {:.0} a second, {:.2} us of CPU each, {:.1} bytes written each",
        stored as f64 / started.elapsed().as_secs_f64(),
        usage.cpu.as_secs_f64() * 1e6 / stored as f64,
        usage.written as f64 / stored as f64
    );
}
