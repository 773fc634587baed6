//! Driver of the building as it stands now: it feeds readings in, loads missing series from the store, and posts what
//! changed.
//!
//! A figure that depends on order cannot be mended by a late reading alone, so its source is stale until its series
//! is loaded anew. Stale series are listed when a batch is closed and loaded after that batch is durable; so what
//! was observed before is in the store, and what is observed meanwhile is kept by [`Live`].

use std::sync::Arc;
use std::time::Duration;

use domain::alerts::Alert;
use domain::clock::is_set_back;
use domain::live::{Live, Need};
use domain::message::DeviceStatus;
use domain::native;
use domain::site::Site;
use domain::storage::StorageState;
use domain::wire::state::{GatewayState, devices_page, document};
use domain::{Clock, Instant, Observation, Period, Reading};
use store::{Range, StoreError, StoreReader};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant as Moment;

use crate::counters::Counters;
use crate::state_board::StateBoard;
use crate::weekly_review::WeeklyReview;

/// States are posted at most this often; a change waits no longer.
const SPACING: Duration = Duration::from_millis(100);
/// Figures change with time alone, too: ages, lateness, the end of a day.
const TICK: Duration = Duration::from_secs(1);
/// Pause between two states of the gateway itself.
const PULSE: Duration = Duration::from_secs(2);
/// Series are loaded at most this often: a long backlog would have them loaded with every batch.
const LOAD_EVERY: Duration = Duration::from_secs(1);
/// Pages of devices that an earlier start may have left: 2,000 strangers with the longest names fill fewer.
const PAGES_TAKEN_BACK: u32 = 48;
/// Attempts to read a series.
const LOAD_ATTEMPTS: u32 = 5;
/// Readings among which the newest one of the present is sought.
const BEFORE_THE_FUTURE: usize = 1000;

/// Facts about the gateway itself, for its state.
pub(crate) struct GatewayInfo {
    pub(crate) version: &'static str,
    pub(crate) storage: watch::Receiver<Option<StorageState>>,
    pub(crate) clock_is_set: watch::Receiver<Option<bool>>,
}

/// Drives a [`Live`].
pub(crate) struct LiveDriver<R> {
    live: Live,
    reader: Arc<R>,
    board: Arc<StateBoard>,
    alerts: watch::Sender<Vec<Alert>>,
    clock: Arc<dyn Clock>,
    site: Arc<Site>,
    gateway: GatewayInfo,
    refused_since: Option<Instant>,
    changed: bool,
    posted_at: Moment,
    pulsed_at: Option<Moment>,
    loaded_at: Moment,
    /// Series to be loaded once the batch that is being committed is durable.
    to_load: Vec<Need>,
    loads: JoinSet<Loaded>,
    weekly_review: WeeklyReview,
    /// The time of the last turn.
    as_of: Instant,
    took_back_pages: bool,
}

type Loaded = Vec<(Need, Result<Vec<Observation>, StoreError>)>;

impl<R: StoreReader> LiveDriver<R> {
    /// A driver whose building is loaded from the store.
    pub(crate) async fn start(
        site: Arc<Site>,
        reader: Arc<R>,
        weekly_review: WeeklyReview,
        board: Arc<StateBoard>,
        alerts: watch::Sender<Vec<Alert>>,
        clock: Arc<dyn Clock>,
        gateway: GatewayInfo,
    ) -> Result<Self, StoreError> {
        let as_of = clock.now();
        let mut live = Live::new(Arc::clone(&site), as_of);
        restore(&mut live, &*reader, &site, as_of).await?;
        let needs = live.take_stale(clock.now());
        let now = Moment::now();
        let mut driver = Self {
            live,
            reader: Arc::clone(&reader),
            board,
            alerts,
            clock,
            site,
            gateway,
            refused_since: None,
            changed: true,
            posted_at: now,
            pulsed_at: None,
            loaded_at: now,
            to_load: Vec::new(),
            loads: JoinSet::new(),
            weekly_review,
            as_of,
            took_back_pages: false,
        };
        // One by one: a month of one series is megabytes, of all of them hundreds.
        for need in needs {
            let series = load_one(&*reader, &need).await;
            driver.reload(vec![(need, series)]);
        }
        Ok(driver)
    }

    /// Takes a reading in, at once: it need not be durable to be shown. One that was received by a clock that was ahead, and
    /// left in the crash journal, is stored and not shown.
    pub(crate) fn observe(&mut self, reading: &Reading) {
        let now = self.clock.now();
        // Received a moment ago, while the clock goes on.
        if self.live.present(&reading.observation, now).is_none() {
            metrics::counter!("vigie_readings_from_the_future_total").increment(1);
            return;
        }
        self.live.observe(reading);
        self.changed = true;
    }

    /// Takes in the status of a device.
    pub(crate) fn status(&mut self, status: &DeviceStatus, at: Instant) {
        self.live.status(status, at);
        self.changed = true;
    }

    /// Takes in that a reading of a device was refused since it is dated ahead.
    pub(crate) fn ahead(&mut self, device: &domain::ids::DeviceId, at: Instant, ahead_s: f64) {
        self.live.ahead(device, at, ahead_s);
    }

    /// Takes in that readings of a device never came.
    pub(crate) fn lost(&mut self, device: &domain::ids::DeviceId, count: u64) {
        self.live.lost(device, count);
        self.changed = true;
    }

    /// Takes in the count of refused messages since the start.
    pub(crate) fn refused(&mut self, total: u64) {
        let since = *self.refused_since.get_or_insert_with(|| self.clock.now());
        self.live.refused(total, Some(since));
        self.changed = true;
    }

    /// A batch is closed: series that are stale now can be loaded once it is durable.
    pub(crate) fn closing(&mut self, now: Moment) {
        if self.may_load(now) {
            self.to_load = self.live.take_stale(self.clock.now());
            self.loaded_at = now;
        }
    }

    /// The batch is durable.
    pub(crate) fn durable(&mut self) {
        let needs = std::mem::take(&mut self.to_load);
        if !needs.is_empty() {
            self.loads.spawn(load(Arc::clone(&self.reader), needs));
        }
    }

    /// Series that were being loaded, once they are. Cancel-safe.
    pub(crate) async fn loaded(&mut self) -> Option<Loaded> {
        let loaded = self.loads.join_next().await?;
        Some(loaded.expect("a load neither panics nor is aborted"))
    }

    /// Takes loaded series in.
    pub(crate) fn reload(&mut self, loaded: Loaded) {
        for (need, series) in loaded {
            let series = series.unwrap_or_else(|error| {
                let error: &dyn std::error::Error = &error;
                tracing::error!(source = %need.source, error, "a series cannot be read; its live figures begin now");
                Vec::new()
            });
            let now = self.clock.now();
            let present: Vec<_> =
                series.iter().filter_map(|one| self.live.present(one, now)).collect();
            self.live.reload(&need.source, &present);
        }
        self.changed = true;
    }

    /// When [`LiveDriver::turn`] has something to do next.
    pub(crate) fn wake(&self) -> Moment {
        self.posted_at + if self.changed { SPACING } else { TICK }
    }

    /// Posts what changed, if it is time. `quiet`: no batch is pending or being committed.
    pub(crate) fn turn(&mut self, now: Moment, quiet: bool, counters: &Counters) {
        if now < self.wake() {
            return;
        }
        if quiet && self.may_load(now) {
            self.closing(now);
            self.durable();
        }
        self.changed = false;
        self.posted_at = now;
        let as_of = self.clock.now();
        self.follow_back(as_of);
        let storage = *self.gateway.storage.borrow();
        if let Some(storage) = storage {
            self.live.storage(&storage, as_of);
        }
        self.live.clock(*self.gateway.clock_is_set.borrow(), as_of);
        if let Some(weeks) = self.weekly_review.turn(now, as_of) {
            self.live.look_back(&weeks);
        }
        let states: Vec<_> = self.live.states(as_of).into_iter().map(document).collect();
        self.take_back_pages(&states);
        self.alerts.send_if_modified(|sent| {
            let is_new = sent != self.live.alerts();
            if is_new {
                *sent = self.live.alerts().to_vec();
            }
            is_new
        });
        let pulse = self.pulse(now, as_of, counters);
        let payload = |(name, state): (String, serde_json::Value)| {
            (native::state_topic(&self.site.id, &name), state.to_string().into_bytes())
        };
        self.board.post(states.into_iter().chain(pulse).map(payload));
    }

    /// Takes back, once, the pages of devices that an earlier start has left at the broker beyond those of now.
    fn take_back_pages(&mut self, states: &[(String, serde_json::Value)]) {
        let first = states.iter().find(|(name, _)| *name == devices_page(1));
        let pages = first.and_then(|(_, state)| state["pages"].as_u64());
        let Some(pages) = pages else { return };
        if std::mem::replace(&mut self.took_back_pages, true) {
            return;
        }
        let beyond = u32::try_from(pages).unwrap_or(u32::MAX).saturating_add(1)..=PAGES_TAKEN_BACK;
        let empty = |page| (native::state_topic(&self.site.id, &devices_page(page)), Vec::new());
        self.board.post(beyond.map(empty));
    }

    /// Begins anew when the clock was set back.
    fn follow_back(&mut self, now: Instant) {
        if is_set_back(self.as_of, now) {
            let (from, to) = (self.as_of, now);
            tracing::warn!(%from, %to, "the clock was set back; what was dated later is set aside");
            self.live.set_back(now);
            self.to_load.clear();
            self.refused_since = self.refused_since.map(|since| since.min(now));
        }
        self.as_of = now;
    }

    fn pulse(
        &mut self,
        now: Moment,
        as_of: Instant,
        counters: &Counters,
    ) -> Option<(String, serde_json::Value)> {
        if self.pulsed_at.is_some_and(|at| now < at + PULSE) {
            return None;
        }
        self.pulsed_at = Some(now);
        let state = GatewayState {
            as_of,
            online: true,
            version: self.gateway.version.to_owned(),
            refused: counters.refused_total(),
            stored: counters.stored_total(),
            storage: *self.gateway.storage.borrow(),
        };
        let state = serde_json::to_value(state).expect("a state is plain data");
        Some(("gateway".to_owned(), state))
    }

    fn may_load(&self, now: Moment) -> bool {
        self.to_load.is_empty() && self.loads.is_empty() && now >= self.loaded_at + LOAD_EVERY
    }
}

/// Restores the newest reading of each source that is not from the future, and says whose newest one is.
async fn restore<R: StoreReader>(
    live: &mut Live,
    reader: &R,
    site: &Site,
    now: Instant,
) -> Result<(), StoreError> {
    let mut ahead: Option<(usize, Instant)> = None;
    for stored in reader.sources().await? {
        if let Some(last) = live.present(&stored.last, now) {
            live.restore(&stored.source, &last);
            continue;
        }
        let (count, latest) = ahead.unwrap_or((0, Instant::MIN));
        ahead = Some((count + 1, latest.max(stored.last.observed_at)));
        let end = site.rules.too_far_ahead(now);
        let end = Period::new(end, end).expect("an instant is a period");
        let newest = Range { before: BEFORE_THE_FUTURE, ..Range::of(stored.source.clone(), end) };
        let newest = reader.range(newest).await?;
        if let Some(last) = newest.iter().rev().find_map(|one| live.present(one, now)) {
            live.restore(&stored.source, &last);
        }
    }
    metrics::gauge!("vigie_sources_ahead").set(ahead.map_or(0.0, |(count, _)| as_gauge(count)));
    if let Some((sources, until)) = ahead {
        tracing::warn!(
            sources, %until,
            "sources have readings that a clock dated which was ahead; live figures set them aside. `vigie future` shows \
             them and puts them aside for good"
        );
    }
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a number of sources")]
fn as_gauge(count: usize) -> f64 {
    count as f64
}

/// Loads the series one after another, so that readers of the dashboard are not held up.
async fn load<R: StoreReader>(reader: Arc<R>, needs: Vec<Need>) -> Loaded {
    let mut loaded = Vec::with_capacity(needs.len());
    for need in needs {
        let series = load_one(&*reader, &need).await;
        loaded.push((need, series));
    }
    loaded
}

async fn load_one<R: StoreReader>(reader: &R, need: &Need) -> Result<Vec<Observation>, StoreError> {
    let mut attempt = 1;
    loop {
        let request = Range { before: need.before, ..Range::of(need.source.clone(), need.period) };
        match reader.range(request).await {
            Err(StoreError::Unavailable(cause)) if attempt < LOAD_ATTEMPTS => {
                tracing::warn!(cause, attempt, source = %need.source, "a series cannot be read now");
                attempt += 1;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            outcome => return outcome,
        }
    }
}
