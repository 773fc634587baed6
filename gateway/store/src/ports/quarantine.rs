//! Quarantine: messages that were refused.

use std::future::Future;

use domain::Instant;
use domain::message::Reason;

use super::StoreError;

/// Reader of the quarantine.
pub trait QuarantineReader: Send + Sync + 'static {
    /// One page, newest first. `before` is the [`StandingRefusal::id`] below which the page begins.
    fn quarantine(
        &self,
        before: Option<RefusalId>,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<StandingRefusal>, StoreError>> + Send;
}

/// Number of a refusal within the quarantine; grows with each new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RefusalId(pub u64);

/// A refused message, or a refused part of one.
#[derive(Clone, Debug, PartialEq)]
pub struct Refused {
    /// When it arrived (the first time, if it was repeated).
    pub received_at: Instant,
    /// Its topic.
    pub topic: String,
    /// Its payload, cut to [`Refused::KEPT_BYTES`].
    pub payload: Vec<u8>,
    /// Length of the whole payload, in bytes.
    pub payload_len: usize,
    /// Reason for the refusal.
    pub reason: Reason,
}

impl Refused {
    /// Number of bytes of a payload that are kept. A cut payload can be shown, but not replayed.
    pub const KEPT_BYTES: usize = 64 * 1024;
}

/// A refused message in quarantine.
#[derive(Clone, Debug, PartialEq)]
pub struct StandingRefusal {
    /// Its number.
    pub id: RefusalId,
    /// The message and the reason.
    pub refused: Refused,
    /// How many times it arrived.
    pub count: u64,
    /// When it arrived last.
    pub last_received_at: Instant,
}
