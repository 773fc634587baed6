//! `/history`: the history of any point, as a chart and as a table, from the same figures as the API.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::calendar::{Step, grid};
use domain::history::Summary;
use domain::site::{Point, Site};
use domain::{Kind, Period, Quantity};
use jiff::SignedDuration;
use serde_json::json;

use super::shell::{Choice, Shell};
use crate::app::App;
use crate::live::screen::Screen;
use crate::live::snapshot::Snapshot;
use crate::problem::Problem;
use crate::query::Query;
use crate::words::{Labels, Language, Locale, decimals, is_from_zero, is_stepped};

/// The spans to choose from: name in addresses, length, step of the buckets.
const SPANS: [(&str, SignedDuration, Step); 4] = [
    ("hour", SignedDuration::from_hours(1), Step::Minutes(1)),
    ("day", SignedDuration::from_hours(24), Step::Minutes(5)),
    ("week", SignedDuration::from_hours(7 * 24), Step::Hour),
    ("month", SignedDuration::from_hours(31 * 24), Step::Hour),
];

#[derive(Template)]
#[template(path = "history.html")]
struct History {
    shell: Shell,
    t: &'static Labels,
    groups: Vec<Group>,
    spans: Vec<Choosable>,
    /// "FabLab, CO₂ (ppm)".
    title: String,
    /// What the script needs to draw the chart.
    chart: String,
    rows: Vec<Row>,
    /// Whether it is about a state, which has no minimum and maximum.
    states: bool,
    /// Whether the store did not answer.
    failed: bool,
}

/// The points of one zone.
struct Group {
    zone: String,
    points: Vec<Choosable>,
}

struct Choosable {
    value: String,
    name: String,
    chosen: bool,
}

struct Row {
    start: String,
    min: String,
    mean: String,
    max: String,
    coverage: String,
}

pub(crate) async fn show(State(app): State<Arc<App>>, choice: Choice, query: Query) -> Response {
    let snapshot = app.live.snapshot_for(choice.visibility);
    let (language, t) = (choice.language, choice.language.labels());
    let is_shown = |point: &&Point| is_shown(&snapshot, point);
    let named = query.get("point").and_then(|id| app.site.point(id)).filter(is_shown);
    let point = named.or_else(|| app.site.points.iter().find(is_shown));
    let span = SPANS.iter().find(|span| query.get("span") == Some(span.0)).unwrap_or(&SPANS[1]);

    let buckets = buckets(&snapshot, span.1, span.2);
    let answer = match point {
        Some(point) => history(&app, point, &buckets).await,
        None => Ok(Vec::new()),
    };
    let failed = answer.is_err();
    let summaries = answer.unwrap_or_default();
    let page = History {
        shell: Shell::new("/history", t.history, Screen::Plain, language, &snapshot),
        t,
        groups: groups(language, &snapshot, point),
        spans: spans(t, span.0),
        title: point.map(|point| title(language, &snapshot, point)).unwrap_or_default(),
        chart: point
            .map(|point| chart(language, t, (&snapshot.site, point), &buckets, &summaries))
            .unwrap_or_default(),
        rows: point
            .map(|point| rows(&snapshot.locale(language), point, &buckets, &summaries))
            .unwrap_or_default(),
        states: point.is_some_and(is_state),
        failed,
    };
    choice.page(&page)
}

async fn history(
    app: &App,
    point: &Point,
    buckets: &[Period],
) -> Result<Vec<Option<Summary>>, Problem> {
    let view = app.figures.view(None).await?;
    Ok(view.history(point.quantity.kind(), &point.sources, buckets).await?)
}

/// Whether a visitor may see its history: detectors of small rooms are not for the public.
fn is_shown(snapshot: &Snapshot, point: &Point) -> bool {
    !snapshot.visibility.withholds_point(&snapshot.site, point)
}

/// The buckets from so long ago until now.
fn buckets(snapshot: &Snapshot, length: SignedDuration, step: Step) -> Vec<Period> {
    let span = Period::new(snapshot.now - length, snapshot.now).expect("it ends after its start");
    grid(step, span, &snapshot.site.timezone).collect()
}

fn groups(language: Language, snapshot: &Snapshot, chosen: Option<&Point>) -> Vec<Group> {
    let of_zone = |zone: &domain::site::Zone| {
        let points = snapshot.site.points.iter().filter(|point| point.zone == zone.id);
        let points = points.filter(|point| is_shown(snapshot, point));
        let points = points.map(|point| Choosable {
            value: point.id.to_string(),
            name: format!("{}, {}", zone.name, language.quantity(point.quantity)),
            chosen: chosen.is_some_and(|chosen| chosen.id == point.id),
        });
        Group { zone: zone.name.clone(), points: points.collect() }
    };
    let groups = snapshot.site.zones.iter().map(of_zone);
    groups.filter(|group| !group.points.is_empty()).collect()
}

fn spans(t: &Labels, chosen: &str) -> Vec<Choosable> {
    let names = [t.last_hour, t.last_day, t.last_week, t.last_month];
    let spans = SPANS.iter().zip(names);
    spans
        .map(|((value, ..), name)| Choosable {
            value: (*value).to_owned(),
            name: name.to_owned(),
            chosen: *value == chosen,
        })
        .collect()
}

fn title(language: Language, snapshot: &Snapshot, point: &Point) -> String {
    let zone = snapshot.site.zone(point.zone.as_str()).map_or("", |zone| zone.name.as_str());
    let unit = language.chart_unit(point.quantity);
    let unit = if unit.is_empty() { String::new() } else { format!(" ({unit})") };
    format!("{zone}, {}{unit}", language.quantity(point.quantity))
}

/// Seconds and means for the chart. A bucket that nothing speaks for is null, and so is a gap in the curve.
fn chart(
    language: Language,
    t: &Labels,
    (site, point): (&Site, &Point),
    buckets: &[Period],
    summaries: &[Option<Summary>],
) -> String {
    let value = |of: fn(&Summary) -> f64| -> Vec<Option<f64>> {
        summaries.iter().map(|summary| summary.as_ref().map(of)).collect()
    };
    let levels = (point.quantity == Quantity::Co2).then(|| {
        json!([
            { "value": site.air.reference_ppm, "name": language.good_level(&site.air), "tone": "attention" },
            { "value": site.air.action_ppm, "name": language.urgent_level(&site.air), "tone": "alarm" },
        ])
    });
    let seconds: Vec<i64> =
        buckets.iter().map(|bucket| bucket.start().as_millis().div_euclid(1000)).collect();
    json!({
        "seconds": seconds,
        "mean": value(|it| it.mean),
        "min": value(|it| it.min),
        "max": value(|it| it.max),
        "unit": language.chart_unit(point.quantity),
        "stepped": is_stepped(point.quantity),
        "from_zero": is_from_zero(point.quantity),
        "decimals": decimals(point.quantity),
        "levels": levels,
        "names": [t.table_mean, t.table_min, t.table_max],
        "tone": tone(point.quantity),
        "gap": t.gap,
        "states": is_state(point).then(|| language.states()),
        "share": t.share_of_time,
    })
    .to_string()
}

/// Ochre says energy, blue everything that is about people and their air.
fn tone(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::ActivePower
        | Quantity::ApparentPower
        | Quantity::EnergyImported
        | Quantity::EnergyExported
        | Quantity::Voltage
        | Quantity::Current => "energy",
        _ => "people",
    }
}

/// A state has no middle: its mean is the share of the time that it was true.
fn is_state(point: &Point) -> bool {
    point.quantity.kind() == Kind::State
}

fn rows(
    locale: &Locale,
    point: &Point,
    buckets: &[Period],
    summaries: &[Option<Summary>],
) -> Vec<Row> {
    let language = locale.language;
    let known =
        buckets.iter().zip(summaries).filter_map(|(bucket, it)| Some((bucket, it.as_ref()?)));
    let number = |value| language.measured(point.quantity, value).text();
    let row = |(bucket, it): (&Period, &Summary)| Row {
        start: locale.moment(bucket.start()),
        min: number(it.min),
        mean: if is_state(point) { language.percent(it.mean) } else { number(it.mean) },
        max: number(it.max),
        coverage: language.percent(it.coverage),
    };
    // The newest first: that is what somebody who opens the table looks for.
    let mut rows: Vec<Row> = known.map(row).collect();
    rows.reverse();
    rows
}
