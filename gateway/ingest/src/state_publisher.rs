//! Publisher of the states, retained, over a connection of its own: one that waits for confirmations must not hold back
//! the acknowledgements of the consumer.

use std::sync::Arc;

use domain::wire::BrokerUrl;
use tokio_util::sync::CancellationToken;

use crate::broker_link::{BACKOFF, BrokerLink, LinkError, Session};
use crate::readiness::{Part, Readiness};
use crate::state_board::StateBoard;

/// Publisher of the states of a board.
#[derive(Debug)]
pub struct StatePublisher {
    session: Session,
    board: Arc<StateBoard>,
    readiness: Arc<Readiness>,
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
        Self { session, board, readiness }
    }

    /// Publishes until `stop`; then the rest of the board and the last will, and disconnects.
    pub async fn run(self, stop: CancellationToken) {
        let mut backoff = BACKOFF;
        loop {
            let connected = tokio::select! {
                () = stop.cancelled() => return,
                connected = BrokerLink::connect(&self.session) => connected,
            };
            let error = match connected {
                Ok(link) => {
                    backoff.reset();
                    self.readiness.clear(Part::State);
                    match self.serve(link, &stop).await {
                        Ok(()) => return,
                        Err(error) => error,
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

    async fn serve(&self, mut link: BrokerLink, stop: &CancellationToken) -> Result<(), LinkError> {
        self.board.begin_anew();
        loop {
            while link.has_room()
                && let Some((topic, payload)) = self.board.take()
            {
                link.publish_retained(&topic, payload).await?;
            }
            tokio::select! {
                () = stop.cancelled() => break,
                () = self.board.posted() => {}
                event = link.next() => drop(event?),
            }
        }
        while let Some((topic, payload)) = self.board.take() {
            link.publish_retained(&topic, payload).await?;
        }
        if let Some((topic, payload)) = &self.session.last_will {
            link.publish_retained(topic, payload.clone().into()).await?;
        }
        link.disconnect().await;
        Ok(())
    }
}
