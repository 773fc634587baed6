//! Sealing: the log is packed into hour blocks; then the days that have ended, and what is no longer kept.
//!
//! It goes in steps of one short transaction each, so that appends wait for no more than one of them. A pass that was
//! broken off leaves nothing half done: the next one starts from what the file then holds.

use std::collections::BTreeMap;

use domain::Instant;
use domain::storage::{Shortage, Verdict};
use rusqlite::{Connection, OptionalExtension, params};

use super::disk::Measure;
use super::retention::{FreeingSpace, Nightly};
use super::{ageing, days};
use crate::ports::StoreError;
use crate::sqlite::codec::entry::{Entry, in_order};
use crate::sqlite::codec::series_id::SeriesId;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::backlog::Mark;
use crate::sqlite::tables::rollups::Rules;
use crate::sqlite::tables::{backlog, blocks, log, meta, rollups, series};

/// How many readings of the log one step packs, or some more.
const READINGS_PER_STEP: usize = 20_000;
/// How many days one step rolls up again.
const DAYS_PER_STEP: usize = 8;

/// What a seal did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Readings that moved from the log into blocks.
    pub readings: u64,
    /// Hour blocks written.
    pub hours: u64,
    /// Day blocks written, with their summaries.
    pub days: u64,
    /// Day blocks given up since they are no longer kept.
    pub given_up: u64,
    /// Day blocks given up since the store has filled the disk for a day.
    pub given_up_for_room: u64,
}

/// One pass over the file.
#[derive(Debug)]
pub(in crate::sqlite) struct Pass {
    stage: Stage,
    sealed: Sealed,
}

#[derive(Debug)]
enum Stage {
    /// Packing what the log held at the start; then, if there is an instant, the days that have ended by then.
    Log(Option<Instant>),
    /// Making the rollups by civil day again where the zone is another one.
    Zone(Instant),
    /// Rolling these days up again, by another longest gap. The list is worked off from its end.
    Gap {
        now: Instant,
        days: Vec<Slot>,
    },
    /// Packing days, step by step. The list is worked off from its end.
    Days {
        now: Instant,
        due: i64,
        steps: Vec<Vec<Slot>>,
    },
    /// Giving up what is no longer kept.
    Night {
        now: Instant,
        due: i64,
        nightly: Nightly,
    },
    /// Looking whether there is room.
    Room(Instant),
    /// Giving up the oldest readings after a shortage that has stood, until there is room.
    Space(Shortage, FreeingSpace),
    Done,
}

/// Readings by the hour that they belong to.
pub(in crate::sqlite) type Hours = Vec<(Slot, Vec<Entry>)>;

/// Readings that a step moved or removed, by which the writer updates its [`Dedup`](crate::sqlite::dedup::Dedup).
#[derive(Debug, Default)]
pub(in crate::sqlite) struct Moved {
    /// Readings that went from the log to an hour block.
    pub(in crate::sqlite) sealed: Hours,
    /// Days whose readings are gone.
    pub(in crate::sqlite) given_up: Vec<Slot>,
}

impl Pass {
    /// Seals all that is due at `now`.
    pub(in crate::sqlite) fn at(now: Instant) -> Self {
        Self { stage: Stage::Log(Some(now)), sealed: Sealed::default() }
    }

    /// Packs the log and nothing else.
    pub(in crate::sqlite) fn of_the_log() -> Self {
        Self { stage: Stage::Log(None), sealed: Sealed::default() }
    }

    /// What was done, once all is.
    pub(in crate::sqlite) fn done(&self) -> Option<Sealed> {
        matches!(self.stage, Stage::Done).then_some(self.sealed)
    }

    /// Does one step within a transaction, and gives the readings that it moved or removed. Those of the log that are not `forwarded` are owed.
    pub(in crate::sqlite) fn step(
        &mut self,
        connection: &Connection,
        rules: &Rules,
        forwarded: Option<Mark>,
        measure: &Measure,
    ) -> Result<Moved, StoreError> {
        match &mut self.stage {
            Stage::Log(now) => {
                let now = *now;
                let (moved, was_last) = pack_log(connection, forwarded, &mut self.sealed)?;
                if was_last {
                    self.stage = now.map_or(Stage::Done, Stage::Zone);
                }
                return Ok(Moved { sealed: moved, ..Moved::default() });
            }
            Stage::Zone(now) => {
                if !rewrite_one_series(connection, rules)? {
                    let mut days = rollups::outdated(connection, rules.longest_gap)?;
                    days.reverse();
                    self.stage = Stage::Gap { now: *now, days };
                }
            }
            Stage::Gap { now, days } => {
                if days.is_empty() {
                    rollups::all_made(connection, rules.longest_gap)?;
                    let (due, steps) = days::due(connection, *now)?;
                    self.stage = Stage::Days { now: *now, due, steps };
                } else {
                    for day in days.split_off(days.len().saturating_sub(DAYS_PER_STEP)) {
                        rollups::rewrite_day(connection, day, rules)?;
                    }
                }
            }
            Stage::Days { now, due, steps } => match steps.pop() {
                Some(step) => self.sealed.days += days::pack(connection, step, rules)?,
                None => self.stage = end_of_days(connection, rules, *now, *due)?,
            },
            Stage::Night { now, due, nightly } => {
                if let Some(given_up) = nightly.step(connection, rules)? {
                    self.sealed.given_up += given_up.len() as u64;
                    return Ok(Moved { given_up, ..Moved::default() });
                }
                meta::set(connection, GIVEN_UP, *due)?;
                self.stage = Stage::Room(*now);
            }
            Stage::Room(now) => self.stage = look_at_room(connection, rules, *now, measure)?,
            Stage::Space(shortage, space) => {
                let room = measure.room(connection)?;
                if let Verdict::GiveUp(missing) =
                    Verdict::of(&room, &rules.retention.disk, Some(*shortage))
                    && let Some(given_up) = space.step(connection, missing, rules)?
                {
                    self.sealed.given_up_for_room += given_up.len() as u64;
                    return Ok(Moved { given_up, ..Moved::default() });
                }
                self.stage = Stage::Done;
            }
            Stage::Done => {}
        }
        Ok(Moved::default())
    }
}

/// Packs the oldest rows of the log; also says whether these were all.
fn pack_log(
    connection: &Connection,
    forwarded: Option<Mark>,
    sealed: &mut Sealed,
) -> Result<(Hours, bool), StoreError> {
    let oldest = log::oldest(connection, READINGS_PER_STEP)?;
    let mut hours = BTreeMap::<i64, (Vec<Entry>, u64)>::new();
    for row in &oldest.rows {
        let hour = Slot::of(Tier::Hour, row.series, row.entry.ts);
        let (entries, owed) = hours.entry(hour.id()).or_default();
        entries.push(row.entry);
        *owed += u64::from(forwarded.is_some_and(|mark| !mark.covers(row.seq)));
    }
    let (mut moved, mut stay) = (Hours::new(), Vec::new());
    for (id, (entries, owed)) in hours {
        let hour = Slot::from_id(Tier::Hour, id);
        let entries = in_order(entries);
        if pack_hour(connection, hour, &entries)? {
            backlog::add(connection, hour, owed)?;
            sealed.hours += 1;
            sealed.readings += entries.len() as u64;
            moved.push((hour, entries));
        } else {
            stay.extend(entries.into_iter().map(|entry| (hour.series, entry)));
        }
    }
    log::remove(connection, &oldest)?;
    log::append(connection, &stay)?;
    // Where nothing could be packed, another step would find the same.
    let was_last = oldest.are_all || moved.is_empty();
    Ok((moved, was_last))
}

/// Whether the readings went into the hour's block; a damaged one takes none.
fn pack_hour(connection: &Connection, hour: Slot, entries: &[Entry]) -> Result<bool, StoreError> {
    let Some(mut block) = blocks::readable(connection, hour)? else { return Ok(false) };
    block.extend(entries);
    blocks::write_hour(connection, hour, &in_order(block))?;
    Ok(true)
}

/// What follows once no day is left to be packed: once a night, giving up what is no longer kept.
fn end_of_days(
    connection: &Connection,
    rules: &Rules,
    now: Instant,
    due: i64,
) -> Result<Stage, StoreError> {
    days::all_packed(connection, due)?;
    if meta::number(connection, GIVEN_UP)? == Some(due) {
        return Ok(Stage::Room(now));
    }
    let Some(today) = ageing::day_of_night(connection, due)? else {
        meta::set(connection, GIVEN_UP, due)?;
        return Ok(Stage::Room(now));
    };
    Ok(Stage::Night { now, due, nightly: Nightly::of(connection, &rules.retention, today)? })
}

/// What follows from the room that there is: mostly nothing.
fn look_at_room(
    connection: &Connection,
    rules: &Rules,
    now: Instant,
    measure: &Measure,
) -> Result<Stage, StoreError> {
    let (room, guard) = (measure.room(connection)?, &rules.retention.disk);
    let shortage = ageing::shortage(connection, room.missing_bytes(guard) > 0, now)?;
    let verdict = Verdict::of(&room, guard, shortage);
    let (Verdict::GiveUp(missing), Some(shortage)) = (verdict, shortage) else {
        return Ok(Stage::Done);
    };
    let Some(today) = ageing::last_day(connection)? else { return Ok(Stage::Done) };
    tracing::warn!(
        missing_bytes = missing,
        "the store has filled its disk for a day; the oldest readings go that are no longer kept, or that \
         [disk] give_up_after lets go"
    );
    Ok(Stage::Space(shortage, FreeingSpace::of(connection, &rules.retention, today)?))
}

/// Makes the civil days of one series again whose time zone is not `zone`; false when there is none.
pub(in crate::sqlite) fn rewrite_one_series(
    connection: &Connection,
    rules: &Rules,
) -> Result<bool, StoreError> {
    let name = series::zone_name(&rules.zone);
    let update = "UPDATE series SET day_zone = ?1";
    // Series without summaries have nothing to make again.
    let fresh = format!(
        "{update} WHERE day_zone IS NULL AND NOT EXISTS (SELECT 1 FROM q15 WHERE q15.series = series.id)"
    );
    connection.prepare_cached(&fresh)?.execute([&name])?;
    let mut other =
        connection.prepare_cached("SELECT id FROM series WHERE day_zone IS NOT ?1 LIMIT 1")?;
    let series: Option<SeriesId> = other.query_row([&name], |row| row.get(0)).optional()?;
    let Some(series) = series else { return Ok(false) };
    rollups::rewrite_civil_days(connection, series, rules)?;
    connection
        .prepare_cached(&format!("{update} WHERE id = ?2"))?
        .execute(params![name, series])?;
    Ok(true)
}

/// In `meta`: the day in whose early hours what is no longer kept was last given up, in days since 1970.
const GIVEN_UP: &str = "given_up";
