//! `/report`: the report of a month, and the same as files.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use figures::{FigureError, Month, View};

use super::shell::{Choice, Shell};
use crate::api::report::{month as month_of, named_month};
use crate::app::App;
use crate::live::screen::Screen;
use crate::problem::Problem;
use crate::query::Query;
use crate::report::{Document, csv_for_people, csv_for_programs, file_page};
use crate::words::{Locale, ReportLabels};

/// Months to choose from: this one and so many before it.
const MONTHS: usize = 24;

#[derive(Template)]
#[template(path = "report.html")]
struct ReportPage {
    shell: Shell,
    t: &'static ReportLabels,
    title: String,
    month: String,
    months: Vec<(String, String, bool)>,
    /// None when the store did not answer.
    document: Option<Document>,
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    choice: Choice,
    query: Query,
) -> Result<Response, Problem> {
    let (snapshot, t) = (app.live.snapshot_for(choice.visibility), choice.language.report());
    let locale = snapshot.locale(choice.language);
    let (month, document) = match app.figures.view(query.known_at()?).await {
        Ok(view) => {
            let month = month_of(&view, &query).await?;
            (month, document(&view, choice, month).await)
        }
        // The page says that the store does not answer.
        Err(error) => {
            let this = Month::of(snapshot.now, &app.site.timezone);
            (named_month(&query, this)?.unwrap_or(this.before()), Err(error))
        }
    };
    let document = document.map_err(Problem::from).ok();
    let title = t.title.replace("{}", &locale.month(month.period(&app.site.timezone).start()));
    let page = ReportPage {
        shell: Shell::new("/report", &title, Screen::Plain, choice.language, &snapshot),
        t,
        title,
        month: month.to_string(),
        months: months(&locale, Month::of(snapshot.now, &app.site.timezone), month),
        document,
    };
    Ok(choice.page(&page))
}

/// `/report.html`: to keep or to send.
pub(crate) async fn file(
    State(app): State<Arc<App>>,
    choice: Choice,
    query: Query,
) -> Result<Response, Problem> {
    let (month, document) = selected_document(&app, choice, &query).await?;
    let text = file_page(&document, app.live.snapshot_for(choice.visibility).demonstration);
    Ok(attachment(&app, month, "html", "text/html; charset=utf-8", text))
}

/// `/report.csv`: for a spreadsheet with `for=people`, else for programs.
pub(crate) async fn table(
    State(app): State<Arc<App>>,
    choice: Choice,
    query: Query,
) -> Result<Response, Problem> {
    let write = match query.get("for") {
        Some("people") => csv_for_people,
        None | Some("programs") => csv_for_programs,
        Some(other) => return Err(Problem::bad_query("for", other, "people or programs")),
    };
    let (month, document) = selected_document(&app, choice, &query).await?;
    let text = write(&document);
    Ok(attachment(&app, month, "csv", "text/csv; charset=utf-8", text))
}

async fn selected_document(
    app: &App,
    choice: Choice,
    query: &Query,
) -> Result<(Month, Document), Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let month = month_of(&view, query).await?;
    let document = document(&view, choice, month).await?;
    Ok((month, document))
}

async fn document(view: &View, choice: Choice, month: Month) -> Result<Document, FigureError> {
    let report = view.month_report(month).await?;
    Ok(Document::of(&report, view.site(), choice.language))
}

/// Months to choose from up to this one, the newest first.
fn months(locale: &Locale, this: Month, chosen: Month) -> Vec<(String, String, bool)> {
    let mut months: Vec<Month> =
        std::iter::successors(Some(this), |month| Some(month.before())).take(MONTHS).collect();
    if !months.contains(&chosen) {
        months.push(chosen);
    }
    let entry = |month: Month| {
        let name = locale.month(month.period(&locale.zone).start());
        (month.to_string(), name, month == chosen)
    };
    months.into_iter().map(entry).collect()
}

fn attachment(app: &App, month: Month, ending: &str, kind: &'static str, text: String) -> Response {
    let name = format!("attachment; filename=\"{}-{month}.{ending}\"", app.site.id);
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    (headers, text).into_response()
}
