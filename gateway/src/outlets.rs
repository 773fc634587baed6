//! What the pipeline feeds and what goes on beside it: the keeper of alerts, the notifier, states, InfluxDB, backups, and
//! the simulation of the demonstration. They outlive a change of the building, and follow it.

use std::sync::Arc;

use domain::alerts::Alert;
use domain::announce::announcements;
use domain::native;
use domain::wire::state::GatewayState;
use ingest::{AlertKeeper, StatePublisher};
use tokio::sync::watch;

use crate::backups::Nightly;
use crate::failure::{Failure, chain};
use crate::run::{Gateway, VERSION};
use crate::stop::SIMULATION;
use crate::{forwarding, notify};

/// The demonstration is the same each time.
const SEED: u64 = 1892;

impl Gateway {
    /// The log of alerts, and those who are told of them. Gives the way in for what holds now.
    pub(crate) fn keep_alerts(&mut self) -> Result<watch::Sender<Vec<Alert>>, Failure> {
        if let Some(alerts) = &self.alerts {
            return Ok(alerts.clone());
        }
        let (alerts, raised) = watch::channel(Vec::new());
        self.alerts = Some(alerts.clone());
        let requests = self.acknowledgements.1.take().expect("the keeper is started once");
        let (notices, told) = notify::queue();
        let keeper = AlertKeeper {
            site: self.sites.subscribe(),
            writer: Arc::clone(&self.writer),
            reader: Arc::clone(&self.reader),
            board: Arc::clone(&self.board),
            clock: Arc::clone(&self.clock),
            raised,
            requests,
            notices,
        };
        let stop = self.stops.outlets.clone();
        let keep = async move { keeper.run(stop).await.map_err(|error| chain(&error)) };
        self.parts.spawn("the keeper of alerts", keep);
        let (site, board) = (self.sites.subscribe(), Arc::clone(&self.board));
        let (clock, stop) = (Arc::clone(&self.clock), self.stops.outlets.clone());
        self.parts.spawn("the notifier", notify::notify(site, board, clock, told, stop)?);
        Ok(alerts)
    }

    pub(crate) fn publish_states(&mut self) {
        if self.config.share.is_some() {
            // It sees a part of the readings: what it would tell of the building would be wrong.
            return;
        }
        let gone = GatewayState {
            as_of: self.clock.now(),
            online: false,
            version: VERSION.to_owned(),
            refused: 0,
            stored: 0,
            storage: None,
        };
        let gone = serde_json::to_vec(&gone).expect("a state is plain data");
        let topic = native::state_topic(&self.config.site.id, "gateway");
        self.board.post(announcements(&self.config.site, VERSION));
        let publisher = StatePublisher::new(
            self.config.broker_url(),
            format!("{}-states", self.config.client_id),
            (topic, gone),
            Arc::clone(&self.board),
            Arc::clone(&self.readiness),
        );
        let stop = self.stops.outlets.clone();
        let work = async move {
            publisher.run(stop).await;
            Ok(())
        };
        self.parts.spawn("the state publisher", work);
    }

    pub(crate) fn forward(&mut self) -> Result<(), Failure> {
        let Some(influxdb) = &self.config.influxdb else { return Ok(()) };
        let store = (Arc::clone(&self.writer), Arc::clone(&self.reader));
        let (site, clock) = (&self.config.site, Arc::clone(&self.clock));
        let stop = self.stops.outlets.clone();
        let standing = self.forwarding.clone();
        let work = forwarding::forward(site, influxdb, store, (clock, standing), stop)?;
        self.parts.spawn("the forwarder", work);
        Ok(())
    }

    pub(crate) fn back_up(&mut self) {
        if self.config.demonstration {
            return;
        }
        let nightly = Nightly {
            data: self.config.data.clone(),
            backups: self.config.backups.clone(),
            site_text: self.site_text.subscribe(),
            timezone: self.config.site.timezone.clone(),
        };
        let work = nightly.run(Arc::clone(&self.clock), self.stops.outlets.clone());
        self.parts.spawn("the nightly backup", work);
    }

    pub(crate) fn simulate(&mut self) {
        if !self.config.demonstration {
            return;
        }
        let (site, clock) = (Arc::clone(&self.config.site), Arc::clone(&self.clock));
        let (broker, stop) = (self.config.broker_url(), self.stops.intake.clone());
        let work = async move {
            let simulated = sensors::simulation::run(site, broker, clock, SEED, stop).await;
            simulated.map_err(|error| chain(&error))
        };
        self.parts.spawn(SIMULATION, work);
    }
}
