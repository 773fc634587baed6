//! The report as one file: for who asks on the command line, and to keep or send from the page.

use std::sync::Arc;

use askama::Template;
use store::SeriesReader;
use tokio_util::sync::CancellationToken;

use super::document::Document;
use super::month::Month;
use super::{csv, gather};
use crate::Dashboard;
use crate::app::App;
use crate::words::Language;

/// How a report is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReportForm {
    /// A page that needs nothing else.
    Html,
    /// Its figures for programs.
    Csv,
    /// Its figures for a French spreadsheet.
    CsvFr,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
#[error("the report cannot be made: {0}")]
pub struct ReportError(String);

#[derive(Template)]
#[template(path = "report_file.html")]
struct FilePage<'a> {
    document: &'a Document,
    style: &'static str,
    skip: &'static str,
    demonstration: bool,
    demonstration_text: &'static str,
}

/// The report as a page that needs nothing else.
pub(crate) fn page(document: &Document, demonstration: bool) -> String {
    let t = document.language.labels();
    let page = FilePage {
        document,
        style: include_str!("../../templates/report_file.css"),
        skip: t.skip,
        demonstration,
        demonstration_text: t.demonstration,
    };
    // Our templates only write into strings, which does not fail.
    page.render().unwrap_or_default()
}

impl<R: SeriesReader> Dashboard<R> {
    /// The report of `month` as text, without serving anything.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn report(
        self,
        month: Month,
        language: Language,
        form: ReportForm,
    ) -> Result<String, ReportError> {
        let demonstration = self.demonstration;
        let app = Arc::new(App::new(&self, true, CancellationToken::new()));
        let report = gather(&app, month).await;
        let report = report.map_err(|problem| ReportError(problem.detail().to_owned()))?;
        let document = Document::of(&report, &app.site, language);
        Ok(match form {
            ReportForm::Html => page(&document, demonstration) + "\n",
            ReportForm::Csv => csv::for_programs(&document),
            ReportForm::CsvFr => csv::for_people(&document),
        })
    }
}
