//! The load curve: power over time.

use domain::calendar::{Step, grid};
use domain::indicators::EnergyCell;
use domain::{Instant, Period};

use super::panel::Selection;
use crate::sheet::drawing::{self, Drawing};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table};
use crate::words::Locale;
use figures::FigureError;
use figures::Scope;
use figures::{View, is_complete};

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
    let cells = view.energy_cells(&scope.meters, view.past(selection.span, step)).await?;
    let highest = cells
        .iter()
        .filter_map(|cell| Some((cell.period.start(), watts(cell)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((when, most)) = highest else { return Ok(None) };
    let top = Scale::Fine.top(most);
    let values: Vec<Option<f64>> = cells.iter().map(watts).collect();
    let title = language.peaked(&named(locale, step, when), most);
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
        tables: vec![table(locale, step, &cells)],
        notes: vec![t.course_note.to_owned()],
        ..Section::titled(title)
    }))
}

/// Mean power of a cell; `None` where its energy is not completely known.
fn watts(cell: &EnergyCell) -> Option<f64> {
    let hours = cell.period.length().as_secs_f64() / 3600.0;
    cell.figure.energy_wh.filter(|_| is_complete(&cell.figure) && hours > 0.0).map(|wh| wh / hours)
}

fn named(locale: &Locale, step: Step, at: Instant) -> String {
    match step {
        Step::Day => locale.date(at),
        _ => locale.moment(at),
    }
}

/// The steps as numbers; where they are too many, each day with its mean and its highest step.
fn table(locale: &Locale, step: Step, cells: &[EnergyCell]) -> Table {
    let (language, t) = (locale.language, locale.language.energy_labels());
    let labels = language.labels();
    let figure = |watts: Option<f64>| Cell::of(watts.map(|watts| language.power(watts)));
    if cells.len() <= LONGEST_TABLE {
        let row = |cell: &EnergyCell| {
            let share = cell.figure.coverage;
            let measured = Cell::measured(language, share);
            Row::new(named(locale, step, cell.period.start()), vec![figure(watts(cell)), measured])
        };
        let head = vec![t.time, labels.mean_power, labels.measured_time];
        return Table::folded(head, cells.iter().map(row).collect());
    }
    let same_day = |a: &EnergyCell, b: &EnergyCell| {
        locale.day(a.period.start()) == locale.day(b.period.start())
    };
    let row = |day: &[EnergyCell]| {
        let watts: Vec<f64> = day.iter().filter_map(watts).collect();
        #[expect(clippy::cast_precision_loss, reason = "some hours of a day")]
        let mean = (!watts.is_empty()).then(|| watts.iter().sum::<f64>() / watts.len() as f64);
        let highest = watts.iter().copied().reduce(f64::max);
        Row::new(locale.day(day[0].period.start()), vec![figure(mean), figure(highest)])
    };
    let head = vec![t.time, labels.mean_power, t.highest_of_day];
    Table::folded(head, cells.chunk_by(same_day).map(row).collect())
}
