//! Energy of the month: the building, its zones, meters and uses, beside other months; and the quality of its data.

use domain::energy::EnergyFigure;
use domain::figure::{Quality, is_complete};
use domain::ids::MeterId;
use domain::site::{Site, Use};

use figures::{BreakdownLine as Line, Breakdowns};

use super::context::ReportContext;
use crate::sheet::{self, Cell, Column, Row, Section, Table};

/// "Le bâtiment a consommé 4 210 kWh en octobre 2026, soit 3,5 kWh/m². C'est une baisse de …"; of a partly measured
/// month neither a rate nor a comparison.
pub(super) fn fact(context: &ReportContext<'_>) -> String {
    let (t, language) = (context.t, context.language);
    let [now, _, year_before] = &context.report.energy;
    let Some(wh) = now.building.energy_wh else {
        return t.fact_energy_unknown.replace("{}", &context.month());
    };
    let share = now.building.coverage + now.building.repaired;
    let total = language.total_with_coverage(&language.energy(wh).text(), share, &context.month());
    let Some(per_area) = now.kwh_per_m2 else {
        return t.fact_energy_part.replacen("{}", &total, 1);
    };
    let per_area = format!("{}\u{a0}kWh/m²", language.number(per_area, 1));
    let mut fact = t.fact_energy.replacen("{}", &total, 1).replacen("{}", &per_area, 1);
    if let Some(change) = context.report.change(&now.building, &year_before.building) {
        let sentence = if change < 0.0 { t.fact_less } else { t.fact_more };
        let percent = language.exact_percent(change.abs());
        let than = context.report.month.year_before().period(&context.site.timezone).start();
        fact.push(' ');
        fact.push_str(&sentence.replacen("{}", &percent, 1).replacen(
            "{}",
            &context.locale.month(than),
            1,
        ));
    }
    fact
}

/// Section on consumption.
pub(super) fn section(context: &ReportContext<'_>) -> Section {
    let (t, [now, ..]) = (context.t, &context.report.energy);
    let mut tables = vec![Table {
        caption: t.whole.to_owned(),
        of: t.whole_building,
        columns: columns(context, true),
        rows: vec![building_row(context)],
        folded: false,
    }];
    if !now.zones.is_empty() {
        let rows = lines(context, |it| &it.zones, |line| (named(line), 0), true);
        tables.push(table(context, t.by_zone, t.zone, true, rows));
    }
    if !now.meters.is_empty() {
        let mut rows = Vec::new();
        for (place, depth) in in_tree_order(context.site, None, 0) {
            rows.push(line_row(context, |it| &it.meters[place], (None, depth), false));
        }
        tables.push(table(context, t.by_meter, t.meter, false, rows));
    }
    if now.uses.iter().any(|line| line.id != "unassigned") {
        let rows = lines(context, |it| &it.uses, |line| (use_name(context, line), 0), false);
        tables.push(table(context, t.by_use, t.usage, false, rows));
    }
    tables.push(days(context));
    Section {
        drawing: Some(sheet::days::of(context.language, &context.report.days, finding(context))),
        tables,
        ..Section::saying(t.consumption, t.consumption_note).named("consumption")
    }
}

/// Section on the quality of the data.
pub(super) fn quality(context: &ReportContext<'_>) -> Section {
    let (t, language) = (context.t, context.language);
    let [now, ..] = &context.report.energy;
    let incomplete: Vec<&Line> =
        now.meters.iter().filter(|line| !is_complete(line.energy.coverage)).collect();
    let row = |line: &&Line| Row {
        name: named(line),
        depth: 0,
        cells: vec![
            Cell::coverage(language, line.energy.coverage),
            Cell::percent(language, Some(line.energy.repaired)),
            Cell::percent(language, Some(figures::missing(&line.energy))),
            Cell::text(language.quality(line.energy.quality).to_owned()),
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
    let tables = if incomplete.is_empty() { Vec::new() } else { vec![table] };
    Section { tables, notes, ..Section::titled(t.data_quality).named("quality") }
}

fn columns(context: &ReportContext<'_>, has_area: bool) -> Vec<Column> {
    let t = context.t;
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
    if context.report.is_over() {
        columns.extend([
            Column::number(t.month_before, "kWh"),
            Column::number(t.change, "%"),
            Column::number(t.year_before, "kWh"),
            Column::number(t.change_year, "%"),
        ]);
    }
    columns
}

fn table(
    context: &ReportContext<'_>,
    caption: &str,
    of: &'static str,
    has_area: bool,
    rows: Vec<Row>,
) -> Table {
    Table {
        caption: caption.to_owned(),
        of,
        columns: columns(context, has_area),
        rows,
        folded: false,
    }
}

fn building_row(context: &ReportContext<'_>) -> Row {
    let energies = context.report.energy.each_ref().map(|it| it.building);
    let per_area = context.report.energy[0].kwh_per_m2;
    let fourth = Cell::number(context.language, per_area, 2);
    Row { name: context.t.whole.to_owned(), depth: 0, cells: cells(context, energies, fourth) }
}

fn lines<'a>(
    context: &'a ReportContext<'_>,
    of: impl Fn(&'a Breakdowns) -> &'a Vec<Line>,
    name: impl Fn(&Line) -> (String, usize),
    has_area: bool,
) -> Vec<Row> {
    let count = of(&context.report.energy[0]).len();
    let row = |place: usize| {
        let (name, depth) = name(&of(&context.report.energy[0])[place]);
        line_row(context, |it| &of(it)[place], (Some(name), depth), has_area)
    };
    (0..count).map(row).collect()
}

fn line_row<'a>(
    context: &'a ReportContext<'_>,
    of: impl Fn(&'a Breakdowns) -> &'a Line,
    (name, depth): (Option<String>, usize),
    has_area: bool,
) -> Row {
    let line = of(&context.report.energy[0]);
    let energies = context.report.energy.each_ref().map(|it| of(it).energy);
    let fourth = if has_area {
        Cell::number(context.language, line.kwh_per_m2, 2)
    } else {
        Cell::percent(context.language, line.share)
    };
    Row {
        name: name.unwrap_or_else(|| named(line)),
        depth: depth.min(4),
        cells: cells(context, energies, fourth),
    }
}

fn cells(
    context: &ReportContext<'_>,
    [now, before, year_before]: [EnergyFigure; 3],
    fourth: Cell,
) -> Vec<Cell> {
    let language = context.language;
    let mut cells = vec![
        Cell::kwh(language, now.energy_wh),
        if now.quality == Quality::Unknown {
            Cell::UNKNOWN
        } else {
            Cell::coverage(language, now.coverage)
        },
        Cell::text(language.quality(now.quality).to_owned()),
        fourth,
    ];
    if context.report.is_over() {
        for other in [before, year_before] {
            cells.push(Cell::kwh(language, other.energy_wh));
            cells.push(match context.report.change(&now, &other) {
                Some(change) => Cell::change(language, change),
                None => Cell::text(context.t.not_comparable.to_owned()),
            });
        }
    }
    cells
}

fn named(line: &Line) -> String {
    line.name.clone().unwrap_or_else(|| line.id.clone())
}

fn use_name(context: &ReportContext<'_>, line: &Line) -> String {
    let usage = Use::NAMES.iter().find(|(name, _)| *name == line.id);
    usage.map_or_else(
        || context.t.no_use.to_owned(),
        |(_, it)| context.language.usage(*it).to_owned(),
    )
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

fn days(context: &ReportContext<'_>) -> Table {
    let (t, language) = (context.t, context.language);
    let past = context.report.days.iter().filter(|day| day.period.start() < context.report.now);
    let row = |day: &domain::calendar::Bucket<EnergyFigure>| Row {
        name: context.locale.day(day.period.start()),
        depth: 0,
        cells: vec![
            Cell::kwh(language, day.figure.energy_wh),
            Cell::coverage(language, day.figure.coverage),
            Cell::text(language.quality(day.figure.quality).to_owned()),
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

fn finding(context: &ReportContext<'_>) -> String {
    let measured = context.report.days.iter().filter_map(|day| Some((day, day.figure.energy_wh?)));
    match measured.max_by(|(_, a), (_, b)| a.total_cmp(b)) {
        None => context.t.days_unknown.to_owned(),
        Some((day, wh)) => context
            .t
            .days_finding
            .replacen("{}", &context.locale.day(day.period.start()), 1)
            .replacen("{}", &context.language.energy(wh).text(), 1),
    }
}
