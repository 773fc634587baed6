//! Hub between the live view and its readers: each change is rendered once for each audience and shared by all of it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::site::Site;
use domain::{Clock, Instant};
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{Instant as Tick, MissedTickBehavior, interval, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use super::audience::Audience;
use super::frame::heartbeat;
use super::part::{Difference, Part};
use super::power::PowerToday;
use super::snapshot::Snapshot;
use super::view::{LiveView, Unreadable};
use crate::privacy::Visibility;

/// Time within which changes are gathered into one: long enough for a round of states, short enough not to be seen.
const GATHER: Duration = Duration::from_millis(40);
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Interval of checks of the pulse, so that a silent gateway is shown at once and not with the next heartbeat.
const LOOK: Duration = Duration::from_secs(1);
/// Frames that a reader may be behind; one that falls further back gets a new snapshot instead of what it missed.
const FRAMES_BEHIND: usize = 64;

/// Live view, its readers, and what they were last sent.
pub(crate) struct LiveHub {
    site: Arc<Site>,
    clock: Arc<dyn Clock>,
    trouble: watch::Receiver<Option<String>>,
    demonstration: bool,
    view: Mutex<LiveView>,
    power_today: Mutex<Option<Arc<PowerToday>>>,
    changed: Notify,
    channels: Vec<Mutex<Channel>>,
}

/// Readers of one audience.
struct Channel {
    sender: broadcast::Sender<Bytes>,
    last_sent: Option<LastSent>,
}

/// Parts that the readers of a channel have.
struct LastSent {
    parts: Vec<Part>,
    /// Made when the first reader asks for it, then shared until something changes.
    frame: Option<Bytes>,
}

impl LiveHub {
    /// Hub that has received nothing yet.
    pub(crate) fn new(
        site: Arc<Site>,
        clock: Arc<dyn Clock>,
        trouble: watch::Receiver<Option<String>>,
        demonstration: bool,
    ) -> Self {
        let channel =
            || Mutex::new(Channel { sender: broadcast::channel(FRAMES_BEHIND).0, last_sent: None });
        let channels = Audience::all().map(|_| channel()).collect();
        let (view, power_today) = (Mutex::default(), Mutex::default());
        let changed = Notify::new();
        Self { site, clock, trouble, demonstration, view, power_today, changed, channels }
    }

    /// Applies a state message; readers are sent its changes after the gathering time.
    pub(crate) fn apply(
        &self,
        name: &str,
        payload: &[u8],
        retained: bool,
    ) -> Result<(), Unreadable> {
        lock(&self.view).apply(name, payload, retained, self.now())?;
        self.changed.notify_one();
        Ok(())
    }

    /// Time of the hub's clock.
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Replaces the curve of today's power.
    pub(crate) fn show_power(&self, power: PowerToday) {
        *lock(&self.power_today) = Some(Arc::new(power));
        self.changed.notify_one();
    }

    /// Whether there is any reader.
    pub(crate) fn is_watched(&self) -> bool {
        self.channels.iter().any(|channel| lock(channel).sender.receiver_count() > 0)
    }

    /// Snapshot of this moment for a visitor.
    pub(crate) fn snapshot_for(&self, visibility: Visibility) -> Snapshot {
        self.snapshot().seen_by(visibility)
    }

    /// Snapshot of this moment with everything.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            visibility: Visibility::Staff,
            site: Arc::clone(&self.site),
            view: lock(&self.view).clone(),
            power_today: lock(&self.power_today).clone(),
            demonstration: self.demonstration,
            trouble: self.trouble.borrow().clone(),
            now: self.now(),
        }
    }

    /// Adds a reader: a snapshot and the heartbeat of now, and the frames that follow them without a gap.
    pub(crate) fn join(&self, audience: Audience) -> ([Bytes; 2], broadcast::Receiver<Bytes>) {
        let snapshot = self.snapshot_for(audience.visibility());
        let mut channel = lock(&self.channels[audience.index()]);
        let frames = channel.sender.subscribe();
        let last_sent = channel.last_sent.get_or_insert_with(|| LastSent::new(audience, &snapshot));
        let heartbeat = heartbeat(snapshot.view.pulse(snapshot.now), snapshot.now);
        ([last_sent.frame(audience, &snapshot), heartbeat], frames)
    }

    /// Broadcasts changes and heartbeats until `shutdown`.
    pub(crate) async fn run(&self, shutdown: CancellationToken) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_heartbeat = Tick::now();
        let mut alive = None;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.changed.notified() => {
                    sleep(GATHER).await;
                    self.broadcast_changes();
                }
                _ = look.tick() => {}
                () = sleep_until(next_heartbeat) => {}
            }
            let pulse = lock(&self.view).pulse(self.now());
            if alive.replace(pulse.alive) != Some(pulse.alive) || Tick::now() >= next_heartbeat {
                // Ages grow without any message, so what the readers see is looked over now and then.
                self.broadcast_changes();
                self.broadcast(&heartbeat(pulse, self.now()));
                next_heartbeat = Tick::now() + HEARTBEAT;
            }
        }
    }

    fn broadcast_changes(&self) {
        if !self.is_watched() {
            // Whoever comes next gets a snapshot of then.
            self.channels.iter().for_each(|channel| lock(channel).last_sent = None);
            return;
        }
        for visibility in Visibility::ALL {
            let snapshot = self.snapshot_for(visibility);
            for audience in Audience::all().filter(|it| it.visibility() == visibility) {
                lock(&self.channels[audience.index()]).send_changes(audience, &snapshot);
            }
        }
    }

    fn broadcast(&self, frame: &Bytes) {
        for channel in &self.channels {
            // No readers is no fault.
            let _ = lock(channel).sender.send(frame.clone());
        }
    }
}

impl Channel {
    fn send_changes(&mut self, audience: Audience, snapshot: &Snapshot) {
        if self.sender.receiver_count() == 0 {
            self.last_sent = None;
            return;
        }
        let mut next = LastSent::new(audience, snapshot);
        if let Some(last) = &self.last_sent {
            let frame = match Difference::between(&last.parts, &next.parts) {
                Difference::None => return,
                Difference::Changed(parts) => audience.change_frame(&parts, snapshot),
                Difference::Gone => next.frame(audience, snapshot),
            };
            // Nobody left in the meantime is no fault.
            let _ = self.sender.send(frame);
        }
        self.last_sent = Some(next);
    }
}

impl LastSent {
    fn new(audience: Audience, snapshot: &Snapshot) -> Self {
        Self { parts: audience.parts(snapshot), frame: None }
    }

    /// The parts as a snapshot event.
    fn frame(&mut self, audience: Audience, snapshot: &Snapshot) -> Bytes {
        let make = || audience.snapshot_frame(&self.parts, snapshot);
        self.frame.get_or_insert_with(make).clone()
    }
}

/// No lock is held over a panic that matters: what it guards is replaced as a whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
