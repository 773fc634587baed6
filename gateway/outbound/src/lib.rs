//! Requests to servers of others: InfluxDB and webhooks. One HTTP client with one policy, and its failures with the remedy.
//!
//! | file | contents |
//! |---|---|
//! | `client` | [`client()`]: deadlines, redirects, trust |
//! | `failure` | [`cause`]: why a request has no answer, in plain words |

mod client;
mod failure;

pub use client::client;
pub use failure::cause;
