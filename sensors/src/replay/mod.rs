//! Recorded data, published as the sensor nodes that recorded them would have.
//!
//! | file | what it knows |
//! |---|---|
//! | `mapping` | the map beside a recording: how columns become readings |
//! | `when` | the time of a row |
//! | `recording` | rows to readings, and what was left out |
//!
//! Here is what is left: when each reading goes out, and under which time.

use std::collections::HashMap;
use std::io::Read;
use std::time::Duration;

use domain::ids::SiteId;
use domain::message::{DevicePresence, DeviceStatus};
use domain::native;
use domain::reading::Source;
use domain::wire::BrokerUrl;
use domain::{Clock, Instant};
use jiff::SignedDuration;
use tokio::time::{Instant as Moment, sleep_until};
use tokio_util::sync::CancellationToken;

mod mapping;
mod recording;
mod when;

pub use mapping::Mapping;

pub use crate::file_fault::FileFault;
pub use recording::{Recorded, Recording, RecordingError, Tally};

use crate::publisher::{Node, Outbound, PublishError, Publisher};

/// Longest wait for the broker: for its first answer, and for the last acknowledgements.
const PATIENCE: Duration = Duration::from_secs(15);

/// Longest wait once the replay has to stop.
const GOODBYE: Duration = Duration::from_secs(2);

/// Speed of a replay.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Speed {
    /// As fast as the broker acknowledges.
    Max,
    /// A multiple of the recorded speed.
    Times(f64),
}

/// Under which times the readings go out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Dating {
    /// Those of the recording: history.
    Original,
    /// Moved to another time, and with a speed also pressed together.
    Shifted {
        /// The first instant of the recording.
        start: Instant,
        /// Which instant it becomes.
        becomes: Instant,
        /// Factor by which spans become shorter.
        shrink: f64,
    },
}

/// Reason why a replay ended before the recording did.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The recording cannot be read.
    #[error("the replay stopped")]
    Recording(#[from] RecordingError),
    /// The broker does not take it.
    #[error("the replay stopped")]
    Publish(#[from] PublishError),
}

impl Dating {
    /// As if the recording happened now. At a speed it begins `now`, and goes on as readings are published;
    /// all at once it ends `now`, so that nothing is dated ahead. `span` are its first and last instant.
    pub fn live((first, last): (Instant, Instant), speed: Speed, now: Instant) -> Self {
        match speed {
            Speed::Max => {
                Self::Shifted { start: first, becomes: now - last.since(first), shrink: 1.0 }
            }
            Speed::Times(times) => Self::Shifted { start: first, becomes: now, shrink: times },
        }
    }

    fn date(self, at: Instant) -> Instant {
        match self {
            Self::Original => at,
            Self::Shifted { start, becomes, shrink } => {
                becomes + shortened(at.since(start), shrink)
            }
        }
    }
}

/// The first and the last instant of a recording; `None` when it has no readings.
///
/// # Errors
/// When it breaks off.
pub fn span<R: Read>(
    mut recording: Recording<R>,
) -> Result<Option<(Instant, Instant)>, RecordingError> {
    let mut span: Option<(Instant, Instant)> = None;
    while let Some(row) = recording.next_row()? {
        for Recorded { at, .. } in row {
            let (first, last) = span.unwrap_or((at, at));
            span = Some((first.min(at), last.max(at)));
        }
    }
    Ok(span)
}

/// Target and manner of a replay.
#[derive(Clone, Debug)]
pub struct Replay {
    /// The site of the topics.
    pub site: SiteId,
    /// The broker.
    pub broker: BrokerUrl,
    /// Its speed.
    pub speed: Speed,
    /// Under which times.
    pub dating: Dating,
}

impl Replay {
    /// Publishes `recording`, one message a reading, until its end or `shutdown`; returns when all is acknowledged.
    ///
    /// # Errors
    /// When the recording breaks off, or the broker cannot be reached or does not acknowledge in time.
    pub async fn run<R: Read>(
        &self,
        mut recording: Recording<R>,
        clock: &dyn Clock,
        shutdown: CancellationToken,
    ) -> Result<Tally, ReplayError> {
        let node = self.node(&recording, clock);
        let publisher = Publisher::start(self.broker.clone(), node)?;
        let replayed = tokio::select! {
            () = shutdown.cancelled() => Ok(()),
            replayed = self.publish(&mut recording, &publisher) => replayed,
        };
        let patience = if shutdown.is_cancelled() { GOODBYE } else { PATIENCE };
        let closed = publisher.close(patience).await;
        replayed?;
        closed?;
        Ok(recording.tally().clone())
    }

    async fn publish<R: Read>(
        &self,
        recording: &mut Recording<R>,
        to: &Publisher,
    ) -> Result<(), ReplayError> {
        to.connected(PATIENCE).await?;
        let mut pace = Pace { speed: self.speed, begin: Moment::now(), first: None };
        let mut seqs: HashMap<Source, u64> = HashMap::new();
        while let Some(row) = recording.next_row()? {
            for reading in row {
                pace.wait_for(reading.at).await;
                to.publish(self.message(&reading, &mut seqs)).await?;
            }
        }
        Ok(())
    }

    /// One connection speaks for all devices, so none of them has a last will.
    fn node<R: Read>(&self, recording: &Recording<R>, clock: &dyn Clock) -> Node {
        let boot = u64::try_from(clock.now().as_millis() / 60_000).unwrap_or(0);
        let birth = |device| {
            let status = DeviceStatus {
                device,
                presence: DevicePresence::Online,
                boot: Some(boot),
                firmware: Some(format!("replay {}", env!("CARGO_PKG_VERSION"))),
                interval_s: None,
            };
            let topic = native::status_topic(&self.site, &status.device);
            Outbound { topic, payload: native::encode_status(&status), retain: true }
        };
        Node {
            client_id: format!("vigie-replay-{}-{boot}", self.site),
            birth: recording.devices().into_iter().map(birth).collect(),
            last_will: None,
        }
    }

    fn message(&self, reading: &Recorded, seqs: &mut HashMap<Source, u64>) -> Outbound {
        let seq = seqs.entry(reading.source.clone()).or_default();
        *seq += 1;
        let report = (Some(self.dating.date(reading.at)), reading.value, Some(*seq));
        Outbound {
            topic: native::reading_topic(&self.site, &reading.source),
            payload: native::encode(&[report]),
            retain: false,
        }
    }
}

struct Pace {
    speed: Speed,
    begin: Moment,
    first: Option<Instant>,
}

impl Pace {
    /// Waits until it is time for what was observed at `at`.
    async fn wait_for(&mut self, at: Instant) {
        if let Speed::Times(times) = self.speed {
            let first = *self.first.get_or_insert(at);
            let wait = shortened(at.since(first), times);
            sleep_until(self.begin + Duration::try_from(wait).unwrap_or(Duration::ZERO)).await;
        }
    }
}

fn shortened(span: SignedDuration, times: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(span.as_secs_f64() / times).unwrap_or(SignedDuration::ZERO)
}
