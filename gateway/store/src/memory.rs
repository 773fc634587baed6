//! The store in memory: the reference with which every adapter is compared, and the store of tests.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::alerts::{AlertId, Change, Standing};
use domain::audit::{Draft, Entry, EntryId};
use domain::calendar::Bucket;
use domain::rollup::{Basis, Rollup, roll_up};
use domain::{Instant, Observation, Period, Reading, Source};
use jiff::SignedDuration;

use crate::kept::{
    self, ALERTS_FOR, Arrival, QUARANTINE_BYTES, QUARANTINE_ROWS, QUARANTINE_ROWS_OF_TOPIC,
};
use crate::ports::{
    AlertReader, AlertWriter, Appended, AuditReader, AuditWriter, Batch, HealthReader, Learned,
    MessageReader, QuarantineReader, Range, RefusalId, Refused, RollupRange, SeriesReader,
    SeriesWriter, Space, StandingRefusal, StoreError, StoredSource,
};

/// Store in memory. Clones are handles of the same store.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore(Arc<Mutex<Contents>>);

#[derive(Debug, Default)]
struct Contents {
    series: BTreeMap<Source, BTreeMap<Instant, Observation>>,
    quarantine: BTreeMap<RefusalId, StandingRefusal>,
    newest_refusal: u64,
    audit: Vec<(Entry, Option<String>)>,
    alerts: BTreeMap<AlertId, Standing>,
    families: BTreeMap<Source, &'static str>,
    learned: BTreeMap<String, Vec<u8>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        // Nothing under the lock can panic half-way, so what a poisoned lock guards is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl AuditWriter for MemoryStore {
    async fn record(&self, draft: Draft) -> Result<EntryId, StoreError> {
        let audit = &mut self.contents().audit;
        let id = EntryId(audit.len() as u64 + 1);
        let Draft { at, author, reason, deed, before } = draft;
        audit.push((Entry { id, at, author, reason, deed }, before));
        Ok(id)
    }
}

impl SeriesWriter for MemoryStore {
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        batch.readings.iter().try_for_each(kept::check)?;

        let mut contents = self.contents();
        for id in &batch.healed {
            contents.quarantine.remove(id);
        }
        let mut appended = Appended::default();
        for reading in batch.readings {
            if contents.add(reading) {
                appended.stored += 1;
            } else {
                appended.repeated += 1;
            }
        }
        for refused in batch.refused {
            contents.refuse(kept::cut(refused));
        }
        appended.dropped = contents.drop_oldest_refusals();
        contents.families.extend(batch.families);
        for Learned { topic, payload } in batch.learned {
            if payload.is_empty() {
                contents.learned.remove(&topic);
            } else {
                contents.learned.insert(topic, payload);
            }
        }
        Ok(appended)
    }
}

impl AlertWriter for MemoryStore {
    async fn keep_alerts(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let alerts = &mut self.contents().alerts;
        let Some(newest) = changes.iter().map(|change| change.standing.raised_at).max() else {
            return Ok(());
        };
        alerts.extend(changes.into_iter().map(|it| (it.standing.id, it.standing)));
        let before = newest - SignedDuration::from_hours(24 * ALERTS_FOR);
        alerts.retain(|_, it| it.cleared_at.is_none_or(|at| at >= before));
        Ok(())
    }
}

impl SeriesReader for MemoryStore {
    async fn sources(&self) -> Result<Vec<StoredSource>, StoreError> {
        let contents = self.contents();
        let newest = contents.series.iter().filter_map(|(source, series)| {
            let (_, last) = series.last_key_value()?;
            let family = contents.families.get(source).map(|family| (*family).to_owned());
            Some(StoredSource { source: source.clone(), last: *last, family })
        });
        Ok(newest.collect())
    }

    async fn range(&self, request: Range) -> Result<Vec<Observation>, StoreError> {
        let contents = self.contents();
        let Some(series) = contents.series.get(&request.source) else { return Ok(Vec::new()) };
        let (start, end) = (request.period.start(), request.period.end());
        let limit = request.limit.unwrap_or(usize::MAX);

        let mut found: Vec<_> =
            series.range(..start).rev().take(request.before).map(|(_, o)| *o).collect();
        found.reverse();
        let before = found.len();
        found.extend(series.range(start..end).take(limit).map(|(_, o)| *o));
        if found.len() - before < limit {
            found.extend(series.range(end..).take(request.after).map(|(_, o)| *o));
        }
        Ok(found)
    }

    async fn rollups(&self, request: RollupRange) -> Result<Vec<Vec<Bucket<Rollup>>>, StoreError> {
        let contents = self.contents();
        let of = |source: &Source, span: Period| {
            let basis = Basis::new(source.quantity, request.longest_gap);
            let series = contents.series.get(source)?.range(span.start()..span.end());
            let readings: Vec<_> = series.map(|(_, observation)| *observation).collect();
            Some(roll_up(&readings, &request.step, &basis))
        };
        let rollups = |source| request.buckets().and_then(|span| of(source, span));
        Ok(request.sources.iter().map(|source| rollups(source).unwrap_or_default()).collect())
    }
}

impl MessageReader for MemoryStore {
    async fn learned(&self) -> Result<Vec<Learned>, StoreError> {
        let contents = self.contents();
        let all = contents.learned.iter();
        Ok(all
            .map(|(topic, payload)| Learned { topic: topic.clone(), payload: payload.clone() })
            .collect())
    }
}

impl QuarantineReader for MemoryStore {
    async fn quarantine(
        &self,
        before: Option<RefusalId>,
        limit: usize,
    ) -> Result<Vec<StandingRefusal>, StoreError> {
        let below = before.unwrap_or(RefusalId(u64::MAX));
        Ok(self
            .contents()
            .quarantine
            .range(..below)
            .rev()
            .take(limit)
            .map(|(_, r)| r.clone())
            .collect())
    }
}

impl AuditReader for MemoryStore {
    async fn ledger(&self) -> Result<Vec<Entry>, StoreError> {
        Ok(self.contents().audit.iter().map(|(entry, _)| entry.clone()).collect())
    }

    async fn text_before(&self, entry: EntryId) -> Result<Option<String>, StoreError> {
        let contents = self.contents();
        let found = contents.audit.iter().find(|(one, _)| one.id == entry);
        Ok(found.and_then(|(_, before)| before.clone()))
    }
}

impl AlertReader for MemoryStore {
    async fn open_alerts(&self) -> Result<Vec<Standing>, StoreError> {
        let contents = self.contents();
        Ok(contents.alerts.values().filter(|it| it.cleared_at.is_none()).cloned().collect())
    }

    async fn alerts(
        &self,
        before: Option<AlertId>,
        limit: usize,
    ) -> Result<Vec<Standing>, StoreError> {
        let below = before.unwrap_or(AlertId(u64::MAX));
        Ok(self
            .contents()
            .alerts
            .range(..below)
            .rev()
            .take(limit)
            .map(|(_, it)| it.clone())
            .collect())
    }
}

impl HealthReader for MemoryStore {
    async fn size_bytes(&self) -> Result<u64, StoreError> {
        Ok(0)
    }

    async fn space(&self) -> Result<Option<Space>, StoreError> {
        Ok(None)
    }
}

impl Contents {
    /// Whether the reading was new.
    fn add(&mut self, reading: Reading) -> bool {
        let Reading { source, observation } = reading;
        let series = self.series.entry(source).or_default();
        let new = !series.contains_key(&observation.observed_at);
        if new {
            let kept =
                Arrival::of(&observation).observation(observation.observed_at, observation.value);
            series.insert(observation.observed_at, kept);
        }
        new
    }

    fn refuse(&mut self, refused: Refused) {
        let standing = self.quarantine.values_mut().find(|standing| {
            let same = &standing.refused;
            (&same.topic, &same.payload, same.payload_len, &same.reason)
                == (&refused.topic, &refused.payload, refused.payload_len, &refused.reason)
        });
        if let Some(standing) = standing {
            standing.count += 1;
            standing.last_received_at = refused.received_at;
            return;
        }
        self.newest_refusal += 1;
        let id = RefusalId(self.newest_refusal);
        let last_received_at = refused.received_at;
        self.quarantine.insert(id, StandingRefusal { id, refused, count: 1, last_received_at });
    }

    fn drop_oldest_refusals(&mut self) -> u64 {
        let mut of_topic: BTreeMap<String, usize> = BTreeMap::new();
        let before = self.quarantine.len();
        let newest_first = self.quarantine.iter().rev();
        let beyond: Vec<RefusalId> = newest_first
            .filter_map(|(id, standing)| {
                let count = of_topic.entry(standing.refused.topic.clone()).or_default();
                *count += 1;
                (*count > QUARANTINE_ROWS_OF_TOPIC).then_some(*id)
            })
            .collect();
        for id in beyond {
            self.quarantine.remove(&id);
        }
        let mut dropped = (before - self.quarantine.len()) as u64;
        let mut bytes: usize =
            self.quarantine.values().map(|standing| standing.refused.payload.len()).sum();
        while self.quarantine.len() > QUARANTINE_ROWS || bytes > QUARANTINE_BYTES {
            let Some((_, oldest)) = self.quarantine.pop_first() else { break };
            bytes -= oldest.refused.payload.len();
            dropped += 1;
        }
        dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::{Subject, adapter_keeps_the_promises};

    impl Subject for MemoryStore {
        type Writer = Self;
        type Reader = Self;

        fn new() -> Self {
            Self::default()
        }

        fn writer(&self) -> &Self {
            self
        }

        fn reader(&self) -> Self {
            self.clone()
        }

        async fn seal(&mut self, _now: Instant) {}

        async fn reopen(&mut self) {}
    }

    adapter_keeps_the_promises!(MemoryStore);
}
