//! Lets the simulated building live along a clock, and publishes what its nodes send.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use domain::quantity::Kind;
use domain::site::Site;
use domain::wire::BrokerUrl;
use domain::{Clock, Instant};
use jiff::SignedDuration;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::building::{Building, Scenario};
use super::links::Links;
use super::nodes::{Content, Emission, Family, Sample};
use super::payloads::Speaker;
use crate::publisher::PublishError;

/// Interval at which live readings are sent.
const LIVE_EVERY: Duration = Duration::from_millis(500);

/// Number of readings of the history that go out with each of them: a day within about half a minute.
const HISTORY_AT_ONCE: usize = 1_200;

/// So much of the building's life is lived in one go before other tasks have a turn.
const BREATH: SignedDuration = SignedDuration::from_mins(20);

/// A reading sent later than this after it was observed is no longer now.
const NOW_WITHIN: SignedDuration = SignedDuration::from_secs(10);

const GOODBYE: Duration = Duration::from_secs(2);

/// Simulates `site` by `scenario` until `shutdown`.
///
/// Waits for a broker that is not there, and then goes on where it was: nothing is left out.
///
/// # Errors
/// When something cannot be published at all.
pub async fn simulate(
    site: &Site,
    broker: &BrokerUrl,
    clock: Arc<dyn Clock>,
    scenario: Scenario,
    shutdown: CancellationToken,
) -> Result<(), PublishError> {
    let live_from = scenario.live_from;
    let mut building = Building::new(site, scenario);
    let boot = u64::try_from(live_from.as_millis() / 60_000).unwrap_or(0);
    let links = Links::open(&building, Speaker { site: site.id.clone(), boot }, broker)?;
    let lived = tokio::select! {
        () = shutdown.cancelled() => Ok(()),
        lived = live(&mut building, &links, clock.as_ref(), live_from) => lived,
    };
    links.close(GOODBYE).await;
    lived
}

/// Never ends by itself, save by an error.
async fn live(
    building: &mut Building,
    links: &Links,
    clock: &dyn Clock,
    live_from: Instant,
) -> Result<(), PublishError> {
    let mut history = History::default();
    while building.now() + BREATH < live_from {
        history.extend(building.step(building.now() + BREATH));
        tokio::task::yield_now().await;
    }
    history.extend(building.step(live_from));
    while let Err(error) = links.connected(Duration::from_secs(10)).await {
        tracing::warn!(%error, "the simulated building waits for its broker");
    }
    tracing::info!(
        people = building.truth().people,
        history.readings = history.left,
        "the simulated building is live; its history follows"
    );
    for emission in history.take_first() {
        links.publish(&emission, false).await?;
    }
    let mut beat = interval(LIVE_EVERY);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beat.tick().await;
        let now = clock.now();
        for emission in building.step(now) {
            links.publish(&emission, now.since(emission.at) < NOW_WITHIN).await?;
        }
        for emission in history.take_next() {
            links.publish(&emission, false).await?;
        }
    }
}

/// Observations before the start, device by device, in order.
#[derive(Debug, Default)]
struct History {
    /// Registers and states, on whose order figures rest. They are few and go first.
    first: Vec<Emission>,
    rest: VecDeque<Emission>,
    left: usize,
    total: usize,
    logged_percent: usize,
}

impl History {
    fn extend(&mut self, emissions: Vec<Emission>) {
        for Emission { device, at, content } in emissions {
            let Content::Readings(samples) = content else { continue };
            let (gauges, first): (Vec<_>, Vec<_>) = samples
                .into_iter()
                .partition(|sample| sample.source.quantity.kind() == Kind::Gauge);
            let part = |samples: Vec<Sample>| {
                (!samples.is_empty()).then(|| Emission {
                    device: device.clone(),
                    at,
                    content: Content::Readings(samples),
                })
            };
            self.left += gauges.len();
            self.first.extend(part(first));
            self.rest.extend(part(gauges));
        }
        self.total = self.left;
    }

    fn take_first(&mut self) -> Vec<Emission> {
        let first = by_device(std::mem::take(&mut self.first));
        self.rest = by_device(self.rest.drain(..).collect()).into();
        first
    }

    fn take_next(&mut self) -> Vec<Emission> {
        let mut count = 0;
        let mut next = Vec::new();
        while count < HISTORY_AT_ONCE
            && let Some(emission) = self.rest.pop_front()
        {
            count += size(&emission);
            next.push(emission);
        }
        self.left = self.left.saturating_sub(count);
        self.log_progress();
        next
    }

    fn log_progress(&mut self) {
        let percent = (self.total - self.left) * 100 / self.total.max(1);
        if percent >= self.logged_percent + 10 && self.logged_percent < 100 {
            self.logged_percent = percent / 10 * 10;
            tracing::info!(
                percent = self.logged_percent,
                "history of the simulated building published"
            );
        }
    }
}

/// Number of emissions of one of our own nodes that are sent as one backlog.
const TOGETHER: usize = 200;

/// Puts emissions in the order of devices, in each as they were, and joins those of our own nodes to backlogs.
fn by_device(mut emissions: Vec<Emission>) -> Vec<Emission> {
    emissions.sort_by(|one, other| one.device.cmp(&other.device));
    let mut joined: Vec<Emission> = Vec::new();
    for emission in emissions {
        if let Some(last) = joined.last_mut()
            && last.device == emission.device
            && Family::of(&last.device) == Family::Native
            && size(last) < TOGETHER
            && let (Content::Readings(before), Content::Readings(more)) =
                (&mut last.content, &emission.content)
        {
            before.extend_from_slice(more);
        } else {
            joined.push(emission);
        }
    }
    joined
}

fn size(emission: &Emission) -> usize {
    match &emission.content {
        Content::Readings(samples) => samples.len(),
        Content::Presence(_) => 0,
    }
}
