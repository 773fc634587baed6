//! `GET /api/v1/report`: every number of the report of a month, under the names that the other calls give them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::Instant;
use domain::energy::EnergyFigure;
use domain::indicators::{Load, Usage, WhileClosed};
use domain::occupancy::Attendance;
use domain::site::Site;
use figures::{
    BUILDING, BreakdownLine, CostItem, MachineReport, Month, MonthReport, View, ZoneReport,
};
use serde::Serialize;

use super::energy::EnergyItem;
use crate::app::App;
use crate::problem::Problem;
use crate::query::Query;

/// `GET /report`: the report of one month. The people of small rooms are left out for everybody, as in its other forms.
pub(crate) async fn show(
    State(app): State<Arc<App>>,
    query: Query,
) -> Result<Json<ReportAnswer>, Problem> {
    let view = app.figures.view(query.known_at()?).await?;
    let report = view.month_report(month(&view, &query).await?).await?;
    Ok(Json(ReportAnswer::of(report, view.site())))
}

/// Month of a question. Without one in the query: the last month that is over, or in a building whose energy is known
/// since this month only, this one.
pub(crate) async fn month(view: &View, query: &Query) -> Result<Month, Problem> {
    let this = Month::of(view.now(), &view.site().timezone);
    if let Some(month) = named_month(query, this)? {
        return Ok(month);
    }
    let before = this.before();
    let is_known = view.has_energy(before).await? || !view.has_energy(this).await?;
    Ok(if is_known { before } else { this })
}

/// Month that the query names, which has begun.
pub(crate) fn named_month(query: &Query, this: Month) -> Result<Option<Month>, Problem> {
    let Some(text) = query.get("month") else { return Ok(None) };
    let month: Month =
        text.parse().map_err(|_| Problem::bad_query("month", text, "a month such as 2026-10"))?;
    if month > this {
        return Err(Problem::bad_query("month", text, "a month that has begun"));
    }
    Ok(Some(month))
}

/// Report of a month.
#[derive(Debug, Serialize)]
pub(crate) struct ReportAnswer {
    month: String,
    start: Instant,
    end: Instant,
    is_over: bool,
    scope: ScopeSize,
    energy: EnergyPart,
    load: Option<Load>,
    peak_at: Option<Instant>,
    while_closed: Option<ClosedPart>,
    account: Option<CostItem>,
    usage: Usage,
    attendance: Attendance,
    zones: Vec<ZoneReport>,
    machines: Vec<MachineItem>,
}

/// Size of the building that the report is about.
#[derive(Debug, Serialize)]
struct ScopeSize {
    area_m2: f64,
    capacity: u32,
    meters: usize,
    zones: usize,
}

/// Energy of the month, broken down, and of its days.
#[derive(Debug, Serialize)]
struct EnergyPart {
    building: ComparedLine,
    zones: Vec<ComparedLine>,
    meters: Vec<ComparedLine>,
    uses: Vec<ComparedLine>,
    days: Vec<EnergyItem>,
}

/// Line of a breakdown beside the same of other months.
#[derive(Debug, Serialize)]
struct ComparedLine {
    #[serde(flatten)]
    line: BreakdownLine,
    missing: f64,
    month_before: Compared,
    year_before: Compared,
}

/// Energy of another month, and the share by which this one is above it.
#[derive(Debug, Serialize)]
struct Compared {
    #[serde(flatten)]
    energy: EnergyFigure,
    change: Option<f64>,
}

/// Energy while the building was closed, with its share of the whole.
#[derive(Debug, Serialize)]
struct ClosedPart {
    #[serde(flatten)]
    energy: WhileClosed,
    closed_share: Option<f64>,
}

/// Machine by the id and the name of its meter.
#[derive(Debug, Serialize)]
struct MachineItem {
    id: String,
    name: String,
    #[serde(flatten)]
    machine: MachineReport,
}

impl ReportAnswer {
    fn of(report: MonthReport, site: &Site) -> Self {
        let machine = |(place, machine): (usize, MachineReport)| {
            let meter = &site.meters[place];
            MachineItem { id: meter.id.to_string(), name: meter.name.clone(), machine }
        };
        Self {
            month: report.month.to_string(),
            start: report.period.start(),
            end: report.period.end(),
            is_over: report.is_over(),
            scope: ScopeSize {
                area_m2: site.area_m2,
                capacity: site.capacity,
                meters: site.meters.len(),
                zones: site.zones.len(),
            },
            energy: EnergyPart::of(&report, site),
            load: report.load,
            peak_at: report.load.map(|load| load.peak_at.start()),
            while_closed: report
                .closed
                .map(|energy| ClosedPart { energy, closed_share: energy.share() }),
            account: report.account,
            usage: report.usage,
            attendance: report.attendance,
            zones: report.zones,
            machines: report.machines.into_iter().map(machine).collect(),
        }
    }
}

impl EnergyPart {
    fn of(report: &MonthReport, site: &Site) -> Self {
        let [now, before, year_before] = &report.energy;
        let lines = |now: &[BreakdownLine], before: &[BreakdownLine], year: &[BreakdownLine]| {
            let others = before.iter().zip(year).map(|(before, year)| [before.energy, year.energy]);
            let lines = now.iter().zip(others);
            lines.map(|(line, others)| ComparedLine::of(report, line.clone(), others)).collect()
        };
        let building = BreakdownLine {
            id: BUILDING.to_owned(),
            name: None,
            energy: now.building,
            share: None,
            area_m2: Some(site.area_m2),
            kwh_per_m2: now.kwh_per_m2,
        };
        let days = report.days.iter().filter(|day| day.period.start() < report.now);
        Self {
            building: ComparedLine::of(report, building, [before.building, year_before.building]),
            zones: lines(&now.zones, &before.zones, &year_before.zones),
            meters: lines(&now.meters, &before.meters, &year_before.meters),
            uses: lines(&now.uses, &before.uses, &year_before.uses),
            days: days.map(|day| EnergyItem::of(day.period, day.figure)).collect(),
        }
    }
}

impl ComparedLine {
    fn of(report: &MonthReport, line: BreakdownLine, others: [EnergyFigure; 2]) -> Self {
        let [month_before, year_before] =
            others.map(|energy| Compared { energy, change: report.change(&line.energy, &energy) });
        Self { missing: figures::missing(&line.energy), line, month_before, year_before }
    }
}
