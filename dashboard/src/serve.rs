//! Start and stop.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use domain::wire::BrokerUrl;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tower::{ServiceExt, service_fn};
use tracing::{info, warn};

use crate::access::Access;
use crate::app::App;
use crate::resources::Dashboard;
use crate::{connections, counters, live, power_today, routes};

/// How long answers under way may take after the stop; streams end at once.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// How long the pages of a building that has changed wait for its states.
const FIRST_STATES: Duration = Duration::from_secs(3);

/// Why the dashboard cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DashboardError {
    /// The listener is of no use.
    #[error("dashboard cannot serve on its address")]
    Listener(#[source] io::Error),
    /// This build has no TLS for MQTT.
    #[error("dashboard cannot reach {0} with TLS; use mqtt:// over a trusted network or a tunnel")]
    Tls(BrokerUrl),
}

impl Dashboard {
    /// Serves on `listener` until `shutdown`, then ends every stream, lets answers under way finish, and returns.
    ///
    /// It serves before the broker is reached and while it is away: the pages say how old their figures are.
    ///
    /// # Errors
    /// When the listener has no address, or the broker is to be reached by TLS.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: CancellationToken,
    ) -> Result<(), DashboardError> {
        if self.broker.tls() {
            return Err(DashboardError::Tls(self.broker));
        }
        let address = listener.local_addr().map_err(DashboardError::Listener)?;
        // Everything inside stops with this token, also when serving fails by itself.
        let stop = shutdown.child_token();
        let mut shown = Shown::begin(&self, address.ip().is_loopback(), &stop);
        let entrance = Entrance::to(shown.router.clone());
        counters::begin();
        let access = Arc::clone(&self.access);
        let mut tasks = JoinSet::new();
        let (follower, until) = (entrance.clone(), stop.clone());
        tasks.spawn(async move { shown.follow(self, follower, until).await });
        info!(%address, "dashboard serves");
        serve_until(listener, entrance.router(), access, &stop).await;
        stop.cancel();
        join(&mut tasks).await;
        Ok(())
    }
}

/// Leads to the pages of the building as it is now.
#[derive(Clone)]
struct Entrance(Arc<RwLock<Router>>);

impl Entrance {
    fn to(router: Router) -> Self {
        Self(Arc::new(RwLock::new(router)))
    }

    fn lead_to(&self, router: Router) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = router;
    }

    fn router(&self) -> Router {
        let entrance = self.clone();
        Router::new().fallback_service(service_fn(move |request: Request| {
            let router = entrance.0.read().unwrap_or_else(PoisonError::into_inner).clone();
            router.oneshot(request)
        }))
    }
}

/// The pages of one state of the building, and what keeps them up to date.
struct Shown {
    app: Arc<App>,
    router: Router,
    stop: CancellationToken,
    tasks: JoinSet<()>,
}

impl Shown {
    fn begin(dashboard: &Dashboard, loopback_only: bool, stop: &CancellationToken) -> Self {
        let stop = stop.child_token();
        let app = Arc::new(App::new(dashboard, loopback_only, stop.clone()));
        let tasks = live_tasks(&app, dashboard.broker.clone());
        let router = routes::router(Arc::clone(&app), routes::ANSWER_WITHIN);
        Self { app, router, stop, tasks }
    }

    /// Begins anew whenever the building changes. Streams end then, and their readers come back by themselves.
    async fn follow(
        &mut self,
        mut dashboard: Dashboard,
        entrance: Entrance,
        stop: CancellationToken,
    ) {
        loop {
            let changed = tokio::select! {
                () = stop.cancelled() => break,
                changed = dashboard.site.changed() => changed,
            };
            if changed.is_err() {
                stop.cancelled().await;
                break;
            }
            let next = Self::begin(&dashboard, self.app.loopback_only, &stop);
            // A page shall not show an empty building for the moment that the states take to come.
            let _ = timeout(FIRST_STATES, next.heard()).await;
            entrance.lead_to(next.router.clone());
            let mut last = std::mem::replace(self, next);
            last.stop.cancel();
            join(&mut last.tasks).await;
        }
        self.stop.cancel();
        join(&mut self.tasks).await;
    }

    async fn heard(&self) {
        while self.app.live.snapshot().view.pulse(self.app.clock.now()).heard_at.is_none() {
            sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn join(tasks: &mut JoinSet<()>) {
    while let Some(ended) = tasks.join_next().await {
        if let Err(error) = ended {
            warn!(error = &error as &dyn std::error::Error, "a task of the dashboard failed");
        }
    }
}

fn live_tasks(app: &Arc<App>, broker: BrokerUrl) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    let (site, hub) = (Arc::clone(&app.site), Arc::clone(&app.live));
    tasks.spawn(live::link::run(broker, site, hub, app.shutdown.clone()));
    let (hub, stop) = (Arc::clone(&app.live), app.shutdown.clone());
    tasks.spawn(async move { hub.run(stop).await });
    tasks.spawn(power_today::run(Arc::clone(app)));
    tasks
}

async fn serve_until(
    listener: TcpListener,
    router: Router,
    access: Arc<Access>,
    stop: &CancellationToken,
) {
    let overdue = async {
        stop.cancelled().await;
        sleep(LAST_ANSWERS).await;
    };
    tokio::select! {
        () = connections::serve(listener, router, access, stop) => {}
        () = overdue => warn!("answers under way did not end in time"),
    }
}
