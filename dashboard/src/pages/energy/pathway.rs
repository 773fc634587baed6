//! The last twelve months beside the goals of the décret tertiaire.

use domain::indicators::Goal;

use crate::sheet::{Cell, Row, Section, Table, Tile};
use crate::words::Language;
use figures::FigureError;
use figures::PathwayReport;
use figures::View;

/// The way to the goals, or what is missing to know it.
pub(super) async fn section(view: &View, language: Language) -> Result<Section, FigureError> {
    let report = view.pathway().await?;
    let (t, missing) = (language.labels().pathway, language.energy_labels().no_reference);
    Ok(report.map_or_else(|| Section::saying(t, missing), |report| progress(language, &report)))
}

fn progress(language: Language, report: &PathwayReport) -> Section {
    let (t, labels) = (language.energy_labels(), language.labels());
    let pathway = &report.pathway;
    let energy = |kwh: f64| language.energy(kwh * 1000.0);
    let row = |goal: &Goal| {
        let met = |met| Cell::text(if met { labels.yes } else { labels.no });
        let cells = vec![Cell::of(Some(energy(goal.kwh))), goal.is_met.map_or(Cell::of(None), met)];
        Row::new(format!("{} (\u{2212}{})", goal.year, language.percent(goal.reduction)), cells)
    };
    let source = pathway.goals.first().map_or("", |goal| goal.source.as_str());
    let (year, kwh) = (pathway.reference_year, pathway.reference_kwh);
    Section {
        tiles: vec![
            Tile::new(t.current_year, pathway.current_kwh.map(energy)),
            Tile::new(t.line_now, Some(energy(pathway.line_kwh))),
            Tile::new(t.gap, pathway.gap_kwh.map(energy)),
        ],
        tables: vec![Table::new(
            vec![labels.goal_head, labels.allowed_head, labels.goal_reached],
            pathway.goals.iter().map(row).collect(),
        )],
        notes: vec![
            language.reference_source(year, kwh, &pathway.reference_source, source),
            language.labelled(
                labels.measured_time,
                format_args!("{}.", language.percent(report.coverage)),
            ),
        ],
        ..Section::titled(format!(
            "{} · {}",
            labels.pathway,
            language.reduced(pathway.reduction, year)
        ))
    }
}
