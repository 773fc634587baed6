//! The live view and those who watch it: each change is rendered once for each sort of reader and shared by all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use domain::site::Site;
use domain::{Clock, Instant};
use serde_json::Value;
use tokio::sync::{Notify, broadcast, watch};
use tokio::time::{Instant as Tick, MissedTickBehavior, interval, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

use crate::audience::{Audience, Part, Snapshot};
use crate::live::power::PowerToday;
use crate::live::view::{LiveView, Pulse, Unreadable};
use crate::privacy::Visibility;

/// What happens within this time becomes one change: long enough to gather a round of states, short enough not to be seen.
const GATHER: Duration = Duration::from_millis(40);
const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often ages are looked at, so that a silent gateway is told of at once and not with the next heartbeat.
const LOOK: Duration = Duration::from_secs(1);
/// Frames that a reader may be behind; one that falls further back gets a new snapshot instead of what it missed.
const FRAMES_BEHIND: usize = 64;

/// The live view, its readers, and what they were last told.
pub(crate) struct Feed {
    site: Arc<Site>,
    clock: Arc<dyn Clock>,
    trouble: watch::Receiver<Option<String>>,
    demonstration: bool,
    view: Mutex<LiveView>,
    power_today: Mutex<Option<Arc<PowerToday>>>,
    changed: Notify,
    channels: Vec<Mutex<Channel>>,
}

/// The readers of one sort.
struct Channel {
    sender: broadcast::Sender<Bytes>,
    told: Option<Told>,
}

/// What the readers of a channel know.
struct Told {
    parts: Vec<Part>,
    /// Made when the first reader asks for it, then shared until something changes.
    snapshot: Option<Bytes>,
}

impl Feed {
    /// A feed that has heard nothing yet.
    pub(crate) fn new(
        site: Arc<Site>,
        clock: Arc<dyn Clock>,
        trouble: watch::Receiver<Option<String>>,
        demonstration: bool,
    ) -> Self {
        let channel =
            || Mutex::new(Channel { sender: broadcast::channel(FRAMES_BEHIND).0, told: None });
        let channels = Audience::all().map(|_| channel()).collect();
        let (view, power_today) = (Mutex::default(), Mutex::default());
        let changed = Notify::new();
        Self { site, clock, trouble, demonstration, view, power_today, changed, channels }
    }

    /// Takes in a state message; readers hear of it after the gathering time.
    pub(crate) fn hear(
        &self,
        name: &str,
        payload: &[u8],
        retained: bool,
    ) -> Result<(), Unreadable> {
        lock(&self.view).hear(name, payload, retained, self.now())?;
        self.changed.notify_one();
        Ok(())
    }

    /// The time of the feed's clock.
    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Takes in the curve of today's power.
    pub(crate) fn show_power(&self, power: PowerToday) {
        *lock(&self.power_today) = Some(Arc::new(power));
        self.changed.notify_one();
    }

    /// Whether anybody watches.
    pub(crate) fn is_watched(&self) -> bool {
        self.channels.iter().any(|channel| lock(channel).sender.receiver_count() > 0)
    }

    /// What somebody of this sort may see of the whole picture at this moment.
    pub(crate) fn snapshot_for(&self, visibility: Visibility) -> Snapshot {
        self.snapshot().seen_by(visibility)
    }

    /// The whole picture at this moment.
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

    /// A new reader: a snapshot and the heartbeat of now, and the frames that follow them without a gap.
    pub(crate) fn join(&self, audience: Audience) -> ([Bytes; 2], broadcast::Receiver<Bytes>) {
        let snapshot = self.snapshot_for(audience.visibility());
        let mut channel = lock(&self.channels[audience.index()]);
        let frames = channel.sender.subscribe();
        let told = channel.told.get_or_insert_with(|| Told::new(audience, &snapshot));
        let heartbeat = heartbeat_frame(snapshot.view.pulse(snapshot.now), snapshot.now);
        ([told.snapshot(audience, &snapshot), heartbeat], frames)
    }

    /// Tells the readers what changes, until `shutdown`.
    pub(crate) async fn run(&self, shutdown: CancellationToken) {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heartbeat = Tick::now();
        let mut alive = None;
        loop {
            tokio::select! {
                () = shutdown.cancelled() => return,
                () = self.changed.notified() => {
                    sleep(GATHER).await;
                    self.tell_changes();
                }
                _ = look.tick() => {}
                () = sleep_until(heartbeat) => {}
            }
            let pulse = lock(&self.view).pulse(self.now());
            if alive.replace(pulse.alive) != Some(pulse.alive) || Tick::now() >= heartbeat {
                // Ages grow without any message, so what the readers see is looked over now and then.
                self.tell_changes();
                self.tell_all(&heartbeat_frame(pulse, self.now()));
                heartbeat = Tick::now() + HEARTBEAT;
            }
        }
    }

    fn tell_changes(&self) {
        if !self.is_watched() {
            // Whoever comes next gets a snapshot of then.
            self.channels.iter().for_each(|channel| lock(channel).told = None);
            return;
        }
        for visibility in Visibility::ALL {
            let snapshot = self.snapshot_for(visibility);
            for audience in Audience::all().filter(|audience| audience.visibility() == visibility) {
                lock(&self.channels[audience.index()]).tell(audience, &snapshot);
            }
        }
    }

    fn tell_all(&self, frame: &Bytes) {
        for channel in &self.channels {
            // Without readers there is nobody to tell, and that is no fault.
            let _ = lock(channel).sender.send(frame.clone());
        }
    }
}

impl Channel {
    fn tell(&mut self, audience: Audience, snapshot: &Snapshot) {
        if self.sender.receiver_count() == 0 {
            self.told = None;
            return;
        }
        let mut next = Told::new(audience, snapshot);
        if let Some(told) = &self.told {
            let old: HashMap<&str, &Value> =
                told.parts.iter().map(|part| (part.key.as_str(), &part.content)).collect();
            let known = next.parts.iter().filter(|part| old.contains_key(part.key.as_str()));
            let gone = known.count() < old.len();
            let is_new = |part: &&Part| old.get(part.key.as_str()) != Some(&&part.content);
            let changes: Vec<&Part> = next.parts.iter().filter(is_new).collect();
            let frame = if gone {
                next.snapshot(audience, snapshot)
            } else if changes.is_empty() {
                return;
            } else {
                audience.change_frame(&changes, snapshot)
            };
            // Nobody left in the meantime is no fault.
            let _ = self.sender.send(frame);
        }
        self.told = Some(next);
    }
}

impl Told {
    fn new(audience: Audience, snapshot: &Snapshot) -> Self {
        Self { parts: audience.parts(snapshot), snapshot: None }
    }

    fn snapshot(&mut self, audience: Audience, snapshot: &Snapshot) -> Bytes {
        let make = || audience.snapshot_frame(&self.parts, snapshot);
        self.snapshot.get_or_insert_with(make).clone()
    }
}

fn heartbeat_frame(pulse: Pulse, now: Instant) -> Bytes {
    let age = pulse.heard_at.map(|at| crate::live::view::seconds_since(at, now));
    let data = serde_json::json!({
        "now": now,
        "gateway_alive": pulse.alive,
        "gateway_heard_at": pulse.heard_at,
        "gateway_age_s": age,
    });
    frame("heartbeat", &data.to_string())
}

/// One server-sent event. JSON has no raw line breaks, so one data line holds it.
pub(crate) fn frame(event: &str, data: &str) -> Bytes {
    Bytes::from(format!("event: {event}\ndata: {data}\n\n"))
}

/// No lock is held over a panic that matters: what it guards is replaced as a whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
