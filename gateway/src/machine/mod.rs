//! The machine under the program: its clock, its disk, its service manager.
//!
//! | file | what it does |
//! |---|---|
//! | `clock`, `clock_trust` | the machine's clock, followed evenly, and whether it can be trusted at the start |
//! | `storage` | disk space of the store, and bytes written |
//! | `rights` | a command of root works as the owner of the data folder |
//! | `systemd` | notifications to the service manager |

mod clock;
pub(crate) mod clock_trust;
pub(crate) mod rights;
pub(crate) mod storage;
pub(crate) mod systemd;

use domain::storage::StorageState;
use tokio::sync::watch;

pub(crate) use clock::SteadyClock;
pub use clock::SystemClock;

/// State of the machine, as it is measured now and then.
#[derive(Debug, Default)]
pub(crate) struct MachineState {
    /// Disk space of the store.
    pub(crate) storage: watch::Sender<Option<StorageState>>,
    /// Whether the clock was believed once: what is stored says nothing against it any more.
    pub(crate) clock_was_believed: bool,
    /// Whether something sets the clock; `None` where the system cannot tell.
    pub(crate) clock_is_set: watch::Sender<Option<bool>>,
}
