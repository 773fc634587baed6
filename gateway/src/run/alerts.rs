//! Outlet of the alerts: their keeper and the notifier, which outlive every change of the building.

use std::sync::Arc;

use domain::alerts::Alert;
use domain::failure_chain;
use ingest::{Acknowledge, Acknowledgements, AlertKeeper};
use tokio::sync::{mpsc, watch};

use super::building::Building;
use super::services::Services;
use super::stop::Stops;
use super::tasks::Tasks;
use crate::failure::Failure;
use crate::notify;

/// Queues to the keeper of alerts: of the current alerts, and of acknowledgements by the staff.
pub(super) struct AlertOutlet {
    /// Handle for submitting the current set of alerts, once the keeper runs.
    current: Option<watch::Sender<Vec<Alert>>>,
    acknowledgements: Acknowledgements,
    /// The other end, until the keeper has it.
    requests: Option<mpsc::Receiver<Acknowledge>>,
}

impl Default for AlertOutlet {
    fn default() -> Self {
        let (acknowledgements, requests) = ingest::acknowledgements();
        Self { current: None, acknowledgements, requests: Some(requests) }
    }
}

impl AlertOutlet {
    /// The queue for acknowledgements by the staff.
    pub(super) fn acknowledgements(&self) -> Acknowledgements {
        self.acknowledgements.clone()
    }

    /// Starts keeper and notifier at the first call. Returns the handle for submitting the current set of alerts.
    ///
    /// # Errors
    /// When people are to get e-mail and no mail server is named.
    pub(super) fn start(
        &mut self,
        building: &Building,
        services: &Services,
        stops: &Stops,
        tasks: &mut Tasks,
    ) -> Result<watch::Sender<Vec<Alert>>, Failure> {
        if let Some(current) = &self.current {
            return Ok(current.clone());
        }
        let (current, raised) = watch::channel(Vec::new());
        self.current = Some(current.clone());
        let requests = self.requests.take().expect("the keeper is started once");
        let (notices, queue) = notify::queue();
        let keeper = AlertKeeper {
            site: building.site.subscribe(),
            writer: Arc::clone(&services.writer),
            reader: Arc::clone(&services.reader),
            board: Arc::clone(&services.board),
            clock: Arc::clone(&services.clock),
            raised,
            requests,
            notices,
        };
        let stop = stops.outlets.clone();
        let keep = async move { keeper.run(stop).await.map_err(|error| failure_chain(&error)) };
        tasks.spawn("the keeper of alerts", keep);
        let (site, board) = (building.site.subscribe(), Arc::clone(&services.board));
        let (clock, stop) = (Arc::clone(&services.clock), stops.outlets.clone());
        tasks.spawn("the notifier", notify::notify(site, board, clock, queue, stop)?);
        Ok(current)
    }
}
