//! The whole installation, started for real and looked at from outside.
//!
//! | file | what it gives |
//! |---|---|
//! | [`installation`] | a building: broker, `vigie`, data folder; stopped and removed at the end |
//! | [`program`] | a process with a log |
//! | [`mosquitto`], [`vigie`] | the two programs |
//! | [`api`] | the HTTP API of a running `vigie`, as a client sees it |
//! | [`publisher`] | an MQTT client that counts what the broker has acknowledged |
//! | [`mail_server`] | a real mail server that keeps what it gets |
//! | [`message`] | native messages |
//! | [`link`] | a network cable that can be cut and slowed |
//! | [`listener`] | an MQTT client that is subscribed to one topic |
//! | [`browser`] | headless Chromium |
//! | [`strict`] | a broker that refuses the subscription to `#` |
//! | [`usage`] | what a process costs |
//! | [`wait`] | waiting for something observable, with a deadline |

pub mod api;
pub mod browser;
pub mod installation;
pub mod link;
pub mod listener;
pub mod mail_server;
pub mod message;
pub mod mosquitto;
pub mod program;
pub mod publisher;
pub mod strict;
pub mod usage;
pub mod vigie;
pub mod wait;

pub use api::Api;
pub use installation::Installation;
pub use publisher::Publisher;
pub use usage::Usage;
pub use wait::{PATIENTLY, SOON, eventually};
