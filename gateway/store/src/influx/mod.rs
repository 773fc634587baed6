//! The adapter of InfluxDB 2: a copy of what is durable in the data folder, for readers elsewhere.
//!
//! ```text
//! SqliteReader ──arrivals, backlog───────────▶ forwarder ──lines──▶ parcel ──requests──▶ client ──▶ InfluxDB
//!      └───────rollups of these, audit log───────▶│                   ◀─halves─         ◀──faults──     │
//! SqliteWriter ◀──what is there or refused────────┘                                                     │
//! readers elsewhere ◀── reader ◀── fields ◀── answer ◀──annotated CSV── client ◀── query ──────────▶┘
//! ```
//!
//! Local first: a reading is acknowledged once the store of the data folder has it, whether InfluxDB is there or not.
//! A reading that is not forwarded is in the log of that store, or its hour is noted there as owed, so an outage of any
//! length loses nothing. Writing a point again changes nothing, so in doubt it is written again.
//!
//! | file | what it knows |
//! |---|---|
//! | `forwarder`, `sender` | order and pace of sending; delivery of lines until each is taken or refused |
//! | `lag` | how far InfluxDB is behind |
//! | `stale` | which rollups have to be written again; no I/O |
//! | `parcel` | smaller requests, and the one line that is never taken; no I/O |
//! | `line_protocol`, `rollup_point`, `audit_point` | how a reading, a rollup and an entry of the ledger are written down; no I/O |
//! | `reader` | the reader port: which queries make an answer |
//! | `query`, `flux/` | queries in Flux, and what they are about apart from them; no I/O |
//! | `answer`, `fields` | annotated CSV, and readings out of it; no I/O |
//! | `client`, `fault` | requests; what refusals mean for what we do next |
//! | `administration` | the client library: version, organisation, bucket and rights, for `vigie check` |
//! | `retry_after`, `trouble` | how long to wait, and what to say meanwhile |
//! | `target`, `token` | where to, and by what right |

mod administration;
mod answer;
mod audit_point;
mod client;
#[cfg(test)]
mod conformance;
mod fault;
mod fields;
mod forwarder;
mod lag;
mod line_protocol;
mod parcel;
mod query;
mod reader;
mod retry_after;
mod rollup_point;
mod sender;
mod stale;
mod target;
mod token;
mod trouble;

pub use administration::{Findings, probe};
pub use answer::{AnswerError, Row, read_rows};
pub use fault::Fault;
pub use forwarder::Forwarder;
pub use lag::Standing;
pub use line_protocol::{Line, Unencodable, decode_tag};
pub use reader::InfluxReader;
pub use sender::Pace;
pub use stale::Grid;
pub use target::{Target, TargetError};
pub use token::{Token, TokenError};
