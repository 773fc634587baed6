//! The curve of today's power on the live page: which meter it shows, and its quarter hours so far.

use std::sync::Arc;
use std::time::Duration;

use domain::calendar::{Step, grid, period_of};
use domain::energy::parts_of;
use domain::site::{Meter, Site, Zone};
use domain::{Instant, Period};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tracing::debug;

use crate::app::App;
use crate::problem::Problem;

const REFRESH: Duration = Duration::from_mins(1);
const DEADLINE: Duration = Duration::from_secs(20);
/// A page comes without the curve rather than late.
const PAGE_WAITS: Duration = Duration::from_secs(2);

/// Mean power by quarter hour of the present civil day.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PowerToday {
    /// When it was made.
    pub(crate) made_at: Instant,
    /// The civil day.
    pub(crate) day: Period,
    /// Mean watts of each quarter hour that has begun; `None` where it is unknown.
    pub(crate) watts: Vec<(Period, Option<f64>)>,
}

/// The meter whose power and sub-meters the live page shows: the one with the most parts that stands in a zone,
/// the first of the file among equals; without sub-meters the first meter there is.
pub(crate) fn shown_meter(site: &Site) -> Option<&Meter> {
    let parts = |meter: &Meter| parts_of(site, &meter.id).count();
    let in_zones = site.meters.iter().filter(|meter| meter.zone.is_some() && parts(meter) > 0);
    let most = in_zones.rev().max_by_key(|meter| parts(meter));
    most.or_else(|| site.meters.first())
}

/// The zone that the shown meter stands in.
pub(crate) fn shown_zone(site: &Site) -> Option<&Zone> {
    let id = shown_meter(site)?.zone.as_ref()?;
    site.zone(id.as_str())
}

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
        Ok(Err(problem)) => debug!(?problem, "curve of today's power not made"),
        Err(_) => debug!("curve of today's power took too long"),
    }
}

async fn load(app: &App, meter: &Meter) -> Result<PowerToday, Problem> {
    let view = app.figures.view(None).await?;
    let (now, zone) = (view.now(), &view.site().timezone);
    let day = period_of(Step::Day, now, zone);
    let so_far = Period::new(day.start(), now).expect("the day began before now");
    let quarters: Vec<Period> = grid(Step::Minutes(15), so_far, zone).collect();
    let watts = view.power(meter, &quarters).await?;
    Ok(PowerToday { made_at: now, day, watts: quarters.into_iter().zip(watts).collect() })
}
