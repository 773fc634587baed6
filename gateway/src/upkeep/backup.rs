//! One backup of a data folder: made, compared, and its outcome noted where pages and metrics find it.

use std::path::Path;
use std::sync::Arc;

use domain::{Clock, Instant, failure_chain};
use store::backup::{self, BackupError, BackupPlan, BackupStatus, Made};
use tokio_util::sync::CancellationToken;

use crate::config::{Backups, VERSION};

/// Makes one backup of `data`, restores it into a scratch file and compares it. The outcome is noted in the data folder.
///
/// # Errors
/// With the reason and the remedy, for people.
pub(crate) fn back_up(
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
        Ok(status) => record(status),
        Err(error) => {
            tracing::warn!(error = failure_chain(error), "the outcome of the backup is not kept");
        }
    }
    made
}

/// Sets the metrics of backups to `status`.
pub(super) fn record(status: &BackupStatus) {
    #[expect(clippy::cast_precision_loss, reason = "seconds are far below 2^52")]
    let seconds = |at: Instant| at.as_millis().div_euclid(1000) as f64;
    let failed = status.attempt.as_ref().is_some_and(|it| it.failure.is_some());
    metrics::gauge!("vigie_backup_failed").set(f64::from(u8::from(failed)));
    metrics::counter!("vigie_backup_failures_total").increment(0);
    let compared = status.compared.as_ref().map_or(0.0, |it| seconds(it.made_at));
    metrics::gauge!("vigie_backup_compared_timestamp_seconds").set(compared);
}

/// Outcome of the backups of a data folder, for the pages; a demonstration has none.
pub(crate) fn backup_status(
    data: &Path,
    demonstration: bool,
) -> Arc<dyn Fn() -> Option<BackupStatus> + Send + Sync> {
    let data = data.to_owned();
    Arc::new(move || (!demonstration).then(|| BackupStatus::read(&data)))
}

fn not_made(data: &Path, to: &Path, error: &BackupError) -> String {
    let why = failure_chain(error);
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
