//! Sessions of a machine, and its standby.

use std::sync::Arc;

use domain::calendar::Bucket;
use domain::energy;
use domain::indicators::{Session, Standby, cost, sessions, standby, weigh};
use domain::site::Meter;
use domain::total::{CompleteTotal, Total};
use domain::{Instant, Period};
use jiff::SignedDuration;
use serde::Serialize;

use crate::error::FigureError;
use crate::turns::off_thread;
use crate::view::View;

/// Sessions that began earlier are seen to begin: longer than any firing of a kiln.
const LEAD: SignedDuration = SignedDuration::from_hours(36);

/// A machine over a span.
#[derive(Clone, Debug, Serialize)]
pub struct MachineReport {
    /// Its sessions, in the order of time.
    pub sessions: Vec<SessionItem>,
    /// How long it worked, in hours.
    pub hours: f64,
    /// What its sessions took together; `None` when that of any is unknown.
    pub energy_wh: Option<f64>,
    /// The same for each session.
    pub wh_per_session: Option<f64>,
    /// Share of the working time in which it idled.
    pub idle_share: Option<f64>,
    /// Its standby; `None` where it never rests on some power.
    pub standby: Option<Standby>,
    /// Share of the span in which its meter was measured, 0 to 1: work in the rest of it is not seen.
    pub coverage: f64,
}

/// One session of a machine.
#[derive(Clone, Debug, Serialize)]
pub struct SessionItem {
    /// When it began.
    pub start: Instant,
    /// When it ended; until when it is known while it lasts.
    pub end: Instant,
    /// Whether it lasts.
    pub running: bool,
    /// Its energy.
    #[serde(flatten)]
    pub energy: energy::EnergyFigure,
    /// The highest power, in W.
    pub peak_w: f64,
    /// The mean power, in W.
    pub mean_w: Option<f64>,
    /// Share of its time in which it idled.
    pub idle_share: f64,
    /// Its cost in €, at the price of its beginning.
    pub eur: Option<f64>,
    /// Its emissions, in kg `CO2e`.
    pub kg_co2e: Option<f64>,
}

impl View {
    /// Sessions and standby of a machine over a span.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn machine(&self, meter: &Meter, span: Period) -> Result<MachineReport, FigureError> {
        let coverage = self.energy_of_meter(meter, &[span]).await?[0].coverage;
        let turn = self.turns.take(Some(span)).await?;
        let lead = Period::new(span.start() - LEAD, span.end()).expect("an earlier start");
        let series = self.load(energy::meter_needs(meter), lead).await?;
        let (site, now, meter) = (Arc::clone(&self.site), self.now, self.stated(meter));
        off_thread(&turn, move || {
            let found = sessions(&meter, &series, span, &site.rules, now);
            let standby = standby(&meter, &series, span, &site.rules, now);
            let priced = |session: &Session| item(session, &meter, &site);
            MachineReport::of(found.iter().map(priced).collect(), standby, coverage)
        })
        .await
    }
}

fn item(session: &Session, meter: &Meter, site: &domain::site::Site) -> SessionItem {
    let cell = [Bucket { period: session.period, figure: session.energy }];
    let hours = session.period.length().as_secs_f64() / 3600.0;
    let zone = &site.timezone;
    SessionItem {
        start: session.period.start(),
        end: session.period.end(),
        running: session.is_running,
        energy: session.energy,
        peak_w: session.peak_w,
        mean_w: session.energy.energy_wh.filter(|_| hours > 0.0).map(|wh| wh / hours),
        idle_share: session.idle_share,
        eur: cost(&site.tariffs, meter.carrier, &cell, zone).eur,
        kg_co2e: weigh(&site.carbon, meter.carrier, meter.usage, &cell, zone).value,
    }
}

impl MachineReport {
    #[expect(clippy::cast_precision_loss, reason = "fewer sessions than 2^53")]
    fn of(sessions: Vec<SessionItem>, standby: Option<Standby>, coverage: f64) -> Self {
        let length = |it: &SessionItem| it.end.since(it.start).as_secs_f64() / 3600.0;
        let hours = sessions.iter().map(length).total();
        let idle = sessions.iter().map(|it| it.idle_share * length(it)).total();
        let energy_wh = sessions.iter().map(|it| it.energy.energy_wh).complete_total();
        let energy_wh = energy_wh.filter(|_| !sessions.is_empty());
        Self {
            hours,
            energy_wh,
            wh_per_session: energy_wh.map(|wh| wh / sessions.len() as f64),
            idle_share: (hours > 0.0).then(|| idle / hours),
            standby,
            coverage,
            sessions,
        }
    }
}
