//! Attendance and air of the month.

use domain::occupancy::Attendance;

use super::context::ReportContext;
use figures::ZoneReport;

use crate::sheet::{Cell, Column, Row, Section, Table};

/// "Au plus fort, 118 personnes (entre 110 et 127) ont été présentes en même temps, lundi 12 octobre, 14:00."
pub(super) fn peak_fact(context: &ReportContext<'_>) -> String {
    let t = context.t;
    let Some(peak) = context.report.attendance.peak else { return t.fact_peak_unknown.to_owned() };
    let people = format!("{} {}", context.language.number(peak.people, 0), t.people_unit);
    let people = match range(context, &context.report.attendance) {
        Some(range) => format!("{people} ({range})"),
        None => people,
    };
    let when = context.locale.day_and_clock(peak.at);
    let fact = t.fact_peak.replacen("{}", &people, 1).replacen("{}", &when, 1);
    context.language.with_coverage(fact, context.report.attendance.coverage)
}

/// "L'air a dépassé 1 500 ppm pendant 12 % du temps d'occupation : FabLab."; of the worst room.
pub(super) fn air_fact(context: &ReportContext<'_>) -> Option<String> {
    let above = |zone: &ZoneReport| Some(zone.air.as_ref()?.occupied?.above_action);
    let zones = context.report.zones.iter().filter_map(|zone| Some((above(zone)?, zone)));
    let worst = zones.max_by(|a, b| a.0.total_cmp(&b.0));
    let (share, zone) = worst.filter(|(share, _)| *share > 0.0)?;
    let share = context.language.exact_percent(share);
    let fact = context.t.fact_air.replacen("{}", &share, 1).replacen("{}", &zone.name, 1);
    let coverage = zone.air.as_ref().map_or(0.0, |air| air.coverage);
    Some(context.language.with_coverage(fact, coverage))
}

/// Section on attendance: peak, person-hours and the time nearly full.
pub(super) fn occupancy(context: &ReportContext<'_>) -> Section {
    let t = context.t;
    let mut rows =
        vec![attendance_row(context, t.whole, context.site.capacity, &context.report.attendance)];
    for zone in &context.report.zones {
        if let (Some(attendance), Some(capacity)) = (&zone.attendance, zone.capacity) {
            rows.push(attendance_row(context, &zone.name, capacity, attendance));
        }
    }
    let table = Table {
        caption: t.occupancy.to_owned(),
        of: t.zone,
        columns: vec![
            Column::number(t.peak_people, t.people_unit),
            Column::text(t.peak_range),
            Column::text(t.peak_when),
            Column::number(t.capacity, t.people_unit),
            Column::number(t.occupied_hours, "h"),
            Column::number(t.nearly_full, "%"),
            Column::number(t.measured, "%"),
        ],
        rows,
        folded: false,
    };
    let heading = Section::saying(t.occupancy, t.occupancy_note);
    Section { tables: vec![table, person_hours(context)], ..heading.named("occupancy") }
}

/// Section on the air of each zone that measures it.
pub(super) fn air(context: &ReportContext<'_>) -> Section {
    let (t, language) = (context.t, context.language);
    let row = |zone: &ZoneReport| {
        let air = zone.air.as_ref()?;
        Some(Row {
            name: zone.name.clone(),
            depth: 0,
            cells: vec![
                Cell::percent(language, air.occupied.map(|it| it.above_reference)),
                Cell::percent(language, air.occupied.map(|it| it.above_action)),
                Cell::number(language, air.occupied.map(|it| it.occupied_h), 1),
                Cell::coverage(language, air.coverage),
            ],
        })
    };
    let rows: Vec<Row> = context.report.zones.iter().filter_map(row).collect();
    let levels = &context.site.air;
    let note = if rows.is_empty() { t.no_air.to_owned() } else { language.air_shares(levels) };
    let table = Table {
        caption: t.air.to_owned(),
        of: t.zone,
        columns: vec![
            Column::number(language.above_ppm(levels.reference_ppm), "%"),
            Column::number(language.above_ppm(levels.action_ppm), "%"),
            Column::number(t.occupied_hours, "h"),
            Column::number(t.measured, "%"),
        ],
        rows,
        folded: false,
    };
    let tables = if table.rows.is_empty() { Vec::new() } else { vec![table] };
    Section { tables, ..Section::saying(t.air, &note).named("air") }
}

fn attendance_row(
    context: &ReportContext<'_>,
    name: &str,
    capacity: u32,
    attendance: &Attendance,
) -> Row {
    let language = context.language;
    let text = |text: Option<String>| text.map_or(Cell::UNKNOWN, Cell::text);
    Row {
        name: name.to_owned(),
        depth: 0,
        cells: vec![
            Cell::number(language, attendance.peak.map(|peak| peak.people), 0),
            text(attendance.peak.map(|_| range(context, attendance).unwrap_or_default())),
            text(attendance.peak.map(|peak| context.locale.day_and_clock(peak.at))),
            Cell::number(language, Some(f64::from(capacity)), 0),
            Cell::number(language, attendance.peak.map(|_| attendance.occupied_h), 1),
            Cell::percent(language, attendance.nearly_full_share),
            Cell::coverage(language, attendance.coverage),
        ],
    }
}

/// Interval of a peak; `None` where it is certain.
fn range(context: &ReportContext<'_>, attendance: &Attendance) -> Option<String> {
    let peak = attendance.peak?;
    let (low, high) =
        (context.language.number(peak.low?, 0), context.language.number(peak.high?, 0));
    (low != high).then(|| context.t.between.replacen("{}", &low, 1).replacen("{}", &high, 1))
}

fn person_hours(context: &ReportContext<'_>) -> Table {
    let (t, language) = (context.t, context.language);
    let usage = context.report.usage;
    let range = usage.person_hours_low.zip(usage.person_hours_high).map(|(low, high)| {
        let (low, high) = (language.number(low, 0), language.number(high, 0));
        t.between.replacen("{}", &low, 1).replacen("{}", &high, 1)
    });
    let row = |name: &str, number: Cell, unit: &str, remark: Option<String>| Row {
        name: name.to_owned(),
        depth: 0,
        cells: vec![
            number,
            Cell::text(unit.to_owned()),
            Cell::text(remark.unwrap_or_default()),
            Cell::coverage(language, usage.coverage),
        ],
    };
    let per_person_hour = usage.wh_per_person_hour.map(|wh| wh / 1000.0);
    Table {
        caption: t.use_of_building.to_owned(),
        of: t.figure,
        columns: vec![
            Column::number(t.value, ""),
            Column::text(t.unit),
            Column::text(t.remark),
            Column::number(t.measured, "%"),
        ],
        rows: vec![
            row(t.person_hours, Cell::number(language, usage.person_hours, 0), "h", range),
            row(t.per_person_hour, Cell::number(language, per_person_hour, 2), "kWh", None),
        ],
        folded: false,
    }
}
