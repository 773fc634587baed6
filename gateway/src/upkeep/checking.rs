//! The nightly look through the store, and its outcome, kept in the data folder for metrics, alerts and `vigie doctor`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use domain::{Clock, Instant, failure_chain};
use serde::{Deserialize, Serialize};
use store::{Inspection, InspectionPlan, SqliteSettings};
use tokio_util::sync::CancellationToken;

const FILE: &str = "check-status.json";
/// Number of days of series whose summaries are compared each night.
const COMPARED_DAYS: u64 = 500;
/// How many places are kept in words.
const TOLD: usize = 20;

/// Outcome of the last look through the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CheckStatus {
    /// When it ended.
    pub(crate) at: Instant,
    /// Number of places that cannot be read, or are not as they should be.
    pub(crate) places: u64,
    /// The first of them in words.
    pub(crate) told: Vec<String>,
}

impl CheckStatus {
    /// The status in the data folder; `None` before the first check.
    pub(crate) fn read(data: &Path) -> Option<Self> {
        serde_json::from_slice(&fs::read(data.join(FILE)).ok()?).ok()
    }

    fn write(&self, data: &Path) -> io::Result<()> {
        let (path, beside) = (data.join(FILE), data.join(format!("{FILE}.new")));
        let mut file =
            OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        file.sync_all()?;
        fs::rename(beside, path)
    }
}

/// Looks through the store of `data`; what is found is logged, and noted in the data folder. Nothing is noted when it is
/// stopped before its end.
pub(super) fn check(
    data: &Path,
    settings: &SqliteSettings,
    clock: &dyn Clock,
    stop: &CancellationToken,
) {
    let go_on = || !stop.is_cancelled();
    let plan = InspectionPlan { settings, compared_days: Some(COMPARED_DAYS), go_on: &go_on };
    let status = match store::inspect(data, &plan) {
        Ok(found) if found.is_cut_short => return,
        Ok(found) => of(&found, clock.now()),
        Err(error) => CheckStatus { at: clock.now(), places: 1, told: vec![failure_chain(&error)] },
    };
    if status.places == 0 {
        tracing::info!("the store was looked through and is sound");
    } else {
        let (places, first) = (status.places, status.told.first());
        tracing::error!(places, first, "the store is damaged; `vigie doctor` names every place");
    }
    if let Err(error) = status.write(data) {
        tracing::warn!(%error, "the outcome of the check of the store is not kept");
    }
}

fn of(found: &Inspection, at: Instant) -> CheckStatus {
    let all = [&found.damaged, &found.pages, &found.differing];
    let told = all.into_iter().flat_map(|findings| findings.told.iter().cloned());
    CheckStatus { at, places: found.places(), told: told.take(TOLD).collect() }
}

#[cfg(test)]
mod tests {
    use domain::testing::at;

    use super::*;

    #[test]
    fn the_outcome_of_a_check_is_kept_for_the_alert_and_the_doctor() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(CheckStatus::read(folder.path()), None);
        let told = vec!["air-1 co2, day from 2026-11-23T00:00:00Z: checksum differs".to_owned()];
        let status = CheckStatus { at: at("2026-11-24T03:00:00Z"), places: 1, told };
        status.write(folder.path()).unwrap();
        assert_eq!(CheckStatus::read(folder.path()), Some(status));
    }
}
