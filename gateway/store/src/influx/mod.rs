//! InfluxDB 2 beside the store of the data folder: what is durable here is written there too.
//!
//! ```text
//! SqliteReader ──what arrived, what is owed──▶ forwarder ──lines──▶ parcel ──requests──▶ client ──▶ InfluxDB
//! SqliteWriter ◀──what is there or refused────              ◀─halves─         ◀──faults──
//! ```
//!
//! Local first: a reading is acknowledged once the store of the data folder has it, whether InfluxDB is there or not.
//! A reading that is not forwarded is in the log of that store, or its hour is noted there as owed, so an outage of any
//! length loses nothing. Writing a point again changes nothing, so in doubt it is written again.
//!
//! | file | what it knows |
//! |---|---|
//! | `forwarder` | what is sent when, and who is told what became of it |
//! | `parcel` | smaller requests, and the one line that is never taken; no I/O |
//! | `line_protocol` | how a reading is written down; no I/O |
//! | `client`, `fault` | the client library; what its answers mean for what we do next |
//! | `backoff`, `trouble` | how long to wait, and what to say meanwhile |
//! | `target`, `token` | where to, and by what right |

mod backoff;
mod client;
mod fault;
mod forwarder;
mod line_protocol;
mod parcel;
mod target;
mod token;
mod trouble;

pub use fault::Fault;
pub use forwarder::{Forwarder, Pace};
pub use line_protocol::{Line, Unencodable, decode_tag};
pub use target::{Target, TargetError};
pub use token::{Token, TokenError};
