//! The program as people and systemd meet it: it starts, says what is wrong, stops in time, and keeps what it was given.

#![expect(clippy::unwrap_used, reason = "a test may stop at what must not fail")]

mod accounts;
mod as_root;
mod damage;
mod exchanging;
mod future;
mod installing;
mod keeping;
mod place;
mod starting;
