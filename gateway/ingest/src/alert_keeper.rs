//! Keeper of the log of alerts: what is raised, acknowledged and cleared goes into the store, onto the board, and into
//! notices.

use std::sync::Arc;
use std::time::Duration;

use domain::alerts::Alert;
use domain::alerts::{Acknowledgement, AlertId, Change, Lifecycle, Notice, Notices, Standing};
use domain::native;
use domain::occupancy::opens_today;
use domain::site::Site;
use domain::wire::state::AlertsState;
use domain::{Clock, Instant};
use store::{AlertWriter, StoreError, StoreReader};
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::state_board::StateBoard;

/// Alerts end by time alone, too, and the morning comes without a reading.
const TICK: Duration = Duration::from_secs(10);
/// Acknowledgements that may wait; when the queue is full their senders wait.
const REQUESTS: usize = 16;
/// Changes that wait for a store that takes nothing; beyond that the oldest are dropped and counted.
const UNSAVED: usize = 1000;

/// Request of a person to take care of an alert.
#[derive(Debug)]
pub struct Acknowledge {
    /// Which.
    pub id: AlertId,
    /// The account.
    pub by: String,
    /// Answer: whether it was open and not acknowledged yet.
    pub done: oneshot::Sender<bool>,
}

/// Queue of requests to the keeper.
pub type Acknowledgements = mpsc::Sender<Acknowledge>;

/// Parts of a keeper, before it runs.
pub struct AlertKeeper<W, R> {
    /// The building as it is now, with the rules for the next notices.
    pub site: watch::Receiver<Arc<Site>>,
    /// Where the log is kept.
    pub writer: Arc<W>,
    /// Where it is read at start.
    pub reader: Arc<R>,
    /// Where the alerts are shown.
    pub board: Arc<StateBoard>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The current set of alerts, from the live figures.
    pub raised: watch::Receiver<Vec<Alert>>,
    /// Requests to take care of alerts.
    pub requests: mpsc::Receiver<Acknowledge>,
    /// Where notices go; when it is full, a notice is dropped and counted.
    pub notices: mpsc::Sender<Notice>,
}

impl<W, R> std::fmt::Debug for AlertKeeper<W, R> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AlertKeeper").field("site", &self.site.borrow().id).finish_non_exhaustive()
    }
}

/// Both ends of the queue of requests to a keeper.
pub fn acknowledgements() -> (Acknowledgements, mpsc::Receiver<Acknowledge>) {
    mpsc::channel(REQUESTS)
}

impl<W: AlertWriter, R: StoreReader> AlertKeeper<W, R> {
    /// Keeps the log until `stop`.
    ///
    /// # Errors
    /// When the log cannot be read at start.
    pub async fn run(mut self, stop: CancellationToken) -> Result<(), StoreError> {
        let now = self.clock.now();
        let (open, newest) = self.read_log().await?;
        let mut site = Arc::clone(&self.site.borrow_and_update());
        let mut notices = Notices::resume(site.alerts.notices.clone(), &open, now);
        let mut log = Log { alerts: Lifecycle::resume(open, newest, now), unsaved: Vec::new() };
        let mut tick = tokio::time::interval(TICK);
        let (mut has_requests, mut following) = (true, true);
        loop {
            let acknowledged = tokio::select! {
                () = stop.cancelled() => return Ok(()),
                changed = self.raised.changed() => match changed {
                    Ok(()) => None,
                    // The live figures have ended, and the program with them.
                    Err(_) => return Ok(()),
                },
                request = self.requests.recv(), if has_requests => {
                    has_requests = request.is_some();
                    request.and_then(|request| log.acknowledge(request, self.clock.now()))
                }
                changed = self.site.changed(), if following => {
                    following = changed.is_ok();
                    site = Arc::clone(&self.site.borrow_and_update());
                    notices.follow(&site.alerts.notices);
                    None
                }
                _ = tick.tick() => None,
            };
            let (now, holding) = (self.clock.now(), self.raised.borrow_and_update().clone());
            let mut changes = log.alerts.compare(&holding, now);
            changes.extend(acknowledged);
            let opens_today = opens_today(&site, now);
            self.send(notices.take(&changes, &site.timezone, opens_today, now));
            self.show(log.alerts.annotated(&holding), &site, now);
            log.save(changes, &*self.writer).await;
        }
    }

    async fn read_log(&self) -> Result<(Vec<Standing>, AlertId), StoreError> {
        let newest = self.reader.alerts(None, 1).await?;
        let newest = newest.first().map_or(AlertId::default(), |standing| standing.id);
        Ok((self.reader.open_alerts().await?, newest))
    }

    fn send(&self, notices: Vec<Notice>) {
        for notice in notices {
            if self.notices.try_send(notice).is_err() {
                metrics::counter!("vigie_notices_lost_total").increment(1);
                tracing::error!("a notice is lost, since those before it could not be sent");
            }
        }
    }

    fn show(&self, alerts: Vec<Alert>, site: &Site, as_of: Instant) {
        // Everybody can read it, and some show it on a wall.
        let alerts = alerts.into_iter().map(Alert::without_names).collect();
        let state = AlertsState::within_bounds(as_of, alerts);
        let payload = serde_json::to_vec(&state).expect("a state is plain data");
        self.board.post([(native::state_topic(&site.id, "alerts"), payload)]);
    }
}

struct Log {
    alerts: Lifecycle,
    /// Changes that are not in the store yet.
    unsaved: Vec<Change>,
}

impl Log {
    fn acknowledge(&mut self, request: Acknowledge, at: Instant) -> Option<Change> {
        let Acknowledge { id, by, done } = request;
        let change = self.alerts.acknowledge(id, Acknowledgement { by, at });
        // The requester may have gone meanwhile; the acknowledgement holds all the same.
        let _gone = done.send(change.is_some());
        change
    }

    /// Alerts go on without their log: a full disk is itself one of them.
    async fn save(&mut self, changes: Vec<Change>, writer: &impl AlertWriter) {
        self.unsaved.extend(changes);
        if self.unsaved.is_empty() {
            return;
        }
        match writer.keep_alerts(self.unsaved.clone()).await {
            Ok(()) => self.unsaved.clear(),
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "the log of alerts cannot be written; trying again");
                let beyond = self.unsaved.len().saturating_sub(UNSAVED);
                metrics::counter!("vigie_alerts_not_logged_total").increment(beyond as u64);
                self.unsaved.drain(..beyond);
            }
        }
    }
}
