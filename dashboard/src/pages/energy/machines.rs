//! What the machines of a scope did: sessions, energy for each, standby.

use super::panel::Selection;
use crate::sheet::{Cell, Row, Section, Table, numbered};
use crate::words::{Language, Locale};
use figures::FigureError;
use figures::View;
use figures::{MachineReport, SessionItem};

/// The newest sessions of one machine that are shown; the API has all of them.
const SHOWN: usize = 50;

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let t = language.labels();
    if selection.is_year() {
        return Ok(vec![Section::saying(t.view_machines, t.too_long)]);
    }
    let locale = selection.locale(language);
    let mut machines = Vec::new();
    for meter in selection.all_meters().into_iter().filter(|meter| meter.sessions.is_some()) {
        machines.push((meter.name.as_str(), view.machine(meter, selection.span).await?));
    }
    if machines.is_empty() {
        return Ok(vec![Section::saying(t.view_machines, t.no_machines)]);
    }
    let mut sections = vec![overview(language, &machines)];
    if selection.meter().is_some() {
        let worked = machines.iter().filter(|(_, report)| !report.sessions.is_empty());
        sections.extend(worked.map(|(name, report)| list(&locale, name, report)));
    }
    Ok(numbered(sections))
}

fn overview(language: Language, machines: &[(&str, MachineReport)]) -> Section {
    let t = language.labels();
    let sessions = machines.iter().map(|(_, report)| report.sessions.len()).sum();
    let hours = machines.iter().map(|(_, report)| report.hours).sum();
    let least = machines.iter().map(|(_, report)| report.coverage).fold(1.0, f64::min);
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
            Cell::measured(language, report.coverage),
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
                t.measured_time,
            ],
            machines.iter().map(row).collect(),
        )],
        ..Section::titled(language.with_coverage(language.worked(sessions, hours), least))
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
            Cell::measured(language, it.energy.coverage),
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
