//! The air of the zones: shares above the guidance values, ICONE, category, renewal, airings and what to do.

use domain::air::{AirLevel, AirReport, Airing, Renewal};
use domain::site::Thresholds;
use domain::site::Zone;
use domain::{Instant, Quantity};

use super::super::selection::Scope;
use super::panel::Selection;
use crate::sheet::{Cell, Row, Section, Table, Tile};
use crate::words::{Figure, Language, Locale};
use figures::FigureError;
use figures::View;

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let locale = selection.locale(language);
    let z = language.zone_labels();
    let measured = |zone: &&Zone| {
        view.site().points.iter().any(|it| it.quantity == Quantity::Co2 && it.zone == zone.id)
    };
    match selection.scope {
        Scope::Zone(zone) if measured(&zone) => {
            let report = view.air(zone, selection.span).await?;
            Ok(one(&locale, selection, &report, &view.site().air))
        }
        Scope::Zone(_) => Ok(vec![Section::saying(z.air, z.no_air)]),
        _ if selection.is_month() => Ok(vec![Section::saying(z.air, z.pick_one)]),
        Scope::All | Scope::Building | Scope::Meter(_) => {
            let measured: Vec<&Zone> = view.site().zones.iter().filter(measured).collect();
            let ids: Vec<_> = measured.iter().map(|zone| Some(zone.id.clone())).collect();
            let people = view.people_quarters_of(&ids, selection.span).await?;
            let mut reports = Vec::new();
            for (zone, people) in measured.into_iter().zip(people) {
                let report = view.air_beside(zone, selection.span, people).await?;
                reports.push((zone, report));
            }
            if reports.is_empty() {
                return Ok(vec![Section::saying(z.air, z.no_air)]);
            }
            Ok(overview(&locale, selection, &reports, &view.site().air))
        }
    }
}

fn overview(
    locale: &Locale,
    selection: &Selection<'_>,
    reports: &[(&Zone, AirReport)],
    levels: &Thresholds,
) -> Vec<Section> {
    let language = locale.language;
    let (t, z) = (language.labels(), language.zone_labels());
    let stuffy: Vec<&str> = reports
        .iter()
        .filter(|(_, it)| it.occupied.is_some_and(|it| it.above_action > 0.0))
        .map(|(zone, _)| zone.name.as_str())
        .collect();
    let any_occupied = reports.iter().any(|(_, it)| it.occupied.is_some());
    let title =
        if any_occupied { language.stuffy_zones(&stuffy, levels) } else { z.air.to_owned() };
    let mut head = vec![z.zone];
    if selection.is_current() {
        head.push(z.co2_now);
    }
    head.extend([z.above_reference, z.above_action, z.highest, z.icone, z.category]);
    head.push(t.measured_time);
    let row = |(zone, report): &(&Zone, AirReport)| {
        let mut cells = Vec::new();
        if selection.is_current() {
            cells.push(now(language, report));
        }
        cells.extend(shares(language, report));
        cells.push(Cell::measured(language, report.coverage));
        Row { depth: 0, name: zone.name.clone(), cells }
    };
    let table = Table::new(head, reports.iter().map(row).collect());
    let notes = vec![language.air_levels(levels), z.air_note.to_owned()];
    let mut sections = vec![Section { tables: vec![table], notes, ..Section::titled(title) }];
    let advice = |(zone, report): &(&Zone, AirReport)| {
        let advice = report.advice.filter(|_| selection.is_current())?;
        Some(format!("{} — {}", zone.name, language.advice(&advice)))
    };
    let lines: Vec<String> = reports.iter().filter_map(advice).collect();
    if !lines.is_empty() {
        // What to do now comes first.
        sections.insert(0, Section { lines, ..Section::titled(z.advice) });
    }
    sections.push(renewals(language, reports));
    let aired = reports.iter().flat_map(|(zone, report)| {
        let line = |it: &Airing| (it.start, format!("{} — {}", zone.name, locale.airing(it)));
        report.airings.iter().map(line).collect::<Vec<_>>()
    });
    sections.push(airings(language, aired.collect()));
    sections
}

/// How often the air of each zone is renewed, and what each person gets of it.
fn renewals(language: Language, reports: &[(&Zone, AirReport)]) -> Section {
    let z = language.zone_labels();
    let row = |(zone, report): &(&Zone, AirReport)| {
        let mut cells = Vec::from(renewal(language, report));
        cells.push(Cell::text(language.count(report.airings.len() as u64)));
        Row { depth: 0, name: zone.name.clone(), cells }
    };
    let table = Table::new(
        vec![z.zone, z.renewal, z.renewal_open, z.per_person, z.airings],
        reports.iter().map(row).collect(),
    );
    let notes = vec![z.renewal_note.to_owned()];
    Section { tables: vec![table], notes, ..Section::titled(z.renewal) }
}

fn one(
    locale: &Locale,
    selection: &Selection<'_>,
    report: &AirReport,
    levels: &Thresholds,
) -> Vec<Section> {
    let language = locale.language;
    let (t, z) = (language.labels(), language.zone_labels());
    let plain = |number: String| Some(Figure { number, unit: "" });
    let text = |cell: Cell| cell.text.and_then(plain);
    let title = match (report.co2_ppm, report.level) {
        (Some(ppm), Some(level)) if selection.is_current() => {
            format!("{}\u{a0}ppm, {}", language.number(ppm, 0), language.air_level(level).0)
        }
        _ if report.coverage > 0.0 => z.air.to_owned(),
        _ => z.nothing_measured.to_owned(),
    };
    let names = [z.above_reference, z.above_action, z.highest, z.icone, z.category];
    let mut tiles: Vec<Tile> = names
        .into_iter()
        .zip(shares(language, report))
        .map(|(name, cell)| Tile::new(name, text(cell)))
        .collect();
    let [renewed, renewed_open, each] = renewal(language, report);
    tiles.push(Tile::new(z.renewal, text(renewed)));
    if report.renewal_open.is_some() {
        tiles.push(Tile::new(z.renewal_open, text(renewed_open)));
    }
    tiles.push(Tile::new(z.per_person, text(each)));
    tiles.push(Tile::new(z.occupied_time, report.occupied.map(|it| language.hours(it.occupied_h))));
    let advice = report.advice.filter(|_| selection.is_current());
    let lines = advice.iter().map(|it| language.advice(it)).collect();
    let measured = language.labelled(t.measured_time, language.percent(report.coverage)) + ".";
    let notes = vec![
        measured,
        language.air_levels(levels),
        z.air_note.to_owned(),
        z.renewal_note.to_owned(),
    ];
    let aired = report.airings.iter().map(|airing| (airing.start, locale.airing(airing))).collect();
    vec![Section { tiles, lines, notes, ..Section::titled(title) }, airings(language, aired)]
}

/// The newest first.
fn airings(language: Language, mut aired: Vec<(Instant, String)>) -> Section {
    let z = language.zone_labels();
    aired.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    if aired.is_empty() {
        return Section::saying(z.airings, z.no_airing);
    }
    let lines = aired.into_iter().map(|(_, text)| text).collect();
    Section { lines, ..Section::titled(z.airings) }
}

/// CO2 now with its word; below 400 it is shown and flagged.
fn now(language: Language, report: &AirReport) -> Cell {
    let cell = report.co2_ppm.zip(report.level).map(|(ppm, level)| {
        let flagged = !matches!(level, AirLevel::Good);
        let text = format!("{}\u{a0}ppm, {}", language.number(ppm, 0), language.air_level(level).0);
        Cell::text(text).when(flagged)
    });
    cell.unwrap_or_else(|| Cell::of(None))
}

/// Shares above the guidance values, the highest, ICONE and category.
fn shares(language: Language, report: &AirReport) -> [Cell; 5] {
    let z = language.zone_labels();
    let Some(occupied) = report.occupied else {
        let nobody =
            || if report.coverage > 0.0 { Cell::text(z.nobody_came) } else { Cell::of(None) };
        return [nobody(), nobody(), nobody(), nobody(), nobody()];
    };
    [
        Cell::text(language.percent(occupied.above_reference)),
        Cell::text(language.percent(occupied.above_action)).when(occupied.above_action > 0.0),
        Cell::text(format!("{}\u{a0}ppm", language.number(occupied.max_ppm, 0))),
        Cell::text(language.icone(occupied.icone)).when(occupied.icone.class >= 3),
        Cell::text(language.category(occupied.category)),
    ]
}

fn renewal(language: Language, report: &AirReport) -> [Cell; 3] {
    let unknown = || language.zone_labels().nothing_decays.to_owned();
    let renewal = |it: Option<Renewal>| it.map_or_else(unknown, |it| language.renewal(&it));
    let each = report.per_person.map_or_else(unknown, |it| language.per_person(&it));
    [renewal(report.renewal), renewal(report.renewal_open), each].map(Cell::text)
}
