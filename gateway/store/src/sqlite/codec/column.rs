//! A column: one tag byte, then the value that all cells have (8 bytes), a pco stream, or, of short ones, a
//! [frame] of the cells or of the steps between them. The only file that names the compressing library.

use pco::ChunkConfig;
use pco::data_types::Number;
use pco::standalone::{simple_compress, simple_decompress_into};

use super::frame;

const CONSTANT: u8 = 0;
const COMPRESSED: u8 = 1;
const FRAMED: u8 = 2;
const STEPS: u8 = 3;

/// Why bytes are no column.
#[derive(Debug, thiserror::Error)]
pub(in crate::sqlite) enum ColumnFault {
    #[error("column is malformed")]
    Malformed,
    #[error("column cannot be unpacked")]
    Unpack(#[source] pco::errors::PcoError),
}

/// A number that a column holds; its bits are what must come back.
pub(in crate::sqlite) trait Cell: Number + Default {
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
pub(in crate::sqlite) fn pack<T: Cell>(cells: &[T]) -> Vec<u8> {
    let first = cells.first().expect("a block holds readings").to_bytes();
    if cells.iter().all(|cell| cell.to_bytes() == first) {
        return [&[CONSTANT][..], &first].concat();
    }
    let stream =
        simple_compress(cells, &ChunkConfig::default()).expect("the default settings are valid");
    [&[COMPRESSED][..], &stream].concat()
}

/// Packs a column of some dozens of cells, which is not empty: larger than [`pack`] by little, and read far faster.
pub(in crate::sqlite) fn pack_short<T: Cell>(cells: &[T]) -> Vec<u8> {
    let bits: Vec<i64> = cells.iter().map(|cell| i64::from_le_bytes(cell.to_bytes())).collect();
    let framed = [&[FRAMED][..], &frame::pack(&bits)].concat();
    let steps: Option<Vec<i64>> =
        bits.windows(2).map(|pair| pair[1].checked_sub(pair[0])).collect();
    match (steps, bits.first()) {
        (Some(steps), Some(first)) if !steps.is_empty() => {
            let stepped = [&[STEPS][..], &first.to_le_bytes(), &frame::pack(&steps)].concat();
            if stepped.len() < framed.len() { stepped } else { framed }
        }
        _ => framed,
    }
}

/// Unpacks a column of `count` cells.
pub(in crate::sqlite) fn unpack<T: Cell>(
    column: &[u8],
    count: usize,
) -> Result<Vec<T>, ColumnFault> {
    match column {
        [CONSTANT, bytes @ ..] => {
            let bytes = bytes.try_into().map_err(|_| ColumnFault::Malformed)?;
            Ok(vec![T::from_bytes(bytes); count])
        }
        [COMPRESSED, stream @ ..] => {
            let mut cells = vec![T::default(); count];
            let progress =
                simple_decompress_into(stream, &mut cells).map_err(ColumnFault::Unpack)?;
            let whole = progress.finished && progress.n_processed == count;
            if whole { Ok(cells) } else { Err(ColumnFault::Malformed) }
        }
        [FRAMED, frame @ ..] => {
            let cells = frame::unpack(frame, count).ok_or(ColumnFault::Malformed)?;
            Ok(cells.into_iter().map(of_bits).collect())
        }
        [STEPS, rest @ ..] => {
            let cells = unpack_steps(rest, count).ok_or(ColumnFault::Malformed)?;
            Ok(cells.into_iter().map(of_bits).collect())
        }
        _ => Err(ColumnFault::Malformed),
    }
}

fn unpack_steps(column: &[u8], count: usize) -> Option<Vec<i64>> {
    let (first, steps) = column.split_first_chunk()?;
    let mut cell = i64::from_le_bytes(*first);
    let mut cells = frame::unpack(steps, count.checked_sub(1)?)?;
    for step in &mut cells {
        cell = cell.checked_add(*step)?;
        *step = cell;
    }
    cells.insert(0, i64::from_le_bytes(*first));
    Some(cells)
}

fn of_bits<T: Cell>(bits: i64) -> T {
    T::from_bytes(bits.to_le_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn columns() -> impl Strategy<Value = Vec<i64>> {
        let cells = |of: std::ops::Range<i64>| prop::collection::vec(of, 1..100);
        let rising = cells(0..1000).prop_map(|steps| {
            steps.into_iter().scan(1 << 40, |sum, step| Some(std::mem::replace(sum, *sum + step)))
        });
        prop_oneof![cells(0..2), cells(i64::MIN..i64::MAX), rising.prop_map(Iterator::collect)]
    }

    proptest! {
        #[test]
        fn a_short_column_comes_back(cells in columns()) {
            prop_assert_eq!(unpack::<i64>(&pack_short(&cells), cells.len()).unwrap(), cells);
        }

        #[test]
        fn a_short_column_of_numbers_comes_back_to_the_last_bit(
            cells in prop::collection::vec(any::<f64>(), 1..100),
        ) {
            let unpacked: Vec<f64> = unpack(&pack_short(&cells), cells.len()).unwrap();
            let bits = |cells: &[f64]| cells.iter().map(|cell| cell.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&unpacked), bits(&cells));
        }
    }

    #[test]
    fn what_rises_evenly_takes_no_room_for_each_step() {
        let cells: Vec<i64> = (0..96).map(|n| 1_792_800_000_000 + n * 900_000).collect();
        assert!(pack_short(&cells).len() < 16);
    }
}
