//! Reading a segment, whichever format it has.

use super::record::MAGIC;
use super::salvage::Salvage;
use super::{version_1, version_2};

/// Reads a segment of any format.
pub(super) fn read(bytes: &[u8]) -> Salvage {
    if bytes.starts_with(&version_1::MAGIC) {
        return version_1::read(bytes);
    }
    let found = version_2::read(bytes);
    if !found.records.is_empty() || found.damaged.is_empty() || bytes.starts_with(&MAGIC) {
        return found;
    }
    // Perhaps the header of an old one is damaged.
    let old = version_1::read(bytes);
    if old.records.is_empty() { found } else { old }
}
