//! What an import may add to a store.

use std::collections::HashSet;

use domain::site::{Rules, Site};
use domain::{Instant, Reading, Source};

/// Lets readings through that a sensor could have sent.
#[derive(Debug)]
pub(super) struct Gate {
    sources: HashSet<Source>,
    source_limit: usize,
    rules: Rules,
    now: Instant,
}

impl Gate {
    /// The gate before a store that holds the sources `stored` already.
    pub(super) fn new(site: &Site, stored: impl IntoIterator<Item = Source>, now: Instant) -> Self {
        let mut sources: HashSet<Source> = site.sources().cloned().collect();
        let rules = site.rules.clone();
        let source_limit = rules.source_limit(sources.len());
        sources.extend(stored);
        Self { sources, source_limit, rules, now }
    }

    /// Lets the reading through by the rules that live readings are admitted by.
    ///
    /// # Errors
    /// Why it may not pass, for a person.
    pub(super) fn pass(&mut self, reading: &Reading) -> Result<(), String> {
        let it = &reading.observation;
        let is_ahead = |at: &&Instant| self.rules.is_too_far_ahead(**at, self.now);
        if let Some(time) = [it.observed_at, it.received_at].iter().find(is_ahead) {
            return Err(format!("{time} is ahead of the clock; check the clocks"));
        }
        if self.sources.contains(&reading.source) {
            return Ok(());
        }
        if self.sources.len() >= self.source_limit {
            return Err(format!(
                "`{}` would be one source more than are kept; name it in the site file, or raise max_unknown_sources",
                reading.source
            ));
        }
        self.sources.insert(reading.source.clone());
        Ok(())
    }
}
