//! A simulated building: people who walk by a daily schedule, the air they breathe, the power they draw, and the
//! nodes that report it, with the faults that nodes have. The same seed gives the same building.
//!
//! ```text
//! habits ─▶ days ─▶ people ──passages──▶ doors ─┐
//!                     │                         │
//!                     ├─▶ air, detectors ───────┼─▶ nodes ─▶ emissions ─▶ payloads ─▶ links ─▶ broker
//!                     └─▶ loads ─▶ meters ──────┘
//! ```
//!
//! | file | what it knows |
//! |---|---|
//! | `habits` | the hour that people live by, which a demonstration shifts |
//! | `floor` | zones, what they are used for, and the ways between them |
//! | `days`, `people` | who comes on a day, and how they walk |
//! | `doors` | door registers, with what they miss and count twice |
//! | `air` | CO2 by the mass balance, temperature, humidity, light |
//! | `loads`, `meters` | what draws power; sums and registers |
//! | `nodes` | which instruments report how often; outages and backlogs; movement detectors |
//! | `building` | one step of it all, and the truth |
//! | `payloads`, `links`, `driver` | topics and payloads, connections, the pace |
//! | `chance` | seeded randomness |
//!
//! Everything follows from the site model. What it does not say follows from names: a meter called *four* is a kiln.

use std::sync::Arc;

use domain::Clock;
use domain::Instant;
use domain::site::Site;
use domain::wire::BrokerUrl;
use jiff::SignedDuration;
use tokio_util::sync::CancellationToken;

mod air;
mod building;
mod chance;
mod days;
mod doors;
mod driver;
mod floor;
mod habits;
mod links;
mod loads;
mod meters;
mod nodes;
mod payloads;
mod people;

pub use building::{Building, STEP, Scenario, Truth};
pub use driver::simulate;
pub use habits::Habits;
pub use nodes::{Content, Emission, Family, Sample};

use crate::publisher::PublishError;

impl Scenario {
    /// About 14:00 of a working day at `now` whatever the wall clock says, with a day of history.
    pub fn demonstration(site: &Site, seed: u64, now: Instant) -> Self {
        let habits = Habits::demonstration(now, site.timezone.clone());
        Self { seed, live_from: now, history: SignedDuration::from_hours(24), habits, faults: true }
    }

    /// As the wall clock says, from `now` on.
    pub fn natural(site: &Site, seed: u64, now: Instant) -> Self {
        let habits = Habits::natural(site.timezone.clone());
        Self { seed, live_from: now, history: SignedDuration::ZERO, habits, faults: true }
    }
}

/// The demonstration: see [`Scenario::demonstration`] and [`simulate`].
///
/// A gateway that shows it should use [`demonstration_site`], so that opening hours and the nightly reset stand where
/// the habits of the simulated people have them.
///
/// # Errors
/// When something cannot be published at all; a broker that is away is waited for.
pub async fn run(
    site: Arc<Site>,
    broker: BrokerUrl,
    clock: Arc<dyn Clock>,
    seed: u64,
    shutdown: CancellationToken,
) -> Result<(), PublishError> {
    let scenario = Scenario::demonstration(&site, seed, clock.now());
    simulate(&site, &broker, clock, scenario, shutdown).await
}

/// `site` as the demonstration that starts at `now` lives by: its opening hours and its nightly reset are shifted.
pub fn demonstration_site(site: &Site, now: Instant) -> Site {
    Habits::demonstration(now, site.timezone.clone()).adapt(site)
}

#[cfg(test)]
mod tests;
