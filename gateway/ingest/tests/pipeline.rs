//! What the pipeline promises, with a store that can fail.

#![expect(clippy::unwrap_used, reason = "a test may stop at what must not fail")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use domain::site::Site;
use domain::testing::at;
use domain::{Clock, ManualClock};
use figures::Figures;
use ingest::{Delivery, Ingest, Journal, LinkReceipt, Readiness, Receipt, Receipts};
use store::{
    Appended, Batch, MemoryStore, QuarantineReader, Range, SeriesReader, SeriesWriter, StoreError,
};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// No wait in these tests takes longer, unless something is wrong.
const DEADLINE: Duration = Duration::from_mins(1);
const NOW: &str = "2026-11-23T14:03:07Z";

/// A store that fails on request, and refuses a reading of 666 ppm.
#[derive(Clone, Default)]
struct MoodyStore {
    kept: MemoryStore,
    unavailable: Arc<AtomicBool>,
    attempts: Arc<AtomicUsize>,
}

impl SeriesWriter for MoodyStore {
    async fn append(&self, batch: Batch) -> Result<Appended, StoreError> {
        self.attempts.fetch_add(1, Ordering::SeqCst);
        if self.unavailable.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("the disk is full".into()));
        }
        let cursed = |value: f64| (value - 666.0).abs() < 1e-9;
        if batch.readings.iter().any(|reading| cursed(reading.observation.value.as_f64())) {
            return Err(StoreError::Refused("a number of ill omen".into()));
        }
        self.kept.append(batch).await
    }
}

/// A running pipeline with both its ends.
struct Running {
    deliveries: mpsc::Sender<Delivery>,
    acknowledged: mpsc::Receiver<Vec<LinkReceipt>>,
    readiness: Arc<Readiness>,
    store: MoodyStore,
    packets: u16,
    tasks: JoinSet<Result<(), StoreError>>,
    _folder: tempfile::TempDir,
}

impl Running {
    fn start(store: MoodyStore, commit_window: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (journal, _) = Journal::open(folder.path()).unwrap();
        let (link, acknowledged) = mpsc::channel(Receipts::QUEUE);
        let (deliveries, queue) = mpsc::channel(ingest::QUEUE_DELIVERIES);
        let readiness = Arc::<Readiness>::default();
        let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(at(NOW)));
        let ingest = Ingest {
            site: Arc::new(site()),
            writer: Arc::new(store.clone()),
            reader: Arc::new(store.kept.clone()),
            figures: Figures::new(store.kept.clone(), Arc::new(site()), Arc::clone(&clock)),
            board: Arc::default(),
            alerts: tokio::sync::watch::channel(Vec::new()).0,
            receipts: Receipts::new(link, Arc::new(journal)),
            readiness: Arc::clone(&readiness),
            clock,
            commit_window,
            learned: tokio::sync::watch::Sender::default(),
            storage: tokio::sync::watch::channel(None).1,
            clock_is_set: tokio::sync::watch::channel(None).1,
            version: "0.0.0",
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(ingest.run(queue, CancellationToken::new(), || {}));
        Self { deliveries, acknowledged, readiness, store, packets: 0, tasks, _folder: folder }
    }

    async fn deliver(&mut self, device: &str, payload: &str) {
        self.packets += 1;
        let receipt = Receipt::Link(LinkReceipt { epoch: 1, packet: self.packets });
        let topic = format!("vigie/v1/dreux/sensors/{device}/co2");
        let payload = payload.as_bytes().to_vec().into();
        let delivery = Delivery::new(topic, payload, at(NOW), receipt);
        self.deliveries.send(delivery).await.unwrap();
    }

    async fn deliver_on(&mut self, topic: &str, payload: &str) {
        self.packets += 1;
        let receipt = Receipt::Link(LinkReceipt { epoch: 1, packet: self.packets });
        let payload = payload.as_bytes().to_vec().into();
        let delivery = Delivery::new(topic.to_owned(), payload, at(NOW), receipt);
        self.deliveries.send(delivery).await.unwrap();
    }

    /// The next acknowledged packets.
    async fn acknowledged(&mut self) -> Vec<u16> {
        let batch = tokio::time::timeout(DEADLINE, self.acknowledged.recv()).await.unwrap();
        batch.unwrap().iter().map(|receipt| receipt.packet).collect()
    }

    async fn stored(&self, device: &str) -> Vec<f64> {
        let source = domain::Source {
            device: device.parse().unwrap(),
            quantity: domain::Quantity::Co2,
            channel: None,
        };
        let readings = self.store.kept.range(Range::of(source, domain::Period::ALL)).await.unwrap();
        readings.iter().map(|observation| observation.value.as_f64()).collect()
    }

    async fn attempts_reach(&self, count: usize) {
        let reached = async {
            while self.store.attempts.load(Ordering::SeqCst) < count {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(DEADLINE, reached).await.unwrap();
    }

    /// Stops the pipeline; what it still acknowledged comes back.
    async fn stop(mut self) -> Vec<u16> {
        drop(self.deliveries);
        let ended = tokio::time::timeout(DEADLINE, self.tasks.join_next()).await.unwrap();
        ended.unwrap().unwrap().unwrap();
        let mut last = Vec::new();
        while let Some(batch) = self.acknowledged.recv().await {
            last.extend(batch.iter().map(|receipt| receipt.packet));
        }
        last
    }
}

fn site() -> Site {
    domain::site::parse(domain::site::DREUX, "dreux.toml").unwrap()
}

fn co2(value: f64, second: u32) -> String {
    format!(r#"{{"value": {value}, "observed_at": "2026-11-23T14:00:{second:02}Z"}}"#)
}

const AT_ONCE: Duration = Duration::from_millis(10);
const NEVER: Duration = Duration::from_hours(1);

#[tokio::test]
async fn a_reading_is_stored_and_then_acknowledged() {
    let mut gateway = Running::start(MoodyStore::default(), AT_ONCE);

    gateway.deliver("room-1", &co2(812.0, 0)).await;

    assert_eq!(gateway.acknowledged().await, [1]);
    assert_eq!(gateway.stored("room-1").await, [812.0]);
}

#[tokio::test]
async fn nothing_is_acknowledged_while_the_store_is_down_and_everything_once_it_is_back() {
    let store = MoodyStore::default();
    store.unavailable.store(true, Ordering::SeqCst);
    let mut gateway = Running::start(store.clone(), AT_ONCE);
    let mut summary = gateway.readiness.watch();

    gateway.deliver("room-1", &co2(812.0, 0)).await;
    gateway.attempts_reach(3).await;
    let why = summary.wait_for(Option::is_some).await.unwrap().clone().unwrap();
    assert!(why.contains("the disk is full"), "{why}");
    assert!(gateway.acknowledged.try_recv().is_err());

    store.unavailable.store(false, Ordering::SeqCst);

    assert_eq!(gateway.acknowledged().await, [1]);
    assert_eq!(gateway.stored("room-1").await, [812.0]);
    summary.wait_for(Option::is_none).await.unwrap();
}

#[tokio::test]
async fn a_refused_message_stands_in_quarantine_with_its_reason_and_is_acknowledged() {
    let mut gateway = Running::start(MoodyStore::default(), AT_ONCE);

    gateway.deliver("room-1", "hello").await;
    assert_eq!(gateway.acknowledged().await, [1]);

    let standing = gateway.store.kept.quarantine(None, 10).await.unwrap();
    assert_eq!(standing.len(), 1);
    assert_eq!(standing[0].refused.payload, b"hello");
    assert!(!standing[0].refused.reason.text.is_empty());
}

#[tokio::test]
async fn a_reading_that_the_store_refuses_goes_into_quarantine_and_costs_no_neighbour() {
    let mut gateway = Running::start(MoodyStore::default(), NEVER);

    for (second, value) in [(0, 400.0), (1, 500.0), (2, 666.0), (3, 700.0), (4, 800.0)] {
        gateway.deliver("room-1", &co2(value, second)).await;
    }
    let store = gateway.store.clone();
    let kept = store.kept.clone();
    assert_eq!(gateway.stop().await, [1, 2, 3, 4, 5]);

    let standing = kept.quarantine(None, 10).await.unwrap();
    assert_eq!(standing.len(), 1);
    assert!(standing[0].refused.reason.text.contains("ill omen"));
    let sources = kept.sources().await.unwrap();
    let all = Range::of(sources[0].source.clone(), domain::Period::ALL);
    assert_eq!(kept.range(all).await.unwrap().len(), 4);
}

#[tokio::test]
async fn a_payload_too_large_to_be_read_is_refused_with_its_beginning() {
    let mut gateway = Running::start(MoodyStore::default(), AT_ONCE);

    gateway.deliver("room-1", &"a".repeat(400_000)).await;
    gateway.deliver("room-1", &co2(812.0, 0)).await;
    let mut acknowledged = gateway.acknowledged().await;
    if acknowledged.len() < 2 {
        acknowledged.extend(gateway.acknowledged().await);
    }

    assert_eq!(acknowledged, [1, 2]);
    let standing = gateway.store.kept.quarantine(None, 10).await.unwrap();
    assert_eq!(standing[0].refused.payload_len, 400_000);
    assert_eq!(standing[0].refused.payload.len(), store::Refused::KEPT_BYTES);
    assert_eq!(gateway.stored("room-1").await, [812.0]);
}

#[tokio::test]
async fn what_waits_for_the_window_is_stored_when_the_gateway_stops() {
    let mut gateway = Running::start(MoodyStore::default(), NEVER);
    gateway.deliver("room-1", &co2(812.0, 0)).await;
    let store = gateway.store.clone();

    assert_eq!(gateway.stop().await, [1]);
    assert_eq!(store.kept.sources().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_a_device_has_announced_is_still_understood_after_a_restart() {
    let store = MoodyStore::default();
    let mut running = Running::start(store.clone(), Duration::from_millis(10));
    let config = r#"{"stat_t":"fablab/air","val_tpl":"{{ value_json.c }}","dev_cla":"carbon_dioxide",
        "unit_of_meas":"ppm","dev":{"ids":["air-7"]}}"#;
    running.deliver_on("homeassistant/sensor/air-7/config", config).await;
    assert_eq!(running.acknowledged().await, [1]);
    running.stop().await;

    let mut running = Running::start(store, Duration::from_millis(10));
    running.deliver_on("fablab/air", r#"{"c":812}"#).await;
    assert_eq!(running.acknowledged().await, [1]);

    let source = &running.store.kept.sources().await.unwrap()[0];
    assert_eq!(source.source.to_string(), "air-7 co2 air-7");
    assert_eq!(source.family.as_deref(), Some("home_assistant"));
}

#[tokio::test]
async fn messages_of_nobody_are_acknowledged_though_nothing_is_committed() {
    let store = MoodyStore::default();
    store.unavailable.store(true, Ordering::SeqCst);
    let mut running = Running::start(store, Duration::from_secs(30));
    running.deliver_on("garden/lamp", "on").await;
    assert_eq!(running.acknowledged().await, [1]);
}
