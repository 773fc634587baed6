//! Size of the store, and free space on its disk.

use std::future::Future;

use super::StoreError;

/// Reader of the size of the store and of the space on its disk.
pub trait HealthReader: Send + Sync + 'static {
    /// Size of the store on its medium, in bytes.
    fn size_bytes(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Space that the store takes and has; `None` for one that lies on no disk of this machine.
    fn space(&self) -> impl Future<Output = Result<Option<Space>, StoreError>> + Send;
}

/// Space that a store takes and has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Space it takes on its disk, in bytes.
    pub stored_bytes: u64,
    /// Part of this that was given up and will be used again.
    pub reusable_bytes: u64,
    /// Free space on the disk, in bytes.
    pub free_bytes: u64,
    /// Size of the disk, in bytes.
    pub disk_bytes: u64,
    /// Bytes that a day of readings takes once it is packed, by the last days; `None` before the first.
    pub recorded_bytes_per_day: Option<u64>,
    /// Errors that the file system has met since it was last repaired; `None` where nothing counts them.
    pub disk_errors: Option<u64>,
}
