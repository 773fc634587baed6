//! Power beside the subscription: the mean of each ten minutes, as it is billed.

use crate::alerts::{Alert, Matter};
use crate::alerts::{RuleId, Subject, Watch, first_raised};
use crate::calendar::{Step, period_of};
use crate::device::Freshness;
use crate::indicators::{HeldMean, apparent_kva};
use crate::instant::{Instant, Period};
use crate::live::snapshot::Snapshot;
use crate::site::{Meter, Site};

/// Length of the window whose mean is billed.
const WINDOW: Step = Step::Minutes(10);

/// By meter; `None` for those without a subscription.
#[derive(Debug)]
pub(super) struct Demands(Vec<Option<Demand>>);

#[derive(Debug)]
struct Demand {
    subscribed_kva: f64,
    /// The most severe first.
    watches: Vec<Watch>,
    window: Option<Window>,
    /// Mean of the last window in which enough was measured.
    last_kva: f64,
}

/// The ten minutes that are running.
#[derive(Clone, Copy, Debug)]
struct Window {
    period: Period,
    /// Up to when it is summed up.
    until: Instant,
    /// Mean that holds from then on; `None` while it is unknown.
    kva: Option<f64>,
    mean: HeldMean,
}

impl Demands {
    pub(super) fn of(site: &Site) -> Self {
        let demand = |meter: &Meter| {
            let subject = Subject::Meter(meter.id.clone());
            let rules = [RuleId::DemandUrgent, RuleId::DemandAttention];
            let rules = rules.into_iter().filter_map(|id| site.alerts.rules.rule(id, &subject));
            Some(Demand {
                subscribed_kva: meter.subscribed_kva?,
                watches: rules.map(Watch::new).collect(),
                window: None,
                last_kva: 0.0,
            })
        };
        Self(site.meters.iter().map(demand).collect())
    }

    pub(super) fn raised(&mut self, snapshot: &Snapshot<'_>) -> Vec<Alert> {
        let meters = snapshot.site.meters.iter().zip(&mut self.0);
        let raised = meters.filter_map(|(meter, demand)| {
            let demand = demand.as_mut()?;
            demand.take(present(meter, snapshot), snapshot);
            let (rule, since) = first_raised(&demand.watches, snapshot.now)?;
            let (kva, subscribed_kva) = (demand.last_kva, demand.subscribed_kva);
            let matter = Matter::Demand { meter: meter.id.clone(), kva, subscribed_kva };
            Some(Alert::new(matter, rule.severity, since))
        });
        raised.collect()
    }
}

/// Apparent power now, in kVA; `None` when its newest reading says nothing about now.
fn present(meter: &Meter, snapshot: &Snapshot<'_>) -> Option<f64> {
    let is_active = meter.apparent.is_empty();
    let sources = if is_active { &meter.power } else { &meter.apparent };
    let track = snapshot.tracks.filling(sources, snapshot.now)?;
    let announced_s = snapshot.devices.announced_s(track.device);
    let freshness = track.freshness(announced_s, &snapshot.site.rules, snapshot.now)?;
    let last = track.last.filter(|_| freshness != Freshness::Lost)?;
    Some(apparent_kva(last.value.as_f64(), is_active))
}

impl Demand {
    /// Takes what is drawn at `now`; it holds until the next call.
    fn take(&mut self, kva: Option<f64>, snapshot: &Snapshot<'_>) {
        let now = snapshot.now;
        if kva.is_none() {
            // No alert is raised on stale readings.
            self.watches.iter_mut().for_each(Watch::forget);
        }
        let running = self.window.take().filter(|window| window.until <= now);
        let next = match running.map(|window| window.up_to(now)) {
            Some(window) if now < window.period.end() => window,
            ended => {
                if let Some(window) = ended {
                    self.close(window);
                }
                Window::at(period_of(WINDOW, now, &snapshot.site.timezone), now)
            }
        };
        self.window = Some(Window { kva, ..next });
    }

    fn close(&mut self, window: Window) {
        let Some(kva) = window.mean.over(window.period) else {
            self.watches.iter_mut().for_each(Watch::forget);
            return;
        };
        self.last_kva = kva;
        for watch in &mut self.watches {
            watch.observe(window.period.end(), kva / self.subscribed_kva);
        }
    }
}

impl Window {
    fn at(period: Period, now: Instant) -> Self {
        Self { period, until: now, kva: None, mean: HeldMean::default() }
    }

    /// What held so far, held on until `now` or its end.
    fn up_to(mut self, now: Instant) -> Self {
        let end = now.min(self.period.end());
        if let Some(kva) = self.kva {
            self.mean.add(kva, end.since(self.until).as_secs_f64());
        }
        self.until = end;
        self
    }
}
