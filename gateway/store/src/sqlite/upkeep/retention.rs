//! Giving up what is no longer kept: a little in each transaction, each night by age, and at once where the disk is
//! nearly full. The file does not shrink; what was given up is room for what comes.

use domain::Instant;
use domain::site::Retention;
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use rusqlite::{Connection, params};

use crate::ports::StoreError;
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::rollups::Rules;
use crate::sqlite::tables::series;
use crate::sqlite::tables::{backlog, blocks, civil_days, rollups};

/// How many rows one step gives up.
const ROWS_PER_STEP: usize = 32;
/// How many days of a series go in one night at most: one is enough, and a clock that is far ahead must not empty the
/// store.
const DAYS_A_NIGHT: usize = 7;
/// So many days of readings stay however full the disk is: the live figures are made of them.
const NEVER_GIVEN_UP: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What one night has to give up, series by series.
#[derive(Debug)]
pub(in crate::sqlite) struct Nightly {
    rest: Vec<Ages>,
}

/// From when on a series is kept, as days since 1970.
#[derive(Debug)]
struct Ages {
    series: SeriesId,
    raw: Option<i64>,
    quarters: Option<i64>,
    days: Option<i64>,
}

impl Nightly {
    /// What `retention` no longer keeps on the day `today`, in days since 1970.
    pub(in crate::sqlite) fn of(
        connection: &Connection,
        retention: &Retention,
        today: i64,
    ) -> Result<Self, StoreError> {
        let since = |days: Option<u32>| days.map(|days| today - i64::from(days));
        let ages = |(series, source): (SeriesId, domain::Source)| {
            let kept = retention.of(source.quantity);
            let (raw, quarters, days) = (since(kept.raw), since(kept.quarters), since(kept.days));
            Ages { series, raw, quarters, days }
        };
        Ok(Self { rest: series::all(connection)?.into_iter().map(ages).collect() })
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
            if give_up(connection, day, rules)? {
                gone.push(day);
            }
        }
        Ok(gone)
    }

    fn give_up_rollups(&self, connection: &Connection, zone: &TimeZone) -> Result<(), StoreError> {
        if let Some(since) = self.quarters {
            let end = Slot::of(Tier::Day, self.series, since * Tier::Day.length()).id();
            rollups::remove_quarters_before(connection, self.series, end, DAYS_A_NIGHT)?;
        }
        if let Some(since) = self.days {
            civil_days::remove_before(connection, self.series, since, DAYS_A_NIGHT, zone)?;
        }
        Ok(())
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

/// Removal for want of space: the oldest readings of all series go, day by day.
#[derive(Debug, Default)]
pub(in crate::sqlite) struct FreeingSpace {
    /// Blocks up to this one were looked at.
    after: Option<i64>,
}

impl FreeingSpace {
    /// Gives up some of the oldest readings, `newest` being the newest reading there is. `None` when there is
    /// nothing that may go.
    pub(in crate::sqlite) fn step(
        &mut self,
        connection: &Connection,
        newest: Instant,
        rules: &Rules,
    ) -> Result<Option<Vec<Slot>>, StoreError> {
        let stays = (newest - NEVER_GIVEN_UP).as_millis();
        let end = Slot::of(Tier::Day, SeriesId::of_block(0), stays).id();
        let mut statement = connection.prepare_cached(
            "SELECT id FROM blk_d WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT ?3",
        )?;
        let limit = i64::try_from(ROWS_PER_STEP).unwrap_or(i64::MAX);
        let from = self.after.unwrap_or(i64::MIN);
        let found = statement.query_map(params![from, end, limit], |row| row.get(0))?;
        let found: Vec<i64> = found.collect::<Result<_, _>>()?;
        let Some(last) = found.last() else { return Ok(None) };
        self.after = Some(*last);
        let mut gone = Vec::new();
        for id in found {
            let day = Slot::from_id(Tier::Day, id);
            if give_up(connection, day, rules)? {
                gone.push(day);
            }
        }
        Ok(Some(gone))
    }
}
