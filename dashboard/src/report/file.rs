//! The report as one file: for the command line, and to keep or send from the page.

use askama::Template;
use figures::{FigureError, Month, View};

use super::csv;
use super::document::Document;
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
#[error("the report cannot be made")]
pub struct ReportError(#[source] FigureError);

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

/// The report of `month` as text, from the figures of one view.
///
/// # Errors
/// When the figures cannot be had.
pub async fn month_report(
    view: &View,
    month: Month,
    language: Language,
    form: ReportForm,
) -> Result<String, ReportError> {
    let report = view.month_report(month).await.map_err(ReportError)?;
    let document = Document::of(&report, view.site(), language);
    Ok(match form {
        ReportForm::Html => page(&document, false) + "\n",
        ReportForm::Csv => csv::for_programs(&document),
        ReportForm::CsvFr => csv::for_people(&document),
    })
}
