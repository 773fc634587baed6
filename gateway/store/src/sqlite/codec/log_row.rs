//! The readings of one commit in the order of arrival, as bytes: small, since the log is written with each commit and
//! lies in memory cards that wear.
//!
//! ```text
//! version u8 | readings | crc32 u32
//! reading: series | ts less the one before | u8: decimals + 16 * arrival | [lag] | value
//! ```
//!
//! Numbers take seven bits a byte, the sign in the lowest bit where they have one. A value is an integer scaled by
//! `10^decimals`; where that would not give back every bit, decimals are 15 and it is the eight bytes of an `f64`.

use super::decimals::Decimals;
use super::entry::Entry;
use super::series_id::SeriesId;
use crate::kept::Arrival;

const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 4;
const FLOAT: u8 = 15;
const AT_ONCE: u8 = 0;
const LATER: u8 = 1;
const DATING: u8 = 2;

/// The bytes are no readings.
#[derive(Debug, thiserror::Error)]
#[error("readings of a commit are malformed")]
pub(in crate::sqlite) struct Malformed;

/// Packs readings in their order.
pub(in crate::sqlite) fn encode(readings: &[(SeriesId, Entry)]) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    let mut before = 0;
    for (series, entry) in readings {
        push(&mut bytes, series.get().cast_unsigned());
        push(&mut bytes, zigzag(entry.ts.wrapping_sub(before)));
        before = entry.ts;
        push_value(&mut bytes, *entry);
    }
    bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
    bytes
}

/// Unpacks readings.
pub(in crate::sqlite) fn decode(bytes: &[u8]) -> Result<Vec<(SeriesId, Entry)>, Malformed> {
    let (body, checksum) = bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or(Malformed)?;
    let Some((&VERSION, rest)) = body.split_first() else { return Err(Malformed) };
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return Err(Malformed);
    }
    let mut rest = Rest(rest);
    // A reading takes six bytes or so.
    let mut readings = Vec::with_capacity(rest.0.len() / 6);
    let mut before = 0_i64;
    while !rest.0.is_empty() {
        let series = SeriesId::of_log(rest.number()?).ok_or(Malformed)?;
        let ts = before.wrapping_add(rest.signed()?);
        before = ts;
        let (arrival, number) = rest.value()?;
        readings.push((series, Entry { ts, arrival, number }));
    }
    Ok(readings)
}

fn push_value(bytes: &mut Vec<u8>, entry: Entry) {
    let (arrival, lag) = match entry.arrival {
        Arrival::After(0) => (AT_ONCE, None),
        Arrival::After(seconds) => (LATER, Some(seconds)),
        Arrival::Dating => (DATING, None),
    };
    let scaled = Decimals::of(entry.number);
    let decimals = scaled.as_ref().map_or(FLOAT, |(decimals, _)| decimals.count());
    bytes.push(decimals | (arrival << 4));
    if let Some(seconds) = lag {
        push(bytes, zigzag(seconds));
    }
    match scaled {
        Some((_, integer)) => push(bytes, zigzag(integer)),
        None => bytes.extend(entry.number.to_le_bytes()),
    }
}

fn push(bytes: &mut Vec<u8>, mut number: u64) {
    while number > 0x7f {
        bytes.push(low_bits(number) | 0x80);
        number >>= 7;
    }
    bytes.push(low_bits(number));
}

const fn low_bits(number: u64) -> u8 {
    number.to_le_bytes()[0] & 0x7f
}

const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

/// What is yet to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn byte(&mut self) -> Result<u8, Malformed> {
        let (byte, rest) = self.0.split_first().ok_or(Malformed)?;
        self.0 = rest;
        Ok(*byte)
    }

    fn number(&mut self) -> Result<u64, Malformed> {
        let mut number = 0;
        for place in 0..10 {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << (7 * place);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(Malformed)
    }

    fn signed(&mut self) -> Result<i64, Malformed> {
        let number = self.number()?;
        Ok((number >> 1).cast_signed() ^ -(number & 1).cast_signed())
    }

    fn value(&mut self) -> Result<(Arrival, f64), Malformed> {
        let kind = self.byte()?;
        let arrival = match kind >> 4 {
            AT_ONCE => Arrival::After(0),
            LATER => Arrival::After(self.signed()?),
            DATING => Arrival::Dating,
            _ => return Err(Malformed),
        };
        let number = match kind & 0x0f {
            FLOAT => {
                let (number, rest) = self.0.split_first_chunk().ok_or(Malformed)?;
                self.0 = rest;
                f64::from_le_bytes(*number)
            }
            decimals => Decimals::new(decimals).ok_or(Malformed)?.number(self.signed()?),
        };
        Ok((arrival, number))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn readings() -> impl Strategy<Value = Vec<(SeriesId, Entry)>> {
        let number = prop_oneof![
            any::<i32>().prop_map(|n| f64::from(n) / 100.0),
            any::<f64>().prop_filter("finite", |n| n.is_finite()),
        ];
        let arrival = prop_oneof![
            4 => (-3..90_i64).prop_map(Arrival::After),
            1 => any::<i64>().prop_map(Arrival::After),
            1 => Just(Arrival::Dating)
        ];
        let ts = prop_oneof![Just(1_792_800_000_000), any::<i64>()];
        let series = (1..=1_048_575_u64).prop_map(|number| SeriesId::of_log(number).unwrap());
        let entry =
            (ts, arrival, number).prop_map(|(ts, arrival, number)| Entry { ts, arrival, number });
        prop::collection::vec((series, entry), 0..60)
    }

    fn bits(readings: &[(SeriesId, Entry)]) -> Vec<(SeriesId, i64, Arrival, u64)> {
        let bits = |(series, entry): &(SeriesId, Entry)| {
            (*series, entry.ts, entry.arrival, entry.number.to_bits())
        };
        readings.iter().map(bits).collect()
    }

    proptest! {
        #[test]
        fn what_was_packed_is_unpacked_to_the_last_bit(readings in readings()) {
            prop_assert_eq!(bits(&decode(&encode(&readings)).unwrap()), bits(&readings));
        }

        #[test]
        fn one_changed_byte_is_found(readings in readings(), place: prop::sample::Index, change in 1..=u8::MAX) {
            let mut bytes = encode(&readings);
            let place = place.index(bytes.len());
            bytes[place] ^= change;
            prop_assert!(decode(&bytes).is_err());
        }

        #[test]
        fn any_bytes_are_an_error_or_readings_and_never_a_panic(bytes: Vec<u8>) {
            let body = [&[VERSION][..], &bytes].concat();
            let _ = decode(&[&body[..], &crc32fast::hash(&body).to_le_bytes()].concat());
            prop_assert!(decode(&bytes).is_err());
        }
    }

    #[test]
    fn a_message_of_three_quantities_takes_less_than_twenty_bytes_in_the_log() {
        let entry = |number| Entry { ts: 1_792_800_000_000, arrival: Arrival::After(0), number };
        let of = |series, number| (SeriesId::of_log(series).unwrap(), entry(number));
        let before = [of(1, 612.0)];
        let more = [of(1, 612.0), of(2, 612.0), of(3, 21.4), of(4, 45.5)];
        assert!(encode(&more).len() - encode(&before).len() < 20);
    }
}
