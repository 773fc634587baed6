//! The building as it stands now.
