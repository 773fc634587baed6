//! The bytes of the file: a reading and a stretch of time as numbers, and how readings and rollups are packed. No SQL.
//!
//! ```text
//! entry ─▶ log_row                      the readings of one commit
//! entry ─▶ block ─▶ column ─▶ frame     the readings of an hour or a day
//! entry ─▶ quarters ─▶ rollup_block     the rollups of a day
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `series_id`, `slot` | number of a series; UTC hour or day of a series, which is one block |
//! | `entry` | a reading in its stored form |
//! | `log_row` | format of a row of the log |
//! | `block` | format of a block of readings |
//! | `quarters`, `rollup_block` | rollups by quarter of an hour; format of a block of rollups |
//! | `column`, `frame`, `decimals` | a column of numbers; short columns; decimal fractions as integers |

pub(super) mod block;
mod column;
mod decimals;
pub(super) mod entry;
mod frame;
pub(super) mod log_row;
pub(super) mod quarters;
pub(super) mod rollup_block;
pub(super) mod series_id;
pub(super) mod slot;

/// Entry point of the fuzzer: decodes any bytes as a row of the log, a block of readings, its instants, and a block of
/// rollups, each with a checksum that fits.
#[doc(hidden)]
pub fn unpack_anything(bytes: &[u8]) {
    let sealed = |bytes: &[u8]| [bytes, &crc32fast::hash(bytes).to_le_bytes()].concat();
    let block = sealed(bytes);
    let day = slot::Slot::of(slot::Tier::Day, series_id::SeriesId::of_block(1), 0);
    // Either is fine; what must not happen is a panic.
    let _ = log_row::decode(&block);
    let _ = block::decode(&block, None, day);
    for cut in [bytes.len() / 2, bytes.len() / 4] {
        let (times, numbers) = bytes.split_at(cut);
        let times = sealed(times);
        // As a block refers to its times: by their checksum, behind version, decimals and count.
        let mut numbers = numbers.to_vec();
        if let Some(reference) = numbers.get_mut(6..10) {
            reference.copy_from_slice(&times[times.len() - 4..]);
        }
        let _ = block::decode(&sealed(&numbers), Some(&times), day);
    }
    let _ = rollup_block::decode(&block, quarters::stretch(day));
}
