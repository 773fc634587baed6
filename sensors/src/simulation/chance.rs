//! Seeded randomness: one stream a purpose, so that a change in one part of the building leaves the others as they were.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

/// A stream of random numbers that is the same for the same seed and purpose.
#[derive(Clone, Debug)]
pub(super) struct Chance(Pcg64Mcg);

impl Chance {
    /// The stream of `seed` for one `purpose`, such as the name of a device.
    pub(super) fn new(seed: u64, purpose: &str) -> Self {
        // FNV-1a: the standard hasher promises no fixed result.
        let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(Pcg64Mcg::seed_from_u64(seed ^ hash.rotate_left(17)))
    }

    /// True in a share `probability` of all cases.
    pub(super) fn yes(&mut self, probability: f64) -> bool {
        self.0.random::<f64>() < probability
    }

    /// Something that happens once in `mean_s` on average: whether it happens within `step_s`.
    pub(super) fn within(&mut self, step_s: f64, mean_s: f64) -> bool {
        self.yes(1.0 - (-step_s / mean_s).exp())
    }

    /// A number from `low` up to, not including, `high`, each as likely.
    pub(super) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.0.random::<f64>()
    }

    /// A normally distributed number, cut at three deviations.
    pub(super) fn normal(&mut self, mean: f64, deviation: f64) -> f64 {
        // The polar tail is not needed: the sum of twelve is close enough and has no poles.
        let sum: f64 = (0..12).map(|_| self.0.random::<f64>()).sum();
        mean + deviation * (sum - 6.0).clamp(-3.0, 3.0)
    }

    /// An index below `count`, each as likely; 0 when there is none.
    pub(super) fn index(&mut self, count: usize) -> usize {
        if count == 0 { 0 } else { self.0.random_range(0..count) }
    }
}

/// The millisecond part of a span given in seconds.
#[expect(clippy::cast_possible_truncation, reason = "spans here are far below what i64 holds")]
pub(super) fn millis(seconds: f64) -> i64 {
    (seconds * 1000.0).round() as i64
}

/// Number of whole things in `number`, none when negative.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held to the range of u32 before"
)]
pub(super) fn whole(number: f64) -> u32 {
    number.round().clamp(0.0, f64::from(u32::MAX)) as u32
}
