//! Loader of the curve of today's power.

use std::sync::Arc;
use std::time::Duration;

use domain::Period;
use domain::calendar::{Step, grid, period_of};
use domain::site::Meter;
use figures::FigureError;
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::debug;

use crate::app::App;
use crate::live::power::{PowerToday, shown_meter};

const REFRESH: Duration = Duration::from_mins(1);
const DEADLINE: Duration = Duration::from_secs(20);
/// A page comes without the curve rather than late.
const PAGE_WAITS: Duration = Duration::from_secs(2);

/// Works the curve out anew every minute while somebody watches, until `shutdown`.
pub(crate) async fn run(app: Arc<App>) {
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
pub(crate) async fn prepare(app: &App) {
    let snapshot = app.live.snapshot();
    let made_at = snapshot.power_today.as_ref().map(|power| power.made_at);
    if made_at.is_none_or(|at| snapshot.now.since(at).unsigned_abs() > REFRESH + PAGE_WAITS) {
        refresh(app, PAGE_WAITS).await;
    }
}

/// Works the curve out. What fails leaves it as it was: its line ends where it ends.
async fn refresh(app: &App, within: Duration) {
    let Some(meter) = shown_meter(&app.site) else { return };
    match timeout(within, load(app, meter)).await {
        Ok(Ok(power)) => app.live.show_power(power),
        Ok(Err(error)) => debug!(?error, "curve of today's power not made"),
        Err(_) => debug!("curve of today's power took too long"),
    }
}

async fn load(app: &App, meter: &Meter) -> Result<PowerToday, FigureError> {
    let view = app.figures.view(None).await?;
    let (now, zone) = (view.now(), &view.site().timezone);
    let day = period_of(Step::Day, now, zone);
    let so_far = Period::new(day.start(), now).expect("the day began before now");
    let quarters: Vec<Period> = grid(Step::Minutes(15), so_far, zone).collect();
    let watts = view.power(meter, &quarters).await?;
    Ok(PowerToday { made_at: now, day, watts: quarters.into_iter().zip(watts).collect() })
}
