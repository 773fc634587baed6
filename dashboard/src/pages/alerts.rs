//! `/alerts`: what holds now and what held before; staff take care of it here.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::alerts::{AlertId, Standing};
use serde::Deserialize;
use store::AlertReader;

use super::shell::{Choice, Shell};
use super::staff::Me;
use crate::access::{StaffForm, Visitor};
use crate::api::alerts::take_care;
use crate::app::App;
use crate::live::screen::Screen;
use crate::path::Path;
use crate::problem::Problem;
use crate::words::{AlertWords, Labels, Locale};

/// Rows on the page; the API has the rest.
const MOST_SHOWN: usize = 100;

#[derive(Template)]
#[template(path = "alerts.html")]
struct Alerts {
    shell: Shell,
    t: &'static Labels,
    me: Option<Me>,
    /// What came of a trial.
    trial: Option<String>,
    /// None when the store did not answer.
    rows: Option<(Vec<Row>, Vec<Row>)>,
}

struct Row {
    id: AlertId,
    words: AlertWords,
    /// From when until when, and who took care of it.
    course: String,
    can_acknowledge: bool,
}

/// A form without fields of its own.
#[derive(Debug, Deserialize)]
pub(crate) struct Nothing {}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    choice: Choice,
) -> Response {
    page(&app, &visitor, choice, None).await
}

pub(crate) async fn acknowledge(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    StaffForm(identity, Nothing {}): StaffForm<Nothing>,
) -> Response {
    match take_care(&app, AlertId(id), &identity.name).await {
        Ok(()) => Redirect::to("/alerts").into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Sends a trial by every way, and says what became of it.
pub(crate) async fn trial(
    State(app): State<Arc<App>>,
    visitor: Visitor,
    choice: Choice,
    StaffForm(_, Nothing {}): StaffForm<Nothing>,
) -> Response {
    let Some(staff_actions) = &app.staff_actions else {
        return Problem::nothing_to_change().into_response();
    };
    let outcome = staff_actions.try_alerts().await.unwrap_or_else(|error| error.to_string());
    page(&app, &visitor, choice, Some(outcome)).await
}

async fn page(app: &App, visitor: &Visitor, choice: Choice, trial: Option<String>) -> Response {
    let (t, snapshot) = (choice.language.labels(), app.live.snapshot_for(choice.visibility));
    let locale = snapshot.locale(choice.language);
    let may = visitor.identity.is_some() && app.staff_actions.is_some();
    let row = |standing: Standing| {
        let Standing { id, alert, raised_at, cleared_at } = standing;
        let holds = cleared_at.is_none();
        let words = if holds {
            AlertWords::of(&alert, &locale, &app.site)
        } else {
            AlertWords::of(&alert, &past(&locale, raised_at), &app.site)
        };
        let mut course = vec![match cleared_at {
            None => locale.moment(raised_at),
            Some(end) => format!("{} \u{2013} {}", locale.moment(raised_at), locale.moment(end)),
        }];
        course.extend(alert.acknowledged.as_ref().map(|it| {
            let at = locale.moment(it.at);
            let by = if it.by.is_empty() { t.taken_care_of } else { &it.by };
            format!("{by}, {at}")
        }));
        let can_acknowledge = may && holds && alert.acknowledged.is_none();
        Row { id, words, course: course.join(" · "), can_acknowledge }
    };
    let log = app.reader.alerts(None, MOST_SHOWN).await.ok();
    let rows = log.map(|log| {
        let seen = log.into_iter().filter_map(|it| visitor.alert(&app.site, it));
        let (open, over): (Vec<_>, Vec<_>) =
            seen.partition(|standing| standing.cleared_at.is_none());
        (open.into_iter().map(row).collect(), over.into_iter().map(row).collect())
    });
    choice.page(&Alerts {
        shell: Shell::new("/alerts", t.alerts, Screen::Plain, choice.language, &snapshot),
        t,
        me: visitor.identity.as_ref().map(|identity| Me::of(identity, t)),
        trial,
        rows,
    })
}

/// Locale of an alert that is over: as of the instant at which it was raised.
fn past(locale: &Locale, raised_at: domain::Instant) -> Locale {
    Locale { now: raised_at, ..locale.clone() }
}
