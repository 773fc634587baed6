//! Intake of deliveries: from the embedded broker through the crash journal, or from another broker by a consumer.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use domain::failure_chain;
use domain::families::Families;
use domain::site::Site;
use domain::wire::BrokerUrl;
use ingest::{Consumer, Journal, Leftover, Subscriptions};

use super::pipeline::Queues;
use super::services::Services;
use super::stop::{BROKER, CONSUMER, Stops};
use super::tasks::Tasks;
use crate::broker::{BrokerInlet, EmbeddedBroker, InletValve, Rights};
use crate::config::{BrokerChoice, Config, OwnPassword};
use crate::failure::Failure;

/// Crash journal, embedded broker and the valve between that broker and the pipeline.
pub(super) struct Intake {
    valve: InletValve,
    journal: Option<Arc<Journal>>,
    broker_runs: bool,
}

impl Default for Intake {
    fn default() -> Self {
        Self { valve: InletValve::closed(), journal: None, broker_runs: false }
    }
}

impl Intake {
    /// The journal, and at the first call the deliveries that an earlier run left in it.
    pub(super) fn journal(
        &mut self,
        data: &Path,
    ) -> Result<(Arc<Journal>, Option<Leftover>), Failure> {
        if let Some(journal) = &self.journal {
            return Ok((Arc::clone(journal), None));
        }
        let (journal, leftover) =
            Journal::open(data).map_err(|error| Failure::Unavailable(failure_chain(&error)))?;
        let journal = Arc::new(journal);
        self.journal = Some(Arc::clone(&journal));
        Ok((journal, Some(leftover)))
    }

    /// Lets deliveries into the pipeline at the other end of `queues`.
    pub(super) async fn open(
        &mut self,
        config: &Config,
        site: &Site,
        queues: Queues,
        services: &Services,
        stops: &Stops,
        tasks: &mut Tasks,
    ) -> Result<(), Failure> {
        match &config.broker {
            BrokerChoice::Embedded(address) => {
                let Queues { deliveries, journal, .. } = queues;
                self.valve.open(site, deliveries);
                if !self.broker_runs {
                    let rights = Rights::new(OwnPassword::USER, config.own_password.reveal());
                    self.start_broker(*address, rights, journal, services, stops, tasks).await?;
                }
            }
            BrokerChoice::External(url) => {
                let consumer = consumer(url, config, site, queues, services);
                let stop = stops.current.intake.clone();
                let work = async move {
                    consumer.run(stop).await;
                    Ok(())
                };
                tasks.spawn(CONSUMER, work);
            }
        }
        Ok(())
    }

    /// Lets nothing more in from the embedded broker; its sensors wait.
    pub(super) fn close(&self) {
        self.valve.close();
    }

    async fn start_broker(
        &mut self,
        address: SocketAddr,
        rights: Rights,
        journal: Arc<Journal>,
        services: &Services,
        stops: &Stops,
        tasks: &mut Tasks,
    ) -> Result<(), Failure> {
        let (clock, readiness) = (Arc::clone(&services.clock), Arc::clone(&services.readiness));
        let inlet = BrokerInlet::new(&self.valve, journal, clock, readiness);
        let broker = EmbeddedBroker::open(address, rights, inlet).await?;
        tasks.spawn(BROKER, broker.run(stops.broker.clone()));
        self.broker_runs = true;
        Ok(())
    }
}

fn consumer(
    url: &BrokerUrl,
    config: &Config,
    site: &Site,
    queues: Queues,
    services: &Services,
) -> Consumer {
    let Queues { deliveries, acknowledgements, learned, .. } = queues;
    let families = Families::new(&site.id, &site.families);
    let mut subscriptions =
        Subscriptions { wide: families.filters(), narrow: families.narrow_filters(), learned };
    if let Some(group) = &config.share {
        subscriptions = subscriptions.shared(group);
    }
    Consumer::new(
        url.clone(),
        services.names.readings(),
        subscriptions,
        deliveries,
        acknowledgements,
        Arc::clone(&services.clock),
        Arc::clone(&services.readiness),
    )
    .leaving(services.names.old_session())
}
