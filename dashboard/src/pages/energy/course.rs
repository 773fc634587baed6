//! The load curve: power over time.

use domain::calendar::{Step, grid};
use domain::figure::is_complete;
use domain::indicators::EnergyCell;
use domain::{Instant, Period};

use super::asked::Asked;
use crate::sheet::drawing::{self, Drawing};
use crate::sheet::scale::Scale;
use crate::sheet::{Cell, Row, Section, Table};
use crate::words::Locale;
use figures::FigureError;
use figures::Scope;
use figures::View;

/// A table that is longer is told day by day.
const LONGEST_TABLE: usize = 200;

/// The mean power of each step of the span; nothing when nothing is known.
pub(super) async fn section(
    view: &View,
    locale: &Locale,
    asked: &Asked,
    scope: &Scope<'_>,
) -> Result<Option<Section>, FigureError> {
    let language = locale.language;
    let t = language.energy_labels();
    let step = asked.fine();
    let whole: Vec<Period> = grid(step, asked.span, &view.site().timezone).collect();
    let known = view.energy_cells(&scope.meters, view.past(asked.span, step)).await?;
    let highest = known
        .iter()
        .filter_map(|cell| Some((cell.period.start(), watts(cell)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    let Some((when, most)) = highest else { return Ok(None) };
    let top = Scale::Fine.top(most);
    let values: Vec<Option<f64>> = known.iter().map(watts).collect();
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
        tables: vec![table(locale, step, &known)],
        notes: vec![t.course_note.to_owned()],
        ..Section::titled(title)
    }))
}

/// The mean power of a cell over the time that is known of it.
fn watts(cell: &EnergyCell) -> Option<f64> {
    let known = (cell.figure.coverage + cell.figure.repaired).min(1.0);
    let hours = cell.period.length().as_secs_f64() / 3600.0;
    // A cell that is not over, or of which little is known, is no mean of its own.
    cell.figure.energy_wh.filter(|_| known >= 0.9 && hours > 0.0).map(|wh| wh / hours)
}

fn named(locale: &Locale, step: Step, at: Instant) -> String {
    match step {
        Step::Day => locale.date(at),
        _ => locale.moment(at),
    }
}

/// The steps as numbers; where they are too many, each day with its mean and its highest step.
fn table(locale: &Locale, step: Step, known: &[EnergyCell]) -> Table {
    let (language, t) = (locale.language, locale.language.energy_labels());
    let labels = language.labels();
    let figure = |watts: Option<f64>| Cell::of(watts.map(|watts| language.power(watts)));
    if known.len() <= LONGEST_TABLE {
        let row = |cell: &EnergyCell| {
            let share = cell.figure.coverage;
            let measured = Cell::text(language.percent(share)).when(!is_complete(share));
            Row::new(named(locale, step, cell.period.start()), vec![figure(watts(cell)), measured])
        };
        let head = vec![t.time, labels.mean_power, labels.measured_time];
        return Table::folded(head, known.iter().map(row).collect());
    }
    let same_day = |a: &EnergyCell, b: &EnergyCell| {
        locale.day(a.period.start()) == locale.day(b.period.start())
    };
    let row = |day: &[EnergyCell]| {
        let known: Vec<f64> = day.iter().filter_map(watts).collect();
        #[expect(clippy::cast_precision_loss, reason = "some hours of a day")]
        let mean = (!known.is_empty()).then(|| known.iter().sum::<f64>() / known.len() as f64);
        let highest = known.iter().copied().reduce(f64::max);
        Row::new(locale.day(day[0].period.start()), vec![figure(mean), figure(highest)])
    };
    let head = vec![t.time, labels.mean_power, t.highest_of_day];
    Table::folded(head, known.chunk_by(same_day).map(row).collect())
}
