//! Decimal numbers as integers: smaller than `f64`, and their sums are exact.

use super::entry::{real, whole};

/// Powers of ten by which numbers are scaled; these are exact, so that dividing rounds as reading a decimal does.
const SCALES: [f64; 10] = [1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/// How many decimals numbers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sqlite) struct Decimals(u8);

impl Decimals {
    /// So many decimals; `None` when there cannot be as many.
    pub(in crate::sqlite) fn new(count: u8) -> Option<Self> {
        (usize::from(count) < SCALES.len()).then_some(Self(count))
    }

    /// How many.
    pub(in crate::sqlite) const fn count(self) -> u8 {
        self.0
    }

    /// All numbers as integers with the fewest decimals that give back every bit of each, and how many these are.
    pub(in crate::sqlite) fn of_all(numbers: &[f64]) -> Option<(Self, Vec<i64>)> {
        (0..).map_while(Self::new).find_map(|decimals| {
            let scaled: Option<Vec<i64>> =
                numbers.iter().map(|number| decimals.scaled(*number)).collect();
            Some((decimals, scaled?))
        })
    }

    /// The number as an integer with the fewest decimals that give back every bit, and how many these are.
    pub(in crate::sqlite) fn of(number: f64) -> Option<(Self, i64)> {
        (0..).map_while(Self::new).find_map(|decimals| Some((decimals, decimals.scaled(number)?)))
    }

    /// The number that was scaled to `integer`.
    pub(in crate::sqlite) fn number(self, integer: i64) -> f64 {
        real(integer) / SCALES[usize::from(self.0)]
    }

    /// A sum of scaled numbers as the sum of the numbers, rounded once.
    pub(in crate::sqlite) fn unscaled(self, sum: f64) -> f64 {
        sum / SCALES[usize::from(self.0)]
    }

    /// The number as an integer, when that gives back every bit of it.
    pub(in crate::sqlite) fn scaled(self, number: f64) -> Option<i64> {
        let integer = whole((number * SCALES[usize::from(self.0)]).round())?;
        (self.number(integer).to_bits() == number.to_bits()).then_some(integer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_share_the_fewest_decimals_that_are_exact() {
        let shared =
            |numbers: &[f64]| Decimals::of_all(numbers).map(|(d, scaled)| (d.count(), scaled));
        assert_eq!(shared(&[812.0, 390.0]), Some((0, vec![812, 390])));
        assert_eq!(shared(&[21.5, -3.0, 0.25]), Some((2, vec![2150, -300, 25])));
    }

    #[test]
    fn numbers_that_are_no_decimals_are_left_as_they_are() {
        for number in [1.0 / 3.0, 0.1 + 0.2, -0.0, f64::NAN, f64::INFINITY, 1e300, 1e-300] {
            assert_eq!(Decimals::of_all(&[1.0, number]), None, "{number}");
        }
    }
}
