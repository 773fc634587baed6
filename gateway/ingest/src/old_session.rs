//! Leaving of the session that an earlier version had at the broker under a name that anybody could guess.
//!
//! ```text
//! new name: subscribe, so that from here on the broker keeps what comes
//! old name: unsubscribe ─▶ take and acknowledge what waits, until nothing is left ─▶ end the session
//! ```
//!
//! Whatever is published on the way is kept for at least one of the two names. What is kept for both is stored once, since
//! a reading is known by its source and date; only one without a date, in the moment between the two, counts twice.

use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::broker_link::{BrokerLink, LinkError, LinkEvent, Session};
use crate::inbox::Inbox;

/// Pause between two questions whether anything is left.
const ASK_EVERY: Duration = Duration::from_millis(300);
/// So many times in a row nothing must come between question and answer. A broker answers in order, so once would do;
/// some deliver a queue beside the answers.
const EMPTY_ANSWERS: u32 = 4;

/// Session under an earlier name, to be left.
pub struct OldSession {
    /// The earlier name.
    pub client_id: String,
    /// Called once nothing is left there.
    pub left: Box<dyn FnOnce() + Send>,
}

impl std::fmt::Debug for OldSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OldSession").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// Takes everything that waits in `session`, and ends it. False when it is time to stop.
///
/// `filters` are those it may have subscribed to.
pub(crate) async fn drain(
    session: &Session,
    filters: Vec<String>,
    inbox: &mut Inbox,
    stop: &CancellationToken,
) -> Result<bool, LinkError> {
    inbox.begin_connection();
    let Some(link) = inbox.meanwhile(stop, BrokerLink::connect(session)).await else {
        return Ok(false);
    };
    let mut link = link?;
    if link.session_present() {
        link.unsubscribe(filters).await?;
        let Some(taken) = take_all(&mut link, inbox, stop).await? else { return Ok(false) };
        tracing::info!(
            taken,
            client_id = session.client_id,
            "what waited at the broker under the earlier name of this gateway is taken over"
        );
    }
    link.disconnect().await;
    // A session ends when its client comes back without wanting one.
    let passing = Session { persistent: false, ..session.clone() };
    let Some(link) = inbox.meanwhile(stop, BrokerLink::connect(&passing)).await else {
        return Ok(false);
    };
    link?.disconnect().await;
    Ok(true)
}

/// Takes what comes until nothing is left and all of it is acknowledged; tells how many. `None` when it is time to stop.
async fn take_all(
    link: &mut BrokerLink,
    inbox: &mut Inbox,
    stop: &CancellationToken,
) -> Result<Option<u64>, LinkError> {
    let mut ask = interval(ASK_EVERY);
    ask.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut taken, mut empty_answers) = (0, 0);
    let (mut asked, mut heard) = (false, false);
    while empty_answers < EMPTY_ANSWERS {
        tokio::select! {
            biased;
            () = stop.cancelled() => return Ok(None),
            batch = inbox.due() => match batch {
                Some(batch) => inbox.acknowledge(link, &batch).await?,
                None => return Ok(None),
            },
            event = link.next() => match event? {
                LinkEvent::Message(message) => {
                    (heard, empty_answers) = (true, 0);
                    taken += 1;
                    inbox.take(link, message, stop).await?;
                }
                LinkEvent::Pong if asked => {
                    let is_empty = !heard && inbox.is_settled();
                    empty_answers = if is_empty { empty_answers + 1 } else { 0 };
                    asked = false;
                }
                _ => {}
            },
            _ = ask.tick(), if !asked && inbox.is_settled() => {
                (asked, heard) = (true, false);
                link.ping().await?;
            }
        }
    }
    Ok(Some(taken))
}
