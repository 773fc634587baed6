//! Signs that another client has taken our name at the broker. MQTT 3.1.1 says nothing of it: the connection ends, and the
//! next one stands at once.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, describe_counter};
use tokio::time::Instant;

use crate::broker_link::LinkError;
use crate::readiness::{Part, Readiness};

/// Time after connecting within which the end of a connection is a sign.
const SOON: Duration = Duration::from_secs(20);
/// So many ends within this time are no accident: a broker that restarts ends a connection once.
const ENDS: usize = 3;
const WITHIN: Duration = Duration::from_mins(1);
/// Time without any sign after which the name counts as ours again.
const CALM: Duration = Duration::from_mins(1);

/// Watch over the name of one client.
#[derive(Debug)]
pub(crate) struct NameWatch {
    /// What the client does, for the metrics.
    client: &'static str,
    part: Part,
    readiness: Arc<Readiness>,
    connected_at: Option<Instant>,
    /// Whether the broker must know our session from before.
    has_session: bool,
    ends: VecDeque<Instant>,
    /// When it is believed to be over.
    calm_at: Option<Instant>,
}

impl NameWatch {
    /// A watch that reports on `part`; `client` names it in the metrics.
    pub(crate) fn new(client: &'static str, part: Part, readiness: Arc<Readiness>) -> Self {
        describe_counter!(
            "vigie_broker_takeovers_total",
            "Signs that another client took the name of one of ours at the broker"
        );
        counter!("vigie_broker_takeovers_total", "client" => client).increment(0);
        Self {
            client,
            part,
            readiness,
            connected_at: None,
            has_session: false,
            ends: VecDeque::new(),
            calm_at: None,
        }
    }

    /// A connection stands; `session` tells whether the broker knew its session, where we rely on one.
    pub(crate) fn connected(&mut self, now: Instant, session: Option<bool>) {
        self.connected_at = Some(now);
        if session == Some(false) && self.has_session {
            self.count();
            tracing::error!(
                client = self.client,
                "the broker has forgotten the session of this gateway, and with it what waited there: another client has \
                 used its name, or the broker has restarted without persistence"
            );
        }
        self.has_session = session.is_some();
    }

    /// A connection that stood has ended.
    pub(crate) fn ended(&mut self, now: Instant, error: &LinkError) {
        let stood_for = self.connected_at.take().map(|at| now.saturating_duration_since(at));
        if !matches!(error, LinkError::Closed(_)) || stood_for.is_none_or(|it| it > SOON) {
            return;
        }
        self.ends.push_back(now);
        while self.ends.front().is_some_and(|at| now.saturating_duration_since(*at) > WITHIN) {
            self.ends.pop_front();
        }
        if self.ends.len() >= ENDS {
            self.count();
            self.calm_at = Some(now + CALM);
            self.readiness.blocked(
                self.part,
                "the broker ends each connection of this gateway at once: another client uses its name, such as a second \
                 gateway on a copy of this data folder; stop it, or remove the file mqtt-names from its data folder",
            );
        }
    }

    /// Returns when the name counts as ours again; never while nothing speaks against it. Cancel-safe.
    pub(crate) async fn calm(&mut self) {
        let Some(at) = self.calm_at else { return std::future::pending().await };
        tokio::time::sleep_until(at).await;
        self.believe();
    }

    fn believe(&mut self) {
        self.calm_at = None;
        self.ends.clear();
        self.readiness.clear(self.part);
    }

    fn count(&self) {
        counter!("vigie_broker_takeovers_total", "client" => self.client).increment(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn closed() -> LinkError {
        LinkError::Closed("it is closed".into())
    }

    fn watched() -> (NameWatch, Arc<Readiness>) {
        let readiness = Arc::new(Readiness::default());
        let watch = NameWatch::new("readings", Part::ReadingsName, Arc::clone(&readiness));
        (watch, readiness)
    }

    #[test]
    fn connections_that_end_at_once_again_and_again_are_told_as_a_name_that_another_uses() {
        let (mut watch, readiness) = watched();
        let now = Instant::now();
        for _ in 0..ENDS {
            assert_eq!(*readiness.watch().borrow(), None);
            watch.connected(now, Some(true));
            watch.ended(now, &closed());
        }
        let why = readiness.watch().borrow().clone().unwrap();
        assert!(why.contains("another client uses its name"), "{why}");

        watch.believe();
        assert_eq!(*readiness.watch().borrow(), None);
    }

    #[test]
    fn a_broker_that_restarts_or_a_network_that_fails_is_no_other_client() {
        let (mut watch, readiness) = watched();
        let mut now = Instant::now();
        for _ in 0..20 {
            watch.connected(now, None);
            now += SOON + Duration::from_secs(1);
            watch.ended(now, &closed());
            watch.connected(now, None);
            watch.ended(now, &LinkError::Lost("no route".into()));
        }
        assert_eq!(*readiness.watch().borrow(), None);
    }
}
