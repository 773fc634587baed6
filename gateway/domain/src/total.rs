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
}
