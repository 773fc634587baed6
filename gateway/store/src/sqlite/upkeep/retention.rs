//! Giving up what is no longer kept: a little in each transaction, each night by age, and more at once where the store
//! itself has filled the disk for a day. The file does not shrink; what was given up is room for what comes.

use std::collections::HashMap;

use domain::site::{Kept, Retention};
use domain::storage::{Imported, RetentionDay, least_blocks};
use domain::{Instant, Source};
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};

use super::ageing;
use crate::ports::StoreError;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::rollups::Rules;
use crate::sqlite::tables::{backlog, blocks, civil_days, imported, rollups, series};

/// How many rows one step gives up.
const ROWS_PER_STEP: usize = 32;
/// How many days of a series go in one night at most: one is enough, and what a person did not mean to state is seen
/// before much is gone.
const DAYS_A_NIGHT: usize = 7;

/// What one night has to give up, series by series.
#[derive(Debug)]
pub(in crate::sqlite) struct Nightly {
    rest: Vec<Ages>,
}

/// From when on a series is kept, as days since 1970; `None`: for ever.
#[derive(Debug)]
struct Ages {
    series: SeriesId,
    raw: Option<i64>,
    quarters: Option<i64>,
    days: Option<i64>,
    imports: Vec<Imported>,
}

impl Nightly {
    /// What `retention` no longer keeps on this day.
    pub(in crate::sqlite) fn of(
        connection: &Connection,
        retention: &Retention,
        today: RetentionDay,
    ) -> Result<Self, StoreError> {
        tell_what_will_go(connection, retention, today)?;
        Ok(Self { rest: ages(connection, retention, today)? })
    }

    /// Does the next step; gives the days whose readings are gone, or `None` when nothing is left to do.
    pub(in crate::sqlite) fn step(
        &mut self,
        connection: &Connection,
        rules: &Rules,
    ) -> Result<Option<Vec<Slot>>, StoreError> {
        let mut gone = Vec::new();
        while gone.len() < ROWS_PER_STEP {
            let Some(ages) = self.rest.pop() else {
                return Ok((!gone.is_empty()).then_some(gone));
            };
            gone.extend(ages.give_up_readings(connection, rules)?);
            ages.give_up_rollups(connection, &rules.zone)?;
        }
        Ok(Some(gone))
    }
}

/// From when on each series is kept. A retention that nobody stated holds some time after this file was told of it.
fn ages(
    connection: &Connection,
    retention: &Retention,
    today: RetentionDay,
) -> Result<Vec<Ages>, StoreError> {
    let told = ageing::told(connection, today)?;
    let of = |(series, source): (SeriesId, Source)| {
        let kept = retention.of(source.quantity);
        let holds = !kept.by_default || today.holds_default(told);
        let since = |days: Option<u32>| days.filter(|_| holds).map(|days| today.kept_since(days));
        let Kept { raw, quarters, days, .. } = kept;
        let (raw, quarters, days) = (since(raw), since(quarters), since(days));
        let imports = imported::of_series(connection, series)?;
        Ok(Ages { series, raw, quarters, days, imports })
    };
    series::all(connection)?.into_iter().map(of).collect()
}

/// Says each night what a retention that nobody stated will give up, until it holds.
fn tell_what_will_go(
    connection: &Connection,
    retention: &Retention,
    today: RetentionDay,
) -> Result<(), StoreError> {
    let told = ageing::told(connection, today)?;
    if today.holds_default(told) {
        return Ok(());
    }
    let mut days = 0;
    for (series, source) in series::all(connection)? {
        let kept = retention.of(source.quantity);
        if let Some(raw) = kept.raw.filter(|_| kept.by_default) {
            let since = today.kept_since(raw) * Tier::Day.length();
            days += blocks::days_before(connection, series, since)?.len();
        }
    }
    if days > 0 {
        let from = Instant::from_millis(RetentionDay::default_from(told) * Tier::Day.length());
        tracing::warn!(
            days, %from,
            "the site file does not say for how long readings are kept, so from then on days of readings of single sources \
             that are older than 400 days are given up, a week a night; to keep them, write `raw = \"for ever\"` into \
             [retention.all] of the site file"
        );
    }
    Ok(())
}

impl Ages {
    fn give_up_readings(
        &self,
        connection: &Connection,
        rules: &Rules,
    ) -> Result<Vec<Slot>, StoreError> {
        let Some(since) = self.raw else { return Ok(Vec::new()) };
        let mut gone = Vec::new();
        for day in blocks::days_before(connection, self.series, since * Tier::Day.length())? {
            if gone.len() == DAYS_A_NIGHT {
                break;
            }
            if !self.was_imported(day, since) && give_up(connection, day, rules)? {
                gone.push(day);
            }
        }
        Ok(gone)
    }

    fn give_up_rollups(&self, connection: &Connection, zone: &TimeZone) -> Result<(), StoreError> {
        if let Some(since) = self.quarters.map(|since| self.kept_with_imports(since)) {
            let end = Slot::of(Tier::Day, self.series, since * Tier::Day.length()).id();
            rollups::remove_quarters_before(connection, self.series, end, DAYS_A_NIGHT)?;
        }
        if let Some(since) = self.days.map(|since| self.kept_with_imports(since)) {
            civil_days::remove_before(connection, self.series, since, DAYS_A_NIGHT, zone)?;
        }
        Ok(())
    }

    /// Whether the day was imported, and all that was since the day `since` is kept yet.
    fn was_imported(&self, day: Slot, since: i64) -> bool {
        self.imports.iter().any(|import| import.keeps(day.number(), since))
    }

    /// The first day that is kept, so that no day is given up that was imported since `since`.
    fn kept_with_imports(&self, since: i64) -> i64 {
        let young = self.imports.iter().filter(|import| import.on >= since);
        young.map(|import| import.first).min().map_or(since, |first| first.min(since))
    }

    /// Whether readings of the day may go for want of space: they are no longer kept, or a person has said yes to days
    /// before `agreed`.
    fn may_go(&self, day: Slot, agreed: Option<i64>) -> bool {
        let is_before = |since: i64| day.number() < since && !self.was_imported(day, since);
        self.raw.is_some_and(is_before) || agreed.is_some_and(is_before)
    }
}

/// Takes the blocks of a day out, unless another store lacks some of it. Its rollups are made before, if need be.
fn give_up(connection: &Connection, day: Slot, rules: &Rules) -> Result<bool, StoreError> {
    if backlog::is_owed(connection, day)? {
        return Ok(false);
    }
    if rollups::is_missing(connection, day)? {
        rollups::rewrite_day(connection, day, rules)?;
    }
    for hour in blocks::hours_of(connection, day)? {
        blocks::remove_hour(connection, hour)?;
    }
    blocks::remove_day(connection, day)?;
    Ok(true)
}

/// Removal for want of space: the oldest readings of all series that may go, until there is room.
#[derive(Debug)]
pub(in crate::sqlite) struct FreeingSpace {
    ages: HashMap<SeriesId, Ages>,
    /// Days before this one may go, as a person agreed.
    agreed: Option<i64>,
    /// Blocks up to this one were looked at.
    after: i64,
}

impl FreeingSpace {
    /// Begins with the oldest readings.
    pub(in crate::sqlite) fn of(
        connection: &Connection,
        retention: &Retention,
        today: RetentionDay,
    ) -> Result<Self, StoreError> {
        let ages = ages(connection, retention, today)?;
        let ages = ages.into_iter().map(|ages| (ages.series, ages)).collect();
        let agreed = retention.disk.give_up_after.map(|days| today.kept_since(days));
        Ok(Self { ages, agreed, after: i64::MIN })
    }

    /// Gives up readings that take `missing` bytes, or some of them. `None` when there is nothing that may go.
    pub(in crate::sqlite) fn step(
        &mut self,
        connection: &Connection,
        missing: u64,
        rules: &Rules,
    ) -> Result<Option<Vec<Slot>>, StoreError> {
        let mut statement = connection.prepare_cached(
            "SELECT id, length(data) FROM blk_d WHERE id > ?1 ORDER BY id LIMIT ?2",
        )?;
        let limit = i64::try_from(ROWS_PER_STEP).unwrap_or(i64::MAX);
        let found = statement.query_map(params![self.after, limit], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
        })?;
        let found: Vec<(i64, u64)> = found.collect::<Result<_, _>>()?;
        if found.is_empty() {
            return Ok(None);
        }
        let may_go: Vec<(Slot, u64)> = found
            .iter()
            .map(|(id, bytes)| (Slot::from_id(Tier::Day, *id), *bytes))
            .filter(|(day, _)| {
                self.ages.get(&day.series).is_some_and(|it| it.may_go(*day, self.agreed))
            })
            .collect();
        let sizes: Vec<u64> = may_go.iter().map(|(_, bytes)| *bytes).collect();
        let least = least_blocks(&sizes, missing);
        // Where fewer than these are needed, those after them are looked at another time.
        let seen = match may_go.get(least.saturating_sub(1)) {
            Some((day, _)) if least < may_go.len() => Some(day.id()),
            _ => found.last().map(|(id, _)| *id),
        };
        self.after = seen.unwrap_or(self.after);
        let mut gone = Vec::new();
        for (day, _) in may_go.into_iter().take(least) {
            if give_up(connection, day, rules)? {
                gone.push(day);
            }
        }
        Ok(Some(gone))
    }
}
