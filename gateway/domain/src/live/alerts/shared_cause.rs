//! Number of like events from which on they count as one with a shared cause.

/// Least number of events at once that what they share is to blame for: a gateway, a network, a fuse.
pub(super) const MANY: usize = 3;
