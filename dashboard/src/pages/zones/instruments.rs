//! Which CO2 sensors must be looked at.

use domain::Quantity;
use domain::air::InstrumentCheck;
use domain::device::Fault;
use domain::site::Point;

use super::super::selection::Scope;
use super::panel::Selection;
use crate::sheet::{Cell, Row, Section, Table};
use crate::words::Language;
use figures::FigureError;
use figures::View;

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let z = language.zone_labels();
    let is_selected = |point: &&Point| match selection.scope {
        Scope::All | Scope::Building | Scope::Meter(_) => true,
        Scope::Zone(zone) => view.site().is_within(&point.zone, &zone.id),
    };
    let points: Vec<&Point> = view
        .site()
        .points
        .iter()
        .filter(|it| it.quantity == Quantity::Co2)
        .filter(is_selected)
        .collect();
    if points.is_empty() {
        return Ok(vec![Section::saying(z.instruments, z.no_air)]);
    }
    // All of them are compared with one another, whichever are shown.
    let checks = view.instrument_checks(selection.span).await?;
    let of_point = |point: &Point| checks.iter().find(|check| check.point == point.id);
    let faulty = points.iter().filter_map(|it| of_point(it)).filter(|it| !it.faults.is_empty());
    let any_reading = points.iter().any(|point| of_point(point).is_some());
    let title = if any_reading {
        language.faulty_instruments(faulty.count())
    } else {
        z.nothing_measured.to_owned()
    };
    let row = |point: &&Point| {
        let zone = view.site().zone(point.zone.as_str()).map_or("", |zone| zone.name.as_str());
        let cells = of_point(point).map_or_else(|| silent(language), |it| cells(language, it));
        Row { depth: 0, name: format!("{zone} ({})", point.id), cells }
    };
    let table = Table::new(
        vec![z.sensor, z.lowest, z.night, z.below_outdoor, z.verdict],
        points.iter().map(row).collect(),
    );
    let notes = vec![z.instruments_note.to_owned()];
    Ok(vec![Section { tables: vec![table], notes, ..Section::titled(title) }])
}

fn silent(language: Language) -> Vec<Cell> {
    let silent = Cell::text(language.zone_labels().silent);
    vec![Cell::of(None), Cell::of(None), Cell::of(None), silent]
}

fn cells(language: Language, check: &InstrumentCheck) -> Vec<Cell> {
    let z = language.zone_labels();
    let ppm = |ppm: f64| Cell::text(format!("{}\u{a0}ppm", language.number(ppm, 0)));
    let faults: Vec<&str> = check.faults.iter().map(|it: &Fault| language.fault(*it)).collect();
    let verdict = if faults.is_empty() { z.right.to_owned() } else { faults.join(", ") };
    vec![
        ppm(check.lowest_ppm).when(check.faults.contains(&Fault::BelowOutdoor)),
        check.night_ppm.map_or_else(|| Cell::of(None), ppm),
        Cell::text(language.percent(check.below_outdoor)).when(check.below_outdoor > 0.0),
        Cell::text(verdict).when(!check.faults.is_empty()),
    ]
}
