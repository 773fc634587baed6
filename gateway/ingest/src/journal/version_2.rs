//! Reading a segment of the present format.

use super::record::{HEAD_LEN, HEADER_LEN, Head, MAGIC, Mark, mark_of};
use super::salvage::{Salvage, Tail};

/// Reads a segment, and what is sound behind damage.
pub(super) fn read(bytes: &[u8]) -> Salvage {
    let mut salvage = Salvage::begin(mark_of(bytes));
    let mut mark = salvage.goes_on;
    let mut at = 0;
    if mark.is_some() {
        at = HEADER_LEN;
    } else if !bytes.is_empty() {
        salvage.harmed(0);
    }
    while at < bytes.len() {
        let head = Head::at_start_of(&bytes[at..])
            .filter(|head| mark.is_none_or(|mark| mark == head.mark));
        let delivery = head.and_then(|head| head.delivery(&bytes[at..]));
        match (head, delivery) {
            (Some(head), Some(delivery)) => {
                mark = Some(head.mark);
                salvage.sound(at, head.number, delivery);
                at += head.whole_len;
            }
            // Its head says where the next one begins: nothing in a payload is taken for a record.
            (Some(head), None) if head.whole_len <= bytes.len() - at && mark.is_some() => {
                salvage.harmed(at);
                at += head.whole_len;
            }
            _ => {
                salvage.harmed(at);
                at = next(bytes, at + 1, mark);
            }
        }
    }
    let tail = tail(bytes, &salvage);
    salvage.end(bytes, tail)
}

/// Where the next record may begin.
fn next(bytes: &[u8], from: usize, mark: Option<Mark>) -> usize {
    let Some(mark) = mark else { return from };
    let rest = bytes.get(from..).unwrap_or_default();
    let found = rest.windows(4).position(|four| four == mark.bytes());
    found.map_or(bytes.len(), |found| from + found)
}

fn tail(bytes: &[u8], salvage: &Salvage) -> Tail {
    let Some(start) = salvage.open_at() else { return Tail::Damaged };
    let rest = &bytes[start..];
    if salvage.goes_on.is_none() {
        // A file is begun with its header and its first record.
        let is_begun =
            MAGIC.starts_with(rest) || rest.starts_with(&MAGIC) && rest.len() < HEADER_LEN;
        return if is_begun { Tail::Torn } else { Tail::Unknown };
    }
    match Head::at_start_of(rest) {
        Some(head) if head.whole_len > rest.len() => Tail::Torn,
        // Records before it are sound, and one that was written whole is longer.
        None if rest.len() < HEAD_LEN => Tail::Torn,
        _ => Tail::Unknown,
    }
}
