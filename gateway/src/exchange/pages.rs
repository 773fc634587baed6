//! The readings of one source, page by page; of a damaged store what can be read.

use std::collections::VecDeque;

use domain::{Instant, Observation, Period, Source, failure_chain};
use jiff::SignedDuration;
use store::{Range, SeriesReader, SqliteReader, StoreError};

use crate::failure::Failure;

/// Count of readings that are in memory at once.
const PAGE: usize = 20_000;

/// Pages of the readings of one source.
#[derive(Debug)]
pub(super) struct Pages<'a> {
    reader: &'a SqliteReader,
    source: Source,
    next: Instant,
    period: Period,
    /// Days that are still to be read one by one; `None` as long as nothing was found damaged.
    days: Option<VecDeque<Period>>,
}

impl<'a> Pages<'a> {
    /// The readings of `source` in `period`.
    pub(super) fn new(reader: &'a SqliteReader, source: Source, period: Period) -> Self {
        Self { reader, source, next: period.start(), period, days: None }
    }

    /// From here on, reads day by day the days that there are, and trusts no index.
    pub(super) async fn distrust(&mut self) -> Result<(), Failure> {
        let rest = Period::new(self.next, self.period.end());
        let days = match rest {
            Some(rest) => self.reader.days_of(self.source.clone(), rest).await,
            None => Ok(Vec::new()),
        };
        self.days = Some(days.map_err(|error| unreadable(&error))?.into());
        Ok(())
    }

    /// The next readings, perhaps none; `None` after the last. What cannot be read is named in `left_out`, and costs no
    /// neighbour.
    pub(super) async fn next(
        &mut self,
        left_out: &mut Vec<String>,
    ) -> Result<Option<Vec<Observation>>, Failure> {
        if self.days.is_none() {
            let rest = Period::new(self.next, self.period.end());
            let Some(rest) = rest.filter(|it| it.start() < it.end()) else { return Ok(None) };
            let range = Range { limit: Some(PAGE), ..Range::of(self.source.clone(), rest) };
            match self.reader.range(range).await {
                Ok(page) => {
                    let Some(last) = page.last() else { return Ok(None) };
                    self.next = last.observed_at + SignedDuration::from_millis(1);
                    return Ok(Some(page));
                }
                Err(StoreError::Damaged { .. }) => self.distrust().await?,
                Err(error) => return Err(unreadable(&error)),
            }
        }
        let Some(day) = self.days.as_mut().and_then(VecDeque::pop_front) else { return Ok(None) };
        let salvaged = self.reader.salvage(self.source.clone(), day).await;
        let mut salvaged = salvaged.map_err(|error| unreadable(&error))?;
        left_out.append(&mut salvaged.unreadable);
        let wanted = self.next..self.period.end();
        salvaged.readings.retain(|reading| wanted.contains(&reading.observed_at));
        Ok(Some(salvaged.readings))
    }
}

/// Failure to read the store.
pub(super) fn unreadable(error: &StoreError) -> Failure {
    let remedy = match error {
        StoreError::Damaged { .. } => "; restore a backup with `vigie restore`",
        _ => "",
    };
    Failure::Unavailable(format!("the store cannot be read: {}{remedy}", failure_chain(error)))
}
