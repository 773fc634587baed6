//! What the sections of a report are written with.

use domain::site::Site;

use figures::MonthReport;

use crate::words::{Language, Locale, ReportLabels};

/// Figures of a report, and the language that they are written in.
pub(super) struct ReportContext<'a> {
    pub(super) report: &'a MonthReport,
    pub(super) site: &'a Site,
    pub(super) locale: Locale,
    pub(super) language: Language,
    pub(super) t: &'static ReportLabels,
}

impl ReportContext<'_> {
    /// Month and year.
    pub(super) fn month(&self) -> String {
        self.locale.month(self.report.period.start())
    }

    /// Duration in hours.
    pub(super) fn hours(&self, hours: f64) -> String {
        self.language.hours(hours).text()
    }
}
