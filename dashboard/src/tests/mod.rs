//! The service as its readers meet it: every call goes through the whole router.

mod access;
mod alerts;
mod api;
mod commissioning;
mod corrections;
mod energy_pages;
mod events;
mod golden_month;
mod indicators;
mod known_at;
mod one_figure;
mod pages;
mod privacy;
mod report;
mod sight;
mod zone_pages;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode, header};
use domain::alerts::AlertId;
use domain::audit::{Deed, Draft, EntryId, SiteChange};
use domain::message::{Reason, ReasonLabel};
use domain::site::{self, Site};
use domain::wire::BrokerUrl;
use domain::{DatedBy, Instant, ManualClock, Observation, Quantity, Reading, Source};
use futures_util::future::BoxFuture;
use serde_json::Value;
use store::backup::BackupStatus;
use store::influx::Standing;
use store::{AlertReader, AuditWriter, Batch, MemoryStore, Refused, SeriesWriter};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use crate::Dashboard;
use crate::access::{Access, Accounts, Peer};
use crate::app::App;
use crate::routes;
use crate::staff_actions::{ChangedSite, StaffActionError, StaffActions};

/// Noon in winter, by the clock of the machine; 13:00 in Dreux.
const NOW: &str = "2026-11-23T12:00:00Z";

pub(super) use domain::testing::at;

/// Figures of a month take their time in an unoptimised build on a busy machine; no test here is about that time.
const PATIENTLY: Duration = Duration::from_mins(30);

/// A proxy that the settings name.
pub(super) const PROXY: &str = "10.0.0.1";

/// A dashboard without a network: its store and its state topics are filled by the test.
pub(super) struct House {
    pub(super) app: Arc<App>,
    pub(super) store: MemoryStore,
    pub(super) clock: Arc<ManualClock>,
    pub(super) readiness: watch::Sender<Option<String>>,
    pub(super) backups: Arc<Mutex<Option<BackupStatus>>>,
    pub(super) standing: watch::Sender<Standing>,
    /// The site file that pages may change; none as in the demonstration.
    pub(super) file: Arc<Mutex<Option<String>>>,
    router: Router,
    folder: tempfile::TempDir,
    /// Whether there is an account, which tests that only read then use.
    is_known: AtomicBool,
}

/// The account that tests make, as HTTP Basic sends it: marie, "le chat dort ici".
pub(super) const BASIC: &str = "Basic bWFyaWU6bGUgY2hhdCBkb3J0IGljaQ==";

impl House {
    /// The building in Dreux at [`NOW`], with no state and nothing stored.
    pub(super) fn in_dreux() -> Self {
        Self::of(site::parse(site::DREUX, "dreux.toml").unwrap(), true)
    }

    pub(super) fn of(site: Site, demonstration: bool) -> Self {
        Self::listening(site, demonstration, true)
    }

    /// The same, on the network unless `loopback_only`.
    pub(super) fn listening(site: Site, demonstration: bool, loopback_only: bool) -> Self {
        let store = MemoryStore::new();
        let clock = Arc::new(ManualClock::new(at(NOW)));
        let (readiness, ready) = watch::channel(None);
        let backups = Arc::new(Mutex::new(Some(BackupStatus::default())));
        let folder = tempfile::tempdir().unwrap();
        let (standing, forwarding) = watch::channel(Standing::default());
        let file = Arc::new(Mutex::new(None));
        let dashboard = Dashboard {
            site: watch::Sender::new(Arc::new(site)).subscribe(),
            trouble: watch::Sender::new(None).subscribe(),
            reader: store.clone().into(),
            broker: BrokerUrl::plain("127.0.0.1", 1),
            access: Arc::new(Access::of(folder.path()).behind(vec![PROXY.parse().unwrap()])),
            staff_actions: Some(Arc::new(Office { store: store.clone(), file: Arc::clone(&file) })),
            clock: Arc::clone(&clock) as Arc<dyn domain::Clock>,
            readiness: ready,
            metrics: Arc::new(|| "vigie_messages_received_total 7\n".to_owned()),
            backups: {
                let backups = Arc::clone(&backups);
                Arc::new(move || backups.lock().unwrap().clone())
            },
            forwarding: Some(forwarding),
            demonstration,
        };
        let app = Arc::new(App::new(&dashboard, loopback_only, CancellationToken::new()));
        let router = routes::router(Arc::clone(&app), PATIENTLY);
        let is_known = AtomicBool::default();
        Self { app, store, clock, readiness, backups, standing, file, router, folder, is_known }
    }

    /// The same with the account of marie, whose password is "le chat dort ici".
    pub(super) fn with_staff() -> Self {
        let house = Self::in_dreux();
        house.adds_marie();
        house
    }

    pub(super) fn adds_marie(&self) {
        let accounts = Accounts::in_folder(self.folder.path());
        let password = "le chat dort ici".to_owned().try_into().unwrap();
        accounts.add(&"marie".parse().unwrap(), &password, at(NOW)).unwrap();
        self.is_known.store(true, Ordering::Relaxed);
    }

    pub(super) fn adds_paul(&self) {
        let accounts = Accounts::in_folder(self.folder.path());
        let password = "un secret de paul".to_owned().try_into().unwrap();
        accounts.add(&"paul".parse().unwrap(), &password, at(NOW)).unwrap();
    }

    /// Marie's password becomes another one, or her account is removed.
    pub(super) fn marie_gets(&self, password: Option<&str>) {
        let (accounts, marie) = (Accounts::in_folder(self.folder.path()), "marie".parse().unwrap());
        match password {
            Some(password) => {
                let password = password.to_owned().try_into().unwrap();
                accounts.change_password(&marie, &password).unwrap();
            }
            None => accounts.remove(&marie).unwrap(),
        }
    }

    /// The gateway publishes a state.
    pub(super) fn hears(&self, name: &str, state: &Value) {
        self.app.live.apply(name, state.to_string().as_bytes(), false).unwrap();
    }

    /// The store holds a reading.
    pub(super) async fn stores(&self, device: &str, quantity: Quantity, at: Instant, value: f64) {
        self.stores_of(device, quantity, None, at, value).await;
    }

    pub(super) async fn stores_of(
        &self,
        device: &str,
        quantity: Quantity,
        channel: Option<&str>,
        observed_at: Instant,
        value: f64,
    ) {
        let value = domain::Value::from_f64(quantity.kind(), value);
        let observation =
            Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value };
        let channel = channel.map(|channel| channel.parse().unwrap());
        let source = Source { device: device.parse().unwrap(), quantity, channel };
        let readings = vec![Reading { source, observation }];
        self.store.append(Batch { readings, ..Batch::default() }).await.unwrap();
    }

    /// A message stands in quarantine.
    pub(super) async fn refuses(&self, topic: &str, payload: &str) {
        let refused = Refused {
            received_at: at(NOW),
            topic: topic.to_owned(),
            payload: payload.as_bytes().to_vec(),
            payload_len: payload.len(),
            reason: Reason::new(ReasonLabel::Value, "-5000 ppm is outside what co2 can be"),
        };
        self.store.append(Batch { refused: vec![refused], ..Batch::default() }).await.unwrap();
    }

    /// Asks on this machine, unless the request comes from elsewhere.
    pub(super) async fn asks(&self, mut request: Request<Body>) -> Response<Body> {
        if request.extensions().get::<ConnectInfo<Peer>>().is_none() {
            request.extensions_mut().insert(Peer::at("127.0.0.1:50000"));
        }
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Asks with the account, where there is one.
    pub(super) async fn get(&self, address: &str) -> Response<Body> {
        let mut request = Request::get(address);
        if self.is_known.load(Ordering::Relaxed) {
            request = request.header(header::AUTHORIZATION, BASIC);
        }
        self.asks(request.body(Body::empty()).unwrap()).await
    }

    /// The JSON of an answer that must be right.
    pub(super) async fn json(&self, address: &str) -> Value {
        let answer = self.get(address).await;
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        serde_json::from_str(&text(answer).await).unwrap()
    }

    /// The problem of an answer that must be one.
    pub(super) async fn problem(&self, address: &str, status: u16) -> Value {
        let answer = self.get(address).await;
        assert_eq!(answer.status().as_u16(), status, "{address}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        serde_json::from_str(&text(answer).await).unwrap()
    }

    /// The text of a page.
    pub(super) async fn page(&self, address: &str) -> String {
        let answer = self.get(address).await;
        assert_eq!(answer.status(), StatusCode::OK, "{address}");
        text(answer).await
    }
}

/// Enters into the store of the test, and changes its file.
struct Office {
    store: MemoryStore,
    file: Arc<Mutex<Option<String>>>,
}

impl Office {
    async fn change(&self, change: ChangedSite) -> Result<EntryId, StaffActionError> {
        if self.site_text()? != change.before {
            return Err(StaffActionError::Changed);
        }
        site::parse(&change.after, "site.toml")
            .map_err(|errors| StaffActionError::Invalid(vec![errors.to_string()]))?;
        let after = self.names(&change.after);
        let draft = Draft {
            at: change.at,
            author: change.author,
            reason: change.reason,
            deed: Deed::Site(SiteChange { summary: change.summary, after }),
            before: Some(change.before),
        };
        *self.file.lock().unwrap() = Some(change.after);
        self.record(draft).await
    }
}

impl StaffActions for Office {
    fn record(&self, draft: Draft) -> BoxFuture<'_, Result<EntryId, StaffActionError>> {
        let recorded = async { Ok(self.store.record(draft).await.unwrap()) };
        Box::pin(recorded)
    }

    fn acknowledge(
        &self,
        alert: AlertId,
        _by: String,
    ) -> BoxFuture<'_, Result<bool, StaffActionError>> {
        Box::pin(async move {
            let open = self.store.open_alerts().await.unwrap();
            Ok(open.iter().any(|standing| standing.id == alert))
        })
    }

    fn try_alerts(&self) -> BoxFuture<'_, Result<String, StaffActionError>> {
        Box::pin(async { Ok("e-mail to accueil@example.org: sent\n".to_owned()) })
    }

    fn site_text(&self) -> Result<String, StaffActionError> {
        self.file.lock().unwrap().clone().ok_or(StaffActionError::Demonstration)
    }

    fn change_site(&self, change: ChangedSite) -> BoxFuture<'_, Result<EntryId, StaffActionError>> {
        Box::pin(self.change(change))
    }

    fn names(&self, text: &str) -> String {
        text.to_owned()
    }
}

pub(super) async fn text(answer: Response<Body>) -> String {
    let bytes = to_bytes(answer.into_body(), 16 << 20).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}
