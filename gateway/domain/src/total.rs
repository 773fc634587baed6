//! Sums of figures.
//!
//! `Iterator::sum` gives −0.0 for no numbers at all, which JSON and pages show as it is. A figure is never −0.0, so all
//! sums of figures are made here.

use std::borrow::Borrow;

/// The sum of a sequence of numbers.
pub trait Total {
    /// The sum; 0.0 of nothing, and never −0.0.
    fn total(self) -> f64;
}

impl<I> Total for I
where
    I: Iterator,
    I::Item: Borrow<f64>,
{
    fn total(self) -> f64 {
        self.fold(0.0, |sum, number| sum + number.borrow())
    }
}

/// The sum of a sequence of numbers of which each may be unknown.
pub trait CompleteTotal {
    /// The sum, and `None` when one of the numbers is unknown; 0.0 of nothing, and never −0.0.
    fn complete_total(self) -> Option<f64>;
}

impl<I: Iterator<Item = Option<f64>>> CompleteTotal for I {
    fn complete_total(mut self) -> Option<f64> {
        self.try_fold(0.0, |sum, number| Some(sum + number?))
    }
}

/// The same number, or 0.0 for −0.0.
pub const fn positive_zero(number: f64) -> f64 {
    number + 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_nothing_or_of_negative_zeros_is_a_plain_zero() {
        for numbers in [&[][..], &[-0.0], &[1.5, -1.5], &[-0.0, 0.0]] {
            assert!(numbers.iter().total().is_sign_positive(), "{numbers:?}");
        }
        assert!(positive_zero(-0.0).is_sign_positive());
    }

    #[test]
    fn a_complete_sum_is_unknown_when_a_part_is_and_of_nothing_a_plain_zero() {
        let total = |parts: &[Option<f64>]| parts.iter().copied().complete_total();
        assert_eq!(total(&[Some(1.0), Some(2.5)]), Some(3.5));
        assert_eq!(total(&[Some(1.0), None]), None);
        for nothing in [&[][..], &[Some(-0.0)]] {
            assert!(total(nothing).is_some_and(f64::is_sign_positive), "{nothing:?}");
        }
    }
}
