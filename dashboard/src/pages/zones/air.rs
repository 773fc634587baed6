//! The air of the zones: shares above the guidance values, ICONE, category, renewal, airings and what to do.

use domain::air::{Advice, AirLevel, AirReport, Airing, Renewal};
use domain::site::Thresholds;
use domain::site::Zone;
use domain::{Instant, Quantity};

use super::super::selection::Scope;
use super::panel::Selection;
use crate::privacy::Visibility;
use crate::sheet::{Cell, Row, Section, Table, Tile};
use crate::words::{Figure, Language, Locale};
use figures::FigureError;
use figures::View;

/// The air of a zone, as a visitor may see it.
struct ZoneAir<'a> {
    zone: &'a Zone,
    of: AirReport,
    /// Whether it is worked out without the people of the zone, which are withheld.
    is_alone: bool,
}

impl ZoneAir<'_> {
    /// Advice to open the windows; how fast the air grows worse depends on the people.
    fn advice(&self) -> Option<Advice> {
        self.of.advice.filter(|_| !self.is_alone)
    }
}

pub(super) async fn sections(
    view: &View,
    language: Language,
    visibility: Visibility,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let locale = selection.locale(language);
    let z = language.zone_labels();
    let measured = |zone: &&Zone| {
        view.site().points.iter().any(|it| it.quantity == Quantity::Co2 && it.zone == zone.id)
    };
    let is_alone = |zone: &Zone| visibility.withholds(view.site(), Some(&zone.id));
    match selection.scope {
        Scope::Zone(zone) if measured(&zone) => {
            let of = if is_alone(zone) {
                view.air_alone(zone, selection.span).await?
            } else {
                view.air(zone, selection.span).await?
            };
            let report = ZoneAir { zone, of, is_alone: is_alone(zone) };
            Ok(one(&locale, selection, &report, &view.site().air))
        }
        Scope::Zone(_) => Ok(vec![Section::saying(z.air, z.no_air)]),
        _ if selection.is_month() => Ok(vec![Section::saying(z.air, z.pick_one)]),
        Scope::All | Scope::Building | Scope::Meter(_) => {
            let measured: Vec<&Zone> = view.site().zones.iter().filter(measured).collect();
            let with_people = measured.iter().filter(|zone| !is_alone(zone));
            let ids: Vec<_> = with_people.map(|zone| Some(zone.id.clone())).collect();
            let mut people = view.people_quarters_of(&ids, selection.span).await?.into_iter();
            let mut reports = Vec::new();
            for zone in measured {
                let (span, is_alone) = (selection.span, is_alone(zone));
                let people = if is_alone { None } else { people.next() };
                let of = match people {
                    Some(people) => view.air_beside(zone, span, people).await?,
                    None => view.air_alone(zone, span).await?,
                };
                reports.push(ZoneAir { zone, of, is_alone });
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
    reports: &[ZoneAir<'_>],
    levels: &Thresholds,
) -> Vec<Section> {
    let language = locale.language;
    let (t, z) = (language.labels(), language.zone_labels());
    let stuffy: Vec<&str> = reports
        .iter()
        .filter(|it| it.of.occupied.is_some_and(|it| it.above_action > 0.0))
        .map(|it| it.zone.name.as_str())
        .collect();
    let any_occupied = reports.iter().any(|it| it.of.occupied.is_some());
    let title =
        if any_occupied { language.stuffy_zones(&stuffy, levels) } else { z.air.to_owned() };
    let mut head = vec![z.zone];
    if selection.is_current() {
        head.push(z.co2_now);
    }
    head.extend([z.above_reference, z.above_action, z.highest, z.icone, z.category]);
    head.push(t.measured_time);
    let row = |report: &ZoneAir<'_>| {
        let mut cells = Vec::new();
        if selection.is_current() {
            cells.push(now(language, &report.of));
        }
        cells.extend(shares(language, report));
        cells.push(Cell::measured(language, report.of.coverage));
        Row { depth: 0, name: report.zone.name.clone(), cells }
    };
    let table = Table::new(head, reports.iter().map(row).collect());
    let notes = vec![language.air_levels(levels), z.air_note.to_owned()];
    let mut sections = vec![Section { tables: vec![table], notes, ..Section::titled(title) }];
    let advice = |report: &ZoneAir<'_>| {
        let advice = report.advice().filter(|_| selection.is_current())?;
        Some(format!("{} — {}", report.zone.name, language.advice(&advice)))
    };
    let lines: Vec<String> = reports.iter().filter_map(advice).collect();
    if !lines.is_empty() {
        // What to do now comes first.
        sections.insert(0, Section { lines, ..Section::titled(z.advice) });
    }
    sections.push(renewals(language, reports));
    let aired = reports.iter().flat_map(|report| {
        let name = &report.zone.name;
        let line = |it: &Airing| (it.start, format!("{name} — {}", locale.airing(it)));
        report.of.airings.iter().map(line).collect::<Vec<_>>()
    });
    sections.push(airings(language, aired.collect()));
    sections
}

/// How often the air of each zone is renewed, and what each person gets of it.
fn renewals(language: Language, reports: &[ZoneAir<'_>]) -> Section {
    let z = language.zone_labels();
    let row = |report: &ZoneAir<'_>| {
        let mut cells = Vec::from(renewal(language, report));
        cells.push(Cell::text(language.count(report.of.airings.len() as u64)));
        Row { depth: 0, name: report.zone.name.clone(), cells }
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
    air: &ZoneAir<'_>,
    levels: &Thresholds,
) -> Vec<Section> {
    let language = locale.language;
    let (t, z) = (language.labels(), language.zone_labels());
    let report = &air.of;
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
        .zip(shares(language, air))
        .map(|(name, cell)| Tile::new(name, text(cell)))
        .collect();
    let [renewed, renewed_open, each] = renewal(language, air);
    tiles.push(Tile::new(z.renewal, text(renewed)));
    if report.renewal_open.is_some() {
        tiles.push(Tile::new(z.renewal_open, text(renewed_open)));
    }
    tiles.push(Tile::new(z.per_person, text(each)));
    let occupied = report.occupied.map(|it| language.hours(it.occupied_h));
    let occupied = if air.is_alone { plain(z.withheld.to_owned()) } else { occupied };
    tiles.push(Tile::new(z.occupied_time, occupied));
    let advice = air.advice().filter(|_| selection.is_current());
    let lines = advice.iter().map(|it| language.advice(it)).collect();
    let measured = language.labelled(t.measured_time, language.percent(report.coverage)) + ".";
    let mut notes = vec![
        measured,
        language.air_levels(levels),
        z.air_note.to_owned(),
        z.renewal_note.to_owned(),
    ];
    notes.extend(air.is_alone.then(|| z.withheld_note.to_owned()));
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
fn shares(language: Language, report: &ZoneAir<'_>) -> [Cell; 5] {
    let z = language.zone_labels();
    let Some(occupied) = report.of.occupied else {
        let nobody = || match report.of.coverage {
            _ if report.is_alone => Cell::text(z.withheld),
            coverage if coverage > 0.0 => Cell::text(z.nobody_came),
            _ => Cell::of(None),
        };
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

fn renewal(language: Language, report: &ZoneAir<'_>) -> [Cell; 3] {
    let z = language.zone_labels();
    let unknown = || (if report.is_alone { z.withheld } else { z.nothing_decays }).to_owned();
    let report = &report.of;
    let renewal = |it: Option<Renewal>| it.map_or_else(unknown, |it| language.renewal(&it));
    let each = report.per_person.map_or_else(unknown, |it| language.per_person(&it));
    [renewal(report.renewal), renewal(report.renewal_open), each].map(Cell::text)
}
