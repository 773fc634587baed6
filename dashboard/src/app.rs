//! What every answer draws on.

use std::sync::Arc;

use domain::Clock;
use domain::site::Site;
use figures::Figures;
use store::AnyReader;
use store::backup::BackupStatus;
use store::influx::Standing;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::access::Access;
use crate::live::hub::LiveHub;
use crate::places::{Bounds, Places};
use crate::resources::Dashboard;
use crate::staff_actions::StaffActions;

/// Live streams that may be open at once; a browser that is turned away asks again by itself.
pub(crate) const STREAMS: Bounds = Bounds { most: 600, of_one: 30, kept_here: 40 };

/// The parts that handlers share.
pub(crate) struct App {
    pub(crate) site: Arc<Site>,
    pub(crate) reader: AnyReader,
    pub(crate) figures: Figures,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) access: Arc<Access>,
    pub(crate) staff_actions: Option<Arc<dyn StaffActions>>,
    pub(crate) live: Arc<LiveHub>,
    pub(crate) readiness: watch::Receiver<Option<String>>,
    pub(crate) metrics: Arc<dyn Fn() -> String + Send + Sync>,
    pub(crate) backups: Arc<dyn Fn() -> Option<BackupStatus> + Send + Sync>,
    pub(crate) forwarding: Option<watch::Receiver<Standing>>,
    /// Whether it is bound to loopback; then no address by number but that of this machine is answered to.
    pub(crate) loopback_only: bool,
    pub(crate) streams: Arc<Places<()>>,
    pub(crate) shutdown: CancellationToken,
}

impl App {
    /// The parts for the building as it is now.
    pub(crate) fn new(
        dashboard: &Dashboard,
        loopback_only: bool,
        shutdown: CancellationToken,
    ) -> Self {
        let site = Arc::clone(&dashboard.site.borrow());
        let clock = Arc::clone(&dashboard.clock);
        let live = LiveHub::new(
            Arc::clone(&site),
            Arc::clone(&clock),
            dashboard.trouble.clone(),
            dashboard.demonstration,
        );
        let reader = dashboard.reader.clone();
        Self {
            figures: Figures::new(reader.clone(), Arc::clone(&site), Arc::clone(&clock)),
            site,
            reader,
            clock,
            access: Arc::clone(&dashboard.access),
            staff_actions: dashboard.staff_actions.clone(),
            live: Arc::new(live),
            readiness: dashboard.readiness.clone(),
            metrics: Arc::clone(&dashboard.metrics),
            backups: Arc::clone(&dashboard.backups),
            forwarding: dashboard.forwarding.clone(),
            loopback_only,
            streams: Arc::new(Places::within(STREAMS)),
            shutdown,
        }
    }
}
