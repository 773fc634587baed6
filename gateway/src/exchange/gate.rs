//! What an import may add to a store.

use std::collections::HashSet;

use domain::site::Site;
use domain::{Instant, Reading, Source};
use jiff::SignedDuration;

/// Lets readings through that a sensor could have sent.
#[derive(Debug)]
pub(super) struct Gate {
    known: HashSet<Source>,
    most: usize,
    latest: Instant,
}

impl Gate {
    /// For a store that holds the sources `known` already.
    pub(super) fn new(site: &Site, known: impl IntoIterator<Item = Source>, now: Instant) -> Self {
        let mut sources: HashSet<Source> = site.sources().cloned().collect();
        let most = sources.len() + site.rules.max_unknown_sources;
        sources.extend(known);
        let ahead = SignedDuration::try_from_secs_f64(site.rules.max_ahead_s).unwrap_or_default();
        Self { known: sources, most, latest: now + ahead }
    }

    /// Lets the reading through, or says why not.
    pub(super) fn pass(&mut self, reading: &Reading) -> Result<(), String> {
        let it = &reading.observation;
        if let Some(time) = [it.observed_at, it.received_at].iter().find(|at| **at > self.latest) {
            return Err(format!("{time} is ahead of the clock; check the clocks"));
        }
        if self.known.contains(&reading.source) {
            return Ok(());
        }
        if self.known.len() >= self.most {
            return Err(format!(
                "`{}` would be one source more than are kept; name it in the site file, or raise max_unknown_sources",
                reading.source
            ));
        }
        self.known.insert(reading.source.clone());
        Ok(())
    }
}
