//! Forwarding to InfluxDB 2 and reading from it, against a double that answers as a real server was recorded to answer.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod double;
mod faults;
mod forwarding;
mod installation;
mod probing;
mod reading;
mod recorded;
mod victoria_metrics;
