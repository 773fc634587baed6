//! The order of the gateway: start, change of the building, end.

use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use ::dashboard::Access;
use domain::Clock;
use domain::site::Site;
use ingest::Part;
use store::influx::Standing;
use tokio::sync::{Mutex, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::alerts::AlertOutlet;
use super::building::{Building, corrected};
use super::intake::Intake;
use super::pipeline::{Pipeline, Queues, newest_arrival, replay};
use super::services::{Services, unusable_store};
use super::staff_actions::GatewayActions;
use super::stop::{CONSUMER, INGEST, Stops, close, stop};
use super::tasks::Tasks;
use super::{dashboard, outlets};
use crate::client_names::ClientNames;
use crate::config::Config;
use crate::failure::Failure;
use crate::machine::{MachineState, clock_trust, storage, systemd};
use crate::telemetry::Metrics;
use crate::upkeep::CheckStatus;
use crate::{resources, upkeep};

/// Deadline of the pipeline to commit and acknowledge its deliveries when the building changes.
const SETTLED_WITHIN: Duration = Duration::from_secs(30);

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
    let listener = dashboard.then(|| resources::http(config.http)).transpose()?;
    resources::mqtt(&config.broker)?;
    let (writer, reader) = resources::store(&config)?;
    let names = ClientNames::of(&config.data, &config.client_id)?;
    let metrics = Metrics::install()?;
    announce(&config);

    let mut gateway = Gateway {
        building: Building::new(&config),
        config,
        services: Services::new(clock, writer, reader, names),
        tasks: Tasks::default(),
        stops: Stops::default(),
        intake: Intake::default(),
        alerts: AlertOutlet::default(),
        machine: MachineState::default(),
        forwarding: watch::Sender::default(),
        metrics,
        shutdown,
    };
    gateway.services.readiness.pending(Part::Start, "starting");
    gateway.show(listener)?;
    let outcome = gateway.start_and_watch().await;
    let Gateway { services, mut tasks, stops, .. } = gateway;
    stop(&mut tasks, &stops).await;
    drop(tasks);
    close(services.writer).await;
    outcome
}

/// A gateway at work.
struct Gateway {
    config: Config,
    services: Services,
    tasks: Tasks,
    stops: Stops,
    building: Building,
    intake: Intake,
    alerts: AlertOutlet,
    machine: MachineState,
    forwarding: watch::Sender<Standing>,
    metrics: Metrics,
    shutdown: CancellationToken,
}

impl Gateway {
    /// Starts the dashboard, which comes first since it can show that the rest is starting, and the watch over the machine.
    fn show(&mut self, listener: Option<TcpListener>) -> Result<(), Failure> {
        let stop = self.stops.outlets.clone();
        if let Some(listener) = listener {
            let work = dashboard::serve(self.dashboard(), listener, stop.clone())?;
            self.tasks.spawn("the dashboard", work);
        }
        let (reader, storage) = (Arc::clone(&self.services.reader), self.machine.storage.clone());
        let data = self.config.data.clone();
        let damaged = move || CheckStatus::read(&data).map_or(0, |status| status.places);
        let measure =
            storage::measure(reader, self.metrics.clone(), storage, damaged, stop.clone());
        self.tasks.spawn("measuring", measure);
        let is_set = self.machine.clock_is_set.clone();
        let ready = self.services.readiness.watch();
        let ask = clock_trust::watch_synchronisation(is_set, ready, stop.clone());
        self.tasks.spawn("asking for the clock", ask);
        self.tasks.spawn("the watchdog", systemd::watchdog(stop));
        systemd::ready();
        Ok(())
    }

    fn dashboard(&self) -> ::dashboard::Dashboard {
        let Self { config, services, building, .. } = self;
        ::dashboard::Dashboard {
            site: building.site.subscribe(),
            trouble: building.trouble.subscribe(),
            reader: (*services.reader).clone().into(),
            broker: config.own_broker_url(),
            access: Arc::new(Access::of(&config.data).behind(config.trusted_proxies.clone())),
            staff_actions: Some(Arc::new(self.staff_actions())),
            clock: Arc::clone(&services.clock),
            readiness: services.readiness.watch(),
            metrics: self.metrics.renderer(),
            backups: upkeep::backup_status(&config.data, config.demonstration),
            forwarding: config.influxdb.is_some().then(|| self.forwarding.subscribe()),
            demonstration: config.demonstration,
        }
    }

    fn staff_actions(&self) -> GatewayActions {
        GatewayActions {
            writer: Arc::clone(&self.services.writer),
            file: self.building.file().cloned(),
            changing: Mutex::default(),
            entered: self.building.entered.clone(),
            acknowledgements: self.alerts.acknowledgements(),
            site: self.building.site.subscribe(),
            clock: Arc::clone(&self.services.clock),
        }
    }

    /// Returns when it is time to stop, or with the failure of a part.
    async fn start_and_watch(&mut self) -> Result<(), Failure> {
        let Some(queues) = self.start_pipeline().await? else { return Ok(()) };
        self.open_intake(queues).await?;
        self.start_outlets()?;
        self.services.readiness.clear(Part::Start);
        self.follow_changes().await
    }

    /// Starts the tasks beside the pipeline, which outlive a change of the building.
    fn start_outlets(&mut self) -> Result<(), Failure> {
        let Self { config, services, tasks, stops, building, .. } = self;
        outlets::publish_states(config, services, stops, tasks);
        let standing = self.forwarding.clone();
        outlets::forward(config, services, standing, stops, tasks)?;
        outlets::simulate(config, services, stops, tasks);
        let (writer, clock) = (Arc::clone(&services.writer), Arc::clone(&services.clock));
        tasks.spawn("sealing", upkeep::seal(writer, clock, stops.outlets.clone()));
        outlets::back_up(config, services, building, stops, tasks);
        Ok(())
    }

    /// `None` when the program is stopped meanwhile.
    async fn start_pipeline(&mut self) -> Result<Option<Queues>, Failure> {
        let Self { config, services, tasks, stops, building, shutdown, machine, .. } = self;
        let is_first = !machine.clock_was_believed;
        let newest = if is_first { newest_arrival(&services.reader).await? } else { None };
        let trusted = clock_trust::trusted(
            &*services.clock,
            newest,
            machine.clock_is_set.subscribe(),
            &services.readiness,
        );
        if tasks.during(shutdown, trusted).await?.is_none() {
            return Ok(None);
        }
        machine.clock_was_believed = true;
        replay(config, building, services).await?;
        let (journal, leftover) = self.intake.journal(&config.data)?;
        let (reader, site) = corrected(&services.reader, &building.site()).await?;
        let alerts = self.alerts.start(building, services, stops, tasks)?;
        let pipeline = Pipeline { site, reader, alerts, commit_window: config.commit_window };
        let (queues, loaded) = pipeline.start(journal, services, machine, stops, tasks);
        let deliveries = queues.deliveries();
        let ready = tasks.during(shutdown, loaded.ready(leftover, deliveries)).await?;
        Ok(ready.map(|()| queues))
    }

    async fn open_intake(&mut self, queues: Queues) -> Result<(), Failure> {
        let Self { config, services, tasks, stops, building, intake, .. } = self;
        intake.open(config, &building.site(), queues, services, stops, tasks).await
    }

    /// Follows every change of the building until it is time to stop.
    async fn follow_changes(&mut self) -> Result<(), Failure> {
        loop {
            let Self { tasks, shutdown, building, services, .. } = self;
            if tasks.during(shutdown, building.changed()).await?.is_none() {
                return Ok(());
            }
            let changed = building.read_change(services).await;
            // A test of a role is an entry, too, and changes no figure; but it is rare.
            let has_entries = building.has_new_entries(&services.reader).await;
            if (changed.is_some() || has_entries) && !self.restart_pipeline(changed).await? {
                return Ok(());
            }
        }
    }

    /// Closes the intake, lets the pipeline finish, and starts another. False when the program is to stop.
    ///
    /// All acknowledged deliveries are stored by then; the others wait at the broker, or at the sensor.
    async fn restart_pipeline(&mut self, changed: Option<(Site, String)>) -> Result<bool, Failure> {
        tracing::info!(site = changed.is_some(), "the building has changed and is loaded anew");
        let readiness = Arc::clone(&self.services.readiness);
        readiness.pending(Part::Start, "the building has changed and is loaded anew");
        self.intake.close();
        self.stops.current.cancel();
        let settled = timeout(SETTLED_WITHIN, self.tasks.ended(&[INGEST, CONSUMER])).await;
        settled.map_err(|_| Failure::Part {
            part: INGEST,
            why: "what was received could not be stored while the building was changed".to_owned(),
        })?;
        if let Some((site, text)) = changed {
            let retention = site.retention.clone();
            self.building.replace(site, text);
            let followed = self.services.writer.follow(retention).await;
            followed.map_err(|error| unusable_store(&error))?;
        }
        self.stops.renew();
        let Some(queues) = self.start_pipeline().await? else { return Ok(false) };
        self.open_intake(queues).await?;
        readiness.clear(Part::Start);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_send<F: Send>(_: impl FnOnce(Config, Arc<dyn Clock>, CancellationToken) -> F) {}

    #[test]
    fn a_gateway_may_run_on_any_thread() {
        is_send(|config, clock, shutdown| run(config, true, clock, shutdown, |_| {}));
    }
}
