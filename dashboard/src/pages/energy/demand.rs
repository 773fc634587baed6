//! Power beside the subscription, with every overrun.

use domain::calendar::Bucket;
use domain::indicators::Demand;
use domain::site::Meter;

use super::panel::Selection;
use crate::sheet::{Cell, Row, Section, Table, Tile};
use crate::words::Locale;
use figures::FigureError;
use figures::Scope;
use figures::View;

/// The newest overruns that are shown; the API has all of them.
const SHOWN: usize = 50;

/// A section for each meter of the scope that has a subscription.
pub(super) async fn sections(
    view: &View,
    locale: &Locale,
    selection: &Selection<'_>,
    scope: &Scope<'_>,
) -> Result<Vec<Section>, FigureError> {
    let t = locale.language.energy_labels();
    let mut sections = Vec::new();
    for meter in scope.meters.iter().filter(|meter| meter.subscribed_kva.is_some()) {
        if selection.is_year() {
            return Ok(vec![Section::saying(t.subscription, t.demand_too_long)]);
        }
        let demand = view.demand(meter, selection.span).await?;
        sections.extend(demand.map(|demand| section(locale, meter, &demand)));
    }
    Ok(sections)
}

fn section(locale: &Locale, meter: &Meter, demand: &Demand) -> Section {
    let language = locale.language;
    let (t, labels) = (language.energy_labels(), language.labels());
    let is_measured = demand.highest_kva.is_some();
    let hours = |hours: f64| is_measured.then(|| language.hours(hours));
    let row = |cell: &Bucket<f64>| {
        let (start, end) = (locale.moment(cell.period.start()), locale.clock(cell.period.end()));
        Row::new(start, vec![Cell::text(end), Cell::of(Some(language.kva(cell.figure)))])
    };
    let overruns = demand.overruns.iter().rev().take(SHOWN);
    let table = Table::new(
        vec![labels.table_start, labels.end, t.apparent_power],
        overruns.map(row).collect(),
    );
    let when = demand.highest_at.map(|at| {
        language.labelled(t.highest_demand, format_args!("{}.", locale.moment(at.start())))
    });
    let measured = language
        .labelled(labels.measured_time, format_args!("{}.", language.percent(demand.coverage)));
    let title =
        language.overrun(&meter.name, demand.subscribed_kva, demand.hours_over, is_measured);
    let title = if is_measured { language.with_coverage(title, demand.coverage) } else { title };
    let assumed = demand.is_assumed.then(|| t.assumed_factor.to_owned());
    Section {
        tiles: vec![
            Tile::new(t.subscription, Some(language.kva(demand.subscribed_kva))),
            Tile::new(t.highest_demand, demand.highest_kva.map(|kva| language.kva(kva))),
            Tile::new(t.hours_near, hours(demand.hours_near)),
            Tile::new(t.hours_over, hours(demand.hours_over)),
        ],
        tables: (!demand.overruns.is_empty()).then_some(table).into_iter().collect(),
        notes: when.into_iter().chain([measured]).chain(assumed).collect(),
        ..Section::titled(title)
    }
}
