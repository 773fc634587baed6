//! What the machines of a scope did: sessions, energy for each, standby.

use super::asked::Asked;
use crate::sheet::{Cell, Row, Section, Table, numbered};
use crate::words::{Language, Locale};
use domain::figure::is_complete;
use figures::FigureError;
use figures::View;
use figures::{MachineReport, SessionItem};

/// The newest sessions of one machine that are shown; the API has all of them.
const SHOWN: usize = 50;

pub(super) async fn sections(
    view: &View,
    language: Language,
    asked: &Asked,
) -> Result<Vec<Section>, FigureError> {
    let t = language.labels();
    if asked.is_year() {
        return Ok(vec![Section::saying(t.view_machines, t.too_long)]);
    }
    let locale = asked.locale(language, view.site());
    let mut reports = Vec::new();
    for meter in asked.all_meters(view.site()).into_iter().filter(|meter| meter.sessions.is_some())
    {
        reports.push((meter.name.as_str(), view.machine(meter, asked.span).await?));
    }
    if reports.is_empty() {
        return Ok(vec![Section::saying(t.view_machines, t.no_machines)]);
    }
    let mut sections = vec![overview(language, &reports)];
    if asked.meter(view.site()).is_some() {
        let worked = reports.iter().filter(|(_, report)| !report.sessions.is_empty());
        sections.extend(worked.map(|(name, report)| list(&locale, name, report)));
    }
    Ok(numbered(sections))
}

fn overview(language: Language, reports: &[(&str, MachineReport)]) -> Section {
    let t = language.labels();
    let sessions = reports.iter().map(|(_, report)| report.sessions.len()).sum();
    let hours = reports.iter().map(|(_, report)| report.hours).sum();
    let row = |(name, report): &(&str, MachineReport)| Row {
        depth: 0,
        name: (*name).to_owned(),
        cells: vec![
            Cell::text(report.sessions.len().to_string()),
            Cell::of(Some(language.hours(report.hours))),
            Cell::of(if report.sessions.is_empty() {
                Some(language.small_energy(0.0))
            } else {
                report.energy_wh.map(|wh| language.small_energy(wh))
            }),
            optional(report.wh_per_session.map(|wh| language.small_energy(wh).text())),
            optional(report.idle_share.map(|share| language.percent(share))),
            optional(report.standby.map(|standby| language.power(standby.watts).text())),
            optional(report.standby.map(|standby| language.small_energy(standby.wh).text())),
        ],
    };
    Section {
        tables: vec![Table::new(
            vec![
                t.machine,
                t.sessions,
                t.hours_worked,
                t.consumed,
                t.per_session,
                t.idle,
                t.standby_power,
                t.standby_energy,
            ],
            reports.iter().map(row).collect(),
        )],
        ..Section::titled(language.worked(sessions, hours))
    }
}

/// What does not apply to a machine is left empty: it is not unknown.
fn optional(text: Option<String>) -> Cell {
    Cell::text(text.unwrap_or_default())
}

fn list(locale: &Locale, name: &str, report: &MachineReport) -> Section {
    let language = locale.language;
    let t = language.labels();
    let row = |it: &SessionItem| Row {
        depth: 0,
        name: locale.moment(it.start),
        cells: vec![
            Cell::text(if it.running { t.running_still.to_owned() } else { locale.moment(it.end) }),
            Cell::of(it.energy.energy_wh.map(|wh| language.small_energy(wh))),
            Cell::of(Some(language.power(it.peak_w))),
            Cell::text(language.percent(it.idle_share)),
            Cell::text(language.percent(it.energy.coverage)).when(!is_complete(it.energy.coverage)),
            Cell::of(it.eur.map(|eur| language.euros(eur))),
            Cell::of(it.kg_co2e.map(|kg| crate::words::Figure {
                number: language.number(kg, 2),
                ..language.kilograms(kg)
            })),
        ],
    };
    Section {
        tables: vec![Table::new(
            vec![
                t.table_start,
                t.end,
                t.consumed,
                t.peak,
                t.idle,
                t.measured_time,
                t.cost,
                t.carbon,
            ],
            report.sessions.iter().rev().take(SHOWN).map(row).collect(),
        )],
        ..Section::titled(format!("{name} · {}", t.sessions))
    }
}
