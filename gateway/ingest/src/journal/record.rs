//! Format of a delivery in the crash journal.
//!
//! ```text
//! segment  "VIGIEJ2\n"  mark:u32  crc32:u32  record*                      (crc32 of all before it)
//! record   mark:u32  number:u64  length:u32  crc32:u32  crc32:u32  body   (crc32 of all before it; length, crc32 of the body)
//! body     received_at:i64 ms  payload_len:u32  topic_len:u16  topic  payload
//! ```
//!
//! All numbers are little-endian. The mark is that of its segment and made by chance: by it the next record is found
//! behind a damaged one, and no payload can imitate a record, since no sensor knows it. Records are numbered on from
//! file to file, so that their order and the number of lost ones are known without a header.

use std::hash::{BuildHasher, Hasher, RandomState};

use domain::Instant;

/// First bytes of every segment.
pub(super) const MAGIC: [u8; 8] = *b"VIGIEJ2\n";
/// Length of the header of a segment.
pub(super) const HEADER_LEN: usize = 16;
/// Length of what stands before the body of a record.
pub(super) const HEAD_LEN: usize = 24;
const HEAD_CHECKED: usize = 16;
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

impl Journaled {
    /// The delivery of a body; `None` when it is cut short.
    pub(super) fn of_body(body: &[u8]) -> Option<Self> {
        let received_at = i64::from_le_bytes(*body.first_chunk::<8>()?);
        let payload_len = u32::from_le_bytes(*body.get(8..)?.first_chunk::<4>()?) as usize;
        let topic_len = usize::from(u16::from_le_bytes(*body.get(12..)?.first_chunk::<2>()?));
        let topic = body.get(FIXED_LEN..FIXED_LEN + topic_len)?;
        Some(Self {
            received_at: Instant::from_millis(received_at),
            topic: String::from_utf8_lossy(topic).into_owned(),
            payload: body.get(FIXED_LEN + topic_len..)?.to_vec(),
            payload_len,
        })
    }
}

/// Mark of a segment, which stands before each of its records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark([u8; 4]);

impl Mark {
    /// A mark that nobody can foretell.
    pub(super) fn by_chance() -> Self {
        let chance = RandomState::new().build_hasher().finish().to_le_bytes();
        Self([chance[0], chance[1], chance[2], chance[3]])
    }

    /// Its bytes.
    pub(super) const fn bytes(self) -> [u8; 4] {
        self.0
    }
}

/// Header of a segment.
pub(super) fn header(mark: Mark) -> [u8; HEADER_LEN] {
    let mut header = [0; HEADER_LEN];
    header[..8].copy_from_slice(&MAGIC);
    header[8..12].copy_from_slice(&mark.0);
    let crc = crc32fast::hash(&header[..12]);
    header[12..].copy_from_slice(&crc.to_le_bytes());
    header
}

/// The mark of a segment by its header; `None` when that is cut or damaged, or another one.
pub(super) fn mark_of(bytes: &[u8]) -> Option<Mark> {
    let found: &[u8; HEADER_LEN] = bytes.first_chunk()?;
    let mark = Mark([found[8], found[9], found[10], found[11]]);
    (*found == header(mark)).then_some(mark)
}

/// Appends a record to `buffer`.
pub(super) fn encode(buffer: &mut Vec<u8>, mark: Mark, number: u64, record: &Record<'_>) {
    // MQTT bounds a topic to 65,535 bytes and a packet to 268,435,455.
    let topic_len = u16::try_from(record.topic.len()).unwrap_or(u16::MAX);
    let topic = &record.topic.as_bytes()[..usize::from(topic_len)];
    let payload_len = u32::try_from(record.payload_len).unwrap_or(u32::MAX);
    let length = u32::try_from(FIXED_LEN + topic.len() + record.payload.len())
        .expect("an MQTT packet is shorter than 4 GiB");
    let start = buffer.len();
    buffer.extend_from_slice(&mark.0);
    buffer.extend_from_slice(&number.to_le_bytes());
    buffer.extend_from_slice(&length.to_le_bytes());
    let head = crc32fast::hash(&buffer[start..start + HEAD_CHECKED]);
    buffer.extend_from_slice(&head.to_le_bytes());
    buffer.extend_from_slice(&[0; 4]);
    let body = buffer.len();
    buffer.extend_from_slice(&record.received_at.as_millis().to_le_bytes());
    buffer.extend_from_slice(&payload_len.to_le_bytes());
    buffer.extend_from_slice(&topic_len.to_le_bytes());
    buffer.extend_from_slice(topic);
    buffer.extend_from_slice(record.payload);
    let crc = crc32fast::hash(&buffer[body..]);
    buffer[body - 4..body].copy_from_slice(&crc.to_le_bytes());
}

/// A delivery that is to be written down.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<'a> {
    pub(super) received_at: Instant,
    pub(super) topic: &'a str,
    pub(super) payload: &'a [u8],
    pub(super) payload_len: usize,
}

impl<'a> From<&'a Journaled> for Record<'a> {
    fn from(journaled: &'a Journaled) -> Self {
        let Journaled { received_at, topic, payload, payload_len } = journaled;
        Self { received_at: *received_at, topic, payload, payload_len: *payload_len }
    }
}

/// What stands before the body of a record, undamaged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    /// The mark of its segment.
    pub(super) mark: Mark,
    /// Its place in the order of all records.
    pub(super) number: u64,
    /// How long the record is, head and body.
    pub(super) whole_len: usize,
    body_crc: u32,
}

impl Head {
    /// The head with which `bytes` begin, if they do.
    pub(super) fn at_start_of(bytes: &[u8]) -> Option<Self> {
        let head: &[u8; HEAD_LEN] = bytes.first_chunk()?;
        let word =
            |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
        if crc32fast::hash(&head[..HEAD_CHECKED]) != word(HEAD_CHECKED) {
            return None;
        }
        Some(Self {
            mark: Mark([head[0], head[1], head[2], head[3]]),
            number: u64::from(word(4)) | (u64::from(word(8)) << 32),
            whole_len: HEAD_LEN.checked_add(word(12) as usize)?,
            body_crc: word(20),
        })
    }

    /// The delivery behind this head; `None` when it is damaged or cut.
    pub(super) fn delivery(&self, bytes: &[u8]) -> Option<Journaled> {
        let body = bytes.get(HEAD_LEN..self.whole_len)?;
        (crc32fast::hash(body) == self.body_crc).then(|| Journaled::of_body(body)).flatten()
    }
}
