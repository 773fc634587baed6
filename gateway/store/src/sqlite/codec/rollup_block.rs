//! The rollups of a series over a stretch of time as packed columns: a day's quarters of an hour, some weeks' days.
//!
//! ```text
//! version u8 | decimals u8 | n u8 | length of each column u16 | columns | crc32 u32
//! ```
//!
//! Columns are packed as [those](super::column) of a block. Where all numbers have few decimals they are integers
//! scaled by `10^decimals`, most of them as what they differ from what others let expect.

use domain::Instant;
use domain::rollup::Rollup;

use super::block::BlockFault;
use super::column::{ColumnFault, pack_short, unpack};
use super::decimals::Decimals;

const VERSION: u8 = 1;
const FLOATS: u8 = u8::MAX;
const COLUMNS: usize = 14;
const HEADER_BYTES: usize = 3 + 2 * COLUMNS;
/// How many numbers a rollup has that scale with its values.
const NUMBERS: usize = 7;

/// Where rollups lie that are packed together, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(in crate::sqlite) struct Stretch {
    /// Since 1970: no reading of a rollup is older.
    pub(in crate::sqlite) start: i64,
    /// In which all first readings lie.
    pub(in crate::sqlite) length: i64,
    /// From the first reading of a rollup to its last, less than this.
    pub(in crate::sqlite) each: i64,
}

/// Packs rollups, which are in order: one at least, and 255 at most.
pub(in crate::sqlite) fn encode(stretch: Stretch, rollups: &[Rollup]) -> Vec<u8> {
    let times = time_columns(stretch, rollups);
    let numbers: Vec<[f64; NUMBERS]> = rollups.iter().map(numbers).collect();
    let (decimals, numbers) = match scaled(rollups, &numbers) {
        Some((decimals, rows)) => (decimals.count(), column_wise(&rows, |it| pack_short(&it))),
        None => (FLOATS, column_wise(&numbers, |it| pack_short(&it))),
    };
    let steepest: Vec<f64> = rollups.iter().map(|rollup| rollup.steepest).collect();
    let times = times.iter().map(|column| pack_short(column));
    let columns: Vec<Vec<u8>> = times.chain(numbers).chain([pack_short(&steepest)]).collect();

    let count = u8::try_from(rollups.len()).expect("a stretch has 96 rollups at most");
    let mut data = vec![VERSION, decimals, count];
    for column in &columns {
        let length = u16::try_from(column.len()).expect("255 cells are short");
        data.extend(length.to_le_bytes());
    }
    data.extend(columns.concat());
    data.extend(crc32fast::hash(&data).to_le_bytes());
    data
}

/// Unpacks rollups.
pub(in crate::sqlite) fn decode(data: &[u8], stretch: Stretch) -> Result<Vec<Rollup>, BlockFault> {
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

    let mut rollups = Vec::with_capacity(count);
    for (at, (numbers, steepest)) in rows.into_iter().zip(steepest).enumerate() {
        let time = |column: usize| times[column][at];
        rollups.push(rollup(stretch, [0, 1, 2, 3, 4, 5].map(time), numbers, steepest)?);
    }
    // Civil days of a zone that the site had before may reach into those of the one it has.
    let is_later = |a: &Rollup, b: &Rollup| a.first.0 < b.first.0;
    if rollups.is_sorted_by(is_later) { Ok(rollups) } else { Err(BlockFault::Order) }
}

/// When the first was observed, how long after it the last, how many, the gaps in ms, their number, the falls.
fn time_columns(stretch: Stretch, rollups: &[Rollup]) -> [Vec<i64>; 6] {
    let column = |of: &dyn Fn(&Rollup) -> i64| rollups.iter().map(of).collect();
    let whole = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    [
        column(&|rollup| rollup.first.0.as_millis() - stretch.start),
        column(&Rollup::span_ms),
        column(&|rollup| whole(rollup.count)),
        column(&|rollup| rollup.span_ms() - rollup.covered_ms),
        column(&|rollup| whole(rollup.gaps)),
        column(&|rollup| whole(rollup.falls)),
    ]
}

fn rollup(
    stretch: Stretch,
    [first, span, count, gap_ms, gaps, falls]: [i64; 6],
    [f, l, min, max, sum, increase, held]: [f64; NUMBERS],
    steepest: f64,
) -> Result<Rollup, BlockFault> {
    let inside = (0..stretch.length).contains(&first) && (0..stretch.each).contains(&span);
    let whole = |count: i64| u64::try_from(count).map_err(|_| ColumnFault::Malformed);
    if !inside || !(0..=span).contains(&gap_ms) || count < 1 {
        return Err(BlockFault::Order);
    }
    // The place may come from a damaged page.
    let first = stretch.start.saturating_add(first);
    Ok(Rollup {
        count: whole(count)?,
        sum,
        min,
        max,
        first: (Instant::from_millis(first), f),
        last: (Instant::from_millis(first.saturating_add(span)), l),
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
    rollups: &[Rollup],
    numbers: &[[f64; NUMBERS]],
) -> Option<(Decimals, Vec<[i64; NUMBERS]>)> {
    let (decimals, _) = Decimals::of_all(numbers.as_flattened())?;
    let mut rows = Vec::with_capacity(numbers.len());
    for (rollup, numbers) in rollups.iter().zip(numbers) {
        let mut row = [0; NUMBERS];
        for (scaled, number) in row.iter_mut().zip(numbers) {
            *scaled = decimals.scaled(*number)?;
        }
        let [f, l, min, max, sum, increase, held] = row;
        let count = i64::try_from(rollup.count).ok()?;
        let expected = Expected { f, l, sum, count, span: rollup.span_ms() };
        rows.push([
            f,
            l.checked_sub(f)?,
            min.checked_sub(f)?,
            max.checked_sub(f)?,
            sum.checked_sub(expected.sum()?)?,
            increase.checked_sub(expected.increase()?)?,
            held.checked_sub(expected.held()?)?,
        ]);
    }
    Some((decimals, rows))
}

/// What some numbers of a rollup are near to, by those before them in their row.
struct Expected {
    f: i64,
    l: i64,
    sum: i64,
    count: i64,
    span: i64,
}

impl Expected {
    fn sum(&self) -> Option<i64> {
        self.f.checked_mul(self.count)
    }

    fn increase(&self) -> Option<i64> {
        self.l.checked_sub(self.f)
    }

    fn held(&self) -> Option<i64> {
        let count = self.count.max(1);
        if let Some(product) = self.sum.checked_mul(self.span) {
            return Some(product.div_euclid(count));
        }
        let product = i128::from(self.sum).checked_mul(i128::from(self.span))?;
        i64::try_from(product.div_euclid(i128::from(count))).ok()
    }
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
        let cells = std::array::from_fn(|n| columns[n][at]);
        let integers = unscaled(cells, times[2][at], times[1][at]).ok_or(ColumnFault::Malformed)?;
        *row = integers.map(|integer| decimals.number(integer));
    }
    Ok(rows)
}

/// The integers that [`scaled`] made these of.
fn unscaled(cells: [i64; NUMBERS], count: i64, span: i64) -> Option<[i64; NUMBERS]> {
    let [f, l, min, max, sum, increase, held] = cells;
    let mut expected = Expected { f, l: l.checked_add(f)?, sum: 0, count, span };
    expected.sum = sum.checked_add(expected.sum()?)?;
    Some([
        f,
        expected.l,
        min.checked_add(f)?,
        max.checked_add(f)?,
        expected.sum,
        increase.checked_add(expected.increase()?)?,
        held.checked_add(expected.held()?)?,
    ])
}

fn column_wise<T: Copy>(rows: &[[T; NUMBERS]], pack: impl Fn(Vec<T>) -> Vec<u8>) -> Vec<Vec<u8>> {
    (0..NUMBERS).map(|n| pack(rows.iter().map(|row| row[n]).collect())).collect()
}

#[cfg(test)]
mod tests {
    use domain::Quantity;
    use domain::rollup::Basis;
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;
    use crate::kept::Arrival;
    use crate::sqlite::codec::entry::Entry;
    use crate::sqlite::codec::quarters::{self, roll_up};
    use crate::sqlite::codec::series_id::SeriesId;
    use crate::sqlite::codec::slot::{Slot, Tier};

    fn day() -> Slot {
        Slot::of(Tier::Day, SeriesId::of_block(1), 1_792_800_000_000)
    }

    fn stretch() -> Stretch {
        quarters::stretch(day())
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
                let unpacked = decode(&encode(stretch(), &quarters), stretch()).unwrap();
                prop_assert_eq!(unpacked, quarters);
            }
        }

        #[test]
        fn a_forged_one_is_an_error_and_never_a_panic(
            entries in entries(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        ) {
            let basis = Basis::new(Quantity::Co2, SignedDuration::from_mins(15));
            let mut data = encode(stretch(), &roll_up(&entries, &basis));
            data.truncate(data.len() - 4);
            for (place, byte) in changes {
                let place = place.index(data.len());
                data[place] = byte;
            }
            data.extend(crc32fast::hash(&data).to_le_bytes());
            let _ = decode(&data, stretch());
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
        let size = encode(stretch(), &roll_up(&entries, &basis)).len();
        assert!(size < 20 * 96, "{size}");
    }
}
