//! Our own nodes.

use super::family::{Family, Reads};
use crate::native;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "native",
    filters: |site| vec![native::filter(site)],
    reads: Reads::Alone(|message, scope| native::decode(message, scope.site)),
};
