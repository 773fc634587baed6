//! How the building and its zones are used: peak, share, person-hours, visits, use of the opening hours.

use domain::Period;
use domain::calendar::{Step, grid};
use domain::ids::ZoneId;
use domain::occupancy::{Attendance, MeanPeople};

use super::super::selection::Scope;
use super::panel::Selection;
use crate::privacy::Visibility;
use crate::sheet::drawing::{self, Drawing};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table, Tile};
use crate::words::{Figure, Language, Locale};
use figures::FigureError;
use figures::PeopleQuarters;
use figures::View;

pub(super) async fn sections(
    view: &View,
    language: Language,
    visibility: Visibility,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let locale = selection.locale(language);
    let is_overview = matches!(selection.scope, Scope::All);
    if !is_overview || selection.is_month() {
        let mut sections = one(view, &locale, selection, selection.scope.zone()).await?;
        if is_overview {
            let note = language.zone_labels().pick_one.to_owned();
            sections[0].notes.insert(0, note);
        }
        return Ok(sections);
    }
    Ok(vec![overview(view, &locale, visibility, selection).await?])
}

/// Below so many person-hours no zone was used enough to be named.
const LEAST_USE_H: f64 = 0.5;

/// The zone with the most person-hours.
struct Used {
    name: String,
    person_hours: f64,
    coverage: f64,
}

/// A row for the building and for each zone.
async fn overview(
    view: &View,
    locale: &Locale,
    visibility: Visibility,
    selection: &Selection<'_>,
) -> Result<Section, FigureError> {
    let (language, site) = (locale.language, view.site());
    let (t, z) = (language.labels(), language.zone_labels());
    let shown = site.zones.iter().filter(|zone| !visibility.withholds(site, Some(&zone.id)));
    let scopes: Vec<_> = std::iter::once((None, t.whole_building.to_owned()))
        .chain(shown.map(|zone| (Some(zone.id.clone()), zone.name.clone())))
        .collect();
    let withheld = scopes.len() <= site.zones.len();
    let ids: Vec<_> = scopes.iter().map(|(zone, _)| zone.clone()).collect();
    let people = view.people_quarters_of(&ids, selection.span).await?;
    let (mut rows, mut most): (_, Option<Used>) = (Vec::new(), None);
    for ((zone, name), people) in scopes.into_iter().zip(people) {
        let attendance = used(view, selection.span, &people).await?;
        // A floor holds its rooms: only what people call a room is compared.
        let is_room =
            zone.is_some_and(|id| site.zones.iter().all(|it| it.parent.as_ref() != Some(&id)));
        let highest = most.as_ref().map_or(LEAST_USE_H, |it| it.person_hours);
        let hours = attendance.person_hours.filter(|hours| is_room && *hours > highest);
        if let Some(person_hours) = hours {
            most = Some(Used { person_hours, name: name.clone(), coverage: attendance.coverage });
        }
        rows.push(Row { depth: 0, name, cells: cells(locale, &attendance) });
    }
    let title = most.map_or(z.attendance.to_owned(), |it| {
        let finding = language.most_visited(&it.name, &language.number(it.person_hours, 0));
        language.with_coverage(finding, it.coverage)
    });
    let table = Table::new(head(language, z.zone), rows);
    let mut notes = vec![z.attendance_note.to_owned()];
    notes.extend(withheld.then(|| z.withheld_note.to_owned()));
    Ok(Section { tables: vec![table], notes, ..Section::titled(title) })
}

fn head(language: Language, first: &'static str) -> Vec<&'static str> {
    let z = language.zone_labels();
    vec![
        first,
        z.peak,
        z.mean_share,
        z.nearly_full,
        z.person_hours,
        z.visits,
        z.use_rate,
        z.quality,
        z.known,
    ]
}

fn cells(locale: &Locale, attendance: &Attendance) -> Vec<Cell> {
    let language = locale.language;
    let z = language.zone_labels();
    let is_measured = attendance.coverage > 0.0;
    // A figure that cannot exist has words in its place; one that is not measured is unknown.
    let or = |text: Option<String>, else_say: &str| match text {
        Some(text) => Cell::text(text),
        None if is_measured => Cell::text(else_say),
        None => Cell::of(None),
    };
    let hours = |hours: f64| language.hours(hours).text();
    let counts = attendance.person_hours.is_some();
    vec![
        attendance.peak.map_or_else(|| Cell::of(None), |peak| Cell::text(locale.peak(&peak))),
        if counts {
            or(attendance.mean_share.map(|share| language.percent(share)), z.no_capacity)
        } else {
            Cell::of(None)
        },
        if counts {
            or(attendance.nearly_full_h.map(hours), z.no_capacity)
                .when(attendance.nearly_full_h.is_some_and(|hours| hours > 0.0))
        } else {
            Cell::of(None)
        },
        attendance.person_hours.map_or_else(
            || Cell::of(None),
            |value| Cell::text(person_hours(language, value, attendance)),
        ),
        or(attendance.visits.map(|visits| language.number(visits, 0)), z.no_doors),
        or(attendance.use_rate.map(|rate| language.percent(rate)), z.never_open),
        Cell::text(language.quality(attendance.quality)),
        Cell::measured(language, attendance.coverage),
    ]
}

fn person_hours(language: Language, value: f64, attendance: &Attendance) -> String {
    language.with_interval(value, (attendance.low_person_hours, attendance.high_person_hours), 0)
}

/// One zone, or the building: figures, their course and the days.
async fn one(
    view: &View,
    locale: &Locale,
    selection: &Selection<'_>,
    zone: Option<ZoneId>,
) -> Result<Vec<Section>, FigureError> {
    let quarters = view.people_quarters(zone, selection.span).await?;
    let whole = used(view, selection.span, &quarters).await?;
    let mut sections = vec![summary(locale, &whole)];
    let bars: Vec<Period> = grid(selection.bars(), selection.span, &view.site().timezone)
        .take_while(|bar| bar.start() < selection.now)
        .collect();
    sections.push(course(locale, selection, &bars, &quarters));
    let days = view.past(selection.span, Step::Day);
    if days.len() > 1 {
        let of_days = view.attendances_beside(&quarters, &days).await?;
        let row = |(day, attendance): (&Period, &Attendance)| Row {
            depth: 0,
            name: locale.day(day.start()),
            cells: cells(locale, attendance),
        };
        let z = locale.language.zone_labels();
        let rows = days.iter().zip(&of_days).map(row).collect();
        let table = Table::new(head(locale.language, z.day), rows);
        let notes = vec![z.attendance_note.to_owned()];
        sections.push(Section { tables: vec![table], notes, ..Section::titled(z.attendance) });
    }
    Ok(sections)
}

async fn used(
    view: &View,
    span: Period,
    quarters: &PeopleQuarters,
) -> Result<Attendance, FigureError> {
    Ok(view.attendances_beside(quarters, &[span]).await?.remove(0))
}

fn summary(locale: &Locale, attendance: &Attendance) -> Section {
    let language = locale.language;
    let (t, z) = (language.labels(), language.zone_labels());
    let plain = |number: String| Figure { number, unit: "" };
    let title = match attendance.peak {
        Some(peak) => language
            .with_coverage(language.labelled(z.peak, locale.peak(&peak)), attendance.coverage),
        None => z.nothing_measured.to_owned(),
    };
    let quality = language.labelled(z.quality, language.quality(attendance.quality));
    let measured = language.labelled(t.measured_time, language.percent(attendance.coverage));
    let sources = language.witnesses(attendance.sources);
    let sources =
        sources.map_or_else(String::new, |it| format!(" {}.", language.labelled(z.sources, it)));
    let notes = vec![format!("{quality}. {measured}.{sources}"), z.attendance_note.to_owned()];
    let interval =
        attendance.person_hours.map(|value| plain(person_hours(language, value, attendance)));
    Section {
        tiles: vec![
            Tile::new(
                z.mean_share,
                attendance.mean_share.map(|share| plain(language.percent(share))),
            ),
            Tile::new(z.nearly_full, attendance.nearly_full_h.map(|hours| language.hours(hours))),
            Tile::new(z.person_hours, interval),
            Tile::new(z.visits, attendance.visits.map(|visits| plain(language.number(visits, 0)))),
            Tile::new(z.use_rate, attendance.use_rate.map(|rate| plain(language.percent(rate)))),
        ],
        notes,
        ..Section::titled(title)
    }
}

/// People through the span, with the raw count of the doors beside the estimate.
fn course(
    locale: &Locale,
    selection: &Selection<'_>,
    bars: &[Period],
    quarters: &PeopleQuarters,
) -> Section {
    let language = locale.language;
    let z = language.zone_labels();
    let means: Vec<Option<MeanPeople>> = bars.iter().map(|bar| quarters.mean(*bar)).collect();
    let values: Vec<Option<f64>> = means.iter().map(|it| it.as_ref().map(|it| it.people)).collect();
    let highest = values.iter().flatten().copied().fold(0.0, f64::max);
    let is_day = selection.bars() == Step::Hour;
    let (title, first) = if is_day { (z.people_by_hour, z.hour) } else { (z.people_by_day, z.day) };
    let name = |bar: &Period| {
        if is_day { locale.clock(bar.start()) } else { locale.day(bar.start()) }
    };
    let row = |(bar, mean): (&Period, &Option<MeanPeople>)| Row {
        depth: 0,
        name: name(bar),
        cells: vec![
            mean.as_ref().map_or_else(
                || Cell::of(None),
                |it| Cell::text(language.with_interval(it.people, (it.low, it.high), 1)),
            ),
            Cell::text(
                mean.as_ref()
                    .and_then(|it| it.counted)
                    .map_or_else(|| z.no_doors.to_owned(), |counted| language.number(counted, 1)),
            ),
        ],
    };
    let rows: Vec<Row> = bars.iter().zip(&means).map(row).collect();
    let top = Scale::Fine.top(highest);
    let drawn = values.iter().any(Option::is_some).then(|| Drawing {
        svg: drawing::bars(&values, top),
        kind: "bars people",
        description: format!("{title}. {} {}", z.peak, language.number(highest, 0)),
        top: Some(language.number(top, 0)),
        rows: Vec::new(),
        below: bars.first().into_iter().chain(bars.last()).map(name).collect(),
        scale: Vec::new(),
    });
    Section {
        drawing: drawn,
        tables: vec![Table::folded(vec![first, z.mean_people, z.counted_people], rows)],
        notes: vec![z.counted_note.to_owned()],
        ..Section::titled(title)
    }
}
