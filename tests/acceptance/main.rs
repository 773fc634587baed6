//! Whole installations and their faults: what a building must survive.

#![cfg(test)]

mod apart;
mod architecture;
mod arrival;
mod backup;
mod browser;
mod clock_jumps;
mod crowd;
mod demonstration;
mod durability;
mod elsewhere;
mod full_disk;
mod grade;
mod names;
mod nodes;
mod notices;
mod recordings;
mod refusal;
mod staff;
mod takeover;

/// A program that the test needs; without it the test says so and ends (and fails in CI).
macro_rules! needs {
    ($($program:literal),+) => {
        if $(!tests::wait::have($program))||+ {
            return;
        }
    };
}
pub(crate) use needs;
