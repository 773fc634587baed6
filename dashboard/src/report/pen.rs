//! What the sections of a report are written with.

use domain::site::Site;

use crate::words::{Language, Locale, ReportLabels};
use figures::MonthReport;

/// The figures, and the words for them.
pub(super) struct ReportContext<'a> {
    pub(super) report: &'a MonthReport,
    pub(super) site: &'a Site,
    pub(super) locale: Locale,
    pub(super) language: Language,
    pub(super) t: &'static ReportLabels,
}

impl ReportContext<'_> {
    /// The month in words.
    pub(super) fn month(&self) -> String {
        self.locale.month(self.report.period.start())
    }

    /// A duration to the hour, or finer where it is short.
    pub(super) fn hours(&self, hours: f64) -> String {
        self.language.hours(hours).text()
    }
}
