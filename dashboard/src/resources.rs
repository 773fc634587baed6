//! What the dashboard needs from outside: the program that starts it hands these over.

use std::fmt;
use std::sync::Arc;

use domain::Clock;
use domain::site::Site;
use domain::wire::BrokerUrl;
use store::AnyReader;
use store::backup::BackupStatus;
use store::influx::Standing;
use tokio::sync::watch;

use crate::access::Access;
use crate::staff_actions::StaffActions;

/// All that the dashboard needs from outside.
pub struct Dashboard {
    /// The building as it is now; when it changes, the pages change with it.
    pub site: watch::Receiver<Arc<Site>>,
    /// Why the site file cannot be followed, while it cannot.
    pub trouble: watch::Receiver<Option<String>>,
    /// Where history is read.
    pub reader: AnyReader,
    /// Where the state topics are.
    pub broker: BrokerUrl,
    /// Who may read, and who may change something.
    pub access: Arc<Access>,
    /// Where staff hand in changes; `None` where nothing can be changed.
    pub staff_actions: Option<Arc<dyn StaffActions>>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// What `/ready` answers: `None` when ready, otherwise why not.
    pub readiness: watch::Receiver<Option<String>>,
    /// Makes the text of `/metrics`.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// What became of the backups; `None` where none are made.
    pub backups: Arc<dyn Fn() -> Option<BackupStatus> + Send + Sync>,
    /// How forwarding to InfluxDB stands; `None` where nothing is forwarded.
    pub forwarding: Option<watch::Receiver<Standing>>,
    /// Whether the building is simulated, which every page then says.
    pub demonstration: bool,
}

impl fmt::Debug for Dashboard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dashboard")
            .field("site", &self.site.borrow().id)
            .field("broker", &self.broker)
            .field("demonstration", &self.demonstration)
            .finish_non_exhaustive()
    }
}
