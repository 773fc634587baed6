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
//! | `rights` | who is one of ours, and which topics only they write |
//! | `clients` | clients that are here or away, their last wills and their pace |
//! | `retained` | sizes of retained messages |
//! | `refusals` | what is refused or dropped: counted and logged |
//! | `inlet` | a message is written to the journal, then handed to the pipeline; a valve that closes while that changes |

mod clients;
mod embedded;
mod inlet;
mod refusals;
mod retained;
mod rights;

pub(crate) use embedded::EmbeddedBroker;
pub(crate) use inlet::{BrokerInlet, InletValve};
pub(crate) use rights::Rights;
