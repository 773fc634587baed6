//! Format of a delivery in the crash journal.
//!
//! ```text
//! segment  "VIGIEJ1\n"  order:u64  record*
//! record   length:u32   crc32:u32  body        (length and crc32 of the body)
//! body     received_at:i64 ms  payload_len:u32  topic_len:u16  topic  payload
//! ```
//!
//! All numbers are little-endian. A record that is torn or damaged ends its segment: nothing after it was
//! acknowledged, since records are written one after another.

use domain::Instant;

/// First bytes of every segment.
const MAGIC: [u8; 8] = *b"VIGIEJ1\n";
/// Length of the header of a segment.
pub(super) const HEADER_LEN: usize = 16;
const FRAME_LEN: usize = 8;
const FIXED_LEN: usize = 14;

/// A delivery as it was journaled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journaled {
    /// When it came in; an undated reading keeps this as its time.
    pub received_at: Instant,
    /// Its topic.
    pub topic: String,
    /// Its payload, or the beginning of one that was too large.
    pub payload: Vec<u8>,
    /// How long the payload was.
    pub payload_len: usize,
}

/// Contents of a segment.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Decoded {
    /// Its place among the segments; later ones have higher numbers. `None` for an empty segment.
    pub(super) order: Option<u64>,
    /// Every whole record, in order.
    pub(super) records: Vec<Journaled>,
    /// Count of sound bytes; the rest is a torn record.
    pub(super) sound_len: usize,
}

/// Header of a segment.
pub(super) fn header(order: u64) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..8].copy_from_slice(&MAGIC);
    header[8..].copy_from_slice(&order.to_le_bytes());
    header
}

/// Appends a record to `buffer`.
pub(super) fn encode(
    buffer: &mut Vec<u8>,
    received_at: Instant,
    topic: &str,
    payload: &[u8],
    payload_len: usize,
) {
    // MQTT bounds a topic to 65,535 bytes and a packet to 268,435,455.
    let topic_len = u16::try_from(topic.len()).unwrap_or(u16::MAX);
    let topic = &topic.as_bytes()[..usize::from(topic_len)];
    let payload_len = u32::try_from(payload_len).unwrap_or(u32::MAX);
    let start = buffer.len();
    buffer.extend_from_slice(&[0; FRAME_LEN]);
    buffer.extend_from_slice(&received_at.as_millis().to_le_bytes());
    buffer.extend_from_slice(&payload_len.to_le_bytes());
    buffer.extend_from_slice(&topic_len.to_le_bytes());
    buffer.extend_from_slice(topic);
    buffer.extend_from_slice(payload);
    let body = &buffer[start + FRAME_LEN..];
    let crc = crc32fast::hash(body);
    let length = u32::try_from(body.len()).expect("an MQTT packet is shorter than 4 GiB");
    buffer[start..start + 4].copy_from_slice(&length.to_le_bytes());
    buffer[start + 4..start + 8].copy_from_slice(&crc.to_le_bytes());
}

/// Reads a segment as far as it is sound.
pub(super) fn decode(bytes: &[u8]) -> Decoded {
    let Some(order) = bytes.strip_prefix(&MAGIC).and_then(|rest| rest.first_chunk::<8>()) else {
        return Decoded::default();
    };
    let mut decoded = Decoded {
        order: Some(u64::from_le_bytes(*order)),
        records: Vec::new(),
        sound_len: HEADER_LEN,
    };
    while let Some((record, len)) = decode_record(&bytes[decoded.sound_len..]) {
        decoded.records.push(record);
        decoded.sound_len += len;
    }
    decoded
}

fn decode_record(bytes: &[u8]) -> Option<(Journaled, usize)> {
    let length = u32::from_le_bytes(*bytes.first_chunk::<4>()?) as usize;
    let crc = u32::from_le_bytes(*bytes.get(4..)?.first_chunk::<4>()?);
    let body = bytes.get(FRAME_LEN..FRAME_LEN.checked_add(length)?)?;
    if crc32fast::hash(body) != crc {
        return None;
    }
    let received_at = i64::from_le_bytes(*body.first_chunk::<8>()?);
    let payload_len = u32::from_le_bytes(*body.get(8..)?.first_chunk::<4>()?) as usize;
    let topic_len = usize::from(u16::from_le_bytes(*body.get(12..)?.first_chunk::<2>()?));
    let topic = body.get(FIXED_LEN..FIXED_LEN + topic_len)?;
    let record = Journaled {
        received_at: Instant::from_millis(received_at),
        topic: String::from_utf8_lossy(topic).into_owned(),
        payload: body.get(FIXED_LEN + topic_len..)?.to_vec(),
        payload_len,
    };
    Some((record, FRAME_LEN + length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journaled(text: &str) -> Journaled {
        Journaled {
            received_at: "2026-11-23T14:03:07.250Z".parse().unwrap(),
            topic: format!("vigie/v1/dreux/sensors/{text}/co2"),
            payload: format!("{{\"value\":{}}}", text.len()).into_bytes(),
            payload_len: 11,
        }
    }

    fn segment(records: &[Journaled]) -> Vec<u8> {
        let mut bytes = header(7).to_vec();
        for r in records {
            encode(&mut bytes, r.received_at, &r.topic, &r.payload, r.payload_len);
        }
        bytes
    }

    #[test]
    fn what_was_journaled_is_read_back_in_order() {
        let records = [journaled("room-1"), journaled("room-22")];
        let bytes = segment(&records);
        let decoded = decode(&bytes);
        assert_eq!(decoded.order, Some(7));
        assert_eq!(decoded.records, records);
        assert_eq!(decoded.sound_len, bytes.len());
    }

    #[test]
    fn wherever_the_last_record_is_torn_the_ones_before_it_are_whole() {
        let whole = segment(&[journaled("room-1")]);
        let bytes = segment(&[journaled("room-1"), journaled("room-22")]);
        for cut in whole.len()..bytes.len() {
            let decoded = decode(&bytes[..cut]);
            assert_eq!(decoded.records, [journaled("room-1")], "cut at {cut}");
            assert_eq!(decoded.sound_len, whole.len(), "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_is_found() {
        let mut bytes = segment(&[journaled("room-1"), journaled("room-22")]);
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        assert_eq!(decode(&bytes).records, [journaled("room-1")]);
    }

    #[test]
    fn a_foreign_or_empty_file_holds_nothing() {
        assert_eq!(decode(b""), Decoded::default());
        assert_eq!(decode(b"VIGIEJ1\n123"), Decoded::default());
        assert_eq!(decode(&[0xff; 4096]), Decoded::default());
    }
}
