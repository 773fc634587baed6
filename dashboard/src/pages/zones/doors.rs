//! How right the doors count, day by day: in, out, the difference, and what was left at closing.

use domain::Period;
use domain::calendar::Step;
use domain::occupancy::{Balance, Counting, DoorCounting};
use domain::site::{Side, Site, Zone};

use super::super::selection::Scope;
use super::panel::Selection;
use crate::privacy::Visibility;
use crate::sheet::{Cell, Row, Section, Table};
use crate::words::{Language, Locale};
use figures::FigureError;
use figures::View;

pub(super) async fn sections(
    view: &View,
    language: Language,
    visibility: Visibility,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let (locale, z) = (selection.locale(language), language.zone_labels());
    let days = view.past(selection.span, Step::Day);
    let counted = view.countings(selection.scope.zone(), &days).await?;
    let counted_day = |(day, counting): (&Period, Option<Counting>)| {
        let counting = counting?;
        Some(Day { name: locale.day(day.start()), counting })
    };
    let counted_days: Vec<Day> = days.iter().zip(counted).filter_map(counted_day).collect();
    if counted_days.is_empty() {
        return Ok(vec![Section::saying(z.doors, z.no_doorways)]);
    }
    let mut sections =
        vec![by_day(&locale, &counted_days), by_door(language, view.site(), &counted_days)];
    if matches!(selection.scope, Scope::All) {
        sections.extend(by_zone(view, &locale, visibility, selection).await?);
    }
    Ok(sections)
}

/// What was counted on a day.
struct Day {
    name: String,
    counting: Counting,
}

fn head(language: Language, first: &'static str) -> Vec<&'static str> {
    let z = language.zone_labels();
    vec![first, z.people_in, z.people_out, z.drift, z.balance, z.left]
}

fn cells(locale: &Locale, counting: &Counting) -> Vec<Cell> {
    let language = locale.language;
    let z = language.zone_labels();
    let left = counting.residual.map(|it| locale.residual(it));
    let balance = match counting.balance {
        Some(balance) => Cell::text(language.balance(balance)).when(balance != Balance::Good),
        None => Cell::text(z.not_closed.to_owned()),
    };
    vec![
        Cell::text(language.number(counting.people_in, 0)),
        Cell::text(language.number(counting.people_out, 0)),
        Cell::text(language.signed(counting.drift)),
        balance,
        Cell::text(left.unwrap_or_else(|| z.not_closed.to_owned())),
    ]
}

fn by_day(locale: &Locale, days: &[Day]) -> Section {
    let language = locale.language;
    let z = language.zone_labels();
    let over = || days.iter().filter(|day| day.counting.balance.is_some());
    let sum = |of: fn(&Counting) -> f64| over().map(|day| of(&day.counting)).sum::<f64>();
    let (drift, most) = (sum(|it| it.drift), sum(|it| it.people_in).max(sum(|it| it.people_out)));
    let title = match most {
        most if most > 0.0 => language.doors_differ(drift, drift.abs() / most),
        _ => z.doors.to_owned(),
    };
    let row =
        |day: &Day| Row { depth: 0, name: day.name.clone(), cells: cells(locale, &day.counting) };
    let table = Table::new(head(language, z.day), days.iter().map(row).collect());
    let notes = vec![z.doors_note.to_owned(), z.counted_note.to_owned()];
    Section { tables: vec![table], notes, ..Section::titled(title) }
}

/// Each door with each day.
fn by_door(language: Language, site: &Site, days: &[Day]) -> Section {
    let z = language.zone_labels();
    let row = |day: &Day| {
        let row = |door: &DoorCounting| Row {
            depth: 0,
            name: format!("{} ({})", door_name(site, door.doorway.as_str(), language), day.name),
            cells: vec![
                Cell::text(language.number(door.people_in, 0)),
                Cell::text(language.number(door.people_out, 0)),
                Cell::text(language.signed(door.drift)),
            ],
        };
        day.counting.doors.iter().map(row).collect::<Vec<_>>()
    };
    let table = Table::folded(
        vec![z.door, z.people_in, z.people_out, z.drift],
        days.iter().flat_map(row).collect(),
    );
    Section { tables: vec![table], ..Section::titled(z.door) }
}

/// A door by the zones that it joins, as people know it.
fn door_name(site: &Site, id: &str, language: Language) -> String {
    let Some(door) = site.doorways.iter().find(|door| door.id.as_str() == id) else {
        return id.to_owned();
    };
    let name = |side: &Side| match side {
        Side::Outside => language.labels().outside.to_owned(),
        Side::Zone(zone) => {
            site.zone(zone.as_str()).map_or_else(|| zone.to_string(), |zone| zone.name.clone())
        }
    };
    format!("{} → {}", name(&door.from), name(&door.to))
}

/// Every zone with doors of its own over the whole span.
async fn by_zone(
    view: &View,
    locale: &Locale,
    visibility: Visibility,
    selection: &Selection<'_>,
) -> Result<Option<Section>, FigureError> {
    let z = locale.language.zone_labels();
    let mut rows = Vec::new();
    let shown = |zone: &&Zone| visibility.admit_to_doors(view.site(), Some(&zone.id)).is_ok();
    for zone in view.site().zones.iter().filter(shown) {
        let counted = view.countings(Some(zone.id.clone()), &[selection.span]).await?;
        if let Some(counting) = counted.into_iter().next().flatten() {
            let cells = cells(locale, &counting);
            rows.push(Row { depth: 0, name: zone.name.clone(), cells });
        }
    }
    let table = Table::new(head(locale.language, z.zone), rows);
    let section = Section { tables: vec![table], ..Section::titled(z.all) };
    Ok(section.tables.iter().any(|it| !it.rows.is_empty()).then_some(section))
}
