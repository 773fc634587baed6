//! Outlets beside the pipeline: published states, InfluxDB, the nightly backup, and the simulation of the demonstration.
//! They outlive a change of the building, and follow it.

use std::sync::Arc;

use domain::announce::announcements;
use domain::failure_chain;
use domain::native;
use domain::wire::state::GatewayState;
use ingest::StatePublisher;
use store::influx::Standing;
use tokio::sync::watch;

use super::building::Building;
use super::services::Services;
use super::stop::{SIMULATION, Stops};
use super::tasks::Tasks;
use crate::config::{Config, VERSION};
use crate::failure::Failure;
use crate::resources;
use crate::upkeep::{self, Nightly};

/// The demonstration is the same each time.
const SEED: u64 = 1892;

/// Publishes the states of the building, retained, and its announcement to Home Assistant.
pub(super) fn publish_states(
    config: &Config,
    services: &Services,
    stops: &Stops,
    tasks: &mut Tasks,
) {
    if config.share.is_some() {
        // It receives a part of the readings: states made of them would be wrong.
        return;
    }
    let offline = GatewayState {
        as_of: services.clock.now(),
        online: false,
        version: VERSION.to_owned(),
        refused: 0,
        stored: 0,
        storage: None,
    };
    let offline = serde_json::to_vec(&offline).expect("a state is plain data");
    let topic = native::state_topic(&config.site.id, "gateway");
    services.board.post(announcements(&config.site, VERSION));
    let publisher = StatePublisher::new(
        config.own_broker_url(),
        services.names.states(),
        (topic, offline),
        Arc::clone(&services.board),
        Arc::clone(&services.readiness),
    );
    let stop = stops.outlets.clone();
    let work = async move {
        publisher.run(stop).await;
        Ok(())
    };
    tasks.spawn("the state publisher", work);
}

/// Forwards the readings to InfluxDB, where one is named.
pub(super) fn forward(
    config: &Config,
    services: &Services,
    standing: watch::Sender<Standing>,
    stops: &Stops,
    tasks: &mut Tasks,
) -> Result<(), Failure> {
    let Some(influxdb) = &config.influxdb else { return Ok(()) };
    let (writer, reader) = (Arc::clone(&services.writer), Arc::clone(&services.reader));
    let (clock, stop) = (Arc::clone(&services.clock), stops.outlets.clone());
    let work = upkeep::forward(&config.site, influxdb, writer, reader, clock, standing, stop)?;
    tasks.spawn("the forwarder", work);
    Ok(())
}

/// Makes a backup each night, except of a demonstration.
pub(super) fn back_up(
    config: &Config,
    services: &Services,
    building: &Building,
    stops: &Stops,
    tasks: &mut Tasks,
) {
    if config.demonstration {
        return;
    }
    let nightly = Nightly {
        data: config.data.clone(),
        backups: config.backups.clone(),
        site_text: building.text.subscribe(),
        timezone: config.site.timezone.clone(),
        settings: resources::settings(&config.site, None),
    };
    let work = nightly.run(Arc::clone(&services.clock), stops.outlets.clone());
    tasks.spawn("the nightly backup", work);
}

/// Simulates the people, the air and the machines of the demonstration.
pub(super) fn simulate(config: &Config, services: &Services, stops: &Stops, tasks: &mut Tasks) {
    if !config.demonstration {
        return;
    }
    let (site, clock) = (Arc::clone(&config.site), Arc::clone(&services.clock));
    let (broker, stop) = (config.broker_url(), stops.intake.clone());
    let work = async move {
        let simulated = sensors::simulation::run(site, broker, clock, SEED, stop).await;
        simulated.map_err(|error| failure_chain(&error))
    };
    tasks.spawn(SIMULATION, work);
}
