//! Loader of the curve of today's power.

use std::sync::Arc;
use std::time::Duration;

use domain::calendar::{Step, grid, period_of};
use domain::site::Meter;
use domain::{Kind, Period};
use store::SeriesReader;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::debug;

use crate::app::App;
use crate::energy_figures;
use crate::figures;
use crate::live::power::{PowerToday, shown_meter};
use crate::problem::Problem;

const REFRESH: Duration = Duration::from_mins(1);
const DEADLINE: Duration = Duration::from_secs(20);
/// A page comes without the curve rather than late.
const PAGE_WAITS: Duration = Duration::from_secs(2);

/// Works the curve out anew every minute while somebody watches, until `shutdown`.
pub(crate) async fn run<R: SeriesReader>(app: Arc<App<R>>) {
    let mut tick = interval(REFRESH);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = app.shutdown.cancelled() => return,
            _ = tick.tick() => {}
        }
        if app.live.is_watched() {
            tokio::select! {
                () = app.shutdown.cancelled() => return,
                () = refresh(&app, DEADLINE) => {}
            }
        }
    }
}

/// Sees to it that a page that is just asked for has no old curve: nobody may have watched for hours.
pub(crate) async fn prepare<R: SeriesReader>(app: &App<R>) {
    let snapshot = app.live.snapshot();
    let made_at = snapshot.power_today.as_ref().map(|power| power.made_at);
    if made_at.is_none_or(|at| snapshot.now.since(at).unsigned_abs() > REFRESH + PAGE_WAITS) {
        refresh(app, PAGE_WAITS).await;
    }
}

/// Works the curve out. What fails leaves it as it was: its line ends where it ends.
async fn refresh<R: SeriesReader>(app: &App<R>, within: Duration) {
    let Some(meter) = shown_meter(&app.site) else { return };
    match timeout(within, load(app, meter)).await {
        Ok(Ok(power)) => app.live.show_power(power),
        Ok(Err(problem)) => debug!(?problem, "curve of today's power not made"),
        Err(_) => debug!("curve of today's power took too long"),
    }
}

async fn load<R: SeriesReader>(app: &App<R>, meter: &Meter) -> Result<PowerToday, Problem> {
    let now = app.clock.now();
    let day = period_of(Step::Day, now, &app.site.timezone);
    let so_far = Period::new(day.start(), now).expect("the day began before now");
    let quarters: Vec<Period> = grid(Step::Minutes(15), so_far, &app.site.timezone).collect();
    let watts = if meter.power.is_empty() {
        let energy = energy_figures::of_meter(app, meter, &quarters).await?;
        let mean = |(period, wh): (&Period, f64)| wh / (period.length().as_secs_f64() / 3600.0);
        let means = quarters.iter().zip(energy);
        means.map(|(quarter, figure)| figure.energy_wh.map(|wh| mean((quarter, wh)))).collect()
    } else {
        let summaries = figures::history(app, Kind::Gauge, &meter.power, &quarters).await?;
        summaries.into_iter().map(|summary| summary.map(|it| it.mean)).collect::<Vec<_>>()
    };
    Ok(PowerToday { made_at: now, day, watts: quarters.into_iter().zip(watts).collect() })
}
