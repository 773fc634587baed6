//! Retained messages of the embedded broker: their sizes, and whether another finds room.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Largest retained message of others, in bytes.
pub(super) const LARGEST: usize = 64 * 1024;
/// All retained messages with their topics, in bytes.
const ALL: usize = 64 * 1024 * 1024;
const MOST: usize = 10_000;

/// Sizes of all retained messages.
#[derive(Debug, Default)]
pub(super) struct Retained(Mutex<Sizes>);

#[derive(Debug, Default)]
struct Sizes {
    by_topic: HashMap<Arc<str>, usize>,
    total: usize,
}

impl Retained {
    /// Whether a message of somebody else finds room. Our own states always do: they are few, and each is bounded.
    pub(super) fn has_room(&self, topic: &str, payload: usize) -> bool {
        let sizes = self.sizes();
        let present = sizes.by_topic.get(topic).copied();
        let total = sizes.total - present.unwrap_or(0) + topic.len() + payload;
        payload <= LARGEST && total <= ALL && (present.is_some() || sizes.by_topic.len() < MOST)
    }

    /// A message was retained, or taken away.
    pub(super) fn set(&self, topic: Arc<str>, payload: Option<usize>) {
        let mut sizes = self.sizes();
        let size = payload.map(|payload| topic.len() + payload);
        let before = match size {
            Some(size) => sizes.by_topic.insert(topic, size),
            None => sizes.by_topic.remove(&topic),
        };
        sizes.total = sizes.total - before.unwrap_or(0) + size.unwrap_or(0);
    }

    fn sizes(&self) -> MutexGuard<'_, Sizes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_retained_message_has_64_kib_and_all_of_them_64_mib() {
        let retained = Retained::default();
        assert!(retained.has_room("a", LARGEST));
        assert!(!retained.has_room("a", LARGEST + 1));
        for number in 0..1022 {
            let topic = format!("hoard/{number}");
            assert!(retained.has_room(&topic, LARGEST));
            retained.set(topic.into(), Some(LARGEST));
        }
        retained.set("last".into(), Some(LARGEST));
        assert!(!retained.has_room("more", LARGEST));
        assert!(retained.has_room("hoard/1", LARGEST), "in the place of itself");
        retained.set("hoard/1".into(), None);
        assert!(retained.has_room("more", LARGEST));
    }

    #[test]
    fn ten_thousand_topics_are_retained_and_each_may_change() {
        let retained = Retained::default();
        for number in 0..MOST {
            retained.set(format!("many/{number}").into(), Some(1));
        }
        assert!(!retained.has_room("one-more", 1));
        assert!(retained.has_room("many/3", 2));
    }
}
