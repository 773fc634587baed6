//! The last twelve months beside the goals of the décret tertiaire.

use domain::calendar::{Step, period_of};
use domain::indicators::{Pathway, pathway};
use domain::{Instant, Period};
use jiff::SignedDuration;
use serde::Serialize;

use crate::complete::is_complete;
use crate::error::FigureError;
use crate::scope::{Scope, whole_days};
use crate::view::View;

/// The building on its way, with how much of the last twelve months is known.
#[derive(Clone, Debug, Serialize)]
pub struct PathwayReport {
    /// The goals, and the last twelve months beside them.
    #[serde(flatten)]
    pub pathway: Pathway,
    /// The begin of the last twelve months.
    pub start: Instant,
    /// Their end.
    pub end: Instant,
    /// Share of them whose energy is known.
    pub coverage: f64,
}

impl View {
    /// The last twelve months beside the goals; `None` when the site file names no reference year. Where they are not
    /// completely known, the current figure is unknown: a part of a year is no year.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn pathway(&self) -> Result<Option<PathwayReport>, FigureError> {
        let site = &self.site;
        let Some(reference) = &site.reference else { return Ok(None) };
        let now = self.now;
        let span =
            Period::new(now - SignedDuration::from_hours(365 * 24), now).expect("a year ago");
        let year = whole_days(site, span, 366)?;
        let today = period_of(Step::Day, now, &site.timezone).start();
        let year = Period::new(year.start(), today).expect("a year ago is before today");
        let figure = self.total(&Scope::of_building(site).meters, year).await?;
        let current_kwh = figure.energy_wh.filter(|_| is_complete(&figure)).map(|wh| wh / 1000.0);
        let civil_year = now.to_jiff().to_zoned_datetime(site.timezone.clone()).year();
        let pathway = pathway(reference, &site.targets, current_kwh, civil_year);
        let coverage = figure.coverage + figure.repaired;
        Ok(Some(PathwayReport { pathway, start: year.start(), end: year.end(), coverage }))
    }
}
