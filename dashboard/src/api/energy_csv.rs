//! `GET /api/v1/meters/{meter}/energy.csv`, and of zones: the figures of the JSON call as a table.
//!
//! `for=programs` (the default): `start,end,energy_wh,quality,coverage,repaired`, instants in UTC, empty where unknown.
//! `for=people`: what a French spreadsheet opens, in kWh and civil time. Both hours of the night on which clocks go
//! back are there, and differ by their offset from UTC.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use domain::calendar::grid;
use domain::energy::EnergyFigure;
use domain::site::Site;
use domain::{Instant, Period};
use jiff::tz::TimeZone;

use crate::app::App;
use crate::pages::shell::Choice;
use crate::paging::LARGEST_PAGE;
use crate::path::Path;
use crate::problem::Problem;
use crate::query::Query;
use crate::words::CsvDialect;
use crate::words::Language;
use figures::{Scope, View};

const PROGRAMS: [&str; 6] = ["start", "end", "energy_wh", "quality", "coverage", "repaired"];
const PEOPLE_FR: [&str; 8] = [
    "Début",
    "Fin",
    "Décalage UTC",
    "Énergie (kWh)",
    "Qualité",
    "Temps mesuré (%)",
    "Rétabli par index (%)",
    "Connu le",
];
const PEOPLE_EN: [&str; 8] = [
    "Start",
    "End",
    "Offset from UTC",
    "Energy (kWh)",
    "Quality",
    "Time measured (%)",
    "Recovered from registers (%)",
    "Known on",
];

/// Of a meter.
pub(crate) async fn of_meter(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    choice: Choice,
    query: Query,
) -> Result<Response, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let meter = view.meter(&id)?;
    let periods = periods(&view, &query)?;
    let figures = view.energy_of_meter(meter, &periods).await?;
    answer(&view, &query, choice, &id, &periods, &figures)
}

/// Of a zone, or of the building.
pub(crate) async fn of_zone(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    choice: Choice,
    query: Query,
) -> Result<Response, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let scope = Scope::of_zone(view.site(), &id)?;
    let periods = periods(&view, &query)?;
    let figures = view.energy(&scope.meters, &periods).await?;
    answer(&view, &query, choice, &id, &periods, &figures)
}

/// All of them: a table has no pages.
fn periods(view: &View, query: &Query) -> Result<Vec<Period>, Problem> {
    let (by, span) = (query.by()?, query.span(view.now())?);
    let zone = &view.site().timezone;
    let periods: Vec<Period> = grid(by, span, zone).take(LARGEST_PAGE + 1).collect();
    if periods.len() > LARGEST_PAGE {
        return Err(Problem::bad_request(
            format!("more than {LARGEST_PAGE} lines between `from` and `to`"),
            "a shorter span or a longer `by`",
        ));
    }
    Ok(periods)
}

fn answer(
    view: &View,
    query: &Query,
    choice: Choice,
    id: &str,
    periods: &[Period],
    figures: &[EnergyFigure],
) -> Result<Response, Problem> {
    let lines = periods.iter().copied().zip(figures.iter().copied());
    let text = match query.get("for") {
        None | Some("programs") => for_programs(lines),
        Some("people") => for_people(lines, choice.language, view.site(), view.now()),
        Some(other) => return Err(Problem::bad_query("for", other, "people or programs")),
    };
    // An id has nothing that a header could not hold.
    let name = format!("attachment; filename=\"{}-{id}.csv\"", view.site().id);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, text).into_response())
}

fn for_programs(lines: impl Iterator<Item = (Period, EnergyFigure)>) -> String {
    let form = CsvDialect::PROGRAMS;
    let mut text = form.begin(&PROGRAMS);
    for (period, figure) in lines {
        let quality = serde_json::to_value(figure.quality).unwrap_or_default();
        let fields = [
            &period.start().to_string(),
            &period.end().to_string(),
            // As the JSON has it, to the last bit.
            &figure.energy_wh.map_or_else(String::new, |wh| wh.to_string()),
            quality.as_str().unwrap_or_default(),
            &figure.coverage.to_string(),
            &figure.repaired.to_string(),
        ];
        form.line(&mut text, &fields);
    }
    text
}

fn for_people(
    lines: impl Iterator<Item = (Period, EnergyFigure)>,
    language: Language,
    site: &Site,
    now: Instant,
) -> String {
    let form = CsvDialect::PEOPLE;
    let header = match language {
        Language::French => PEOPLE_FR,
        Language::English => PEOPLE_EN,
    };
    let mut text = form.begin(&header);
    let zone = &site.timezone;
    let as_of = civil(now, zone, "%d/%m/%Y %H:%M");
    for (period, figure) in lines {
        let percent = |share: f64| form.number(share * 100.0, 1);
        let fields = [
            &civil(period.start(), zone, "%d/%m/%Y %H:%M"),
            &civil(period.end(), zone, "%d/%m/%Y %H:%M"),
            &civil(period.start(), zone, "%:z"),
            &figure.energy_wh.map_or_else(String::new, |wh| form.number(wh / 1000.0, 3)),
            language.quality(figure.quality),
            &percent(figure.coverage),
            &percent(figure.repaired),
            &as_of,
        ];
        form.line(&mut text, &fields);
    }
    text
}

fn civil(at: Instant, zone: &TimeZone, format: &str) -> String {
    at.to_jiff().to_zoned_datetime(zone.clone()).strftime(format).to_string()
}
