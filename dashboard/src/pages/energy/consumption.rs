//! How much, what it cost and weighed, when, and what for.

use domain::calendar::{Step, grid};
use domain::indicators::{EnergyCell, Goal};
use domain::site::Use;
use domain::{Instant, Period};
use store::SeriesReader;

use super::asked::Asked;
use super::drawing::{self, Drawing};
use super::section::{Cell, Row, Section, Table, Tile, numbered};
use crate::app::App;
use crate::insights::accounts::{Account, accounts};
use crate::insights::breakdown::{By, Line, breakdown};
use crate::insights::climate::{PathwayReport, pathway_now};
use crate::insights::scope::{cells, past};
use crate::problem::Problem;
use crate::words::{Language, Teller};

pub(super) async fn sections<R: SeriesReader>(
    app: &App<R>,
    language: Language,
    asked: &Asked,
) -> Result<Vec<Section>, Problem> {
    let scope = asked.scope(app);
    let teller = asked.teller(language, app);
    let mut sections = Vec::new();
    if let Some(account) = accounts(app, &scope, &[asked.span]).await?.first() {
        sections.push(summary(language, account));
    }
    let bars: Vec<Period> = grid(asked.bars(), asked.span, &app.site.timezone).collect();
    let known = cells(app, &scope.meters, past(app, asked.span, asked.bars())).await?;
    sections.push(course(&teller, asked.bars(), &bars, &known));
    if asked.is_space() && scope.is_building {
        for by in [By::Use, By::Zone] {
            let (_, lines) = breakdown(app, by, asked.span).await?;
            sections.extend(parts(language, by, &lines));
        }
        if asked.is_year() {
            sections.extend(pathway_now(app).await?.map(|report| pathway(language, &report)));
        }
    }
    Ok(numbered(sections))
}

fn summary(language: Language, account: &Account) -> Section {
    let t = language.labels();
    let kwh = account.energy.energy_wh.map(|wh| wh / 1000.0);
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
    if let Some(area) = account.area_m2 {
        tiles.push(Tile::new(t.intensity, kwh.map(|kwh| language.per_area(kwh / area))));
    }
    Section {
        tiles,
        notes: vec![
            language.proof(&account.energy),
            language.cost_source(&account.cost),
            language.carbon_source(&account.kg_co2e),
        ],
        ..Section::titled(t.consumed)
    }
}

/// When it was used, bar by bar. What has not begun yet has no bar.
fn course(teller: &Teller, step: Step, bars: &[Period], known: &[EnergyCell]) -> Section {
    let language = teller.language;
    let t = language.labels();
    let highest = known
        .iter()
        .filter_map(|cell| Some((cell.period, cell.figure.energy_wh?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((when, most)) = highest else {
        return Section::saying(t.consumed, t.no_readings);
    };
    let top = drawing::round_top(most);
    let mut values: Vec<Option<f64>> = known.iter().map(|cell| cell.figure.energy_wh).collect();
    values.resize(bars.len().max(values.len()), Some(0.0));
    let title = language.most_used(&long_name(teller, step, when.start()), most);
    let row = |cell: &EnergyCell| Row {
        name: long_name(teller, step, cell.period.start()),
        cells: vec![
            Cell::of(cell.figure.energy_wh.map(|wh| language.energy(wh))),
            Cell::text(language.percent(cell.figure.coverage)).when(cell.figure.coverage < 0.98),
            Cell::text(language.quality(cell.figure.quality)),
        ],
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
            .map(|bar| short_name(teller, step, bar.start()))
            .collect(),
        scale: Vec::new(),
    };
    Section {
        drawing: Some(drawing),
        table: Some(Table {
            head: vec![t.table_start, t.consumed, t.measured_time, t.quality],
            rows: known.iter().map(row).collect(),
            folded: true,
        }),
        ..Section::titled(title)
    }
}

fn long_name(teller: &Teller, step: Step, start: Instant) -> String {
    match step {
        Step::Hour => teller.hour(start),
        Step::Month => teller.month(start),
        _ => teller.day(start),
    }
}

fn short_name(teller: &Teller, step: Step, start: Instant) -> String {
    match step {
        Step::Hour => teller.hour(start),
        Step::Month => teller.month(start),
        _ => teller.date(start),
    }
}

/// What for, or where: the largest first.
fn parts(language: Language, by: By, lines: &[Line]) -> Option<Section> {
    let t = language.labels();
    let (title, head) = if by == By::Use { (t.by_use, t.use_head) } else { (t.by_zone, t.zone) };
    let mut lines: Vec<&Line> = lines.iter().collect();
    lines.sort_by(|a, b| {
        b.energy.energy_wh.unwrap_or(-1.0).total_cmp(&a.energy.energy_wh.unwrap_or(-1.0))
    });
    let named = |line: &Line| name(language, line);
    let first = lines.first()?;
    let finding = first.share.map(|share| language.takes_most(&named(first), share));
    let row = |line: &&Line| {
        let mut cells = vec![
            Cell::of(line.energy.energy_wh.map(|wh| language.energy(wh))),
            line.share.map_or(Cell::of(None), |share| Cell::text(language.percent(share))),
            Cell::text(language.percent(line.energy.coverage)).when(line.energy.coverage < 0.98),
        ];
        if by == By::Zone {
            cells.insert(2, Cell::of(line.kwh_per_m2.map(|kwh| language.per_area(kwh))));
        }
        Row { name: named(line), cells }
    };
    let mut columns = vec![head, t.consumed, t.share, t.measured_time];
    if by == By::Zone {
        columns.insert(3, t.intensity);
    }
    Some(Section {
        table: Some(Table { head: columns, rows: lines.iter().map(row).collect(), folded: false }),
        ..Section::titled(
            finding.map_or(title.to_owned(), |finding| format!("{title} · {finding}")),
        )
    })
}

/// The last twelve months beside the goals.
fn pathway(language: Language, report: &PathwayReport) -> Section {
    let t = language.labels();
    let told = &report.pathway;
    let row = |goal: &Goal| Row {
        name: format!("{} (\u{2212}{})", goal.year, language.percent(goal.reduction)),
        cells: vec![
            Cell::of(Some(language.energy(goal.kwh * 1000.0))),
            goal.is_met.map_or(Cell::of(None), |met| Cell::text(if met { t.yes } else { t.no })),
        ],
    };
    let source = told.goals.first().map_or("", |goal| goal.source.as_str());
    let (year, kwh) = (told.reference_year, told.reference_kwh);
    Section {
        tiles: vec![Tile::new(
            t.consumed,
            told.current_kwh.map(|kwh| language.energy(kwh * 1000.0)),
        )],
        table: Some(Table {
            head: vec![t.goal_head, t.allowed_head, t.goal_reached],
            rows: told.goals.iter().map(row).collect(),
            folded: false,
        }),
        notes: vec![
            language.reference_source(year, kwh, &told.reference_source, source),
            format!("{}\u{a0}: {}.", t.measured_time, language.percent(report.coverage)),
        ],
        ..Section::titled(format!("{} · {}", t.pathway, language.reduced(told.reduction, year)))
    }
}

fn name(language: Language, line: &Line) -> String {
    let usage = Use::NAMES.iter().find(|(name, _)| *name == line.id);
    match (&line.name, usage) {
        (Some(name), _) => name.clone(),
        (None, Some((_, usage))) => language.usage(*usage).to_owned(),
        (None, None) => language.labels().unassigned.to_owned(),
    }
}
