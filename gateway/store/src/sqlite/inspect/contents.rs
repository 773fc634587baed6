//! Every block, rollup and commit of the log unpacked, and rollups compared with the readings that they are of.

use rusqlite::{Connection, params};

use super::findings::{Inspection, InspectionPlan};
use crate::ports::StoreError;
use crate::sqlite::codec::entry::Entry;
use crate::sqlite::codec::quarters;
use crate::sqlite::codec::slot::{Slot, Tier};
use crate::sqlite::tables::rollups::{self, Rules};
use crate::sqlite::tables::{blocks, civil_days, log, series};

/// How many rows are looked at before it is asked whether to go on.
const ROWS_AT_ONCE: usize = 256;

/// Looks at everything that is packed.
pub(super) fn check(
    connection: &Connection,
    plan: &InspectionPlan<'_>,
    found: &mut Inspection,
) -> Result<(), StoreError> {
    let check = Check { connection, plan, rules: Rules::of(plan.settings) };
    match log::inspect(connection) {
        Ok((_, damaged)) => found.damaged.add_all(damaged),
        Err(StoreError::Damaged { what }) => found.damaged.add(format!("the log: {what}")),
        Err(other) => return Err(other),
    }
    check.each_slot("blk_h", Tier::Hour, found, Check::block)?;
    check.each_slot("blk_d", Tier::Day, found, Check::block)?;
    check.rollups_of_days(found)?;
    check.civil_days(found)
}

struct Check<'a> {
    connection: &'a Connection,
    plan: &'a InspectionPlan<'a>,
    rules: Rules,
}

impl Check<'_> {
    /// Gives the slot of each row of a table to `look`. Rows behind a page that cannot be read are passed over; the check of
    /// pages names that page.
    fn each_slot(
        &self,
        table: &str,
        tier: Tier,
        found: &mut Inspection,
        mut look: impl FnMut(&Self, Slot, &mut Inspection) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let sql = format!("SELECT id FROM {table} NOT INDEXED WHERE id > ?1 ORDER BY id LIMIT ?2");
        let mut after = i64::MIN;
        while (self.plan.go_on)() {
            let ids = self.ids(&sql, after);
            let ids = match ids {
                Ok(ids) => ids,
                Err(StoreError::Damaged { what }) => {
                    let place = Slot::from_id(tier, after);
                    found.damaged.add(format!("{table} behind {}: {what}", place.describe()));
                    return Ok(());
                }
                Err(other) => return Err(other),
            };
            let Some(last) = ids.last() else { return Ok(()) };
            after = *last;
            for id in ids {
                look(self, Slot::from_id(tier, id), found)?;
            }
        }
        Ok(())
    }

    fn ids(&self, sql: &str, after: i64) -> Result<Vec<i64>, StoreError> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let count = i64::try_from(ROWS_AT_ONCE).unwrap_or(i64::MAX);
        let ids = statement.query_map(params![after, count], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    fn block(&self, slot: Slot, found: &mut Inspection) -> Result<(), StoreError> {
        found.blocks += 1;
        match blocks::read(self.connection, slot) {
            Ok(entries) => self.beside(slot, &entries, found),
            Err(StoreError::Damaged { what }) => {
                found.damaged.add(what);
                Ok(())
            }
            Err(other) => Err(other),
        }
    }

    /// Compares what stands beside a block with its readings.
    fn beside(
        &self,
        slot: Slot,
        entries: &[Entry],
        found: &mut Inspection,
    ) -> Result<(), StoreError> {
        let told = blocks::counted(self.connection, slot)?;
        // A block that was packed into its day meanwhile is not there any more.
        let Some(told) = told else { return Ok(()) };
        let name = || series::name(self.connection, slot.series);
        if !entries.is_empty() && blocks::Counted::of(entries) != Some(told) {
            let what = "count or last instant beside the block are not those of its readings";
            found.damaged.add(format!("{}, {}: {what}", name(), slot.describe()));
        }
        if !series::is_known(self.connection, slot.series)? {
            found.damaged.add(format!("{}, {}: there is no such series", name(), slot.describe()));
        }
        Ok(())
    }

    fn rollups_of_days(&self, found: &mut Inspection) -> Result<(), StoreError> {
        let count = self.connection.query_row("SELECT count(*) FROM q15", [], |row| row.get(0));
        let count: i64 = count.or_else(|error| match StoreError::from(error) {
            // The check of pages has told it.
            StoreError::Damaged { .. } => Ok(0),
            other => Err(other),
        })?;
        let every = self
            .plan
            .compared_days
            .map_or(1, |days| count.unsigned_abs().div_ceil(days.max(1)).max(1));
        let mut nth = 0_u64;
        self.each_slot("q15", Tier::Day, found, |check, day, found| {
            nth += 1;
            found.rollups += 1;
            match rollups::read_day(check.connection, day) {
                Ok(Some(stored)) if nth.is_multiple_of(every) => check.compare(day, &stored, found),
                Ok(_) => Ok(()),
                Err(StoreError::Damaged { what }) => {
                    found.damaged.add(what);
                    Ok(())
                }
                Err(other) => Err(other),
            }
        })
    }

    /// Makes the rollups of a day again, where all of its readings are kept and the rules are the same.
    fn compare(
        &self,
        day: Slot,
        stored: &rollups::StoredDay,
        found: &mut Inspection,
    ) -> Result<(), StoreError> {
        let gap = i64::try_from(self.rules.longest_gap.as_millis()).unwrap_or(i64::MAX);
        let Some(basis) = self.rules.basis(self.connection, day.series)? else { return Ok(()) };
        let entries = match blocks::read(self.connection, day) {
            Ok(entries) => entries,
            // It was told with the blocks.
            Err(StoreError::Damaged { .. }) => return Ok(()),
            Err(other) => return Err(other),
        };
        if entries.is_empty() || stored.partly || stored.gap != gap {
            return Ok(());
        }
        found.compared += 1;
        if quarters::roll_up(&entries, &basis) != stored.quarters {
            let name = series::name(self.connection, day.series);
            found.differing.add(format!("{name}, {}", day.describe()));
        }
        Ok(())
    }

    fn civil_days(&self, found: &mut Inspection) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        while (self.plan.go_on)() {
            match civil_days::inspect(self.connection, after, ROWS_AT_ONCE) {
                Ok((last, damaged)) => {
                    found.damaged.add_all(damaged);
                    let Some(last) = last else { return Ok(()) };
                    found.rollups += 1;
                    after = last;
                }
                Err(StoreError::Damaged { what }) => {
                    found.damaged.add(format!("rollups by day: {what}"));
                    return Ok(());
                }
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }
}
