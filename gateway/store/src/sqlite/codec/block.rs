//! A block: the readings of one stretch of time as compressed columns. When they were observed and arrived may lie
//! apart, for several blocks at once: a message often tells several quantities.
//!
//! ```text
//! whole           1 u8 | decimals u8 | n u32 | length of ts u32 | length of values u32 | ts | values | lags | crc32 u32
//! numbers alone   2 u8 | decimals u8 | n u32 | crc32 of their times u32 | values | crc32 u32
//! times           1 u8 | n u32 | length of ts u32 | ts | lags | crc32 u32
//! ```
//!
//! Numbers are little-endian; a checksum covers all before it. Values are integers scaled by `10^decimals` where that gives back every bit of
//! every value, else `f64`.

use super::column::{ColumnFault, pack, unpack};
use super::decimals::Decimals;
use super::entry::Entry;
use super::slot::Slot;
use crate::kept::Arrival;

/// How many readings a block holds at most, which bounds the memory that sealing and reading need. An hour cannot have
/// more, with one reading a millisecond; a day that has more stays in hours.
pub(in crate::sqlite) const LARGEST_BLOCK: usize = 1 << 22;

const WHOLE: u8 = 1;
const NUMBERS: u8 = 2;
const TIMES: u8 = 1;
const CHECKSUM_BYTES: usize = 4;
/// Stands for values that are no decimals.
const FLOATS: u8 = u8::MAX;
/// The lag of a reading that its arrival dated.
const DATING: i64 = i64::MIN;

/// Why bytes are no block of a slot.
#[derive(Debug, thiserror::Error)]
pub(in crate::sqlite) enum BlockFault {
    #[error("block is cut short")]
    Short,
    #[error("checksum differs")]
    Checksum,
    #[error("block has version {0}")]
    Version(u8),
    #[error("block lacks its times")]
    NoTimes,
    #[error("block has the times of another one")]
    OtherTimes,
    #[error("times: {0}")]
    Times(#[source] Box<BlockFault>),
    #[error("block claims {0} readings")]
    Count(usize),
    #[error(transparent)]
    Column(#[from] ColumnFault),
    #[error("readings are out of order or of another time")]
    Order,
}

/// The columns of readings, which are in order and of one slot; packed, and not yet put together.
#[derive(Debug)]
pub(in crate::sqlite) struct Packed {
    count: u32,
    decimals: u8,
    ts: Vec<u8>,
    lags: Vec<u8>,
    values: Vec<u8>,
}

impl Packed {
    /// Packs readings.
    pub(in crate::sqlite) fn of(entries: &[Entry]) -> Self {
        let ts: Vec<i64> = entries.iter().map(|entry| entry.ts).collect();
        let lags: Vec<i64> = entries.iter().map(|entry| lag(entry.arrival)).collect();
        let (decimals, values) = pack_values(entries);
        let count = length(entries.len());
        Self { count, decimals, ts: pack(&ts), lags: pack(&lags), values }
    }

    /// A block that is read without anything else.
    pub(in crate::sqlite) fn whole(&self) -> Vec<u8> {
        let mut block = vec![WHOLE, self.decimals];
        for length in [self.count, length(self.ts.len()), length(self.values.len())] {
            block.extend(length.to_le_bytes());
        }
        for column in [&self.ts, &self.values, &self.lags] {
            block.extend(column);
        }
        sealed(block)
    }

    /// When the readings were observed and arrived.
    pub(in crate::sqlite) fn times(&self) -> Vec<u8> {
        let mut times = vec![TIMES];
        for length in [self.count, length(self.ts.len())] {
            times.extend(length.to_le_bytes());
        }
        for column in [&self.ts, &self.lags] {
            times.extend(column);
        }
        sealed(times)
    }

    /// A block that is read together with these times, which are those of its readings.
    pub(in crate::sqlite) fn numbers(&self, times: &[u8]) -> Vec<u8> {
        let mut block = vec![NUMBERS, self.decimals];
        block.extend(self.count.to_le_bytes());
        block.extend(times.last_chunk::<CHECKSUM_BYTES>().expect("times end with a checksum"));
        block.extend(&self.values);
        sealed(block)
    }
}

/// Packs readings, which are in order and of one slot, as a whole block.
pub(in crate::sqlite) fn encode(entries: &[Entry]) -> Vec<u8> {
    Packed::of(entries).whole()
}

/// Unpacks a block of `slot`, with the times that lie apart from it, if they do.
pub(in crate::sqlite) fn decode(
    block: &[u8],
    times: Option<&[u8]>,
    slot: Slot,
) -> Result<Vec<Entry>, BlockFault> {
    let columns = Columns::of(block, times)?;
    let ts = columns.ts(slot)?;
    let lags: Vec<i64> = unpack(columns.lags, columns.count)?;
    let numbers = columns.numbers()?;
    let entries = ts.into_iter().zip(lags).zip(numbers);
    Ok(entries.map(|((ts, lag), number)| Entry { ts, arrival: arrival(lag), number }).collect())
}

/// Unpacks only when the readings of a block were observed.
pub(in crate::sqlite) fn decode_times(
    block: &[u8],
    times: Option<&[u8]>,
    slot: Slot,
) -> Result<Vec<i64>, BlockFault> {
    Columns::of(block, times)?.ts(slot)
}

struct Columns<'a> {
    count: usize,
    decimals: u8,
    ts: &'a [u8],
    values: &'a [u8],
    lags: &'a [u8],
}

impl<'a> Columns<'a> {
    fn of(block: &'a [u8], times: Option<&'a [u8]>) -> Result<Self, BlockFault> {
        let mut rest = Bytes::of(block)?;
        match rest.byte()? {
            WHOLE => {
                let (decimals, count) = (rest.byte()?, rest.count()?);
                let (ts, values) = (rest.length()?, rest.length()?);
                let (ts, values) = (rest.take(ts)?, rest.take(values)?);
                Ok(Self { count, decimals, ts, values, lags: rest.0 })
            }
            NUMBERS => {
                let (decimals, count, checksum) = (rest.byte()?, rest.count()?, rest.word()?);
                let times = times.ok_or(BlockFault::NoTimes)?;
                let apart = |fault| BlockFault::Times(Box::new(fault));
                let (of_times, ts, lags) = read_times(times).map_err(apart)?;
                let is_other = of_times != count || times.last_chunk() != Some(&checksum);
                if is_other {
                    return Err(BlockFault::OtherTimes);
                }
                Ok(Self { count, decimals, ts, values: rest.0, lags })
            }
            version => Err(BlockFault::Version(version)),
        }
    }

    fn ts(&self, slot: Slot) -> Result<Vec<i64>, BlockFault> {
        let ts: Vec<i64> = unpack(self.ts, self.count)?;
        let inside = ts[0] >= slot.start() && ts[self.count - 1] < slot.end();
        if inside && ts.is_sorted_by(|a, b| a < b) { Ok(ts) } else { Err(BlockFault::Order) }
    }

    fn numbers(&self) -> Result<Vec<f64>, BlockFault> {
        if self.decimals == FLOATS {
            return Ok(unpack(self.values, self.count)?);
        }
        let decimals = Decimals::new(self.decimals).ok_or(ColumnFault::Malformed)?;
        let scaled: Vec<i64> = unpack(self.values, self.count)?;
        Ok(scaled.into_iter().map(|integer| decimals.number(integer)).collect())
    }
}

/// How many readings times are of, and their two columns.
fn read_times(times: &[u8]) -> Result<(usize, &[u8], &[u8]), BlockFault> {
    let mut rest = Bytes::of(times)?;
    match rest.byte()? {
        TIMES => {
            let (count, ts) = (rest.count()?, rest.length()?);
            Ok((count, rest.take(ts)?, rest.0))
        }
        version => Err(BlockFault::Version(version)),
    }
}

/// What is yet to be read of a block whose checksum is right.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn of(block: &'a [u8]) -> Result<Self, BlockFault> {
        let (body, checksum) =
            block.split_last_chunk::<CHECKSUM_BYTES>().ok_or(BlockFault::Short)?;
        let is_right = crc32fast::hash(body) == u32::from_le_bytes(*checksum);
        if is_right { Ok(Self(body)) } else { Err(BlockFault::Checksum) }
    }

    fn byte(&mut self) -> Result<u8, BlockFault> {
        Ok(self.take(1)?[0])
    }

    fn word(&mut self) -> Result<[u8; 4], BlockFault> {
        let (word, rest) = self.0.split_first_chunk().ok_or(BlockFault::Short)?;
        self.0 = rest;
        Ok(*word)
    }

    fn length(&mut self) -> Result<usize, BlockFault> {
        Ok(usize::try_from(u32::from_le_bytes(self.word()?)).unwrap_or(usize::MAX))
    }

    fn count(&mut self) -> Result<usize, BlockFault> {
        let count = self.length()?;
        if (1..=LARGEST_BLOCK).contains(&count) { Ok(count) } else { Err(BlockFault::Count(count)) }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], BlockFault> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(BlockFault::Short)?;
        self.0 = rest;
        Ok(taken)
    }
}

fn sealed(mut body: Vec<u8>) -> Vec<u8> {
    body.extend(crc32fast::hash(&body).to_le_bytes());
    body
}

fn length(count: usize) -> u32 {
    u32::try_from(count).expect("a block is small")
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::sqlite::codec::series_id::SeriesId;
    use crate::sqlite::codec::slot::Tier;

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
            let packed = Packed::of(&entries);
            let (times, whole) = (packed.times(), packed.whole());
            let numbers = packed.numbers(&times);
            let ts: Vec<_> = entries.iter().map(|entry| entry.ts).collect();
            for (block, times) in [(&whole, None), (&numbers, Some(times.as_slice()))] {
                prop_assert_eq!(bits(&decode(block, times, day()).unwrap()), bits(&entries));
                prop_assert_eq!(decode_times(block, times, day()).unwrap(), ts.clone());
            }
        }

        #[test]
        fn one_changed_byte_is_found(entries in entries(), place: prop::sample::Index, change in 1..=u8::MAX) {
            let packed = Packed::of(&entries);
            let harmed = |mut bytes: Vec<u8>| {
                let place = place.index(bytes.len());
                bytes[place] ^= change;
                bytes
            };
            let times = packed.times();
            let numbers = packed.numbers(&times);
            prop_assert!(decode(&harmed(packed.whole()), None, day()).is_err());
            prop_assert!(decode(&harmed(numbers.clone()), Some(&times), day()).is_err());
            prop_assert!(decode(&numbers, Some(&harmed(times)), day()).is_err());
        }

        #[test]
        fn a_block_is_not_read_with_the_times_of_another_one(one in entries(), other in entries()) {
            let (one, other) = (Packed::of(&one), Packed::of(&other));
            prop_assume!(one.times() != other.times());
            let block = one.numbers(&one.times());
            prop_assert!(matches!(decode(&block, Some(&other.times()), day()), Err(BlockFault::OtherTimes)));
            prop_assert!(matches!(decode(&block, None, day()), Err(BlockFault::NoTimes)));
        }

        #[test]
        fn a_forged_block_is_an_error_and_never_a_panic(
            entries in entries(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
            cut in prop::option::weighted(0.3, any::<prop::sample::Index>()),
        ) {
            let forge = |mut bytes: Vec<u8>| {
                bytes.truncate(bytes.len() - CHECKSUM_BYTES);
                for (place, byte) in &changes {
                    let place = place.index(bytes.len());
                    bytes[place] = *byte;
                }
                if let Some(cut) = cut {
                    bytes.truncate(cut.index(bytes.len()));
                }
                sealed(bytes)
            };
            let packed = Packed::of(&entries);
            let (times, forged_times) = (packed.times(), forge(packed.times()));
            let _ = decode(&forge(packed.whole()), None, day());
            let _ = decode(&forge(packed.numbers(&times)), Some(&times), day());
            let _ = decode(&packed.numbers(&forged_times), Some(&forged_times), day());
        }

        #[test]
        fn any_bytes_are_an_error_and_never_a_panic(bytes: Vec<u8>, times: Option<Vec<u8>>) {
            prop_assert!(decode(&bytes, times.as_deref(), day()).is_err());
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
        assert!(matches!(decode(&block, None, next), Err(BlockFault::Order)));
    }
}
