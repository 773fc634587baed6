//! The first format of the journal, which a program before this one may have left.
//!
//! ```text
//! segment  "VIGIEJ1\n"  order:u64  record*
//! record   length:u32   crc32:u32  body        (length and crc32 of the body)
//! ```
//!
//! Its records have no mark, so behind a damaged one the next is looked for at every byte.

use super::record::Journaled;
use super::salvage::{Salvage, Tail};

/// First bytes of every segment.
pub(super) const MAGIC: [u8; 8] = *b"VIGIEJ1\n";
const HEADER_LEN: usize = 16;
const FRAME_LEN: usize = 8;
/// Shortest body: arrival and two lengths.
const SHORTEST_BODY: usize = 14;
/// How many bytes are checked at most while the next record is looked for: some seconds' work.
const LOOKED_AT_MOST: usize = 1 << 30;
/// How much is left in a number for the records of a segment.
const NUMBER_BITS: u32 = 32;

/// Reads a segment, and what is sound behind damage.
pub(super) fn read(bytes: &[u8]) -> Salvage {
    let order = bytes.strip_prefix(&MAGIC).and_then(|rest| rest.first_chunk::<8>());
    let mut salvage = Salvage::default();
    let mut at = 0;
    if order.is_some() {
        at = HEADER_LEN;
    } else {
        salvage.harmed(0);
    }
    // Without a header the order is not known; then these are the older ones.
    let order = order.map_or(0, |order| u64::from_le_bytes(*order)).min(u64::from(u32::MAX));
    let mut number = order << NUMBER_BITS;
    let mut budget = LOOKED_AT_MOST;
    while at < bytes.len() {
        if let Some((record, len)) = record(&bytes[at..], &mut budget) {
            salvage.sound(at, number, record);
            number += 1;
            at += len;
        } else {
            salvage.harmed(at);
            at += 1;
        }
    }
    let tail = tail(order, bytes, &salvage);
    salvage.end(bytes, tail)
}

fn tail(order: u64, bytes: &[u8], salvage: &Salvage) -> Tail {
    let Some(start) = salvage.open_at() else { return Tail::Damaged };
    let rest = &bytes[start..];
    let length = rest.first_chunk::<4>().map_or(0, |length| u32::from_le_bytes(*length) as usize);
    let is_begun = order > 0 && rest.len() < FRAME_LEN.saturating_add(length.max(SHORTEST_BODY));
    if is_begun { Tail::Torn } else { Tail::Unknown }
}

fn record(bytes: &[u8], budget: &mut usize) -> Option<(Journaled, usize)> {
    let length = u32::from_le_bytes(*bytes.first_chunk::<4>()?) as usize;
    let crc = u32::from_le_bytes(*bytes.get(4..)?.first_chunk::<4>()?);
    let body = bytes.get(FRAME_LEN..FRAME_LEN.checked_add(length)?)?;
    let topic_len = usize::from(u16::from_le_bytes(*body.get(12..)?.first_chunk::<2>()?));
    if SHORTEST_BODY + topic_len > length {
        return None;
    }
    *budget = budget.checked_sub(length)?;
    let is_sound = crc32fast::hash(body) == crc;
    if is_sound {
        // What is read is not what is looked for in vain.
        *budget += length;
    }
    is_sound.then(|| Journaled::of_body(body)).flatten().map(|it| (it, FRAME_LEN + length))
}
