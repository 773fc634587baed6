//! Who was there, in numbers, and what air they breathed.

use domain::occupancy::Attendance;

use super::pen::Pen;
use super::sheet::{Cell, Column, Row, Section, Table};
use figures::ZoneReport;

/// "Au plus fort, 118 personnes (entre 110 et 127) ont été présentes en même temps, lundi 12 octobre, 14:00."
pub(super) fn peak_fact(pen: &Pen<'_>) -> String {
    let t = pen.t;
    let Some(peak) = pen.report.attendance.peak else { return t.fact_peak_unknown.to_owned() };
    let people = format!("{} {}", pen.language.number(peak.people, 0), t.people_unit);
    let people = match range(pen, &pen.report.attendance) {
        Some(range) => format!("{people} ({range})"),
        None => people,
    };
    let when = pen.teller.day_and_clock(peak.at);
    t.fact_peak.replacen("{}", &people, 1).replacen("{}", &when, 1)
}

/// "L'air a dépassé 1 500 ppm pendant 12 % du temps d'occupation : FabLab."; of the worst room.
pub(super) fn air_fact(pen: &Pen<'_>) -> Option<String> {
    let above =
        |zone: &ZoneReport| Some((zone.air.as_ref()?.occupied?.above_action, zone.name.clone()));
    let worst = pen.report.zones.iter().filter_map(above).max_by(|a, b| a.0.total_cmp(&b.0));
    let (share, name) = worst.filter(|(share, _)| *share > 0.0)?;
    let share = format!("{}\u{a0}%", pen.language.number(share * 100.0, 1));
    Some(pen.t.fact_air.replacen("{}", &share, 1).replacen("{}", &name, 1))
}

/// Peak, person-hours and how often it was nearly full.
pub(super) fn occupancy(pen: &Pen<'_>) -> Section {
    let t = pen.t;
    let mut rows = vec![attendance_row(pen, t.whole, pen.site.capacity, &pen.report.attendance)];
    for zone in &pen.report.zones {
        if let (Some(attendance), Some(capacity)) = (&zone.attendance, zone.capacity) {
            rows.push(attendance_row(pen, &zone.name, capacity, attendance));
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
    Section {
        id: "occupancy",
        heading: t.occupancy.to_owned(),
        notes: vec![t.occupancy_note.to_owned()],
        chart: None,
        tables: vec![table, person_hours(pen)],
    }
}

/// Air of each zone that measures it.
pub(super) fn air(pen: &Pen<'_>) -> Section {
    let (t, language) = (pen.t, pen.language);
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
    let rows: Vec<Row> = pen.report.zones.iter().filter_map(row).collect();
    let levels = &pen.site.air;
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
    Section {
        id: "air",
        heading: t.air.to_owned(),
        notes: vec![note],
        chart: None,
        tables: if table.rows.is_empty() { Vec::new() } else { vec![table] },
    }
}

fn attendance_row(pen: &Pen<'_>, name: &str, capacity: u32, told: &Attendance) -> Row {
    let language = pen.language;
    let text = |text: Option<String>| text.map_or(Cell::Unknown, Cell::Text);
    Row {
        name: name.to_owned(),
        depth: 0,
        cells: vec![
            Cell::number(language, told.peak.map(|peak| peak.people), 0),
            text(told.peak.map(|_| range(pen, told).unwrap_or_default())),
            text(told.peak.map(|peak| pen.teller.day_and_clock(peak.at))),
            Cell::number(language, Some(f64::from(capacity)), 0),
            Cell::number(language, told.peak.map(|_| told.occupied_h), 1),
            Cell::percent(language, told.nearly_full_share),
            Cell::coverage(language, told.coverage),
        ],
    }
}

/// The interval of a peak in words; none where it is certain.
fn range(pen: &Pen<'_>, told: &Attendance) -> Option<String> {
    let peak = told.peak?;
    let (low, high) = (pen.language.number(peak.low?, 0), pen.language.number(peak.high?, 0));
    (low != high).then(|| pen.t.between.replacen("{}", &low, 1).replacen("{}", &high, 1))
}

fn person_hours(pen: &Pen<'_>) -> Table {
    let (t, language) = (pen.t, pen.language);
    let usage = pen.report.usage;
    let range = usage.person_hours_low.zip(usage.person_hours_high).map(|(low, high)| {
        let (low, high) = (language.number(low, 0), language.number(high, 0));
        t.between.replacen("{}", &low, 1).replacen("{}", &high, 1)
    });
    let row = |name: &str, number: Cell, unit: &str, remark: Option<String>| Row {
        name: name.to_owned(),
        depth: 0,
        cells: vec![
            number,
            Cell::Text(unit.to_owned()),
            Cell::Text(remark.unwrap_or_default()),
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
