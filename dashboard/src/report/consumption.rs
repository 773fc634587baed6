//! What was consumed: the building, its zones, meters and uses, beside other months; and how well it was measured.

use domain::energy::EnergyFigure;
use domain::ids::MeterId;
use domain::site::{Site, Use};
use domain::wire::state::Quality;

use super::bars;
use super::pen::Pen;
use super::sheet::{Cell, Column, Row, Section, Table};
use figures::BreakdownLine as Line;
use figures::Breakdowns;

/// From this share of measured time on nobody needs to look.
const COMPLETE: f64 = 0.98;

/// "Le bâtiment a consommé 4 210 kWh en octobre 2026, soit 3,5 kWh/m². C'est une baisse de …"
pub(super) fn fact(pen: &Pen<'_>) -> String {
    let (t, language) = (pen.t, pen.language);
    let [now, _, year_before] = &pen.report.energy;
    let Some(wh) = now.building.energy_wh else {
        return t.fact_energy_unknown.replace("{}", &pen.month());
    };
    let per_area = now.kwh_per_m2.map(|kwh| format!("{}\u{a0}kWh/m²", language.number(kwh, 1)));
    // Without a rate the sentence ends before it.
    let sentence = match (&per_area, t.fact_energy.rsplit_once(',')) {
        (None, Some((total, _))) => format!("{total}."),
        _ => t.fact_energy.to_owned(),
    };
    let mut fact = sentence
        .replacen("{}", &language.energy(wh).text(), 1)
        .replacen("{}", &pen.month(), 1)
        .replacen("{}", per_area.as_deref().unwrap_or_default(), 1);
    if let Some(change) = pen.report.change(&now.building, &year_before.building) {
        let sentence = if change < 0.0 { t.fact_less } else { t.fact_more };
        let percent = format!("{}\u{a0}%", language.number(change.abs() * 100.0, 1));
        let than = pen.report.month.year_before().period(&pen.site.timezone).start();
        fact.push(' ');
        fact.push_str(&sentence.replacen("{}", &percent, 1).replacen(
            "{}",
            &pen.teller.month(than),
            1,
        ));
    }
    fact
}

/// The tables of consumption.
pub(super) fn section(pen: &Pen<'_>) -> Section {
    let (t, [now, ..]) = (pen.t, &pen.report.energy);
    let mut tables = vec![Table {
        caption: t.whole.to_owned(),
        of: t.whole_building,
        columns: columns(pen, true),
        rows: vec![building_row(pen)],
        folded: false,
    }];
    if !now.zones.is_empty() {
        let rows = lines(pen, |it| &it.zones, |line| (named(line), 0), true);
        tables.push(table(pen, t.by_zone, t.zone, true, rows));
    }
    if !now.meters.is_empty() {
        let mut rows = Vec::new();
        for (place, depth) in in_tree_order(pen.site, None, 0) {
            rows.push(line_row(pen, |it| &it.meters[place], (None, depth), false));
        }
        tables.push(table(pen, t.by_meter, t.meter, false, rows));
    }
    if now.uses.iter().any(|line| line.id != "unassigned") {
        let rows = lines(pen, |it| &it.uses, |line| (use_name(pen, line), 0), false);
        tables.push(table(pen, t.by_use, t.usage, false, rows));
    }
    tables.push(days(pen));
    Section {
        id: "consumption",
        heading: t.consumption.to_owned(),
        notes: vec![t.consumption_note.to_owned()],
        chart: Some(bars::of(pen.language, &pen.report.days, finding(pen))),
        tables,
    }
}

/// What is missing.
pub(super) fn quality(pen: &Pen<'_>) -> Section {
    let (t, language) = (pen.t, pen.language);
    let [now, ..] = &pen.report.energy;
    let incomplete: Vec<&Line> =
        now.meters.iter().filter(|line| line.energy.coverage < COMPLETE).collect();
    let row = |line: &&Line| Row {
        name: named(line),
        depth: 0,
        cells: vec![
            Cell::coverage(language, line.energy.coverage),
            Cell::percent(language, Some(line.energy.repaired)),
            Cell::percent(language, Some(missing(&line.energy))),
            Cell::Text(language.quality(line.energy.quality).to_owned()),
        ],
    };
    let table = Table {
        caption: t.data_quality.to_owned(),
        of: t.meter,
        columns: vec![
            Column::number(t.measured, "%"),
            Column::number(t.repaired, "%"),
            Column::number(t.missing, "%"),
            Column::text(t.quality),
        ],
        rows: incomplete.iter().map(row).collect(),
        folded: false,
    };
    let note = if incomplete.is_empty() { t.data_note_all } else { t.data_note_some };
    let notes = if now.meters.is_empty() { Vec::new() } else { vec![note.to_owned()] };
    Section {
        id: "quality",
        heading: t.data_quality.to_owned(),
        notes,
        chart: None,
        tables: if incomplete.is_empty() { Vec::new() } else { vec![table] },
    }
}

fn missing(energy: &EnergyFigure) -> f64 {
    (1.0 - energy.coverage - energy.repaired).max(0.0)
}

fn columns(pen: &Pen<'_>, has_area: bool) -> Vec<Column> {
    let t = pen.t;
    let mut columns = vec![
        Column::number(t.energy, "kWh"),
        Column::number(t.measured, "%"),
        Column::text(t.quality),
    ];
    columns.push(if has_area {
        Column::number(t.per_area, "kWh/m²")
    } else {
        Column::number(t.share, "%")
    });
    if pen.report.is_over() {
        columns.extend([
            Column::number(t.month_before, "kWh"),
            Column::number(t.change, "%"),
            Column::number(t.year_before, "kWh"),
            Column::number(t.change_year, "%"),
        ]);
    }
    columns
}

fn table(pen: &Pen<'_>, caption: &str, of: &'static str, has_area: bool, rows: Vec<Row>) -> Table {
    Table { caption: caption.to_owned(), of, columns: columns(pen, has_area), rows, folded: false }
}

fn building_row(pen: &Pen<'_>) -> Row {
    let energies = pen.report.energy.each_ref().map(|it| it.building);
    let per_area = pen.report.energy[0].kwh_per_m2;
    let fourth = Cell::number(pen.language, per_area, 2);
    Row { name: pen.t.whole.to_owned(), depth: 0, cells: cells(pen, energies, fourth) }
}

fn lines<'a>(
    pen: &'a Pen<'_>,
    of: impl Fn(&'a Breakdowns) -> &'a Vec<Line>,
    name: impl Fn(&Line) -> (String, usize),
    has_area: bool,
) -> Vec<Row> {
    let count = of(&pen.report.energy[0]).len();
    let row = |place: usize| {
        let (name, depth) = name(&of(&pen.report.energy[0])[place]);
        line_row(pen, |it| &of(it)[place], (Some(name), depth), has_area)
    };
    (0..count).map(row).collect()
}

fn line_row<'a>(
    pen: &'a Pen<'_>,
    of: impl Fn(&'a Breakdowns) -> &'a Line,
    (name, depth): (Option<String>, usize),
    has_area: bool,
) -> Row {
    let line = of(&pen.report.energy[0]);
    let energies = pen.report.energy.each_ref().map(|it| of(it).energy);
    let fourth = if has_area {
        Cell::number(pen.language, line.kwh_per_m2, 2)
    } else {
        Cell::percent(pen.language, line.share)
    };
    Row {
        name: name.unwrap_or_else(|| named(line)),
        depth: depth.min(4),
        cells: cells(pen, energies, fourth),
    }
}

fn cells(pen: &Pen<'_>, [now, before, year_before]: [EnergyFigure; 3], fourth: Cell) -> Vec<Cell> {
    let language = pen.language;
    let mut cells = vec![
        Cell::kwh(language, now.energy_wh),
        if now.quality == Quality::Unknown {
            Cell::Unknown
        } else {
            Cell::coverage(language, now.coverage)
        },
        Cell::Text(language.quality(now.quality).to_owned()),
        fourth,
    ];
    if pen.report.is_over() {
        for other in [before, year_before] {
            cells.push(Cell::kwh(language, other.energy_wh));
            cells.push(match pen.report.change(&now, &other) {
                Some(change) => Cell::change(language, change),
                None => Cell::Text(pen.t.not_comparable.to_owned()),
            });
        }
    }
    cells
}

fn named(line: &Line) -> String {
    line.name.clone().unwrap_or_else(|| line.id.clone())
}

fn use_name(pen: &Pen<'_>, line: &Line) -> String {
    let usage = Use::NAMES.iter().find(|(name, _)| *name == line.id);
    usage.map_or_else(|| pen.t.no_use.to_owned(), |(_, it)| pen.language.usage(*it).to_owned())
}

/// Every meter right after the one that it is a part of: its place in the site file, and how deep it lies.
fn in_tree_order(site: &Site, parent: Option<&MeterId>, depth: usize) -> Vec<(usize, usize)> {
    let children =
        site.meters.iter().enumerate().filter(|(_, meter)| meter.parent.as_ref() == parent);
    let with_parts = children.flat_map(|(place, meter)| {
        let parts = in_tree_order(site, Some(&meter.id), depth + 1);
        std::iter::once((place, depth)).chain(parts)
    });
    with_parts.collect()
}

fn days(pen: &Pen<'_>) -> Table {
    let (t, language) = (pen.t, pen.language);
    let past = pen.report.days.iter().filter(|day| day.period.start() < pen.report.now);
    let row = |day: &domain::calendar::Bucket<EnergyFigure>| Row {
        name: pen.teller.day(day.period.start()),
        depth: 0,
        cells: vec![
            Cell::kwh(language, day.figure.energy_wh),
            Cell::coverage(language, day.figure.coverage),
            Cell::Text(language.quality(day.figure.quality).to_owned()),
        ],
    };
    Table {
        caption: t.by_day.to_owned(),
        of: t.day,
        columns: vec![
            Column::number(t.energy, "kWh"),
            Column::number(t.measured, "%"),
            Column::text(t.quality),
        ],
        rows: past.map(row).collect(),
        folded: true,
    }
}

fn finding(pen: &Pen<'_>) -> String {
    let known = pen.report.days.iter().filter_map(|day| Some((day, day.figure.energy_wh?)));
    match known.max_by(|(_, a), (_, b)| a.total_cmp(b)) {
        None => pen.t.days_unknown.to_owned(),
        Some((day, wh)) => pen
            .t
            .days_finding
            .replacen("{}", &pen.teller.day(day.period.start()), 1)
            .replacen("{}", &pen.language.energy(wh).text(), 1),
    }
}
