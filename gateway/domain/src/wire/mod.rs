//! Our own MQTT topics, in both directions, and where the broker is.

pub(crate) mod announcement;
mod broker;
pub mod native;
pub mod state;

pub use announcement::announcements;
pub use broker::{BrokerUrl, InvalidBrokerUrl};
