//! Counts of the gateway, for `/metrics` and for its own state.

use domain::message::ReasonLabel;
use metrics::{Counter, counter, describe_counter};

/// Every reason of refusal, so that each stands in the metrics from the start.
const REASONS: [ReasonLabel; 7] = [
    ReasonLabel::Topic,
    ReasonLabel::Malformed,
    ReasonLabel::TooLarge,
    ReasonLabel::Value,
    ReasonLabel::Future,
    ReasonLabel::UndatedRetained,
    ReasonLabel::TooManySources,
];

/// Counters that begin at 0 with the program. Those of readings and refusals move only after the commit.
pub(crate) struct Counters {
    received: Counter,
    ignored: Counter,
    stored: Counter,
    repeated: Counter,
    lost: Counter,
    dropped: Counter,
    refused: [Counter; REASONS.len()],
    stored_total: u64,
    refused_total: u64,
}

impl Counters {
    /// All of them, at 0.
    pub(crate) fn new() -> Self {
        describe_counter!("vigie_messages_received_total", "MQTT messages taken from the broker");
        describe_counter!("vigie_messages_ignored_total", "Messages that no device family knows");
        describe_counter!("vigie_messages_refused_total", "Messages put into quarantine");
        describe_counter!("vigie_readings_stored_total", "New readings, durable");
        describe_counter!("vigie_readings_repeated_total", "Readings that were already stored");
        describe_counter!(
            "vigie_readings_lost_total",
            "Readings that never came, by the running numbers of their devices"
        );
        describe_counter!(
            "vigie_store_failures_total",
            "Batches that the store did not take, and that were tried again"
        );
        describe_counter!(
            "vigie_quarantine_dropped_total",
            "Refused messages that left quarantine to keep its bound"
        );
        let refused = REASONS.map(|reason| {
            let counter = counter!("vigie_messages_refused_total", "reason" => reason.as_str());
            counter.increment(0);
            counter
        });
        let at_zero = |name: &'static str| {
            let counter = counter!(name);
            counter.increment(0);
            counter
        };
        Self {
            received: at_zero("vigie_messages_received_total"),
            ignored: at_zero("vigie_messages_ignored_total"),
            stored: at_zero("vigie_readings_stored_total"),
            repeated: at_zero("vigie_readings_repeated_total"),
            lost: at_zero("vigie_readings_lost_total"),
            dropped: at_zero("vigie_quarantine_dropped_total"),
            refused,
            stored_total: 0,
            refused_total: 0,
        }
    }

    /// Counts received messages.
    pub(crate) fn received(&self, count: usize) {
        self.received.increment(count as u64);
    }

    /// Counts a message of no device family.
    pub(crate) fn ignored(&self) {
        self.ignored.increment(1);
    }

    /// Counts readings that never came.
    pub(crate) fn lost(&self, count: u64) {
        self.lost.increment(count);
    }

    /// Counts a durable batch.
    pub(crate) fn committed(&mut self, appended: store::Appended, refused: &[ReasonLabel]) {
        self.stored.increment(appended.stored);
        self.repeated.increment(appended.repeated);
        self.dropped.increment(appended.dropped);
        for reason in refused {
            if let Some(at) = REASONS.iter().position(|known| known == reason) {
                self.refused[at].increment(1);
            }
        }
        self.stored_total += appended.stored;
        self.refused_total += refused.len() as u64;
    }

    /// New readings since the start.
    pub(crate) const fn stored_total(&self) -> u64 {
        self.stored_total
    }

    /// Refused messages since the start.
    pub(crate) const fn refused_total(&self) -> u64 {
        self.refused_total
    }
}
