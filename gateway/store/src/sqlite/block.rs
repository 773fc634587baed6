//! A block: the readings of one stretch of time as compressed columns.
//!
//! ```text
//! version u8 | decimals u8 | n u32 | length of ts u32 | length of values u32 | ts | values | lags | crc32 u32
//! ```
//!
//! Numbers are little-endian; the checksum covers all before it. A column is one tag byte, then either the value that
//! all have (8 bytes), or a pco stream. Values are integers scaled by `10^decimals` where that gives back every bit of
//! every value, else `f64`.

use pco::ChunkConfig;
use pco::data_types::Number;
use pco::standalone::{simple_compress, simple_decompress_into};

use super::decimals::Decimals;
use super::entry::Entry;
use super::slot::Slot;
use crate::kept::Arrival;

/// How many readings a block holds at most, which bounds the memory that sealing and reading need. An hour cannot have
/// more, with one reading a millisecond; a day that has more stays in hours.
pub(super) const LARGEST_BLOCK: usize = 1 << 22;

const VERSION: u8 = 1;
const HEADER_BYTES: usize = 14;
const CHECKSUM_BYTES: usize = 4;
/// Stands for values that are no decimals.
const FLOATS: u8 = u8::MAX;
/// The lag of a reading that its arrival dated.
const DATING: i64 = i64::MIN;

const CONSTANT: u8 = 0;
const COMPRESSED: u8 = 1;

/// Why bytes are no block of a slot.
#[derive(Debug, thiserror::Error)]
pub(super) enum BlockFault {
    #[error("block is cut short")]
    Short,
    #[error("checksum differs")]
    Checksum,
    #[error("block has version {0}")]
    Version(u8),
    #[error("block claims {0} readings")]
    Count(usize),
    #[error("column is malformed")]
    Column,
    #[error("column cannot be unpacked")]
    Unpack(#[source] pco::errors::PcoError),
    #[error("readings are out of order or of another time")]
    Order,
}

/// Packs readings, which are in order and of one slot.
pub(super) fn encode(entries: &[Entry]) -> Vec<u8> {
    let ts: Vec<i64> = entries.iter().map(|entry| entry.ts).collect();
    let lags: Vec<i64> = entries.iter().map(|entry| lag(entry.arrival)).collect();
    let (decimals, values) = pack_values(entries);
    let (ts, lags) = (pack(&ts), pack(&lags));

    let mut block =
        Vec::with_capacity(HEADER_BYTES + ts.len() + values.len() + lags.len() + CHECKSUM_BYTES);
    block.extend([VERSION, decimals]);
    for length in [entries.len(), ts.len(), values.len()] {
        let length = u32::try_from(length).expect("a block is small");
        block.extend(length.to_le_bytes());
    }
    for column in [ts, values, lags] {
        block.extend(column);
    }
    block.extend(crc32fast::hash(&block).to_le_bytes());
    block
}

/// Unpacks a block of `slot`.
pub(super) fn decode(block: &[u8], slot: Slot) -> Result<Vec<Entry>, BlockFault> {
    let columns = Columns::of(block)?;
    let times = columns.times(slot)?;
    let lags: Vec<i64> = unpack(columns.lags, columns.count)?;
    let numbers = columns.numbers()?;
    let entries = times.into_iter().zip(lags).zip(numbers);
    Ok(entries.map(|((ts, lag), number)| Entry { ts, arrival: arrival(lag), number }).collect())
}

/// Unpacks only when the readings of a block were observed.
pub(super) fn decode_times(block: &[u8], slot: Slot) -> Result<Vec<i64>, BlockFault> {
    Columns::of(block)?.times(slot)
}

struct Columns<'a> {
    count: usize,
    decimals: u8,
    ts: &'a [u8],
    values: &'a [u8],
    lags: &'a [u8],
}

impl<'a> Columns<'a> {
    fn of(block: &'a [u8]) -> Result<Self, BlockFault> {
        let (body, checksum) =
            block.split_last_chunk::<CHECKSUM_BYTES>().ok_or(BlockFault::Short)?;
        let (header, columns) =
            body.split_first_chunk::<HEADER_BYTES>().ok_or(BlockFault::Short)?;
        if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
            return Err(BlockFault::Checksum);
        }
        let [VERSION, decimals, lengths @ ..] = *header else {
            return Err(BlockFault::Version(header[0]));
        };
        let length = |n: usize| {
            let bytes =
                [lengths[4 * n], lengths[4 * n + 1], lengths[4 * n + 2], lengths[4 * n + 3]];
            usize::try_from(u32::from_le_bytes(bytes)).unwrap_or(usize::MAX)
        };
        let count = length(0);
        if count == 0 || count > LARGEST_BLOCK {
            return Err(BlockFault::Count(count));
        }
        let (ts, columns) = columns.split_at_checked(length(1)).ok_or(BlockFault::Short)?;
        let (values, lags) = columns.split_at_checked(length(2)).ok_or(BlockFault::Short)?;
        Ok(Self { count, decimals, ts, values, lags })
    }

    fn times(&self, slot: Slot) -> Result<Vec<i64>, BlockFault> {
        let times: Vec<i64> = unpack(self.ts, self.count)?;
        let inside = times[0] >= slot.start() && times[self.count - 1] < slot.end();
        if inside && times.is_sorted_by(|a, b| a < b) { Ok(times) } else { Err(BlockFault::Order) }
    }

    fn numbers(&self) -> Result<Vec<f64>, BlockFault> {
        if self.decimals == FLOATS {
            return unpack(self.values, self.count);
        }
        let decimals = Decimals::new(self.decimals).ok_or(BlockFault::Column)?;
        let scaled: Vec<i64> = unpack(self.values, self.count)?;
        Ok(scaled.into_iter().map(|integer| decimals.number(integer)).collect())
    }
}

fn pack_values(entries: &[Entry]) -> (u8, Vec<u8>) {
    let numbers: Vec<f64> = entries.iter().map(|entry| entry.number).collect();
    match Decimals::of_all(&numbers) {
        Some((decimals, scaled)) => (decimals.count(), pack(&scaled)),
        None => (FLOATS, pack(&numbers)),
    }
}

const fn lag(arrival: Arrival) -> i64 {
    match arrival {
        Arrival::After(seconds) => seconds,
        Arrival::Dating => DATING,
    }
}

const fn arrival(lag: i64) -> Arrival {
    if lag == DATING { Arrival::Dating } else { Arrival::After(lag) }
}

/// A number that a column holds; its bits are what must come back.
pub(super) trait Cell: Number + Default {
    fn to_bytes(self) -> [u8; 8];
    fn from_bytes(bytes: [u8; 8]) -> Self;
}

impl Cell for i64 {
    fn to_bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }

    fn from_bytes(bytes: [u8; 8]) -> Self {
        Self::from_le_bytes(bytes)
    }
}

impl Cell for f64 {
    fn to_bytes(self) -> [u8; 8] {
        self.to_le_bytes()
    }

    fn from_bytes(bytes: [u8; 8]) -> Self {
        Self::from_le_bytes(bytes)
    }
}

/// Packs a column, which is not empty.
pub(super) fn pack<T: Cell>(cells: &[T]) -> Vec<u8> {
    let first = cells.first().expect("a block holds readings").to_bytes();
    if cells.iter().all(|cell| cell.to_bytes() == first) {
        return [&[CONSTANT][..], &first].concat();
    }
    let stream =
        simple_compress(cells, &ChunkConfig::default()).expect("the default settings are valid");
    [&[COMPRESSED][..], &stream].concat()
}

/// Unpacks a column of `count` cells.
pub(super) fn unpack<T: Cell>(column: &[u8], count: usize) -> Result<Vec<T>, BlockFault> {
    match column {
        [CONSTANT, bytes @ ..] => {
            let bytes = bytes.try_into().map_err(|_| BlockFault::Column)?;
            Ok(vec![T::from_bytes(bytes); count])
        }
        [COMPRESSED, stream @ ..] => {
            let mut cells = vec![T::default(); count];
            let progress =
                simple_decompress_into(stream, &mut cells).map_err(BlockFault::Unpack)?;
            let whole = progress.finished && progress.n_processed == count;
            if whole { Ok(cells) } else { Err(BlockFault::Column) }
        }
        _ => Err(BlockFault::Column),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::series::SeriesId;
    use super::super::slot::Tier;
    use super::*;

    fn day() -> Slot {
        Slot::of(Tier::Day, SeriesId::of_block(1), 1_792_800_000_000)
    }

    fn entries() -> impl Strategy<Value = Vec<Entry>> {
        let number = prop_oneof![
            any::<i32>().prop_map(f64::from),
            any::<i32>().prop_map(|n| f64::from(n) / 100.0),
            any::<f64>().prop_filter("finite", |n| n.is_finite()),
        ];
        let arrival =
            prop_oneof![4 => (-3..90_i64).prop_map(Arrival::After), 1 => Just(Arrival::Dating)];
        prop::collection::btree_map(0..Tier::Day.length(), (arrival, number), 1..400).prop_map(
            |readings| {
                let entry = |(offset, (arrival, number))| Entry {
                    ts: day().start() + offset,
                    arrival,
                    number,
                };
                readings.into_iter().map(entry).collect()
            },
        )
    }

    fn bits(entries: &[Entry]) -> Vec<(i64, Arrival, u64)> {
        entries.iter().map(|entry| (entry.ts, entry.arrival, entry.number.to_bits())).collect()
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked_to_the_last_bit(entries in entries()) {
            let block = encode(&entries);
            prop_assert_eq!(bits(&decode(&block, day()).unwrap()), bits(&entries));
            let times: Vec<_> = entries.iter().map(|entry| entry.ts).collect();
            prop_assert_eq!(decode_times(&block, day()).unwrap(), times);
        }

        #[test]
        fn one_changed_byte_is_found(entries in entries(), place: prop::sample::Index, change in 1..=u8::MAX) {
            let mut block = encode(&entries);
            let place = place.index(block.len());
            block[place] ^= change;
            prop_assert!(decode(&block, day()).is_err());
        }

        #[test]
        fn a_forged_block_is_an_error_and_never_a_panic(
            entries in entries(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in prop::option::weighted(0.3, any::<prop::sample::Index>()),
        ) {
            let mut block = encode(&entries);
            block.truncate(block.len() - CHECKSUM_BYTES);
            for (place, byte) in changes {
                let place = place.index(block.len());
                block[place] = byte;
            }
            if let Some(cut) = cut {
                block.truncate(cut.index(block.len()));
            }
            block.extend(crc32fast::hash(&block).to_le_bytes());
            let _ = decode(&block, day());
        }

        #[test]
        fn any_bytes_are_an_error_and_never_a_panic(bytes: Vec<u8>) {
            prop_assert!(decode(&bytes, day()).is_err());
        }
    }

    #[test]
    fn a_day_of_decimals_every_ten_seconds_takes_less_than_two_bytes_a_reading() {
        let entry = |n: i64| Entry {
            // Off the grid by up to 200 ms, like a real sensor.
            ts: day().start() + n * 10_000 + n * n * 7 % 200,
            arrival: Arrival::After(0),
            number: f64::from(200 + i32::try_from(n % 40).unwrap()) / 10.0,
        };
        let entries: Vec<_> = (0..8640).map(entry).collect();
        assert!(encode(&entries).len() < 2 * 8640);
    }

    #[test]
    fn a_block_of_another_time_is_no_block_of_this_one() {
        let entry = Entry { ts: day().start(), arrival: Arrival::Dating, number: 1.0 };
        let block = encode(&[entry]);
        let next = Slot::of(Tier::Day, SeriesId::of_block(1), day().end());
        assert!(matches!(decode(&block, next), Err(BlockFault::Order)));
    }
}
