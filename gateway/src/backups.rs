//! Backups: at night by itself, and when somebody asks; and the way back.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, Instant};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use store::StoreError;
use store::backup::{self, BackupError, BackupPlan, BackupStatus, Kind, Made, Restored};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::arguments::BackupHour;
use crate::config::{Backups, Place};
use crate::failure::{Failure, chain};

const LOOK_EVERY: Duration = Duration::from_secs(30);
/// After a failure so much time is left for a person to make room, or for a disk to come back.
const RETRY_AFTER: SignedDuration = SignedDuration::from_hours(1);
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Backs up now, beside a gateway that may be running.
///
/// # Errors
/// [`Failure::Unavailable`] with the remedy. The outcome is kept in either case.
pub fn back_up(
    place: &Place,
    to: Option<PathBuf>,
    clock: &dyn Clock,
    stop: &CancellationToken,
) -> Result<String, Failure> {
    let backups =
        Backups { to: to.unwrap_or_else(|| place.backups.to.clone()), ..place.backups.clone() };
    let site = place.site.as_ref().map(|(_, text)| text.as_str());
    let made = attempt(&place.data, &backups, site, clock, stop);
    made.map(|made| told(&made)).map_err(Failure::Unavailable)
}

/// Restores a backup.
///
/// # Errors
/// [`Failure::Unavailable`] with the remedy; then the data folder holds what it held.
pub fn restore(
    place: &Place,
    from: &Path,
    replace: bool,
    clock: &dyn Clock,
) -> Result<String, Failure> {
    let restored = backup::restore(from, &place.data, replace, clock);
    let Restored { backup, manifest, site, replaced } =
        restored.map_err(|error| Failure::Unavailable(not_restored(&place.data, &error)))?;
    let before = replaced.map_or(String::new(), |it| {
        format!("  before     {}, which you may remove\n", it.display())
    });
    let site =
        site.map_or(String::new(), |it| format!("  site file  as it was then: {}\n", it.display()));
    Ok(format!(
        "restored {} as of {}: {} rows, the same as were backed up\n  from       {}\n{before}{site}",
        place.data.display(),
        manifest.made_at,
        manifest.rows,
        backup.display()
    ))
}

/// Tells what became of the backups of a data folder; those of a demonstration are none.
pub(crate) fn outcome(
    data: &Path,
    demonstration: bool,
) -> Arc<dyn Fn() -> Option<BackupStatus> + Send + Sync> {
    let data = data.to_owned();
    Arc::new(move || (!demonstration).then(|| BackupStatus::read(&data)))
}

/// What the nightly backup works on.
#[derive(Debug)]
pub(crate) struct Nightly {
    pub(crate) data: PathBuf,
    pub(crate) backups: Backups,
    /// The site file as it is now.
    pub(crate) site_text: watch::Receiver<String>,
    pub(crate) timezone: TimeZone,
}

impl Nightly {
    /// Makes a backup each night, until `stop`. One that was missed, since the machine was off, is made after the next
    /// start; one that failed is tried again every hour.
    pub(crate) async fn run(
        self,
        clock: Arc<dyn Clock>,
        stop: CancellationToken,
    ) -> Result<(), String> {
        let nightly = Arc::new(self);
        let started = clock.now();
        loop {
            let status = BackupStatus::read(&nightly.data);
            show(&status);
            if nightly.is_due(&status, started, clock.now()) {
                let (nightly, clock, stop) =
                    (Arc::clone(&nightly), Arc::clone(&clock), stop.clone());
                let work = move || nightly.attempt(&*clock, &stop);
                if let Err(error) = tokio::task::spawn_blocking(work).await {
                    return Err(chain(&error));
                }
                continue;
            }
            let waited = stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
            if waited.is_none() {
                return Ok(());
            }
        }
    }

    fn attempt(&self, clock: &dyn Clock, stop: &CancellationToken) {
        let site = self.site_text.borrow().clone();
        match attempt(&self.data, &self.backups, Some(&site), clock, stop) {
            Ok(made) => tracing::info!(
                backup.place = %made.place.display(),
                backup.rows = made.manifest.rows,
                backup.bytes = made.manifest.bytes,
                "backed up, restored and compared"
            ),
            Err(_) if stop.is_cancelled() => {}
            Err(why) => {
                metrics::counter!("vigie_backup_failures_total").increment(1);
                tracing::error!(why, "no backup was made; it is tried again in an hour");
            }
        }
    }

    fn is_due(&self, status: &BackupStatus, started: Instant, now: Instant) -> bool {
        let BackupHour::At(hour) = self.backups.at else { return false };
        let due = last_due(hour, &self.timezone, now);
        let is_done = status.compared.as_ref().is_some_and(|it| it.made_at >= due);
        let failed = status.attempt.as_ref().filter(|it| it.failure.is_some());
        // A clock that was ahead must not hold the next one up for ever.
        let waits = failed.is_some_and(|it| it.at <= now && now.since(it.at) < RETRY_AFTER);
        let is_first = status.attempt.is_none() && due <= started;
        !is_done && !waits && !is_first
    }
}

/// When the hour was last, in the days of the site.
fn last_due(hour: i8, zone: &TimeZone, now: Instant) -> Instant {
    let today = now.to_jiff().to_zoned_datetime(zone.clone()).date();
    let days = [Ok(today), today.checked_sub(1.day())];
    let at = |date: jiff::civil::Date| date.at(hour, 0, 0, 0).to_zoned_datetime(zone.clone());
    let times = days.into_iter().filter_map(|day| at(day.ok()?).ok());
    let mut times = times.map(|time| Instant::from(time.timestamp()));
    times.find(|time| *time <= now).unwrap_or(Instant::MIN)
}

/// One backup, and its outcome kept where all can see it.
fn attempt(
    data: &Path,
    backups: &Backups,
    site: Option<&str>,
    clock: &dyn Clock,
    stop: &CancellationToken,
) -> Result<Made, String> {
    let plan = BackupPlan {
        to: &backups.to,
        keep: backups.keep,
        whole_below_bytes: BackupPlan::WHOLE_BELOW_BYTES,
        site,
        version: VERSION,
        stop: &|| stop.is_cancelled(),
    };
    let made =
        backup::make(data, &plan, clock).map_err(|error| not_made(data, &backups.to, &error));
    if stop.is_cancelled() && made.is_err() {
        return made;
    }
    let noted = BackupStatus::note(data, clock.now(), made.as_ref().map_err(Clone::clone));
    match &noted {
        Ok(status) => show(status),
        Err(error) => tracing::warn!(error = chain(error), "the outcome of the backup is not kept"),
    }
    made
}

fn show(status: &BackupStatus) {
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
    let seconds = |at: Instant| at.as_millis().div_euclid(1000) as f64;
    let failed = status.attempt.as_ref().is_some_and(|it| it.failure.is_some());
    metrics::gauge!("vigie_backup_failed").set(f64::from(u8::from(failed)));
    metrics::counter!("vigie_backup_failures_total").increment(0);
    let compared = status.compared.as_ref().map_or(0.0, |it| seconds(it.made_at));
    metrics::gauge!("vigie_backup_compared_timestamp_seconds").set(compared);
}

fn told(made: &Made) -> String {
    let Made { place, manifest, same_disk } = made;
    let kind = match &manifest.kind {
        Kind::Full => "the whole database".to_owned(),
        Kind::ChangesSince(base) => format!("what {base} lacks"),
    };
    let warning = if *same_disk {
        "  careful    it lies on the disk of the data; name another one with --backup-to\n"
    } else {
        ""
    };
    format!(
        "backed up as of {}: {} rows, {kind}, {} bytes; restored and compared: the same\n  to         {}\n{warning}",
        manifest.made_at,
        manifest.rows,
        manifest.bytes,
        place.display()
    )
}

fn not_made(data: &Path, to: &Path, error: &BackupError) -> String {
    let why = chain(error);
    match error {
        BackupError::Differs { .. } => format!(
            "{why}; the older backups are kept, and the next one will be a whole one; look at the disk of {}",
            to.display()
        ),
        BackupError::Busy { .. } => format!("no backup was made: {why}; wait for it to end"),
        BackupError::Store(_) => format!(
            "no backup of {} was made into {}: {why}; is one of the disks full, or failing?",
            data.display(),
            to.display()
        ),
        _ => format!("no backup was made: {why}"),
    }
}

fn not_restored(data: &Path, error: &BackupError) -> String {
    let folder = data.display();
    match error {
        BackupError::Occupied { path } => format!(
            "{} is there already; restore into another folder with --data, or move it aside with --replace",
            path.display()
        ),
        BackupError::Store(StoreError::InUse { .. }) => format!(
            "the data folder {folder} is in use by a running vigie; stop it, or restore into another folder with --data"
        ),
        BackupError::NoBackup { path } => format!(
            "{} holds no backup that was found the same when it was made; name one of its folders to take another",
            path.display()
        ),
        BackupError::Differs { .. } => {
            format!("{}; name an older one with --from, {folder} is as it was", chain(error))
        }
        error => format!("nothing was restored into {folder}: {}", chain(error)),
    }
}

#[cfg(test)]
mod tests {
    use store::backup::{Attempt, Compared};

    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn nightly(at: BackupHour) -> Nightly {
        Nightly {
            data: PathBuf::new(),
            backups: Backups { to: PathBuf::new(), at, keep: 7 },
            site_text: watch::Sender::new(String::new()).subscribe(),
            timezone: TimeZone::get("Europe/Paris").unwrap(),
        }
    }

    fn made(at: Instant) -> BackupStatus {
        let compared = Compared { made_at: at, place: PathBuf::new(), bytes: 1, same_disk: false };
        BackupStatus { compared: Some(compared), attempt: Some(Attempt { at, failure: None }) }
    }

    #[test]
    fn the_hour_is_that_of_the_site_also_when_the_clocks_change() {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        for (hour, now, due) in [
            (4, "2026-11-23T14:00:00Z", "2026-11-23T03:00:00Z"),
            (4, "2026-07-23T01:59:59Z", "2026-07-22T02:00:00Z"),
            // On the last Sunday of March there is no half past two, and no two o'clock.
            (2, "2026-03-29T10:00:00Z", "2026-03-29T01:00:00Z"),
        ] {
            assert_eq!(last_due(hour, &zone, at(now)), at(due), "{now}");
        }
    }

    #[test]
    fn a_night_is_backed_up_once_and_a_missed_one_after_the_start() {
        let nightly = nightly(BackupHour::At(4));
        let started = at("2026-11-23T08:00:00Z");
        let tonight = made(at("2026-11-23T03:00:10Z"));
        assert!(!nightly.is_due(&tonight, started, at("2026-11-24T02:59:00Z")));
        assert!(nightly.is_due(&tonight, started, at("2026-11-24T03:00:00Z")));
        let long_ago = made(at("2026-11-20T03:00:10Z"));
        assert!(nightly.is_due(&long_ago, started, started));
    }

    #[test]
    fn the_first_backup_waits_for_the_first_night() {
        let nightly = nightly(BackupHour::At(4));
        let (none, started) = (BackupStatus::default(), at("2026-11-23T08:00:00Z"));
        assert!(!nightly.is_due(&none, started, at("2026-11-23T23:00:00Z")));
        assert!(nightly.is_due(&none, started, at("2026-11-24T03:00:00Z")));
    }

    #[test]
    fn a_failure_is_tried_again_after_an_hour() {
        let nightly = nightly(BackupHour::At(4));
        let mut status = made(at("2026-11-22T03:00:10Z"));
        let failed = at("2026-11-23T03:00:10Z");
        status.attempt = Some(Attempt { at: failed, failure: Some("full".into()) });
        let started = at("2026-11-01T00:00:00Z");
        assert!(!nightly.is_due(&status, started, at("2026-11-23T03:59:00Z")));
        assert!(nightly.is_due(&status, started, at("2026-11-23T04:00:10Z")));
    }

    #[test]
    fn nothing_is_due_when_it_is_off() {
        let status = made(at("2020-11-22T03:00:10Z"));
        assert!(!nightly(BackupHour::Off).is_due(
            &status,
            Instant::MIN,
            at("2026-11-23T03:00:00Z")
        ));
    }
}
