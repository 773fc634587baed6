//! Pages, blocks and summaries of the database.

use std::path::Path;

use domain::failure_chain;
use store::{Findings, Inspection, InspectionPlan, SqliteSettings, StoreError, inspect};
use tokio_util::sync::CancellationToken;

use super::line::Line;
use crate::failure::Failure;

/// Number of days of series whose summaries are compared with their readings.
pub(super) const COMPARED_DAYS: u64 = 1000;
const RESTORE: &str = "export what can be read with `vigie export`, then restore a backup with `vigie restore --replace`; look at \
                       the disk or card";

const REBUILD: &str = "where only rows of an index are named, stop the service and make the indexes again with `vigie rebuild`; else \
                       restore a backup with `vigie restore --replace`; look at the disk or card";

/// Looks through the store.
pub(super) async fn check(
    data: &Path,
    settings: &SqliteSettings,
    compared_days: Option<u64>,
    stop: &CancellationToken,
) -> Result<Vec<Line>, Failure> {
    let (data, settings, stop) = (data.to_owned(), settings.clone(), stop.clone());
    let work = move || {
        let go_on = || !stop.is_cancelled();
        let plan = InspectionPlan { settings: &settings, compared_days, go_on: &go_on };
        inspect(&data, &plan)
    };
    let found = tokio::task::spawn_blocking(work).await;
    let found = found.map_err(|error| Failure::Unavailable(failure_chain(&error)))?;
    Ok(match found {
        Ok(found) => lines(&found),
        Err(error) => vec![closed(&error)],
    })
}

fn closed(error: &StoreError) -> Line {
    let remedy = match error {
        StoreError::Damaged { .. } | StoreError::Foreign { .. } => RESTORE,
        StoreError::WrongSchema { .. } => {
            "start the program of this version once, or take the newer one"
        }
        _ => "see that the file is there, and that the user of the service may read it",
    };
    Line::fault("database", failure_chain(error), remedy)
}

fn lines(found: &Inspection) -> Vec<Line> {
    let Inspection { pages, damaged, differing, blocks, rollups, compared, damaged_logs, .. } =
        found;
    let pages = of(pages, "database", "all pages and indexes are sound", |count| {
        (format!("{count} faults in pages and indexes"), REBUILD)
    });
    let sound = format!("{blocks} blocks of readings and {rollups} of summaries can be read");
    let damaged = of(damaged, "readings", &sound, |count| {
        (format!("{count} places cannot be read; all others can"), RESTORE)
    });
    let sound = format!("{compared} days compared with their readings: the same");
    let differing = of(differing, "summaries", &sound, |count| {
        (
            format!("{count} of {compared} days compared are not those of their readings"),
            "stop the service and make them again with `vigie rebuild`",
        )
    });
    let mut lines = vec![pages, damaged, differing];
    if !damaged_logs.is_empty() {
        let told = damaged_logs.iter().map(|path| path.display().to_string()).collect();
        let says =
            "a write-ahead log was damaged before an earlier start: its last commits are lost";
        let remedy = "look at the disk or card; then remove these copies of it";
        lines.push(Line::careful("last commits", says, remedy).with(told));
    }
    lines
}

fn of(
    findings: &Findings,
    what: &'static str,
    sound: &str,
    fault: impl FnOnce(u64) -> (String, &'static str),
) -> Line {
    if findings.count == 0 {
        return Line::sound(what, sound);
    }
    let (says, remedy) = fault(findings.count);
    let mut told = findings.told.clone();
    let more = findings.count - told.len() as u64;
    if more > 0 {
        told.push(format!("and {more} more"));
    }
    Line::fault(what, says, remedy).with(told)
}
