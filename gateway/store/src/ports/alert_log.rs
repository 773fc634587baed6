//! The log of alerts.

use std::future::Future;

use domain::alerts::{AlertId, Change, Standing};

use super::StoreError;

/// Writer of the log of alerts.
pub trait AlertWriter: Send + Sync {
    /// Writes the present state of these alerts durably; writing the same again changes nothing. Alerts that were
    /// cleared a year before the newest of them leave the log.
    fn keep_alerts(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// Reader of the log of alerts.
pub trait AlertReader: Send + Sync + 'static {
    /// Open alerts in their last logged state, oldest first.
    fn open_alerts(&self) -> impl Future<Output = Result<Vec<Standing>, StoreError>> + Send;

    /// One page of the log, newest first. `before` is the [`Standing::id`] below which the page begins.
    fn alerts(
        &self,
        before: Option<AlertId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Standing>, StoreError>> + Send;
}
