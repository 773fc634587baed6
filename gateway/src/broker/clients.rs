//! Clients of the embedded broker: how many of them are here, their last wills, and whose sessions wait.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

/// Clients of others at the same time; the rest of the broker's places is for our own.
pub(super) const MAX_OTHERS: usize = 450;
/// Sessions of clients that are away.
const MAX_ABSENT: usize = 100;
/// Messages and bytes a second that one client may send for long, and how much at once.
const MESSAGES_A_SECOND: f64 = 5_000.0;
const MESSAGES_AT_ONCE: f64 = 20_000.0;
const BYTES_A_SECOND: f64 = 8.0 * 1024.0 * 1024.0;
const BYTES_AT_ONCE: f64 = 32.0 * 1024.0 * 1024.0;

/// Message that is published when a client is lost.
#[derive(Debug)]
pub(super) struct LastWill {
    pub(super) topic: Arc<str>,
    pub(super) payload: Bytes,
}

/// All clients that are here, and those that are away with a session.
#[derive(Debug, Default)]
pub(super) struct Clients(Mutex<Table>);

#[derive(Debug, Default)]
struct Table {
    here: HashMap<Arc<str>, Client>,
    others: usize,
    /// Longest away first.
    absent: VecDeque<Arc<str>>,
}

#[derive(Debug)]
struct Client {
    /// More than one only while one connection takes over from another.
    connections: usize,
    is_own: bool,
    keeps_session: bool,
    will: Option<LastWill>,
    pace: Pace,
}

/// What a departure leads to.
#[derive(Debug, Default)]
pub(super) struct Departure {
    /// To be published.
    pub(super) will: Option<LastWill>,
    /// Client whose session is to be dropped, so that another finds room.
    pub(super) dropped: Option<Arc<str>>,
}

impl Clients {
    /// Whether another client that is none of ours finds a place.
    pub(super) fn has_place(&self) -> bool {
        self.table().others < MAX_OTHERS
    }

    /// A client has come. `keeps_session`: its session stays when it goes.
    pub(super) fn arrived(
        &self,
        name: Arc<str>,
        is_own: bool,
        keeps_session: bool,
        will: Option<LastWill>,
    ) {
        let mut table = self.table();
        table.absent.retain(|absent| *absent != name);
        table.others += usize::from(!is_own);
        let client = table.here.entry(name).or_insert_with(|| Client {
            connections: 0,
            is_own,
            keeps_session,
            will: None,
            pace: Pace::new(Instant::now()),
        });
        client.connections += 1;
        (client.keeps_session, client.will) = (keeps_session, will);
    }

    /// A client has gone, on purpose or not.
    pub(super) fn departed(&self, name: &Arc<str>, is_unexpected: bool) -> Departure {
        let mut table = self.table();
        let Some(client) = table.here.get_mut(name) else { return Departure::default() };
        client.connections -= 1;
        let (is_own, is_last) = (client.is_own, client.connections == 0);
        let keeps_session = client.keeps_session;
        let will = client.will.take().filter(|_| is_unexpected);
        table.others -= usize::from(!is_own);
        if !is_last {
            return Departure { will, dropped: None };
        }
        table.here.remove(name);
        let mut dropped = None;
        if keeps_session {
            table.absent.push_back(Arc::clone(name));
            if table.absent.len() > MAX_ABSENT {
                dropped = table.absent.pop_front();
            }
        }
        Departure { will, dropped }
    }

    /// Size of the last will of a client on `topic`.
    pub(super) fn will_size(&self, name: &str, topic: &str) -> Option<usize> {
        let table = self.table();
        let will = table.here.get(name)?.will.as_ref()?;
        (&*will.topic == topic).then(|| will.payload.len())
    }

    /// How long a client that is none of ours must wait before its message of `bytes` is taken.
    pub(super) fn pause(&self, name: &str, bytes: usize, now: Instant) -> Option<Duration> {
        let mut table = self.table();
        let client = table.here.get_mut(name).filter(|client| !client.is_own)?;
        client.pace.take(bytes, now)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Two buckets that fill with time and are emptied by messages.
#[derive(Debug)]
struct Pace {
    messages: f64,
    bytes: f64,
    at: Instant,
}

impl Pace {
    const fn new(now: Instant) -> Self {
        Self { messages: MESSAGES_AT_ONCE, bytes: BYTES_AT_ONCE, at: now }
    }

    fn take(&mut self, bytes: usize, now: Instant) -> Option<Duration> {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        // No message is larger than 2^53 bytes.
        #[expect(clippy::cast_precision_loss, reason = "a packet has at most 256 MiB")]
        let bytes = bytes as f64;
        self.messages = (self.messages + seconds * MESSAGES_A_SECOND).min(MESSAGES_AT_ONCE) - 1.0;
        self.bytes = (self.bytes + seconds * BYTES_A_SECOND).min(BYTES_AT_ONCE) - bytes;
        let wait = (-self.messages / MESSAGES_A_SECOND).max(-self.bytes / BYTES_A_SECOND);
        (wait > 0.0).then(|| Duration::from_secs_f64(wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrive(clients: &Clients, name: &str, keeps_session: bool) {
        clients.arrived(name.into(), false, keeps_session, None);
    }

    #[test]
    fn a_hundred_sessions_wait_and_the_one_that_is_away_longest_makes_room_for_another() {
        let clients = Clients::default();
        for number in 0..MAX_ABSENT {
            let name: Arc<str> = format!("away-{number}").into();
            arrive(&clients, &name, true);
            assert!(clients.departed(&name, true).dropped.is_none());
        }
        // One that comes back and goes again is the last in the row.
        arrive(&clients, "away-0", true);
        assert!(clients.departed(&"away-0".into(), false).dropped.is_none());
        arrive(&clients, "one-more", true);
        assert_eq!(clients.departed(&"one-more".into(), true).dropped.as_deref(), Some("away-1"));
        arrive(&clients, "passing", false);
        assert!(clients.departed(&"passing".into(), true).dropped.is_none());
    }

    #[test]
    fn others_never_take_the_places_of_our_own_clients() {
        let clients = Clients::default();
        for number in 0..MAX_OTHERS {
            assert!(clients.has_place());
            arrive(&clients, &format!("other-{number}"), false);
        }
        assert!(!clients.has_place());
        clients.arrived("own".into(), true, false, None);
        clients.departed(&"own".into(), true);
        assert!(!clients.has_place());
        clients.departed(&"other-7".into(), true);
        assert!(clients.has_place());
    }

    #[test]
    fn a_client_that_takes_over_from_itself_keeps_one_place() {
        let clients = Clients::default();
        arrive(&clients, "twice", true);
        arrive(&clients, "twice", true);
        clients.departed(&"twice".into(), true);
        assert!(clients.table().absent.is_empty());
        clients.departed(&"twice".into(), true);
        let table = clients.table();
        assert_eq!((table.others, table.absent.len()), (0, 1));
    }

    #[test]
    fn a_client_that_sends_without_end_waits_and_one_that_sends_its_backlog_does_not() {
        let clients = Clients::default();
        arrive(&clients, "sensor", false);
        let begin = Instant::now();
        let pause = |bytes| clients.pause("sensor", bytes, begin);
        assert!((0..20_000).all(|_| pause(100).is_none()));
        assert!(pause(100).is_some());
        let later = begin + Duration::from_mins(1);
        assert!(clients.pause("sensor", 1000, later).is_none());
        assert!(clients.pause("sensor", 40 << 20, later).unwrap() > Duration::from_millis(900));
        clients.arrived("own".into(), true, false, None);
        assert!((0..30_000).all(|_| clients.pause("own", 1 << 20, begin).is_none()));
    }
}
