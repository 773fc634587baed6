//! A column: one tag byte, then either the value that all cells have (8 bytes), or a pco stream. The only file that names
//! the compressing library.

use pco::ChunkConfig;
use pco::data_types::Number;
use pco::standalone::{simple_compress, simple_decompress_into};

const CONSTANT: u8 = 0;
const COMPRESSED: u8 = 1;

/// Why bytes are no column.
#[derive(Debug, thiserror::Error)]
pub(super) enum ColumnFault {
    #[error("column is malformed")]
    Malformed,
    #[error("column cannot be unpacked")]
    Unpack(#[source] pco::errors::PcoError),
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
pub(super) fn unpack<T: Cell>(column: &[u8], count: usize) -> Result<Vec<T>, ColumnFault> {
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
        _ => Err(ColumnFault::Malformed),
    }
}
