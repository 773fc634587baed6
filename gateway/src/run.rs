//! All parts together: opened, started in order, watched, stopped in order.

use std::net::TcpListener;
use std::sync::Arc;

use dashboard::Access;
use domain::families::Families;
use domain::site::Site;
use domain::wire::state::{Alert, StorageState};
use domain::{Clock, Instant};
use figures::Figures;
use ingest::{
    Acknowledge, Acknowledgements, Consumer, Delivery, Ingest, Journal, Leftover, LinkReceipt,
    Part, QUEUE_DELIVERIES, Readiness, Receipts, ReplayMark, StateBoard, Subscriptions, redeliver,
    replay_quarantine,
};
use metrics_exporter_prometheus::PrometheusHandle;
use store::influx::Standing;
use store::{SeriesReader, SqliteReader, SqliteWriter, StoreError};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;

use crate::broker::EmbeddedBroker;
use crate::config::{BrokerChoice, Config};
use crate::desk::GatewayDesk;
use crate::failure::{Failure, chain};
use crate::intake::{Gate, Intake};
use crate::parts::Parts;
use crate::reload::Changes;
use crate::site_file::SiteFile;
use crate::stop::{BROKER, CONSUMER, INGEST, Running, Stops, close, stop};
use crate::{
    backups, clock_trust, dashboard_only, housekeeping, opened, storage, systemd, telemetry,
};

pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Runs the gateway, and with `dashboard` the dashboard, until `shutdown`. Bound and opened is everything that can
/// fail before anything else happens; then `announce` is called.
///
/// # Errors
/// When a port or the data folder cannot be had, or a part ends by itself.
pub async fn run(
    mut config: Config,
    dashboard: bool,
    clock: Arc<dyn Clock>,
    shutdown: CancellationToken,
    announce: impl FnOnce(&Config),
) -> Result<(), Failure> {
    if config.demonstration {
        // Opening hours and the nightly reset stand where the habits of the simulated people have them.
        let site = sensors::simulation::demonstration_site(&config.site, clock.now());
        config.site = Arc::new(site);
    }
    let listener = dashboard.then(|| opened::http(config.http)).transpose()?;
    opened::mqtt(&config.broker)?;
    let (writer, reader) = opened::store(&config)?;
    let metrics = telemetry::count()?;
    announce(&config);

    let stops = Stops::default();
    let file = config.site_path.as_deref().map(SiteFile::at);
    let (entered, has_entered) = watch::channel(0);
    let mut gateway = Gateway {
        parts: Parts::default(),
        running: stops.running(),
        stops,
        gate: Gate::closed(),
        changes: Changes::new(file, has_entered),
        entries: 0,
        sites: watch::Sender::new(Arc::clone(&config.site)),
        site_text: watch::Sender::new(config.site_text.clone()),
        trouble: watch::Sender::new(None),
        entered,
        alerts: None,
        journal: None,
        broker_runs: false,
        readiness: Arc::default(),
        board: Arc::default(),
        config,
        writer,
        reader,
        metrics,
        storage: watch::Sender::new(None),
        clock_is_set: watch::Sender::new(None),
        acknowledgements: {
            let (to, from) = ingest::acknowledgements();
            (to, Some(from))
        },
        clock,
        shutdown,
        forwarding: watch::Sender::default(),
    };
    gateway.readiness.pending(Part::Start, "starting");
    gateway.show(listener)?;
    let outcome = gateway.start_and_watch().await;
    stop(&mut gateway.parts, &gateway.stops).await;
    let Gateway { writer, parts, .. } = gateway;
    drop(parts);
    close(writer).await;
    outcome
}

pub(crate) struct Gateway {
    pub(crate) config: Config,
    pub(crate) parts: Parts,
    pub(crate) stops: Stops,
    /// Ends what works by the present state of the building.
    pub(crate) running: Running,
    pub(crate) gate: Gate,
    pub(crate) changes: Changes,
    /// Entries of the ledger that the live figures know.
    pub(crate) entries: usize,
    /// For all that goes on while it changes: the building as it is now, the text of its file, and why that cannot be
    /// followed.
    pub(crate) sites: watch::Sender<Arc<Site>>,
    pub(crate) site_text: watch::Sender<String>,
    pub(crate) trouble: watch::Sender<Option<String>>,
    /// Tells of entries that the desk has made.
    pub(crate) entered: watch::Sender<u64>,
    /// Where the alerts that hold now go; one keeper takes them, however often the pipeline begins anew.
    pub(crate) alerts: Option<watch::Sender<Vec<Alert>>>,
    journal: Option<Arc<Journal>>,
    broker_runs: bool,
    pub(crate) readiness: Arc<Readiness>,
    pub(crate) board: Arc<StateBoard>,
    pub(crate) writer: Arc<SqliteWriter>,
    pub(crate) reader: Arc<SqliteReader>,
    pub(crate) metrics: PrometheusHandle,
    pub(crate) storage: watch::Sender<Option<StorageState>>,
    pub(crate) clock_is_set: watch::Sender<Option<bool>>,
    /// Both ends of the queue to the keeper of alerts; it takes the second one.
    pub(crate) acknowledgements: (Acknowledgements, Option<mpsc::Receiver<Acknowledge>>),
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) shutdown: CancellationToken,
    pub(crate) forwarding: watch::Sender<Standing>,
}

/// Both ends of the two queues between the origins of deliveries and the pipeline.
pub(crate) struct Queues {
    deliveries: mpsc::Sender<Delivery>,
    acknowledgements: mpsc::Receiver<Vec<LinkReceipt>>,
    journal: Arc<Journal>,
    learned: watch::Receiver<Vec<String>>,
}

impl Gateway {
    /// The dashboard comes first: it can say that the rest is starting.
    fn show(&mut self, listener: Option<TcpListener>) -> Result<(), Failure> {
        if let Some(listener) = listener {
            let dashboard = dashboard::Dashboard {
                site: self.sites.subscribe(),
                trouble: self.trouble.subscribe(),
                reader: (*self.reader).clone().into(),
                broker: self.config.broker_url(),
                access: Arc::new(Access::of(&self.config.data)),
                desk: Some(Arc::new(self.desk())),
                clock: Arc::clone(&self.clock),
                readiness: self.readiness.watch(),
                metrics: telemetry::renderer(self.metrics.clone()),
                backups: backups::outcome(&self.config.data, self.config.demonstration),
                forwarding: self.config.influxdb.is_some().then(|| self.forwarding.subscribe()),
                demonstration: self.config.demonstration,
            };
            let work = dashboard_only::serve(dashboard, listener, self.stops.outlets.clone())?;
            self.parts.spawn("the dashboard", work);
        }
        let stop = &self.stops.outlets;
        let reader = Arc::clone(&self.reader);
        let (metrics, told) = (self.metrics.clone(), self.storage.clone());
        let measure = storage::measure(reader, metrics, told, stop.clone());
        self.parts.spawn("measuring", measure);
        let ask = clock_trust::ask(self.clock_is_set.clone(), stop.clone());
        self.parts.spawn("asking for the clock", ask);
        self.parts.spawn("the watchdog", systemd::watchdog(stop.clone()));
        systemd::ready();
        Ok(())
    }

    /// The figures of the building that ingest reviews once a night.
    fn figures(&self) -> Figures {
        let site = Arc::clone(&self.config.site);
        Figures::new((*self.reader).clone(), site, Arc::clone(&self.clock))
    }

    /// Where the pages hand in what staff want done.
    fn desk(&self) -> GatewayDesk {
        GatewayDesk {
            writer: Arc::clone(&self.writer),
            file: self.config.site_path.as_deref().map(SiteFile::at),
            changing: Mutex::default(),
            changed: self.entered.clone(),
            acknowledgements: self.acknowledgements.0.clone(),
            site: self.sites.subscribe(),
            clock: Arc::clone(&self.clock),
        }
    }

    /// Returns when it is time to stop, or with what failed.
    async fn start_and_watch(&mut self) -> Result<(), Failure> {
        let Some(queues) = self.start_pipeline().await? else { return Ok(()) };
        self.open_intake(queues).await?;
        self.publish_states();
        self.forward()?;
        self.simulate();
        let (writer, clock) = (Arc::clone(&self.writer), Arc::clone(&self.clock));
        let seal = housekeeping::seal(writer, clock, self.stops.outlets.clone());
        self.parts.spawn("sealing", seal);
        self.back_up();
        self.readiness.clear(Part::Start);
        self.follow_changes().await
    }

    /// `None` when the program is stopped meanwhile.
    pub(crate) async fn start_pipeline(&mut self) -> Result<Option<Queues>, Failure> {
        let newest = self.newest().await?;
        let trusted = clock_trust::trusted(&*self.clock, newest, &self.readiness);
        if self.parts.during(&self.shutdown, trusted).await?.is_none() {
            return Ok(None);
        }
        self.replay_quarantine().await?;
        let (journal, leftover) = self.open_journal()?;
        let (reader, site) = self.corrected().await?;
        let (deliveries, queue) = mpsc::channel(QUEUE_DELIVERIES);
        let (acknowledge, acknowledgements) = mpsc::channel(Receipts::QUEUE);
        let (learned, is_learned) = watch::channel(Vec::new());
        let ingest = Ingest {
            site,
            writer: Arc::clone(&self.writer),
            reader,
            figures: self.figures(),
            board: Arc::clone(&self.board),
            alerts: self.keep_alerts()?,
            receipts: Receipts::new(acknowledge, Arc::clone(&journal)),
            readiness: Arc::clone(&self.readiness),
            clock: Arc::clone(&self.clock),
            commit_window: self.config.commit_window,
            learned,
            storage: self.storage.subscribe(),
            clock_is_set: self.clock_is_set.subscribe(),
            version: VERSION,
        };
        let (loaded, is_loaded) = oneshot::channel();
        let started = move || {
            if loaded.send(()).is_err() {
                tracing::debug!("stopped while the building was loaded");
            }
        };
        let stop = self.running.pipeline.clone();
        let work = async move { ingest.run(queue, stop, started).await.map_err(|e| chain(&e)) };
        self.parts.spawn(INGEST, work);
        let queues = Queues { deliveries, acknowledgements, journal, learned: is_learned };
        let ready = async {
            drop(is_loaded.await);
            if let Some(leftover) = leftover {
                resume(leftover, &queues.deliveries).await;
            }
        };
        let ready = self.parts.during(&self.shutdown, ready).await?;
        Ok(ready.map(|()| queues))
    }

    /// The journal, and what an earlier run of the program left in it.
    fn open_journal(&mut self) -> Result<(Arc<Journal>, Option<Leftover>), Failure> {
        if let Some(journal) = &self.journal {
            return Ok((Arc::clone(journal), None));
        }
        let (journal, leftover) = Journal::open(&self.config.data)
            .map_err(|error| Failure::Unavailable(chain(&error)))?;
        let journal = Arc::new(journal);
        self.journal = Some(Arc::clone(&journal));
        Ok((journal, Some(leftover)))
    }

    /// When the newest stored reading came in.
    async fn newest(&self) -> Result<Option<Instant>, Failure> {
        let sources = self.reader.sources().await.map_err(|error| unreadable(&error))?;
        Ok(sources.iter().map(|source| source.last.received_at).max())
    }

    async fn replay_quarantine(&self) -> Result<(), Failure> {
        let mark = ReplayMark::new(&self.config.data, &[VERSION, &self.config.site_text]);
        if !mark.differs() && !self.config.replay_quarantine {
            return Ok(());
        }
        let replay = async {
            let admission =
                Ingest::<SqliteWriter, _>::admission(&self.config.site, &*self.reader).await?;
            replay_quarantine(admission, &*self.writer, &*self.reader).await
        };
        let replayed = replay.await.map_err(|error| unreadable(&error))?;
        tracing::info!(
            replayed.healed,
            replayed.stored,
            replayed.standing,
            "quarantine was replayed"
        );
        if let Err(error) = mark.set() {
            tracing::warn!(%error, "quarantine will be replayed at the next start again");
        }
        Ok(())
    }

    /// From here on deliveries come.
    pub(crate) async fn open_intake(&mut self, queues: Queues) -> Result<(), Failure> {
        let Queues { deliveries, acknowledgements, journal, learned } = queues;
        let (clock, readiness) = (Arc::clone(&self.clock), Arc::clone(&self.readiness));
        let stop = self.running.intake.clone();
        match &self.config.broker {
            BrokerChoice::Embedded(address) => {
                self.gate.open(&self.config.site, deliveries);
                if !self.broker_runs {
                    let intake = Intake::new(&self.gate, journal, clock, readiness);
                    let broker = EmbeddedBroker::open(*address, intake).await?;
                    self.parts.spawn(BROKER, broker.run(self.stops.broker.clone()));
                    self.broker_runs = true;
                }
            }
            BrokerChoice::External(url) => {
                let families = Families::new(&self.config.site);
                let mut subscriptions = Subscriptions {
                    wide: families.filters(),
                    narrow: families.narrow_filters(),
                    learned,
                };
                if let Some(group) = &self.config.share {
                    subscriptions = subscriptions.shared(group);
                }
                let consumer = Consumer::new(
                    url.clone(),
                    self.config.client_id.clone(),
                    subscriptions,
                    deliveries,
                    acknowledgements,
                    clock,
                    readiness,
                );
                let work = async move {
                    consumer.run(stop).await;
                    Ok(())
                };
                self.parts.spawn(CONSUMER, work);
            }
        }
        Ok(())
    }
}

/// Gives the pipeline what an earlier run left, before anything new.
async fn resume(leftover: Leftover, deliveries: &mpsc::Sender<Delivery>) {
    if leftover.torn > 0 {
        tracing::warn!(
            leftover.torn,
            "a record of the crash journal was cut; nobody was told it was safe"
        );
    }
    metrics::counter!("vigie_journal_torn_total").increment(leftover.torn as u64);
    if !leftover.deliveries.is_empty() {
        let count = leftover.deliveries.len();
        tracing::info!(count, "deliveries of an earlier run are stored from the crash journal");
    }
    redeliver(leftover, deliveries).await;
}

pub(crate) fn unreadable(error: &StoreError) -> Failure {
    Failure::Unavailable(format!("the store cannot be used: {}", chain(error)))
}
