//! Our own MQTT topics, in both directions, and where the broker is.

mod broker;
pub mod native;
pub mod state;

pub use broker::{BrokerUrl, InvalidBrokerUrl};
