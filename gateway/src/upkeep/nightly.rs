//! The nightly backup and the nightly look through the store, at an hour of the site's day.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use domain::{Clock, Instant, failure_chain};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, ToSpan};
use store::SqliteSettings;
use store::backup::BackupStatus;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::backup::{back_up, record};
use super::checking::{CheckStatus, check};
use crate::config::Backups;
use crate::settings::BackupHour;

/// How often the hour is looked at.
const LOOK_EVERY: Duration = Duration::from_secs(30);
/// After a failure so much time is left for a person to make room, or for a disk to come back.
const RETRY_AFTER: SignedDuration = SignedDuration::from_hours(1);

/// Hour of the look through the store where no backup is made.
const CHECK_HOUR: i8 = 4;

/// Nightly backup and look through the store of one data folder.
#[derive(Debug)]
pub(crate) struct Nightly {
    pub(crate) data: PathBuf,
    pub(crate) backups: Backups,
    /// The site file as it is now.
    pub(crate) site_text: watch::Receiver<String>,
    pub(crate) timezone: TimeZone,
    /// The rules by which the store is written.
    pub(crate) settings: SqliteSettings,
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
            record(&status);
            if nightly.is_due(&status, started, clock.now()) {
                let (nightly, clock, stop) =
                    (Arc::clone(&nightly), Arc::clone(&clock), stop.clone());
                let work = move || nightly.attempt(&*clock, &stop);
                if let Err(error) = tokio::task::spawn_blocking(work).await {
                    return Err(failure_chain(&error));
                }
                continue;
            }
            if nightly.check_is_due(started, clock.now()) {
                let (nightly, clock, stop) =
                    (Arc::clone(&nightly), Arc::clone(&clock), stop.clone());
                let work = move || check(&nightly.data, &nightly.settings, &*clock, &stop);
                if let Err(error) = tokio::task::spawn_blocking(work).await {
                    return Err(failure_chain(&error));
                }
            }
            let waited = stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
            if waited.is_none() {
                return Ok(());
            }
        }
    }

    fn attempt(&self, clock: &dyn Clock, stop: &CancellationToken) {
        let site = self.site_text.borrow().clone();
        match back_up(&self.data, &self.backups, Some(&site), clock, stop) {
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

    /// Whether the store was not looked through since the last night; a first look waits for the first night.
    fn check_is_due(&self, started: Instant, now: Instant) -> bool {
        let hour = match self.backups.at {
            BackupHour::At(hour) => hour,
            BackupHour::Off => CHECK_HOUR,
        };
        let due = last_due(hour, &self.timezone, now);
        // One of a clock that was ahead does not count.
        let last = CheckStatus::read(&self.data).map(|it| it.at).filter(|at| *at <= now);
        last.map_or(due > started, |last| last < due)
    }

    fn is_due(&self, status: &BackupStatus, started: Instant, now: Instant) -> bool {
        let BackupHour::At(hour) = self.backups.at else { return false };
        let due = last_due(hour, &self.timezone, now);
        // A clock that was ahead must not hold the next one up for ever.
        let is_done = status.compared.as_ref().is_some_and(|it| (due..=now).contains(&it.made_at));
        let failed = status.attempt.as_ref().filter(|it| it.failure.is_some());
        let waits = failed.is_some_and(|it| it.at <= now && now.since(it.at) < RETRY_AFTER);
        let is_first = status.attempt.is_none() && due <= started;
        !is_done && !waits && !is_first
    }
}

/// Latest instant up to `now` at which it was `hour` o'clock at the site.
fn last_due(hour: i8, zone: &TimeZone, now: Instant) -> Instant {
    let today = now.to_jiff().to_zoned_datetime(zone.clone()).date();
    let days = [Ok(today), today.checked_sub(1.day())];
    let at = |date: jiff::civil::Date| date.at(hour, 0, 0, 0).to_zoned_datetime(zone.clone());
    let times = days.into_iter().filter_map(|day| at(day.ok()?).ok());
    let mut times = times.map(|time| Instant::from(time.timestamp()));
    times.find(|time| *time <= now).unwrap_or(Instant::MIN)
}

#[cfg(test)]
mod tests {
    use domain::testing::at;
    use store::backup::{Attempt, Compared};

    use super::*;

    fn nightly(at: BackupHour) -> Nightly {
        Nightly {
            data: PathBuf::new(),
            backups: Backups { to: PathBuf::new(), at, keep: 7 },
            site_text: watch::Sender::new(String::new()).subscribe(),
            timezone: TimeZone::get("Europe/Paris").unwrap(),
            settings: SqliteSettings::default(),
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
    fn the_store_is_looked_through_once_a_night_also_where_no_backup_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let nightly = Nightly { data: folder.path().to_owned(), ..nightly(BackupHour::Off) };
        let (started, night) = (at("2026-11-23T08:00:00Z"), at("2026-11-24T03:00:00Z"));
        let settings = SqliteSettings::default();
        drop(store::SqliteWriter::open(folder.path(), &settings).unwrap());
        assert!(!nightly.check_is_due(started, at("2026-11-23T23:00:00Z")));
        assert!(nightly.check_is_due(started, night));

        let clock = domain::ManualClock::new(night);
        check(folder.path(), &settings, &clock, &CancellationToken::new());

        assert_eq!(CheckStatus::read(folder.path()).unwrap().places, 0);
        assert!(!nightly.check_is_due(started, at("2026-11-25T02:00:00Z")));
        assert!(nightly.check_is_due(started, at("2026-11-25T03:00:00Z")));
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
    fn a_backup_of_2040_does_not_hold_the_next_ones_up_until_then() {
        let (nightly, now) = (nightly(BackupHour::At(4)), at("2026-11-24T12:00:00Z"));
        assert!(nightly.is_due(&made(at("2040-01-01T03:00:10Z")), at("2026-11-24T08:00:00Z"), now));
        assert!(!nightly.is_due(&made(now), at("2026-11-24T08:00:00Z"), now));
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
