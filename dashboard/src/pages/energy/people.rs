//! Energy beside people: what was used while nobody was there, and for each person-hour.

use domain::Period;
use domain::calendar::{Step, grid};

use super::panel::Selection;
use crate::privacy::Visibility;
use crate::sheet::{Cell, Row, Section, Table, Tile, numbered};
use crate::words::{Labels, Language, Locale};
use figures::FigureError;
use figures::View;
use figures::{Scope, UsageItem};

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
    visibility: Visibility,
) -> Result<Vec<Section>, FigureError> {
    let t = language.labels();
    if selection.meter().is_some() {
        return Ok(vec![Section::saying(t.view_people, t.only_zones)]);
    }
    if selection.is_year() {
        return Ok(vec![Section::saying(t.view_people, t.too_long)]);
    }
    let locale = selection.locale(language);
    let scope = selection.meters();
    let whole = view.usages(&scope, &[selection.span]).await?;
    let mut sections: Vec<Section> =
        whole.first().map(|it| summary(language, it)).into_iter().collect();
    let weeks: Vec<Period> = grid(Step::Week, selection.span, &view.site().timezone)
        .filter(|week| week.start() < selection.now)
        .collect();
    if weeks.len() > 1 {
        let by_week = view.usages(&scope, &weeks).await?;
        sections.push(by_weeks(&locale, &by_week));
    }
    if selection.scope.is_building() {
        sections.push(by_zone(view, language, selection, visibility).await?);
    }
    Ok(numbered(sections))
}

/// Each zone with meters of its own; for a week at most, since the people of every zone are worked out.
async fn by_zone(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
    visibility: Visibility,
) -> Result<Section, FigureError> {
    let t = language.energy_labels();
    if !selection.is_short() {
        return Ok(Section::saying(t.by_zone_people, t.zones_on_week));
    }
    let mut rows = Vec::new();
    for zone in &view.site().zones {
        let scope = Scope::of_zone(view.site(), zone.id.as_str())?;
        // In a small room the figures would tell when one person was there.
        if !scope.meters.is_empty() && !visibility.withholds(view.site(), Some(&zone.id)) {
            let items = view.usages(&scope, &[selection.span]).await?;
            rows.extend(items.iter().map(|it| row(language, zone.name.clone(), it)));
        }
    }
    let head = head(language.labels(), language.labels().zone);
    Ok(Section { tables: vec![Table::new(head, rows)], ..Section::titled(t.by_zone_people) })
}

fn summary(language: Language, item: &UsageItem) -> Section {
    let t = language.labels();
    let usage = &item.usage;
    let title = match usage.vacant_share {
        Some(share) => language.while_vacant(usage.vacant_wh, share),
        None => t.view_people.to_owned(),
    };
    let title = language.with_coverage(title, usage.coverage);
    let hours = usage.person_hours.map(|hours| language.hours(hours));
    let is_known = usage.coverage > 0.0 || usage.unknown_wh > 0.0;
    let energy = |wh: f64| is_known.then(|| language.energy(wh));
    Section {
        tiles: vec![
            Tile::new(t.vacant_energy, energy(usage.vacant_wh)),
            Tile::new(t.occupied_energy, energy(usage.occupied_wh)),
            Tile::new(t.unknown_energy, energy(usage.unknown_wh)),
            Tile::new(t.person_hours, hours),
            Tile::new(
                t.per_person_hour,
                usage.wh_per_person_hour.map(|wh| language.small_energy(wh)),
            ),
        ],
        notes: vec![
            money(language, item),
            format!("{} {}", t.people_note, measured(language, usage.coverage)),
        ],
        ..Section::titled(title)
    }
}

/// The same energy in € and kg.
fn money(language: Language, item: &UsageItem) -> String {
    let t = language.labels();
    let unknown = || t.unknown.to_owned();
    let eur = item.vacant_eur.map_or_else(unknown, |eur| language.euros(eur).text());
    let kg = item.vacant_kg_co2e.map_or_else(unknown, |kg| language.kilograms(kg).text());
    language.labelled(t.vacant_energy, format_args!("{eur}, {kg}."))
}

fn measured(language: Language, coverage: f64) -> String {
    language
        .labelled(language.labels().measured_time, format_args!("{}.", language.percent(coverage)))
}

/// With nobody in the whole week it is not unknown: there is none.
fn per_person_hour(language: Language, item: &UsageItem) -> Cell {
    match (item.usage.wh_per_person_hour, item.usage.person_hours) {
        (None, Some(_)) => Cell::text(""),
        (wh, _) => Cell::of(wh.map(|wh| language.small_energy(wh))),
    }
}

fn by_weeks(locale: &Locale, items: &[UsageItem]) -> Section {
    let t = locale.language.labels();
    let rows = items.iter().map(|it| row(locale.language, locale.date(it.start), it)).collect();
    Section { tables: vec![Table::new(head(t, t.week), rows)], ..Section::titled(t.view_people) }
}

fn head(t: &Labels, first: &'static str) -> Vec<&'static str> {
    vec![
        first,
        t.vacant_energy,
        t.cost,
        t.carbon,
        t.occupied_energy,
        t.unknown_energy,
        t.person_hours,
        t.per_person_hour,
        t.measured_time,
    ]
}

fn row(language: Language, name: String, it: &UsageItem) -> Row {
    let cells = vec![
        Cell::of(Some(language.energy(it.usage.vacant_wh))),
        Cell::of(it.vacant_eur.map(|eur| language.euros(eur))),
        Cell::of(it.vacant_kg_co2e.map(|kg| language.kilograms(kg))),
        Cell::of(Some(language.energy(it.usage.occupied_wh))),
        Cell::of(Some(language.energy(it.usage.unknown_wh))),
        Cell::of(it.usage.person_hours.map(|hours| language.hours(hours))),
        per_person_hour(language, it),
        Cell::measured(language, it.usage.coverage),
    ];
    Row::new(name, cells)
}
