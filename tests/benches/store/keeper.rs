//! What the bench asks of each store, Vigie's and its peers', in the same words.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{Period, Reading, Source};

/// Figures by their names.
pub(crate) type Figures = BTreeMap<String, f64>;

/// The readings of a source over a period, as a monthly report needs them.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Summary {
    pub(crate) count: f64,
    pub(crate) mean: f64,
    pub(crate) least: f64,
    pub(crate) greatest: f64,
}

/// A store that runs on its own data.
pub(crate) trait Keeper {
    /// What is handed over to be stored; made outside of the time that is measured.
    type Batch;

    fn prepare(&mut self, readings: Vec<Reading>) -> Self::Batch;
    /// Stores a batch. Durable when this returns, but for a peer that has no such promise.
    fn commit(&mut self, batch: Self::Batch);
    /// What is done every quarter of an hour, by the clock of the readings.
    fn quarter_is_over(&mut self, _now: i64) {}
    /// Has questions see what was stored, where they would a little later.
    fn show(&mut self) {}
    /// The process whose costs are measured.
    fn process(&self) -> u32;
    /// Packs and flushes all there is; what is on the disk then, in bytes, as `disk`, and parts of it.
    fn settle(&mut self, now: i64) -> Figures;
    /// Closes the store and opens it again, until it is ready for a question.
    fn reopen(&mut self) -> Duration;

    /// The mean of every minute that has readings.
    fn minutes(&mut self, source: &Source, period: Period) -> Vec<f64>;
    /// The newest value of each source, in any order; readings end before `end`.
    fn latest(&mut self, sources: &[Source], end: i64) -> Vec<f64>;
    /// The last value of each of these civil days for each source, in any order of sources.
    fn days(&mut self, sources: &[Source], days: &[Period]) -> Vec<Vec<f64>>;
    /// A summary for each source, in any order.
    fn month(&mut self, sources: &[Source], period: Period) -> Vec<Summary>;
}
