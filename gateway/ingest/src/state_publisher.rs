//! Publisher of the states, retained, over a connection of its own: one that waits for confirmations must not hold back
//! the acknowledgements of the consumer.

use std::collections::BTreeSet;
use std::sync::Arc;

use domain::wire::BrokerUrl;
use domain::wire::state::LARGEST;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::broker_link::{BACKOFF, BrokerLink, LinkError, STEADY, Session};
use crate::readiness::{Part, Readiness};
use crate::state_board::StateBoard;
use crate::takeover::NameWatch;

/// Publisher of the states of a board.
#[derive(Debug)]
pub struct StatePublisher {
    session: Session,
    board: Arc<StateBoard>,
    readiness: Arc<Readiness>,
    name: NameWatch,
    /// Topics whose states are too large to be published.
    oversize: BTreeSet<String>,
}

impl StatePublisher {
    /// A publisher of `board` to `broker`. When it is lost the broker publishes `last_will`: topic and payload.
    pub fn new(
        broker: BrokerUrl,
        client_id: String,
        last_will: (String, Vec<u8>),
        board: Arc<StateBoard>,
        readiness: Arc<Readiness>,
    ) -> Self {
        let last_will = Some(last_will);
        let session = Session { broker, client_id, persistent: false, last_will };
        let name = NameWatch::new("states", Part::StatesName, Arc::clone(&readiness));
        metrics::describe_counter!(
            "vigie_states_left_out_total",
            "States that were not published since no broker takes a message so large"
        );
        metrics::counter!("vigie_states_left_out_total").increment(0);
        Self { session, board, readiness, name, oversize: BTreeSet::new() }
    }

    /// Publishes until `stop`; then the rest of the board and the last will, and disconnects.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut backoff = BACKOFF;
        loop {
            let connected = tokio::select! {
                () = stop.cancelled() => return,
                connected = BrokerLink::connect(&self.session) => connected,
            };
            let error = match connected {
                Ok(link) => {
                    let since = Instant::now();
                    self.readiness.clear(Part::State);
                    self.name.connected(since, None);
                    match self.serve(link, &stop).await {
                        Ok(()) => return,
                        Err(error) => {
                            self.name.ended(Instant::now(), &error);
                            if since.elapsed() >= STEADY {
                                backoff.reset();
                            }
                            error
                        }
                    }
                }
                Err(error) => error,
            };
            let why = format!("states cannot be published: {}", error.root());
            self.readiness.blocked(Part::State, why);
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(backoff.pause()) => {}
            }
        }
    }

    async fn serve(
        &mut self,
        mut link: BrokerLink,
        stop: &CancellationToken,
    ) -> Result<(), LinkError> {
        self.board.begin_anew();
        loop {
            while link.has_room()
                && let Some((topic, payload)) = self.board.take()
            {
                if self.fits(&topic, payload.len()) {
                    link.publish_retained(&topic, payload).await?;
                }
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.board.posted() => {}
                event = link.next() => drop(event?),
                () = self.name.calm() => {}
            }
        }
        while let Some((topic, payload)) = self.board.take() {
            if self.fits(&topic, payload.len()) {
                link.publish_retained(&topic, payload).await?;
            }
        }
        if let Some((topic, payload)) = &self.session.last_will {
            link.publish_retained(topic, payload.clone().into()).await?;
        }
        link.disconnect().await;
        Ok(())
    }

    /// Whether a broker takes a state of so many bytes; it would end the connection of one that it does not. What is left
    /// out is counted and told until it fits again.
    fn fits(&mut self, topic: &str, bytes: usize) -> bool {
        let fits = bytes <= LARGEST;
        if fits {
            if self.oversize.remove(topic) && self.oversize.is_empty() {
                self.readiness.clear(Part::Oversize);
            }
            return true;
        }
        metrics::counter!("vigie_states_left_out_total").increment(1);
        self.oversize.insert(topic.to_owned());
        let topics: Vec<_> = self.oversize.iter().map(String::as_str).collect();
        let why = format!(
            "larger than the {LARGEST} bytes that a broker takes, and so not published: {}; divide the zone, or name \
             fewer points in it",
            topics.join(", ")
        );
        self.readiness.blocked(Part::Oversize, why);
        false
    }
}
