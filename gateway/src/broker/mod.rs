//! The embedded MQTT broker, and the way of its messages into the pipeline.
//!
//! ```text
//! sensor ──publish──▶ embedded ──▶ inlet ──▶ crash journal ──▶ deliveries
//! sensor ◀──acknowledgement── once the journal has it
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `embedded` | the broker; the only file that names its library |
//! | `inlet` | a message is written to the journal, then handed to the pipeline; a valve that closes while that changes |

mod embedded;
mod inlet;

pub(crate) use embedded::EmbeddedBroker;
pub(crate) use inlet::{BrokerInlet, InletValve};
