//! What every answer draws on.

use std::sync::Arc;

use domain::Clock;
use domain::site::Site;
use store::SeriesReader;
use store::backup::BackupStatus;
use store::influx::Standing;
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use crate::Dashboard;
use crate::access::Access;
use crate::desk::Desk;
use crate::events::MOST_STREAMS;
use crate::feed::Feed;

/// Questions that may load series at the same time: each may hold a month of readings in memory.
const HEAVY_QUESTIONS: usize = 2;

/// The parts that handlers share.
pub(crate) struct App<R> {
    pub(crate) site: Arc<Site>,
    pub(crate) reader: Arc<R>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) access: Arc<Access>,
    pub(crate) desk: Option<Arc<dyn Desk>>,
    pub(crate) feed: Arc<Feed>,
    pub(crate) readiness: watch::Receiver<Option<String>>,
    pub(crate) metrics: Arc<dyn Fn() -> String + Send + Sync>,
    pub(crate) backups: Arc<dyn Fn() -> Option<BackupStatus> + Send + Sync>,
    pub(crate) forwarding: Option<watch::Receiver<Standing>>,
    /// Only names of this machine are answered to, since it is bound to loopback.
    pub(crate) loopback_only: bool,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) heavy: Semaphore,
    pub(crate) shutdown: CancellationToken,
}

impl<R: SeriesReader> App<R> {
    pub(crate) fn new(
        dashboard: Dashboard<R>,
        loopback_only: bool,
        shutdown: CancellationToken,
    ) -> Self {
        let Dashboard {
            site,
            reader,
            clock,
            access,
            desk,
            readiness,
            metrics,
            backups,
            forwarding,
            demonstration,
            ..
        } = dashboard;
        let feed = Arc::new(Feed::new(Arc::clone(&site), Arc::clone(&clock), demonstration));
        let streams = Arc::new(Semaphore::new(MOST_STREAMS));
        let heavy = Semaphore::new(HEAVY_QUESTIONS);
        Self {
            site,
            reader,
            clock,
            access,
            desk,
            feed,
            readiness,
            metrics,
            backups,
            forwarding,
            loopback_only,
            streams,
            heavy,
            shutdown,
        }
    }
}
