//! The load curve: power over time.

use domain::calendar::{Step, grid};
use domain::{Instant, Period};

use super::panel::Selection;
use crate::sheet::drawing::{self, Drawing};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table};
use crate::words::Locale;
use figures::{FigureError, LoadCurve, PowerDay, PowerStep, Scope, View};

/// A longer table has a row for each day instead.
const LONGEST_TABLE: usize = 200;

/// Mean power of each step of the span; `None` without any known step.
pub(super) async fn section(
    view: &View,
    locale: &Locale,
    selection: &Selection<'_>,
    scope: &Scope<'_>,
) -> Result<Option<Section>, FigureError> {
    let language = locale.language;
    let t = language.energy_labels();
    let step = selection.load_step();
    let whole: Vec<Period> = grid(step, selection.span, &view.site().timezone).collect();
    let curve = view.load_curve(scope, selection.span, step).await?;
    let Some((peak, most)) = curve.peak() else { return Ok(None) };
    let top = Scale::Fine.top(most);
    let values: Vec<Option<f64>> = curve.steps().map(|step| step.watts).collect();
    let title = language.peaked(&named(locale, step, peak.start()), most);
    let ends = [whole.first(), whole.get(whole.len() / 2), whole.last()];
    let drawing = Drawing {
        svg: drawing::steps(&values, whole.len(), top),
        kind: "steps",
        description: title.clone(),
        top: Some(language.power(top).text()),
        rows: Vec::new(),
        below: ends.into_iter().flatten().map(|it| named(locale, step, it.start())).collect(),
        scale: Vec::new(),
    };
    Ok(Some(Section {
        drawing: Some(drawing),
        tables: vec![table(view, locale, step, &curve)],
        notes: vec![t.course_note.to_owned()],
        ..Section::titled(title)
    }))
}

fn named(locale: &Locale, step: Step, at: Instant) -> String {
    match step {
        Step::Day => locale.date(at),
        _ => locale.moment(at),
    }
}

/// The steps as numbers; where they are too many, each day with its mean and its highest step.
fn table(view: &View, locale: &Locale, step: Step, curve: &LoadCurve) -> Table {
    let (language, t) = (locale.language, locale.language.energy_labels());
    let labels = language.labels();
    let figure = |watts: Option<f64>| Cell::of(watts.map(|watts| language.power(watts)));
    if curve.steps().len() <= LONGEST_TABLE {
        let row = |it: PowerStep| {
            let cells = vec![figure(it.watts), Cell::measured(language, it.coverage)];
            Row::new(named(locale, step, it.period.start()), cells)
        };
        let head = vec![t.time, labels.mean_power, labels.measured_time];
        return Table::folded(head, curve.steps().map(row).collect());
    }
    let row = |day: PowerDay| {
        Row::new(locale.day(day.start), vec![figure(day.mean_w), figure(day.highest_w)])
    };
    let head = vec![t.time, labels.mean_power, t.highest_of_day];
    Table::folded(head, curve.days(&view.site().timezone).into_iter().map(row).collect())
}
