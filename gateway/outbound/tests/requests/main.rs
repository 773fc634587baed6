//! Requests to servers that answer, refuse, are silent, or are not who they say they are.

#![expect(clippy::unwrap_used, reason = "what fails here fails a test")]

mod double;
mod elsewhere;
mod environment;
