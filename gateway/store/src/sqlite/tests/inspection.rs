//! Damage is found wherever it is, and what can be read beside it comes out.

use std::collections::BTreeSet;
use std::fs;

use super::*;
use crate::conformance::{air, append, at, co2};
use crate::sqlite::inspect::{Inspection, InspectionPlan, inspect};

const DAYS: i64 = 4;

fn looked_at(folder: &Path, compared_days: Option<u64>) -> Result<Inspection, StoreError> {
    let settings = SqliteSettings::default();
    inspect(folder, &InspectionPlan { settings: &settings, compared_days, go_on: &|| true })
}

fn value(nr: i64) -> f64 {
    f64::from(u16::try_from(400 + nr * 7919 % 700).unwrap())
}

/// Readings every ten minutes: of some days in day blocks, of the last one in hour blocks and in the log.
async fn some_days() -> Sqlite {
    let mut subject = Sqlite::new();
    let from = at("2026-11-20T00:00:00Z").as_millis();
    let reading = |nr: i64| co2(Instant::from_millis(from + nr * 600_000), value(nr));
    let readings = |nrs: std::ops::Range<i64>| nrs.map(reading).collect::<Vec<_>>();
    append(&subject, readings(0..DAYS * 144 + 60)).await;
    subject.seal(at("2026-11-24T10:00:00Z")).await;
    append(&subject, readings(DAYS * 144 + 60..DAYS * 144 + 90)).await;
    subject
}

#[tokio::test]
async fn a_sound_store_is_found_sound_and_all_its_days_are_compared() {
    let subject = some_days().await;
    for compared in [Some(2), None] {
        let found = looked_at(subject.folder.path(), compared).unwrap();
        assert!(found.is_sound() && !found.is_cut_short, "{found:?}");
        assert!(found.blocks >= 4 && found.rollups >= 4, "{found:?}");
        let days = u64::try_from(DAYS).unwrap();
        assert_eq!(found.compared, compared.unwrap_or(days), "{found:?}");
    }
}

#[tokio::test]
async fn a_harmed_block_rollup_or_commit_is_named_by_series_and_time() {
    for (table, column, told) in [
        ("blk_h", "data", "air-1 co2, hour from 2026-11-24T00:00:00Z: checksum differs"),
        ("blk_d", "data", "air-1 co2, day from 2026-11-20T00:00:00Z: checksum differs"),
        ("q15", "data", "rollups of air-1 co2, day from 2026-11-20T00:00:00Z: checksum differs"),
        ("rd", "data", "rollups of air-1 co2, days from"),
        ("log", "v", "readings of one commit in the log"),
    ] {
        let subject = some_days().await;
        let stranger = subject.stranger();
        let first = format!("SELECT rowid, {column} FROM {table} ORDER BY rowid LIMIT 1");
        let (id, mut data): (i64, Vec<u8>) =
            stranger.query_row(&first, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        data[20] ^= 1;
        let update = format!("UPDATE {table} SET {column} = ?2 WHERE rowid = ?1");
        stranger.execute(&update, (id, data)).unwrap();

        let found = looked_at(subject.folder.path(), None).unwrap();

        assert_eq!((found.damaged.count, found.pages.count), (1, 0), "{table}: {found:?}");
        assert!(found.damaged.told[0].contains(told), "{table}: {found:?}");
    }
}

#[tokio::test]
async fn rollups_that_are_not_those_of_their_readings_are_found() {
    let subject = some_days().await;
    let (readings, stranger) = (subject.folder.path(), subject.stranger());
    let day = slot::Slot::from_id(
        slot::Tier::Day,
        stranger.query_row("SELECT min(id) FROM blk_d", [], |row| row.get(0)).unwrap(),
    );
    let mut entries = blocks::read(&stranger, day).unwrap();
    entries[3].number += 1.0;
    let sql = "UPDATE blk_d SET times = NULL, data = ?2 WHERE id = ?1";
    stranger.execute(sql, (day.id(), block::encode(&entries))).unwrap();

    let found = looked_at(readings, None).unwrap();

    assert_eq!(found.differing.told, ["air-1 co2, day from 2026-11-20T00:00:00Z"]);
}

#[tokio::test]
async fn a_look_that_is_broken_off_says_so() {
    let subject = some_days().await;
    let settings = SqliteSettings::default();
    let plan = InspectionPlan { settings: &settings, compared_days: None, go_on: &|| false };
    assert!(inspect(subject.folder.path(), &plan).unwrap().is_cut_short);
}

/// The readings that come out of a file as `vigie export` takes them, and whether something was told to be missing.
async fn exported(folder: &Path) -> Result<(BTreeSet<(String, i64, u64)>, bool), StoreError> {
    let reader = SqliteReader::open(folder)?;
    let is_damaged = !reader.faults().await?.is_empty();
    let (sources, unnamed) = reader.named_sources().await?;
    let mut is_told = is_damaged || !unnamed.is_empty();
    let mut all = BTreeSet::new();
    for source in sources {
        let whole = reader.range(Range::of(source.clone(), Period::ALL)).await;
        let found = match whole {
            Ok(found) if !is_damaged => found,
            Ok(_) | Err(StoreError::Damaged { .. }) => {
                let mut found = Vec::new();
                for day in reader.days_of(source.clone(), Period::ALL).await? {
                    let salvaged = reader.salvage(source.clone(), day).await?;
                    is_told |= !salvaged.unreadable.is_empty();
                    found.extend(salvaged.readings);
                }
                found
            }
            Err(other) => return Err(other),
        };
        let of = |it: Observation| {
            (source.to_string(), it.observed_at.as_millis(), it.value.as_f64().to_bits())
        };
        all.extend(found.into_iter().map(of));
    }
    Ok((all, is_told))
}

#[tokio::test]
async fn a_flipped_bit_anywhere_in_the_file_is_told_or_harmless_and_never_a_wrong_reading() {
    let mut subject = some_days().await;
    subject.writer = None;
    let path = subject.folder.path().join(FILE);
    let stranger = subject.stranger();
    stranger.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    drop(stranger);
    let whole = fs::read(&path).unwrap();
    let (right, is_told) = exported(subject.folder.path()).await.unwrap();
    assert_eq!((i64::try_from(right.len()).unwrap(), is_told), (DAYS * 144 + 90, false));
    let (mut outcomes, mut healed) = ([0; 3], 0);
    // A prime step comes by all sorts of pages and all bits of a byte.
    for at in (0..whole.len() * 8).step_by(whole.len() * 8 / 397) {
        let mut bytes = whole.clone();
        bytes[at / 8] ^= 1 << (at % 8);
        let copy = tempfile::tempdir().unwrap();
        fs::write(copy.path().join(FILE), bytes).unwrap();
        let Ok((found, is_told)) = exported(copy.path()).await else {
            outcomes[0] += 1;
            continue;
        };
        assert!(found.is_subset(&right), "a wrong reading: byte {}, bit {}", at / 8, at % 8);
        assert!(found == right || is_told, "missing in silence: byte {}, bit {}", at / 8, at % 8);
        outcomes[if found == right { 1 } else { 2 }] += 1;
        if found == right && is_told {
            // Only an index is damaged; it is made again.
            if rebuild(copy.path(), &SqliteSettings::default(), || true).is_ok() {
                let faults = SqliteReader::open(copy.path()).unwrap().faults().await.unwrap();
                healed += usize::from(faults.is_empty());
            }
        }
    }
    assert!(healed > 0, "no damaged index was met and made again");
    let [refused, as_before, partly] = outcomes;
    // Only a harmed first page, with the schema, gives nothing.
    assert!(refused * 10 < as_before && partly > 5, "{outcomes:?}");
}

#[tokio::test]
async fn the_days_of_a_source_are_found_though_its_first_block_is_damaged() {
    let subject = some_days().await;
    let stranger = subject.stranger();
    let sql = "UPDATE blk_d SET data = zeroblob(40) WHERE id = (SELECT min(id) FROM blk_d)";
    stranger.execute(sql, []).unwrap();
    let reader = subject.reader();
    let days = reader.days_of(air(), Period::ALL).await.unwrap();
    assert_eq!(days.len(), 5);
    assert_eq!(days[0].start(), at("2026-11-20T00:00:00Z"));
    let first = reader.salvage(air(), days[0]).await.unwrap();
    assert_eq!((first.readings.len(), first.unreadable.len()), (0, 1));
    assert_eq!(reader.salvage(air(), days[1]).await.unwrap().readings.len(), 144);
}
