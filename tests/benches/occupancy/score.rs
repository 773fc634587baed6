//! How right a way to tell people is, over the quarter hours that were counted.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::Instant;

use crate::case::{Estimate, Quarters};

/// From so many people in the mean of a quarter hour on it counts as occupied.
const SOMEBODY: f64 = 0.5;

/// Sums over quarter hours.
#[derive(Default)]
pub(crate) struct Score {
    numbers: f64,
    presence_right: f64,
    error: f64,
    occupied: f64,
    error_occupied: f64,
    bias: f64,
    intervals: f64,
    held: f64,
    width: f64,
    /// Of those without a number: how many quarter hours with somebody, held, and the mean of the lower bound.
    bounds: f64,
    bounds_hold: f64,
    low: f64,
}

impl Score {
    /// Adds the estimates of a room.
    pub(crate) fn add(&mut self, truth: &Quarters, estimates: &BTreeMap<Instant, Estimate>) {
        let one = f64::from;
        for (at, people) in truth {
            let Some(estimate) = estimates.get(at) else { continue };
            let is_occupied = *people >= SOMEBODY;
            if let Some(number) = estimate.people {
                self.numbers += 1.0;
                self.presence_right += one(u8::from((number >= SOMEBODY) == is_occupied));
                self.error += (number - people).abs();
                if is_occupied {
                    self.occupied += 1.0;
                    self.error_occupied += (number - people).abs();
                    self.bias += number - people;
                }
            }
            let Some((low, high)) = estimate.interval.filter(|_| is_occupied) else { continue };
            let held = one(u8::from((low - 1e-9..=high + 1e-9).contains(people)));
            if estimate.people.is_some() {
                self.intervals += 1.0;
                self.held += held;
                self.width += high - low;
            } else {
                self.bounds += 1.0;
                self.bounds_hold += held;
                self.low += low;
            }
        }
    }

    /// Whether the way had what it needs.
    pub(crate) fn has_estimates(&self) -> bool {
        self.numbers > 0.0
    }

    /// All of it, in a line or two.
    pub(crate) fn words(&self, name: &str) -> String {
        let share = |part: f64, all: f64| part / all.max(1.0);
        let mut words = format!(
            "  {name:<28} presence right {:>5.1} %, mean error {:.3}, when occupied {:.3} (bias {:+.2})",
            100.0 * share(self.presence_right, self.numbers),
            share(self.error, self.numbers),
            share(self.error_occupied, self.occupied),
            share(self.bias, self.occupied),
        );
        if self.intervals > 0.0 {
            let _ = write!(
                words,
                "\n  {:<28} 90 % interval holds {:.1} % of {} occupied quarter hours, {:.2} wide",
                "",
                100.0 * share(self.held, self.intervals),
                self.intervals,
                share(self.width, self.intervals),
            );
        }
        if self.bounds > 0.0 {
            let _ = write!(
                words,
                "\n  {:<28} no number for {} occupied quarter hours: bounds hold {:.1} %, at least {:.2} on average",
                "",
                self.bounds,
                100.0 * share(self.bounds_hold, self.bounds),
                share(self.low, self.bounds),
            );
        }
        words
    }
}

/// Only whether somebody was there.
pub(crate) fn presence_words(score: &Score, name: &str) -> String {
    let share = 100.0 * score.presence_right / score.numbers.max(1.0);
    format!("  {name:<28} presence right {share:>5.1} % of {} quarter hours", score.numbers)
}
