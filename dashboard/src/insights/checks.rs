//! What stands behind the figures of a meter: misbehaving registers, repaired silences, two ways that must agree,
//! parts that must not be above their whole.

use std::sync::Arc;

use domain::calendar::{Bucket, Step};
use domain::energy::{
    self, Balance, CrossCheck, EnergyFigure, Repair, balance, compare, excesses, parts_of,
};
use domain::ids::MeterId;
use domain::reading::Source;
use domain::register::Event;
use domain::site::Meter;
use domain::{Instant, Period};
use serde::Serialize;
use store::SeriesReader;

use super::scope::past;
use crate::app::App;
use crate::energy_figures;
use crate::figures::{load, off_thread, turn};
use crate::problem::Problem;

/// What the registers of a meter did in a span, and the silences that they bridge.
pub(crate) async fn story<R: SeriesReader>(
    app: &App<R>,
    meter: &Meter,
    span: Period,
) -> Result<(Vec<(Source, Event)>, Vec<Repair>), Problem> {
    let _turn = turn(app).await?;
    let series = load(app, meter.energy.iter(), span).await?;
    let (site, meter) = (Arc::clone(&app.site), meter.clone());
    off_thread(move || {
        let mut events = energy::register_events(&meter, &series, &site.rules);
        events.retain(|(_, event)| span.contains(event.at));
        let mut repairs = energy::repairs(&meter, &series, &site.rules);
        repairs.retain(|repair| repair.period.intersection(span).is_some());
        (events, repairs)
    })
    .await
}

/// Register beside power, day by day.
pub(crate) async fn cross_checks<R: SeriesReader>(
    app: &App<R>,
    meter: &Meter,
    span: Period,
) -> Result<Vec<Bucket<CrossCheck>>, Problem> {
    // A day that is not over ends for each way with its own last reading.
    let now = app.clock.now();
    let days = past(app, span, Step::Day).into_iter().filter(|day| day.end() <= now);
    let days: Vec<Period> = days.collect();
    let (by_register, by_power) = energy::two_ways(meter);
    let register = energy_figures::together(app, &[&by_register], &days).await?;
    let power = energy_figures::together(app, &[&by_power], &days).await?;
    let pairs = days.into_iter().zip(register.into_iter().zip(power));
    let check = |(period, (register, power))| Bucket {
        period,
        figure: compare(register, power, meter.clamp),
    };
    Ok(pairs.map(check).collect())
}

/// A meter beside its parts in a period.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PartsItem {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    #[serde(flatten)]
    pub(crate) whole: EnergyFigure,
    pub(crate) parts: Vec<Part>,
    pub(crate) unassigned_wh: Option<f64>,
    pub(crate) excess_wh: Option<f64>,
    /// Whether the excess is more than instruments differ.
    pub(crate) contradiction: bool,
}

/// One part.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Part {
    pub(crate) meter: MeterId,
    pub(crate) energy_wh: Option<f64>,
}

/// Stretches in which parts contradict their whole.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ExcessItem {
    pub(crate) start: Instant,
    pub(crate) end: Instant,
    pub(crate) energy_wh: f64,
}

/// A meter beside its parts in each period of `grid`.
pub(crate) async fn parts<R: SeriesReader>(
    app: &App<R>,
    meter: &Meter,
    grid: &[Period],
) -> Result<(Vec<PartsItem>, Vec<ExcessItem>), Problem> {
    let whole = energy_figures::of_meter(app, meter, grid).await?;
    let mut of_parts = Vec::new();
    for part in parts_of(&app.site, &meter.id) {
        of_parts.push((part, energy_figures::of_meter(app, part, grid).await?));
    }
    let balances: Vec<Balance> = (0..grid.len())
        .map(|at| balance(whole[at], &of_parts.iter().map(|(_, of)| of[at]).collect::<Vec<_>>()))
        .collect();
    let item = |(at, balance): (usize, &Balance)| PartsItem {
        start: grid[at].start(),
        end: grid[at].end(),
        whole: balance.whole,
        parts: of_parts
            .iter()
            .map(|(part, of)| Part { meter: part.id.clone(), energy_wh: of[at].energy_wh })
            .collect(),
        unassigned_wh: balance.unassigned_wh,
        excess_wh: balance.excess_wh,
        contradiction: balance.is_contradiction(),
    };
    let items = balances.iter().enumerate().map(item).collect();
    let excess = |it: energy::Excess| ExcessItem {
        start: it.period.start(),
        end: it.period.end(),
        energy_wh: it.wh,
    };
    Ok((items, excesses(grid, &balances).into_iter().map(excess).collect()))
}
