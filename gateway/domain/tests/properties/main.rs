//! What holds for the figures whatever the readings are.
#![expect(clippy::unwrap_used, reason = "the helpers stand outside of the test functions")]

mod energy;
mod house;
mod live;
mod rolled;
mod silence;
