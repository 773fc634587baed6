//! What stands behind the figures: coverage, register beside power, parts beside their whole, anomalies.

use domain::energy::{Verdict, parts_of};
use domain::site::Meter;

use super::panel::Selection;
use crate::sheet::{Cell, Row, Section, Table, numbered};
use crate::words::{Language, Locale};
use figures::FigureError;
use figures::View;

pub(super) async fn sections(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Vec<Section>, FigureError> {
    let t = language.labels();
    let locale = selection.locale(language);
    let (mut rows, mut suspects, mut excess) = (Vec::new(), 0, Vec::new());
    for meter in selection.all_meters() {
        let (row, is_suspect) = check(view, language, selection, meter).await?;
        rows.push(row);
        suspects += usize::from(is_suspect);
        if parts_of(view.site(), &meter.id).next().is_some() {
            let (_, found) =
                view.parts(meter, &view.past(selection.span, selection.bars())).await?;
            excess.extend(found.iter().map(|it| {
                let (from, to) = (locale.moment(it.start), locale.moment(it.end));
                language.excess(&meter.name, &from, &to, it.energy_wh)
            }));
        }
    }
    let mut notes = excess;
    notes.push(t.check_note.to_owned());
    let table = Table::new(
        vec![t.meter, t.measured_time, t.repaired_time, t.days_to_verify, t.quality],
        rows,
    );
    let overview =
        Section { tables: vec![table], notes, ..Section::titled(language.to_verify(suspects)) };
    let mut sections = vec![overview];
    if let Some(meter) = selection.meter().filter(|_| !selection.is_year()) {
        sections.push(events(view, &locale, selection, meter).await?);
    }
    Ok(numbered(sections))
}

async fn check(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
    meter: &Meter,
) -> Result<(Row, bool), FigureError> {
    let measured = domain::energy::measured(view.site(), meter);
    let whole = view.energy_cells(&measured, vec![selection.span]).await?[0].figure;
    let days = view.cross_checks(meter, selection.span).await?;
    let of = |verdict| days.iter().filter(|day| day.figure.verdict == verdict).count();
    let (wrong, right) = (of(Verdict::ToVerify), of(Verdict::Agree));
    let verdict = match (wrong, right) {
        (0, 0) => language.verdict(Verdict::NotCompared).to_owned(),
        (0, _) => language.verdict(Verdict::Agree).to_owned(),
        _ => format!("{wrong} {}", language.verdict(Verdict::ToVerify)),
    };
    let cells = vec![
        Cell::measured(language, whole.coverage),
        Cell::text(language.percent(whole.repaired)).when(whole.repaired > 0.005),
        Cell::text(verdict).when(wrong > 0),
        Cell::text(language.quality(whole.quality)),
    ];
    Ok((Row::new(meter.name.clone(), cells), wrong > 0))
}

/// What the registers of one meter did, the newest first.
async fn events(
    view: &View,
    locale: &Locale,
    selection: &Selection<'_>,
    meter: &Meter,
) -> Result<Section, FigureError> {
    let language = locale.language;
    let t = language.labels();
    let story = view.register_story(meter, selection.span).await?;
    let mut rows: Vec<_> = story
        .events
        .iter()
        .map(|(source, event)| {
            let change = format!(
                "{}\u{a0}→\u{a0}{}",
                language.energy(event.before).text(),
                language.energy(event.after).text()
            );
            let what = language.register_event(event.sort).to_owned();
            (event.at, what, change, source.device.to_string())
        })
        .chain(story.repairs.iter().map(|repair| {
            let until = locale.moment(repair.period.end());
            let what = format!("{} ({until})", t.repaired_silence);
            let energy = language.energy(repair.wh).text();
            (repair.period.start(), what, energy, repair.source.device.to_string())
        }))
        .collect();
    if rows.is_empty() {
        return Ok(Section::saying(t.events, t.no_events));
    }
    rows.sort_by_key(|row| std::cmp::Reverse(row.0));
    let row = |(at, what, change, device): (_, String, String, String)| Row {
        depth: 0,
        name: locale.moment(at),
        cells: vec![Cell::text(what), Cell::text(change), Cell::text(device)],
    };
    Ok(Section {
        tables: vec![Table::new(
            vec![t.table_start, t.what, t.energy, t.device],
            rows.into_iter().map(row).collect(),
        )],
        ..Section::titled(t.events)
    })
}
