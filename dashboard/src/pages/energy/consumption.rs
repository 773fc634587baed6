//! How much, what it cost and weighed, when, and what for.

use domain::calendar::{Step, grid};
use domain::indicators::{EnergyCell, PricePart};
use domain::site::Use;
use domain::{Instant, Period};

use super::panel::Selection;
use super::tree;
use crate::sheet::drawing::{self, Drawing};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table, Tile, numbered};
use crate::words::{Language, Locale};
use figures::FigureError;
use figures::View;
use figures::{BreakdownLine, By, CostItem, is_complete};

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let scope = selection.meters();
    let locale = selection.locale(language);
    let mut sections = Vec::new();
    let costs = view.costs(&scope, &[selection.span]).await?;
    sections.extend(costs.first().map(|account| summary(language, account)));
    let bars: Vec<Period> = grid(selection.bars(), selection.span, &view.site().timezone).collect();
    let cells =
        view.energy_cells(&scope.meters, view.past(selection.span, selection.bars())).await?;
    sections.push(course(&locale, selection.bars(), &bars, &cells));
    sections.extend(costs.first().and_then(|account| prices(language, account)));
    if selection.scope.is_building() {
        for by in [By::Use, By::Zone] {
            let breakdown = view.breakdown(by, selection.span).await?;
            sections.extend(parts(language, by, &breakdown.items));
        }
    }
    sections.extend(tree::section(view, language, selection).await?);
    Ok(numbered(sections))
}

fn summary(language: Language, account: &CostItem) -> Section {
    let t = language.labels();
    let mut tiles = vec![
        Tile::new(t.consumed, account.energy.energy_wh.map(|wh| language.energy(wh))),
        Tile::new(t.cost, account.cost.eur.map(|eur| language.euros(eur))),
    ];
    if let Some(fixed) = account.fixed_eur.filter(|eur| *eur > 0.0) {
        tiles.push(Tile::new(t.fixed_cost, Some(language.euros(fixed))));
    }
    tiles.push(Tile::new(t.carbon, account.kg_co2e.value.map(|kg| language.kilograms(kg))));
    let primary = account.primary_kwh.value.map(|kwh| language.energy(kwh * 1000.0));
    tiles.push(Tile::new(t.primary, primary));
    // A part of a span has no rate of its own: it is left out, and the heading says how much was measured.
    if let Some(kwh) = account.kwh_per_m2 {
        tiles.push(Tile::new(t.intensity, Some(language.per_area(kwh))));
    }
    Section {
        tiles,
        notes: [
            language.proof(&account.energy),
            language.cost_source(&account.cost),
            language.carbon_source(&account.kg_co2e),
        ]
        .into_iter()
        .chain(language.primary_source(&account.primary_kwh))
        .collect(),
        ..Section::titled(language.partial_total(t.consumed, &account.energy))
    }
}

/// What each price of the contract took; nothing where there is only one.
fn prices(language: Language, account: &CostItem) -> Option<Section> {
    let (t, labels) = (language.energy_labels(), language.labels());
    if account.cost.parts.len() < 2 {
        return None;
    }
    let row = |part: &PricePart| {
        let name = part.name.clone().unwrap_or_else(|| t.other_times.to_owned());
        let price = Cell::text(language.number(part.eur_per_kwh, 4));
        let (energy, eur) = (language.energy(part.wh), language.euros(part.eur));
        Row::new(name, vec![price, Cell::of(Some(energy)), Cell::of(Some(eur))])
    };
    Some(Section {
        tables: vec![Table::new(
            vec![t.price, t.per_kwh, labels.consumed, labels.cost],
            account.cost.parts.iter().map(row).collect(),
        )],
        ..Section::titled(language.partial_total(t.by_price, &account.energy))
    })
}

/// When it was used, bar by bar. What has not begun yet has no bar.
fn course(locale: &Locale, step: Step, bars: &[Period], cells: &[EnergyCell]) -> Section {
    let language = locale.language;
    let t = language.labels();
    let highest = cells
        .iter()
        .filter_map(|cell| Some((cell, cell.figure.energy_wh?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((highest, most)) = highest else {
        return Section::saying(t.consumed, t.no_readings);
    };
    let top = Scale::Fine.top(most);
    let mut values: Vec<Option<f64>> = cells.iter().map(|cell| cell.figure.energy_wh).collect();
    values.resize(bars.len().max(values.len()), Some(0.0));
    let title = language.most_used(&long_name(locale, step, highest.period.start()), most);
    let title = language.with_coverage(title, highest.figure.coverage + highest.figure.repaired);
    let row = |cell: &EnergyCell| {
        let cells = vec![
            Cell::of(cell.figure.energy_wh.map(|wh| language.energy(wh))),
            Cell::measured(language, cell.figure.coverage),
            Cell::text(language.quality(cell.figure.quality)),
        ];
        Row::new(long_name(locale, step, cell.period.start()), cells)
    };
    let ends = [bars.first(), bars.get(bars.len() / 2), bars.last()];
    let drawing = Drawing {
        svg: drawing::bars(&values, top),
        kind: "bars",
        description: title.clone(),
        top: Some(language.energy(top).text()),
        rows: Vec::new(),
        below: ends
            .into_iter()
            .flatten()
            .map(|bar| short_name(locale, step, bar.start()))
            .collect(),
        scale: Vec::new(),
    };
    Section {
        drawing: Some(drawing),
        tables: vec![Table::folded(
            vec![t.table_start, t.consumed, t.measured_time, t.quality],
            cells.iter().map(row).collect(),
        )],
        ..Section::titled(title)
    }
}

fn long_name(locale: &Locale, step: Step, start: Instant) -> String {
    match step {
        Step::Hour => locale.hour(start),
        Step::Month => locale.month(start),
        _ => locale.day(start),
    }
}

fn short_name(locale: &Locale, step: Step, start: Instant) -> String {
    match step {
        Step::Hour => locale.hour(start),
        Step::Month => locale.month(start),
        _ => locale.date(start),
    }
}

/// What for, or where: the largest first.
fn parts(language: Language, by: By, lines: &[BreakdownLine]) -> Option<Section> {
    let t = language.labels();
    let (title, head) = if by == By::Use { (t.by_use, t.use_head) } else { (t.by_zone, t.zone) };
    let mut lines: Vec<&BreakdownLine> = lines.iter().collect();
    lines.sort_by(|a, b| {
        b.energy.energy_wh.unwrap_or(-1.0).total_cmp(&a.energy.energy_wh.unwrap_or(-1.0))
    });
    let named = |line: &BreakdownLine| name(language, line);
    let first = lines.first()?;
    // Parts of which not all is measured are not compared.
    let are_comparable = lines.iter().all(|line| is_complete(&line.energy));
    let share = first.share.filter(|_| are_comparable);
    let finding = share.map(|share| language.takes_most(&named(first), share));
    let row = |line: &&BreakdownLine| {
        let mut cells = vec![
            Cell::of(line.energy.energy_wh.map(|wh| language.energy(wh))),
            line.share.map_or(Cell::of(None), |share| Cell::text(language.percent(share))),
            Cell::measured(language, line.energy.coverage),
        ];
        if by == By::Zone {
            cells.insert(2, Cell::of(line.kwh_per_m2.map(|kwh| language.per_area(kwh))));
        }
        Row::new(named(line), cells)
    };
    let mut columns = vec![head, t.consumed, t.share, t.measured_time];
    if by == By::Zone {
        columns.insert(3, t.intensity);
    }
    Some(Section {
        tables: vec![Table::new(columns, lines.iter().map(row).collect())],
        ..Section::titled(
            finding.map_or(title.to_owned(), |finding| format!("{title} · {finding}")),
        )
    })
}

fn name(language: Language, line: &BreakdownLine) -> String {
    let usage = Use::NAMES.iter().find(|(name, _)| *name == line.id);
    match (&line.name, usage) {
        (Some(name), _) => name.clone(),
        (None, Some((_, usage))) => language.usage(*usage).to_owned(),
        (None, None) => language.labels().unassigned.to_owned(),
    }
}
