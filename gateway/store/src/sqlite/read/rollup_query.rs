//! The query for rollups: the stored ones where they are up to date, else new ones from the readings.

use std::collections::BTreeSet;

use domain::calendar::{self, Bucket};
use domain::rollup::{Basis, Rollup, Step};
use domain::{Instant, Period, Source};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rusqlite::Connection;

use super::series_scan::{End, Series};
use crate::ports::{RollupRange, StoreError};
use crate::sqlite::codec::entry::Entry;
use crate::sqlite::codec::quarters;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::rollups::{self, StoredDay};
use crate::sqlite::tables::series;
use crate::sqlite::tables::{blocks, civil_days, log};

/// The rollups of each source.
pub(in crate::sqlite) fn rollups(
    connection: &Connection,
    request: &RollupRange,
) -> Result<Vec<Vec<Bucket<Rollup>>>, StoreError> {
    let Some(span) = request.buckets() else {
        return Ok(vec![Vec::new(); request.sources.len()]);
    };
    let mut series = Vec::with_capacity(request.sources.len());
    for source in &request.sources {
        series.push(series::find(connection, source)?);
    }
    let logged = log::of_several(connection, series.iter().flatten().copied())?;
    let all_made = rollups::are_made_by(connection, request.longest_gap)?;
    let mut civil = CivilDays::default();
    let mut found = Vec::with_capacity(series.len());
    for (source, id) in request.sources.iter().zip(series) {
        let Some(id) = id else {
            found.push(Vec::new());
            continue;
        };
        let logged = logged.get(&id).cloned().unwrap_or_default();
        let query = SeriesQuery::new(connection, source, id, logged, span, request.longest_gap)?;
        found.push(match &request.step {
            Step::Quarter => query.quarters(&request.step)?,
            Step::Day(zone) => {
                let stored = all_made
                    && series::day_zone(connection, id)?.as_deref()
                        == Some(&series::zone_name(zone));
                query.civil_days(zone, stored, &mut civil)?
            }
        });
    }
    Ok(found)
}

/// The query for one series.
struct SeriesQuery<'c> {
    connection: &'c Connection,
    series: Series<'c>,
    id: SeriesId,
    basis: Basis,
    /// The longest gap by which stored rollups must have been made to be of use, in milliseconds.
    gap: i64,
    /// Whole buckets.
    span: Period,
    /// UTC days with readings that no rollup has.
    fresh: BTreeSet<i64>,
}

impl<'c> SeriesQuery<'c> {
    fn new(
        connection: &'c Connection,
        source: &Source,
        id: SeriesId,
        logged: Vec<Entry>,
        span: Period,
        gap: SignedDuration,
    ) -> Result<Self, StoreError> {
        let (from, until) = (span.start().as_millis(), span.end().as_millis());
        let inside = |entry: &&Entry| (from..until).contains(&entry.ts);
        let day = |ts| Slot::of(Tier::Day, id, ts).id();
        let mut fresh: BTreeSet<i64> =
            logged.iter().filter(inside).map(|entry| day(entry.ts)).collect();
        let hours = blocks::slots(connection, Tier::Hour, id, (from, until))?;
        fresh.extend(hours.into_iter().map(|hour| hour.day().id()));
        let basis = Basis::new(source.quantity, gap);
        let gap = i64::try_from(gap.as_millis()).unwrap_or(i64::MAX);
        let series = Series::with(connection, id, logged);
        Ok(Self { connection, series, id, basis, gap, span, fresh })
    }

    /// By quarter of an hour.
    fn quarters(&self, step: &Step) -> Result<Vec<Bucket<Rollup>>, StoreError> {
        let mut found = Vec::new();
        for day in self.days_with_any()? {
            let quarters = self.quarters_of(Slot::from_id(Tier::Day, day))?;
            let inside = quarters.into_iter().filter(|rollup| self.span.contains(rollup.first.0));
            found.extend(
                inside.map(|figure| Bucket { period: step.bucket(figure.first.0), figure }),
            );
        }
        Ok(found)
    }

    /// By civil day; from what is `stored` of these, if that was made for this zone.
    fn civil_days(
        &self,
        zone: &TimeZone,
        stored: bool,
        civil: &mut CivilDays,
    ) -> Result<Vec<Bucket<Rollup>>, StoreError> {
        if !stored {
            let days = self.days_with_any()?;
            return self.composed(days, zone, civil);
        }
        let mut renewed = self.composed(self.fresh_days(zone, civil), zone, civil)?;
        let stored = civil_days::read(self.connection, self.id, self.span, zone)?;
        let mut found = Vec::with_capacity(stored.len() + renewed.len());
        for figure in stored {
            let period = civil.of(figure.first.0, zone);
            if !self.is_fresh(period) {
                found.push(Bucket { period, figure });
            }
        }
        renewed.retain(|bucket| self.is_fresh(bucket.period));
        found.append(&mut renewed);
        found.sort_by_key(|bucket| bucket.period.start());
        Ok(found)
    }

    /// Whether a civil day may have readings that no rollup has.
    fn is_fresh(&self, period: Period) -> bool {
        if self.fresh.is_empty() {
            return false;
        }
        let day = |instant: Instant| Slot::of(Tier::Day, self.id, instant.as_millis()).id();
        let last = day(period.end() - SignedDuration::from_millis(1));
        self.fresh.range(day(period.start())..=last).next().is_some()
    }

    /// The UTC days that fresh civil days are made of.
    fn fresh_days(&self, zone: &TimeZone, civil: &mut CivilDays) -> BTreeSet<i64> {
        let mut days = BTreeSet::new();
        for day in &self.fresh {
            let day = Slot::from_id(Tier::Day, *day);
            for ts in [day.start(), day.end() - 1] {
                let period = civil.of(Instant::from_millis(ts), zone);
                let (start, end) = (period.start().as_millis(), period.end().as_millis() - 1);
                let of = |ts| Slot::of(Tier::Day, self.id, ts).id();
                days.extend([of(start), of(end), day.id()]);
            }
        }
        days
    }

    /// Civil days, from the quarters of an hour of UTC days.
    fn composed(
        &self,
        days: BTreeSet<i64>,
        zone: &TimeZone,
        civil: &mut CivilDays,
    ) -> Result<Vec<Bucket<Rollup>>, StoreError> {
        let mut found = Vec::<Bucket<Rollup>>::new();
        for day in days {
            for quarter in self.quarters_of(Slot::from_id(Tier::Day, day))? {
                let at = quarter.first.0;
                if !self.span.contains(at) {
                    continue;
                }
                match found.last_mut() {
                    Some(open) if open.period.contains(at) => {
                        open.figure = open.figure.then(quarter, &self.basis);
                    }
                    _ => found.push(Bucket { period: civil.of(at, zone), figure: quarter }),
                }
            }
        }
        Ok(found)
    }

    /// The UTC days that have readings or rollups.
    fn days_with_any(&self) -> Result<BTreeSet<i64>, StoreError> {
        let span = (self.span.start().as_millis(), self.span.end().as_millis());
        let blocks = blocks::slots(self.connection, Tier::Day, self.id, span)?;
        let rollups = rollups::days_with_rollups(self.connection, self.id, span)?;
        let mut days = self.fresh.clone();
        days.extend(blocks.into_iter().chain(rollups).map(Slot::id));
        Ok(days)
    }

    /// Rollups of a UTC day by quarter of an hour.
    fn quarters_of(&self, day: Slot) -> Result<Vec<Rollup>, StoreError> {
        let stored = rollups::read_day(self.connection, day)?;
        match stored {
            Some(StoredDay { quarters, gap, .. })
                if gap == self.gap && !self.fresh.contains(&day.id()) =>
            {
                Ok(quarters)
            }
            stored => {
                let entries =
                    self.series.readings(day.start(), day.end(), usize::MAX, End::Oldest)?;
                let kept = quarters::roll_up(&entries, &self.basis);
                rollups::day_rollups(self.connection, day, stored, kept)
            }
        }
    }
}

/// Cache of civil days, in order: all series of a query have the same, one after the other.
#[derive(Default)]
struct CivilDays {
    days: Vec<Period>,
    /// Index of the day that was given last.
    last: usize,
}

impl CivilDays {
    fn of(&mut self, at: Instant, zone: &TimeZone) -> Period {
        let holds = |period: &&Period| period.contains(at);
        for near in [self.last, self.last + 1] {
            if let Some(period) = self.days.get(near).filter(holds) {
                self.last = near;
                return *period;
            }
        }
        self.last = self.days.partition_point(|period| period.end() <= at);
        if let Some(period) = self.days.get(self.last).filter(holds) {
            return *period;
        }
        let period = calendar::period_of(calendar::Step::Day, at, zone);
        self.days.insert(self.last, period);
        period
    }
}
