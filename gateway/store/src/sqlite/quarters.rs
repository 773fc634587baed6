//! The rollups of a day's quarters of an hour as compressed columns.
//!
//! ```text
//! version u8 | decimals u8 | n u8 | length of each column u16 | columns | crc32 u32
//! ```
//!
//! Columns are packed as [those](super::column) of a block. Where all numbers have few decimals they are integers
//! scaled by `10^decimals`, most of them as what they differ from what others let expect.

use domain::Instant;
use domain::rollup::{Basis, Rollup};

use super::block::BlockFault;
use super::column::{ColumnFault, pack, unpack};
use super::decimals::Decimals;
use super::entry::{Entry, real};
use super::slot::Slot;

/// The length of a quarter of an hour in milliseconds. Every offset in use is a multiple of it.
pub(super) const QUARTER: i64 = 15 * 60 * 1000;

const VERSION: u8 = 1;
const FLOATS: u8 = u8::MAX;
const COLUMNS: usize = 14;
const HEADER_BYTES: usize = 3 + 2 * COLUMNS;
/// How many numbers a rollup has that scale with its values.
const NUMBERS: usize = 7;

/// The quarter of an hour that holds `ts`.
pub(super) const fn quarter_of(ts: i64) -> i64 {
    ts.div_euclid(QUARTER)
}

/// The rollups of entries, which are in order, by quarter of an hour.
pub(super) fn roll_up(entries: &[Entry], basis: &Basis) -> Vec<Rollup> {
    let quarters = entries.chunk_by(|a, b| quarter_of(a.ts) == quarter_of(b.ts));
    quarters.filter_map(|quarter| summary(quarter, basis)).collect()
}

/// The rollup of entries, with exact sums where all are decimals.
fn summary(entries: &[Entry], basis: &Basis) -> Option<Rollup> {
    let numbers: Vec<f64> = entries.iter().map(|entry| entry.number).collect();
    let at = |entry: &Entry| Instant::from_millis(entry.ts);
    let of = |numbers: &[f64]| {
        Rollup::of_all(entries.iter().map(at).zip(numbers.iter().copied()), basis)
    };
    let rollup = of(&numbers)?;
    let Some((decimals, scaled)) = Decimals::of_all(&numbers) else { return Some(rollup) };
    let scaled: Vec<f64> = scaled.into_iter().map(real).collect();
    let exact = of(&scaled)?;
    Some(Rollup {
        sum: decimals.unscaled(exact.sum),
        increase: decimals.unscaled(exact.increase),
        held: decimals.unscaled(exact.held),
        ..rollup
    })
}

/// Packs the rollups of a day, of which there is at least one and each is of another quarter of an hour.
pub(super) fn encode(day: Slot, quarters: &[Rollup]) -> Vec<u8> {
    let times = time_columns(day, quarters);
    let numbers: Vec<[f64; NUMBERS]> = quarters.iter().map(numbers).collect();
    let (decimals, numbers) = match scaled(quarters, &numbers) {
        Some((decimals, rows)) => (decimals.count(), column_wise(&rows, |column| pack(&column))),
        None => (FLOATS, column_wise(&numbers, |column| pack(&column))),
    };
    let steepest: Vec<f64> = quarters.iter().map(|rollup| rollup.steepest).collect();
    let columns = times.iter().map(|column| pack(column)).chain(numbers).chain([pack(&steepest)]);
    let columns: Vec<Vec<u8>> = columns.collect();

    let count = u8::try_from(quarters.len()).expect("a day has at most 96 quarters of an hour");
    let mut data = vec![VERSION, decimals, count];
    for column in &columns {
        let length = u16::try_from(column.len()).expect("96 cells are short");
        data.extend(length.to_le_bytes());
    }
    data.extend(columns.concat());
    data.extend(crc32fast::hash(&data).to_le_bytes());
    data
}

/// Unpacks the rollups of `day`.
pub(super) fn decode(data: &[u8], day: Slot) -> Result<Vec<Rollup>, BlockFault> {
    let (body, checksum) = data.split_last_chunk::<4>().ok_or(BlockFault::Short)?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Err(BlockFault::Checksum);
    }
    let (header, mut rest) = body.split_at_checked(HEADER_BYTES).ok_or(BlockFault::Short)?;
    let (version, decimals, count) = (header[0], header[1], usize::from(header[2]));
    if version != VERSION {
        return Err(BlockFault::Version(version));
    }
    if count == 0 {
        return Err(BlockFault::Count(count));
    }
    let mut columns = Vec::with_capacity(COLUMNS);
    for length in header[3..].chunks_exact(2) {
        let length = usize::from(u16::from_le_bytes([length[0], length[1]]));
        let (column, after) = rest.split_at_checked(length).ok_or(BlockFault::Short)?;
        columns.push(column);
        rest = after;
    }
    let times: Vec<Vec<i64>> = columns[..6]
        .iter()
        .map(|column| unpack(column, count))
        .collect::<Result<_, ColumnFault>>()?;
    let rows = row_wise(&columns[6..13], count, decimals, &times)?;
    let steepest: Vec<f64> = unpack(columns[13], count)?;

    let mut quarters = Vec::with_capacity(count);
    for (at, (numbers, steepest)) in rows.into_iter().zip(steepest).enumerate() {
        let time = |column: usize| times[column][at];
        quarters.push(rollup(day, [0, 1, 2, 3, 4, 5].map(time), numbers, steepest)?);
    }
    let is_later = |a: &Rollup, b: &Rollup| a.last.0 < b.first.0;
    if quarters.is_sorted_by(is_later) { Ok(quarters) } else { Err(BlockFault::Order) }
}

/// When the first was observed, how long after it the last, how many, the gaps in ms, their number, the falls.
fn time_columns(day: Slot, quarters: &[Rollup]) -> [Vec<i64>; 6] {
    let column = |of: &dyn Fn(&Rollup) -> i64| quarters.iter().map(of).collect();
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    [
        column(&|rollup| rollup.first.0.as_millis() - day.start()),
        column(&Rollup::span_ms),
        column(&|rollup| whole(rollup.count)),
        column(&|rollup| rollup.span_ms() - rollup.covered_ms),
        column(&|rollup| whole(rollup.gaps)),
        column(&|rollup| whole(rollup.falls)),
    ]
}

fn rollup(
    day: Slot,
    [first, span, count, gap_ms, gaps, falls]: [i64; 6],
    [f, l, min, max, sum, increase, held]: [f64; NUMBERS],
    steepest: f64,
) -> Result<Rollup, BlockFault> {
    let inside = (0..day.tier.length()).contains(&first) && (0..QUARTER).contains(&span);
    let whole = |count: i64| u64::try_from(count).map_err(|_| ColumnFault::Malformed);
    if !inside || !(0..=span).contains(&gap_ms) || count < 1 {
        return Err(BlockFault::Order);
    }
    let first = day.start() + first;
    Ok(Rollup {
        count: whole(count)?,
        sum,
        min,
        max,
        first: (Instant::from_millis(first), f),
        last: (Instant::from_millis(first + span), l),
        increase,
        falls: whole(falls)?,
        steepest,
        covered_ms: span - gap_ms,
        gaps: whole(gaps)?,
        held,
    })
}

const fn numbers(rollup: &Rollup) -> [f64; NUMBERS] {
    let Rollup { first, last, min, max, sum, increase, held, .. } = rollup;
    [first.1, last.1, *min, *max, *sum, *increase, *held]
}

/// The numbers as integers, each less what others let expect; `None` when they are no decimals.
fn scaled(
    quarters: &[Rollup],
    numbers: &[[f64; NUMBERS]],
) -> Option<(Decimals, Vec<[i64; NUMBERS]>)> {
    let (decimals, _) = Decimals::of_all(numbers.as_flattened())?;
    let mut rows = Vec::with_capacity(numbers.len());
    for (rollup, numbers) in quarters.iter().zip(numbers) {
        let mut row = [0; NUMBERS];
        for (scaled, number) in row.iter_mut().zip(numbers) {
            *scaled = decimals.scaled(*number)?;
        }
        let (count, span) = (i64::try_from(rollup.count).ok()?, rollup.span_ms());
        let expected = expected(row, count, span)?;
        for (scaled, expected) in row.iter_mut().zip(expected) {
            *scaled = scaled.checked_sub(expected)?;
        }
        rows.push(row);
    }
    Some((decimals, rows))
}

/// What each number of a row is expected to be, given those before it.
fn expected(row: [i64; NUMBERS], count: i64, span: i64) -> Option<[i64; NUMBERS]> {
    let [f, l, _, _, sum, ..] = row;
    let held = i128::from(sum).checked_mul(i128::from(span))?.div_euclid(i128::from(count.max(1)));
    Some([0, f, f, f, f.checked_mul(count)?, l.checked_sub(f)?, i64::try_from(held).ok()?])
}

fn row_wise(
    columns: &[&[u8]],
    count: usize,
    decimals: u8,
    times: &[Vec<i64>],
) -> Result<Vec<[f64; NUMBERS]>, BlockFault> {
    let mut rows = vec![[0.0; NUMBERS]; count];
    if decimals == FLOATS {
        for (n, column) in columns.iter().enumerate() {
            let cells: Vec<f64> = unpack(column, count)?;
            rows.iter_mut().zip(cells).for_each(|(row, cell)| row[n] = cell);
        }
        return Ok(rows);
    }
    let decimals = Decimals::new(decimals).ok_or(ColumnFault::Malformed)?;
    let columns: Vec<Vec<i64>> =
        columns.iter().map(|column| unpack(column, count)).collect::<Result<_, ColumnFault>>()?;
    for (at, row) in rows.iter_mut().enumerate() {
        let mut integers = [0; NUMBERS];
        for n in 0..NUMBERS {
            let expected =
                expected(integers, times[2][at], times[1][at]).ok_or(ColumnFault::Malformed)?[n];
            integers[n] = columns[n][at].checked_add(expected).ok_or(ColumnFault::Malformed)?;
            row[n] = decimals.number(integers[n]);
        }
    }
    Ok(rows)
}

fn column_wise<T: Copy>(rows: &[[T; NUMBERS]], pack: impl Fn(Vec<T>) -> Vec<u8>) -> Vec<Vec<u8>> {
    (0..NUMBERS).map(|n| pack(rows.iter().map(|row| row[n]).collect())).collect()
}

#[cfg(test)]
mod tests {
    use domain::Quantity;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::super::series::SeriesId;
    use super::super::slot::Tier;
    use super::*;
    use crate::kept::Arrival;

    fn day() -> Slot {
        Slot::of(Tier::Day, SeriesId::of_block(1), 1_792_800_000_000)
    }

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let number = prop_oneof![
            4 => (-300..3000_i32).prop_map(|n| f64::from(n) / 10.0),
            1 => any::<f64>().prop_filter("finite", |n| n.abs() < 1e300),
        ];
        prop::collection::btree_map(0..Tier::Day.length(), number, 1..300).prop_map(|readings| {
            let entry = |(offset, number)| Entry {
                ts: day().start() + offset,
                arrival: Arrival::Dating,
                number,
            };
            readings.into_iter().map(entry).collect()
        })
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked_to_the_last_bit(entries in entries()) {
            for quantity in [Quantity::EnergyImported, Quantity::ActivePower, Quantity::Co2] {
                let basis = Basis::new(quantity, SignedDuration::from_mins(5));
                let quarters = roll_up(&entries, &basis);
                let unpacked = decode(&encode(day(), &quarters), day()).unwrap();
                prop_assert_eq!(unpacked, quarters);
            }
        }

        #[test]
        fn a_forged_one_is_an_error_and_never_a_panic(
            entries in entries(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let basis = Basis::new(Quantity::Co2, SignedDuration::from_mins(15));
            let mut data = encode(day(), &roll_up(&entries, &basis));
            data.truncate(data.len() - 4);
            for (place, byte) in changes {
                let place = place.index(data.len());
                data[place] = byte;
            }
            data.extend(crc32fast::hash(&data).to_le_bytes());
            let _ = decode(&data, day());
        }
    }

    #[test]
    fn a_day_of_decimals_every_ten_seconds_takes_less_than_twenty_bytes_a_quarter_of_an_hour() {
        let entry = |n: i64| Entry {
            ts: day().start() + n * 10_000 + n * n * 7 % 200,
            arrival: Arrival::After(0),
            number: f64::from(4000 + i32::try_from(n * n % 97).unwrap()) / 10.0,
        };
        let entries: Vec<_> = (0..8640).map(entry).collect();
        let basis = Basis::new(Quantity::Co2, SignedDuration::from_mins(15));
        let size = encode(day(), &roll_up(&entries, &basis)).len();
        assert!(size < 20 * 96, "{size}");
    }
}
