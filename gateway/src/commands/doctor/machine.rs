//! Crash journal, backups, disk and clock.

use std::path::Path;

use domain::site::Site;
use domain::{Clock, Instant};
use ingest::JournalLook;
use jiff::SignedDuration;
use store::backup::BackupStatus;
use store::{HealthReader, SeriesReader, SqliteReader};

use super::line::Line;
use crate::config::Backups;
use crate::machine::SystemClock;
use crate::settings::BackupHour;
use crate::upkeep::CheckStatus;

const JOURNAL: &str = "journal";
const BACKUPS: &str = "backups";
/// A backup is made each night; after two nights without one somebody should look.
const BACKUP_IS_OLD: SignedDuration = SignedDuration::from_hours(50);
/// A reading may be dated a little ahead by a sensor's own clock.
const AHEAD: SignedDuration = SignedDuration::from_mins(5);

/// Checks what is beside the store.
pub(super) async fn check(data: &Path, plan: &Backups, site: Option<&Site>) -> Vec<Line> {
    let now = SystemClock.now();
    let mut lines = vec![journal(data), backups(data, plan, now)];
    lines.extend(nightly(data));
    if let Ok(reader) = SqliteReader::open(data) {
        lines.extend(disk(&reader, site).await);
        lines.push(clock(&reader, now).await);
    }
    lines
}

fn journal(data: &Path) -> Line {
    let look = match JournalLook::at(data) {
        Ok(look) => look,
        Err(error) => {
            let remedy = "see that the user of the service may read journal-a and journal-b";
            return Line::fault(JOURNAL, error.to_string(), remedy);
        }
    };
    if !look.damage.is_empty() {
        let told = look.damage.iter().map(ToString::to_string).collect();
        let remedy = "start vigie: it stores what can be read and keeps the rest aside";
        return Line::fault(JOURNAL, "a part of it cannot be read", remedy).with(told);
    }
    if !look.kept.is_empty() {
        let told = look.kept.iter().map(|path| path.display().to_string()).collect();
        let says = "earlier damage is kept in files; what was in it was not stored";
        let remedy = "look at the disk or card; then remove these files";
        return Line::careful(JOURNAL, says, remedy).with(told);
    }
    Line::sound(JOURNAL, format!("{} deliveries wait for the store", look.records))
}

fn backups(data: &Path, plan: &Backups, now: Instant) -> Line {
    let BackupStatus { compared, attempt } = BackupStatus::read(data);
    let remedy = "make one with `vigie backup`, and see the log of the service";
    if let Some(why) = attempt.and_then(|it| it.failure) {
        return Line::fault(BACKUPS, why, remedy);
    }
    let Some(last) = compared else {
        return Line::careful(BACKUPS, "none was made yet", remedy);
    };
    let says = format!("the last of {}, in {}", last.made_at, last.place.display());
    if plan.at != BackupHour::Off && now.since(last.made_at) > BACKUP_IS_OLD {
        return Line::fault(BACKUPS, format!("{says}, is old"), remedy);
    }
    if !last.place.exists() {
        let remedy = "see that its disk is there; then make one with `vigie backup`";
        return Line::fault(BACKUPS, format!("{says}, is not there"), remedy);
    }
    if last.same_disk {
        let remedy = "name another disk with --backup-to";
        return Line::careful(BACKUPS, format!("{says}: on the disk of the data"), remedy);
    }
    Line::sound(BACKUPS, says)
}

/// What the last nightly check found, when it found something.
fn nightly(data: &Path) -> Option<Line> {
    let CheckStatus { at, places, told } = CheckStatus::read(data)?;
    let says = format!("the check of {at} found {places} places damaged");
    let remedy = "the lines above say how it is now; the alert ends with the next nightly check";
    (places > 0).then(|| Line::careful("last night", says, remedy).with(told))
}

async fn disk(reader: &SqliteReader, site: Option<&Site>) -> Vec<Line> {
    let Ok(Some(space)) = reader.space().await else { return Vec::new() };
    let megabytes = |bytes: u64| format!("{} MB", bytes / 1_000_000);
    let says = format!("{} of {} free", megabytes(space.free_bytes), megabytes(space.disk_bytes));
    let guard = site.map(|site| site.retention.disk).unwrap_or_default();
    let remedy =
        "remove what is not needed from the disk of the data, or move the backups to another";
    let mut lines = Vec::new();
    lines.push(if space.free_bytes < guard.reserve_bytes(space.disk_bytes) {
        Line::fault("disk", says, remedy)
    } else if space.free_bytes < guard.warn_bytes(space.disk_bytes) {
        Line::careful("disk", says, remedy)
    } else {
        Line::sound("disk", says)
    });
    if let Some(errors) = space.disk_errors.filter(|errors| *errors > 0) {
        let says = format!("the file system has met {errors} errors");
        let remedy = "see that there is a recent backup, then replace the disk or card";
        lines.push(Line::fault("disk errors", says, remedy));
    }
    lines
}

async fn clock(reader: &SqliteReader, now: Instant) -> Line {
    let newest = match reader.sources().await {
        Ok(sources) => sources.iter().map(|source| source.last.received_at).max(),
        Err(_) => None,
    };
    if let Some(newest) = newest.filter(|newest| *newest > now + AHEAD) {
        let says = format!("it says {now}, but a reading was received at {newest}");
        let remedy = "set the clock; if it is right, it was wrong when that reading came in";
        return Line::fault("clock", says, remedy);
    }
    match tokio::task::spawn_blocking(sensors::station::clock_is_set).await {
        Ok(Some(false)) => {
            let remedy = "see the network and the time service: `timedatectl`";
            Line::careful("clock", format!("{now}; nothing sets it"), remedy)
        }
        Ok(Some(true)) => Line::sound("clock", format!("{now}, set by the network")),
        _ => Line::sound("clock", format!("{now}; whether something sets it is not known")),
    }
}
