//! Numbers with their units, as each language writes them.

use domain::Quantity;

use super::Language;

/// A narrow space that does not break: thousands in French, and before the percent sign.
const NARROW: &str = "\u{202f}";

/// Number as text, and its unit apart so that pages can set it in smaller type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figure {
    /// Digits, with sign, separators and decimal mark.
    pub number: String,
    /// Unit; empty where there is none.
    pub unit: &'static str,
}

impl Figure {
    /// Number and unit in one line.
    pub fn text(&self) -> String {
        if self.unit.is_empty() {
            return self.number.clone();
        }
        format!("{}\u{a0}{}", self.number, self.unit)
    }
}

impl Language {
    /// Number with so many decimals: `1 234,5` or `1,234.5`.
    pub fn number(self, value: f64, decimals: usize) -> String {
        let text = format!("{:.decimals$}", value.abs());
        let (whole, fraction) = text.split_once('.').unwrap_or((text.as_str(), ""));
        let mut digits = String::new();
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                digits.push_str(self.pick(NARROW, ","));
            }
            digits.push(digit);
        }
        if !fraction.is_empty() {
            digits.push_str(self.pick(",", "."));
            digits.push_str(fraction);
        }
        // What rounds to zero is zero, without a sign.
        let negative = value < 0.0 && text.chars().any(|c| ('1'..='9').contains(&c));
        if negative { format!("\u{2212}{digits}") } else { digits }
    }

    /// Whole number: `1 234`.
    pub fn count(self, count: u64) -> String {
        #[expect(
            clippy::cast_precision_loss,
            reason = "nobody reads the last digits of such a count"
        )]
        self.number(count as f64, 0)
    }

    /// Share in percent: `59 %` or `59%`. A share just below 100 % keeps a decimal, so that it never rounds up to it.
    pub fn percent(self, share: f64) -> String {
        let (percent, decimals) = if (0.99..1.0).contains(&share) {
            ((share * 1000.0).floor() / 10.0, 1)
        } else {
            (share * 100.0, 0)
        };
        format!("{}{}%", self.number(percent, decimals), self.pick(NARROW, ""))
    }

    /// Share in percent with a decimal, within a sentence of the report: `31,4 %`.
    pub fn exact_percent(self, share: f64) -> String {
        format!("{}\u{a0}%", self.number(share * 100.0, 1))
    }

    /// Size in MB, from 1000 on in GB: `12,3 Mo`.
    pub fn size(self, bytes: u64) -> String {
        #[expect(clippy::cast_precision_loss, reason = "one decimal is shown")]
        let megabytes = bytes as f64 / 1e6;
        let (value, unit) = if megabytes < 999.95 {
            (megabytes, self.pick("Mo", "MB"))
        } else {
            (megabytes / 1000.0, self.pick("Go", "GB"))
        };
        format!("{}\u{a0}{unit}", self.number(value, 1))
    }

    /// Power in W, from 1000 on in kW with three digits.
    pub fn power(self, watts: f64) -> Figure {
        if watts.abs() < 999.5 {
            return Figure { number: self.number(watts, 0), unit: "W" };
        }
        let decimals = if watts.abs() < 9_995.0 { 2 } else { 1 };
        Figure { number: self.number(watts / 1000.0, decimals), unit: "kW" }
    }

    /// Power at the end of a scale, without decimals: `6 kW`.
    pub fn round_power(self, watts: f64) -> String {
        let (value, unit) = if watts < 1000.0 { (watts, "W") } else { (watts / 1000.0, "kW") };
        format!("{}\u{a0}{unit}", self.number(value, 0))
    }

    /// Energy in kWh, with a decimal up to 100.
    pub fn energy(self, watt_hours: f64) -> Figure {
        let decimals = usize::from(watt_hours.abs() < 99_950.0);
        Figure { number: self.number(watt_hours / 1000.0, decimals), unit: "kWh" }
    }

    /// Value of any quantity, with the decimals of that quantity.
    pub fn measured(self, quantity: Quantity, value: f64) -> Figure {
        match quantity {
            Quantity::ActivePower => self.power(value),
            Quantity::EnergyImported | Quantity::EnergyExported => self.energy(value),
            Quantity::OccupancyDetected => {
                let word = self.states()[usize::from(value != 0.0)];
                Figure { number: word.to_owned(), unit: "" }
            }
            Quantity::PeopleIn | Quantity::PeopleOut | Quantity::PeopleCount => {
                Figure { number: self.number(value, 0), unit: "" }
            }
            _ => {
                let number = self.number(value, super::decimals(quantity));
                Figure { number, unit: quantity.unit() }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{English, French};

    #[test]
    fn french_numbers_have_narrow_spaces_and_commas() {
        assert_eq!(French.number(1612.0, 0), "1\u{202f}612");
        assert_eq!(French.number(1_234_567.25, 1), "1\u{202f}234\u{202f}567,2");
        assert_eq!(French.number(19.44, 1), "19,4");
    }

    #[test]
    fn english_numbers_have_commas_and_points() {
        assert_eq!(English.number(1612.0, 0), "1,612");
        assert_eq!(English.number(-0.25, 2), "\u{2212}0.25");
        assert_eq!(English.number(-0.001, 1), "0.0");
    }

    #[test]
    fn power_changes_to_kilowatts_where_people_do() {
        assert_eq!(French.power(8.2).text(), "8\u{a0}W");
        assert_eq!(French.power(999.4).text(), "999\u{a0}W");
        assert_eq!(French.power(3418.0).text(), "3,42\u{a0}kW");
        assert_eq!(French.power(34_180.0).text(), "34,2\u{a0}kW");
    }

    #[test]
    fn energy_is_given_in_kilowatt_hours() {
        assert_eq!(French.energy(12_640.0).text(), "12,6\u{a0}kWh");
        assert_eq!(English.energy(1_204_000.0).text(), "1,204\u{a0}kWh");
    }

    #[test]
    fn a_share_that_is_not_all_is_never_shown_as_all() {
        assert_eq!(French.percent(0.59), "59\u{202f}%");
        assert_eq!(French.percent(0.9999), "99,9\u{202f}%");
        assert_eq!(English.percent(1.0), "100%");
    }
}
