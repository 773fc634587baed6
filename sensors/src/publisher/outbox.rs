//! Unacknowledged messages, and how far the present connection is with them. Pure bookkeeping: no client, no clock.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::Outbound;

/// The messages of one publisher from their publication to their acknowledgement.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// By order of publication.
    unacked: BTreeMap<u64, Outbound>,
    next: u64,
    /// Given to the connection, without a packet id yet; it sends them in this order. A birth has no number.
    handed: VecDeque<Option<u64>>,
    /// On the wire, by packet id.
    on_wire: HashMap<u16, Option<u64>>,
}

impl Outbox {
    /// Number of unacknowledged messages, sent or not.
    pub(super) fn len(&self) -> usize {
        self.unacked.len()
    }

    /// Whether everything is acknowledged.
    pub(super) fn is_empty(&self) -> bool {
        self.unacked.is_empty()
    }

    /// Takes a message and gives its number; `is_handed` says that the present connection has got it, too.
    pub(super) fn accept(&mut self, message: Outbound, is_handed: bool) -> u64 {
        let number = self.next;
        self.next += 1;
        self.unacked.insert(number, message);
        if is_handed {
            self.handed.push_back(Some(number));
        }
        number
    }

    /// Whether the message of this number is acknowledged.
    pub(super) fn has_acknowledged(&self, number: u64) -> bool {
        number < self.next && !self.unacked.contains_key(&number)
    }

    /// Messages that a new connection is to send after so many births, in order: all unacknowledged ones.
    pub(super) fn connected(&mut self, births: usize) -> impl Iterator<Item = &Outbound> {
        self.disconnected();
        self.handed.extend(std::iter::repeat_n(None, births));
        self.handed.extend(self.unacked.keys().copied().map(Some));
        self.unacked.values()
    }

    /// The connection has ended; what it did not get acknowledged stays.
    pub(super) fn disconnected(&mut self) {
        self.handed.clear();
        self.on_wire.clear();
    }

    /// Notes what went out under `packet_id`; whether nothing else is on the wire.
    pub(super) fn sent(&mut self, packet_id: u16) -> bool {
        let was_idle = self.on_wire.is_empty();
        if let Some(number) = self.handed.pop_front() {
            self.on_wire.insert(packet_id, number);
        }
        was_idle
    }

    /// The broker has `packet_id`. One that is not on the wire is of no concern.
    pub(super) fn acknowledged(&mut self, packet_id: u16) {
        if let Some(Some(number)) = self.on_wire.remove(&packet_id) {
            self.unacked.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str) -> Outbound {
        Outbound { topic: topic.into(), payload: Vec::new(), retain: false }
    }

    #[test]
    fn only_what_the_broker_acknowledged_leaves_the_outbox() {
        let mut outbox = Outbox::default();
        assert_eq!(outbox.connected(1).count(), 0);
        outbox.accept(message("a"), true);
        outbox.accept(message("b"), true);
        for packet_id in [1, 2, 3] {
            outbox.sent(packet_id);
        }
        outbox.acknowledged(1);
        assert_eq!(outbox.len(), 2, "the first was the birth");
        outbox.acknowledged(3);
        outbox.acknowledged(3);
        outbox.acknowledged(77);

        let again: Vec<_> = outbox.connected(0).map(|message| message.topic.clone()).collect();
        assert_eq!(again, ["a"]);
    }

    #[test]
    fn acknowledgements_of_a_broken_connection_count_for_nothing() {
        let mut outbox = Outbox::default();
        outbox.accept(message("a"), false);
        assert_eq!(outbox.connected(0).count(), 1);
        outbox.sent(1);
        outbox.disconnected();
        outbox.acknowledged(1);
        assert!(!outbox.is_empty());
    }
}
