//! State documents that the gateway publishes, and the address of the broker.
//!
//! | file | what it holds |
//! |---|---|
//! | [`state`] | the JSON documents below `vigie/v1/<site>/state/` |
//! | `broker` | the address of an MQTT broker |
//!
//! Readings of our own nodes come in the format of [`crate::native`].

mod broker;
pub mod state;

pub use broker::{BrokerUrl, InvalidBrokerUrl};
