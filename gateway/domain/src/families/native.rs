//! Our own nodes.

use super::Family;
use crate::wire::native;

/// The row of the table.
pub(super) const FAMILY: Family = Family {
    name: "native",
    filters: |site| vec![native::filter(site)],
    translate: |message, scope| native::decode(message, scope.site),
};
