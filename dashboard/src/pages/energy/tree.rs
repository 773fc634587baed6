//! The meters as a tree: what no sub-meter accounts for, and sub-meters above their meter.

use domain::energy::parts_of;
use domain::site::Meter;

use super::panel::Selection;
use crate::sheet::{Cell, Row, Section, Table};
use crate::words::Language;
use figures::FigureError;
use figures::PartsItem;
use figures::View;

/// Deeper rows are not set in further.
const DEEPEST: usize = 4;

/// Rows that are still to be written, the next one last.
enum Next<'a> {
    Meter(&'a Meter, usize),
    /// Difference between a meter and its parts, after the parts.
    Rest(PartsItem, usize),
}

/// The meters of the scope with all their parts; nothing for a meter that stands alone.
pub(super) async fn section(
    view: &View,
    language: Language,
    selection: &Selection<'_>,
) -> Result<Option<Section>, FigureError> {
    let (t, labels) = (language.energy_labels(), language.labels());
    let mut next: Vec<Next<'_>> =
        roots(selection).into_iter().rev().map(|meter| Next::Meter(meter, 0)).collect();
    let mut rows = Vec::new();
    while let Some(one) = next.pop() {
        let (meter, depth) = match one {
            Next::Meter(meter, depth) => (meter, depth),
            Next::Rest(item, depth) => {
                rows.extend(rest(language, &item, depth));
                continue;
            }
        };
        let (mut items, _) = view.parts(meter, &[selection.span]).await?;
        let Some(item) = items.pop() else { continue };
        rows.push(row(language, meter, &item, depth));
        if !item.parts.is_empty() {
            next.push(Next::Rest(item, depth + 1));
        }
        let of_meter: Vec<&Meter> = parts_of(view.site(), &meter.id).collect();
        next.extend(of_meter.into_iter().rev().map(|part| Next::Meter(part, depth + 1)));
    }
    if rows.len() < 2 {
        return Ok(None);
    }
    Ok(Some(Section {
        tables: vec![Table::new(
            vec![labels.meter, labels.consumed, labels.measured_time, labels.quality],
            rows,
        )],
        notes: vec![t.tree_note.to_owned()],
        ..Section::titled(t.by_meter)
    }))
}

/// The meters of the scope that are no part of another one of it.
fn roots<'a>(selection: &Selection<'a>) -> Vec<&'a Meter> {
    let all = selection.all_meters();
    let is_root = |meter: &&&Meter| {
        let parent = meter.parent.as_ref();
        parent.is_none_or(|parent| all.iter().all(|other| other.id != *parent))
    };
    all.iter().filter(is_root).copied().collect()
}

fn row(language: Language, meter: &Meter, item: &PartsItem, depth: usize) -> Row {
    let whole = &item.whole;
    Row {
        name: meter.name.clone(),
        depth: depth.min(DEEPEST),
        cells: vec![
            Cell::of(whole.energy_wh.map(|wh| language.energy(wh))),
            Cell::measured(language, whole.coverage),
            Cell::text(language.quality(whole.quality)),
        ],
    }
}

/// What is not assigned, and the excess where there is one.
fn rest(language: Language, item: &PartsItem, depth: usize) -> Vec<Row> {
    let t = language.energy_labels();
    let row = |name: &str, wh: Option<f64>, attention: bool| Row {
        name: name.to_owned(),
        depth: depth.min(DEEPEST),
        cells: vec![
            Cell::of(wh.map(|wh| language.energy(wh))).when(attention),
            // A difference is known as far as the meter that it is taken from.
            Cell::measured(language, item.whole.coverage),
            Cell::text(""),
        ],
    };
    let unassigned = row(t.unassigned_of, item.unassigned_wh, false);
    let excess = item.excess_wh.map(|wh| row(t.excess_of, Some(wh), item.contradiction));
    std::iter::once(unassigned).chain(excess).collect()
}
