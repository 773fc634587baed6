//! `/staff/corrections`: a wrong stretch of readings or energy is corrected, with what becomes of the figure.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::{Correction, Deed, Effect, Entry, EntryId, Target, is_undone};
use domain::{Kind, Period};
use serde::Deserialize;
use store::AuditReader;

use super::shell::{Choice, Shell};
use super::staff::Me;
use crate::access::{Identity, Staff, StaffForm};
use crate::api::corrections::{enter, undo_entry};
use crate::app::App;
use crate::live::screen::Screen;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;
use crate::words::{Labels, Locale};
use figures::View;

/// Entries on the page, newest first; the API has the rest.
const MOST_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "corrections.html")]
struct Corrections {
    shell: Shell,
    t: &'static Labels,
    me: Me,
    /// Whether anything can be changed here.
    can_change: bool,
    fault: Option<String>,
    preview: Option<Preview>,
    targets: Vec<Group>,
    given: Given,
    rows: Vec<Row>,
}

/// What can be corrected, by its sort.
struct Group {
    name: &'static str,
    targets: Vec<Choosable>,
}

struct Choosable {
    value: String,
    name: String,
}

/// The figure without and with the correction.
struct Preview {
    name: String,
    before: String,
    after: String,
}

struct Row {
    id: EntryId,
    at: String,
    author: String,
    what: String,
    reason: String,
    undone: bool,
}

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Given {
    #[serde(default)]
    target: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    effect: String,
    #[serde(default)]
    value: String,
    #[serde(default)]
    reason: String,
    /// `preview` or `enter`: which button was pressed.
    #[serde(default)]
    button: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Undoing {
    #[serde(default)]
    reason: String,
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    staff: Staff,
    choice: Choice,
    query: Query,
) -> Response {
    let given = Given {
        target: query.get("target").unwrap_or_default().to_owned(),
        effect: "exclude".to_owned(),
        ..Given::default()
    };
    page(&app, &staff.0, choice, given, None, None).await
}

pub(crate) async fn take(
    State(app): State<Arc<App>>,
    choice: Choice,
    StaffForm(account, given): StaffForm<Given>,
) -> Response {
    let locale = app.live.snapshot().locale(choice.language);
    let wanted = match wanted(&given, &locale) {
        Ok(wanted) => wanted,
        Err(fault) => return page(&app, &account, choice, given, Some(fault), None).await,
    };
    if let Err(fault) = wanted.check(&app.site, app.clock.now()) {
        let fault = locale.language.correction_fault(&fault);
        return page(&app, &account, choice, given, Some(fault), None).await;
    }
    if given.button != "enter" {
        return match preview(&app, &locale, &account, &wanted).await {
            Ok(preview) => page(&app, &account, choice, given, None, Some(preview)).await,
            Err(problem) => problem.into_response(),
        };
    }
    if given.reason.trim().is_empty() {
        let fault = locale.language.labels().reason_missing.to_owned();
        return page(&app, &account, choice, given, Some(fault), None).await;
    }
    match enter(&app, &account.name, wanted, &given.reason).await {
        Ok(_) => Redirect::to("/staff/corrections").into_response(),
        Err(problem) => problem.into_response(),
    }
}

pub(crate) async fn undo(
    State(app): State<Arc<App>>,
    Path(id): Path<u64>,
    choice: Choice,
    StaffForm(account, undoing): StaffForm<Undoing>,
) -> Response {
    let by_hand = choice.language.labels().undone_on_the_page;
    let reason = if undoing.reason.trim().is_empty() { by_hand } else { &undoing.reason };
    match undo_entry(&app, &account.name, EntryId(id), reason).await {
        Ok(_) => Redirect::to("/staff/corrections").into_response(),
        Err(problem) => problem.into_response(),
    }
}

async fn page(
    app: &App,
    account: &Identity,
    choice: Choice,
    given: Given,
    fault: Option<String>,
    preview: Option<Preview>,
) -> Response {
    let entries = match app.reader.ledger().await {
        Ok(entries) => entries,
        Err(error) => return Problem::from(error).into_response(),
    };
    let (t, snapshot) = (choice.language.labels(), app.live.snapshot());
    let locale = snapshot.locale(choice.language);
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let page = Corrections {
        shell: Shell::new(
            "/staff/corrections",
            t.corrections,
            Screen::Plain,
            choice.language,
            &snapshot,
        ),
        t,
        me: Me::of(account, t),
        can_change: app.staff_actions.is_some(),
        fault,
        preview,
        targets: targets(app, &locale),
        given,
        rows: rows(app, &locale, &entries),
    };
    choice.page_with(status, &page)
}

/// Correction of a form, or what is wrong with it.
fn wanted(given: &Given, locale: &Locale) -> Result<Correction, String> {
    let t = locale.language.labels();
    let target = target(&given.target).ok_or_else(|| t.target_missing.to_owned())?;
    let instant = |text: &str| locale.instant(text).ok_or_else(|| t.time_missing.to_owned());
    let (from, to) = (instant(&given.from)?, instant(&given.to)?);
    let number = || {
        let text = given.value.trim().replace(['\u{202f}', '\u{a0}', ' '], "").replace(',', ".");
        text.parse::<f64>().ok().filter(|number| number.is_finite())
    };
    let effect = match given.effect.as_str() {
        "note" => Effect::Note,
        "exclude" => Effect::Exclude,
        _ => {
            let number = number().ok_or_else(|| t.number_missing.to_owned())?;
            match target {
                // People think of energy in kWh.
                Target::Meter(_) => Effect::EnergyWh(number * 1000.0),
                Target::Source(_) | Target::Point(_) => Effect::Value(number),
            }
        }
    };
    Ok(Correction { target, from, to, effect })
}

fn target(text: &str) -> Option<Target> {
    let (sort, id) = text.split_once(':')?;
    match sort {
        "meter" => Some(Target::Meter(id.parse().ok()?)),
        "point" => Some(Target::Point(id.parse().ok()?)),
        _ => None,
    }
}

/// The figure of the stretch as it is and as it would be.
async fn preview(
    app: &App,
    locale: &Locale,
    account: &Identity,
    wanted: &Correction,
) -> Result<Preview, Problem> {
    let mut entries = app.reader.ledger().await?;
    let now = app.figures.view_under(&entries, None);
    entries.push(Entry {
        id: EntryId(u64::MAX),
        at: app.clock.now(),
        author: account.name.as_str().to_owned(),
        reason: String::new(),
        deed: Deed::Correction(wanted.clone()),
    });
    let then = app.figures.view_under(&entries, None);
    let name = locale.target(&wanted.target, &app.site);
    let span = wanted.period();
    Ok(Preview {
        name: format!("{name}, {}", locale.span(span)),
        before: figure(locale, &now, &wanted.target, span).await?,
        after: figure(locale, &then, &wanted.target, span).await?,
    })
}

async fn figure(
    locale: &Locale,
    view: &View,
    target: &Target,
    span: Period,
) -> Result<String, Problem> {
    let (language, unknown) = (locale.language, locale.language.labels().unknown.to_owned());
    match target {
        Target::Meter(id) => {
            let Some(meter) = view.site().meter(id.as_str()) else { return Ok(unknown) };
            let figures = view.energy_of_meter(meter, &[span]).await?;
            let wh = figures.first().and_then(|figure| figure.energy_wh);
            Ok(wh.map_or(unknown, |wh| language.exact_energy(wh)))
        }
        Target::Point(id) => {
            let Some(point) = view.site().point(id.as_str()) else { return Ok(unknown) };
            let kind = point.quantity.kind();
            let figures = view.history(kind, &point.sources, &[span]).await?;
            let mean = figures.into_iter().next().flatten().map(|summary| summary.mean);
            Ok(mean.map_or(unknown, |mean| match kind {
                Kind::State => language.percent(mean),
                Kind::Gauge | Kind::Register => language.measured(point.quantity, mean).text(),
            }))
        }
        Target::Source(_) => Ok(unknown),
    }
}

fn targets(app: &App, locale: &Locale) -> Vec<Group> {
    let t = locale.language.labels();
    let choosable = |target: Target, value: String| Choosable {
        name: locale.target(&target, &app.site),
        value,
    };
    let meters = app.site.meters.iter();
    let meters =
        meters.map(|it| choosable(Target::Meter(it.id.clone()), format!("meter:{}", it.id)));
    let points = app.site.points.iter();
    let points =
        points.map(|it| choosable(Target::Point(it.id.clone()), format!("point:{}", it.id)));
    vec![
        Group { name: t.meters, targets: meters.collect() },
        Group { name: t.points, targets: points.collect() },
    ]
}

fn rows(app: &App, locale: &Locale, entries: &[Entry]) -> Vec<Row> {
    let corrections = entries.iter().rev().filter_map(|entry| match &entry.deed {
        Deed::Correction(correction) => Some((entry, correction)),
        _ => None,
    });
    let row = |(entry, correction): (&Entry, &Correction)| Row {
        id: entry.id,
        at: locale.moment(entry.at),
        author: entry.author.clone(),
        what: locale.correction(correction, &app.site),
        reason: entry.reason.clone(),
        undone: is_undone(entries, entry.id),
    };
    corrections.take(MOST_SHOWN).map(row).collect()
}
