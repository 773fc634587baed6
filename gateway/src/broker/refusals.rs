//! What the embedded broker does not do for its clients: counted, and written to the log now and then.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use domain::seldom::Seldom;
use metrics::{counter, describe_counter};

const EVERY: Duration = Duration::from_mins(5);
const COUNTER: &str = "vigie_broker_refused_total";

/// Something that the broker refuses or drops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// A message on a topic that is Vigie's own.
    Topic,
    /// A subscription to an endless filter.
    Filter,
    /// A client under the name of one of ours.
    Name,
    /// A client too many.
    Client,
    /// A last will that is too large.
    Will,
    /// A message is passed on, but not retained.
    Retained,
    /// A message is read, but not passed on.
    Large,
    /// A session of a client that is away.
    Session,
    /// A client that sends too fast waits.
    Pace,
}

impl Refusal {
    const ALL: [Self; 9] = [
        Self::Topic,
        Self::Filter,
        Self::Name,
        Self::Client,
        Self::Will,
        Self::Retained,
        Self::Large,
        Self::Session,
        Self::Pace,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Filter => "filter",
            Self::Name => "name",
            Self::Client => "client",
            Self::Will => "will",
            Self::Retained => "retained",
            Self::Large => "large",
            Self::Session => "session",
            Self::Pace => "pace",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Topic => {
                "a client published on a topic that only Vigie writes; it is not passed on"
            }
            Self::Filter => "a subscription is refused: its filter is too long",
            Self::Name => "a client is refused: it uses the name of one of Vigie's own",
            Self::Client => "a client is refused: too many are connected",
            Self::Will => "a client is refused: its last will is too large",
            Self::Retained => "a message is passed on but not retained: there is no room for it",
            Self::Large => "a message is too large to be passed on to other clients",
            Self::Session => {
                "the session of the client that is away longest is dropped: there are too many"
            }
            Self::Pace => "a client sends faster than it may, and waits for each acknowledgement",
        }
    }
}

/// Counter and log of refusals.
#[derive(Debug)]
pub(super) struct RefusalLog {
    lines: Mutex<[Seldom; Refusal::ALL.len()]>,
}

impl RefusalLog {
    /// All counters at 0.
    pub(super) fn new() -> Self {
        describe_counter!(
            COUNTER,
            "Messages, clients and sessions that the embedded broker has refused, dropped or held up"
        );
        for refusal in Refusal::ALL {
            counter!(COUNTER, "what" => refusal.label()).increment(0);
        }
        Self { lines: Mutex::new([Seldom::new(EVERY); Refusal::ALL.len()]) }
    }

    /// Counts a refusal; `client` and `about` name it in the log.
    pub(super) fn count(&self, refusal: Refusal, client: &str, about: &str) {
        counter!(COUNTER, "what" => refusal.label()).increment(1);
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(left_out) = lines[refusal as usize].take(Instant::now()) {
            let (client, about) = (shortened(client), shortened(about));
            tracing::warn!(client, about, left_out, "{}", refusal.sentence());
        }
    }
}

/// Names come from anybody.
fn shortened(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}
