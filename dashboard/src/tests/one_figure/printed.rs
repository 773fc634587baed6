//! Numbers as they are printed: value, precision and unit.

use crate::words::Language;

/// Units that stand behind numbers, the longer ones first.
const UNITS: [&str; 20] = [
    "kWh/m²",
    "kWh/°C",
    "kg CO₂e",
    "€/kWh",
    "g/kWh",
    "m³/h",
    "kWh",
    "kVA",
    "ppm",
    "°C·j",
    "kW",
    "°C",
    "m²",
    "min",
    "Wh",
    "m³",
    "%",
    "€",
    "W",
    "h",
];
const SPACES: [char; 3] = [' ', '\u{a0}', '\u{202f}'];

/// Marks of a number: between thousands, and before decimals.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    thousands: char,
    decimal: char,
}

impl Marks {
    /// Marks of CSV for programs.
    pub(super) const PROGRAMS: Self = Self { thousands: '\0', decimal: '.' };

    pub(super) fn of(language: Language) -> Self {
        let (thousands, decimal) = language.pick(('\u{202f}', ','), (',', '.'));
        Self { thousands, decimal }
    }
}

/// A number within a text.
#[derive(Clone, Debug)]
pub(super) struct Printed {
    pub(super) value: f64,
    pub(super) decimals: usize,
    /// Unit right behind it; empty where there is none.
    pub(super) unit: &'static str,
    /// Place of its last digit in the characters of the text.
    pub(super) last: usize,
}

impl Printed {
    /// Every number of a text.
    pub(super) fn all(text: &str, marks: Marks) -> Vec<Self> {
        let chars: Vec<char> = text.chars().collect();
        let (mut found, mut place) = (Vec::new(), 0);
        while place < chars.len() {
            let is_within_word = place > 0 && chars[place - 1].is_alphanumeric();
            if !chars[place].is_ascii_digit() || is_within_word {
                place += 1;
                continue;
            }
            let number = Self::at(&chars, place, marks);
            place = number.last + 1;
            found.push(number);
        }
        found
    }

    fn at(chars: &[char], start: usize, marks: Marks) -> Self {
        let is_digit = |place: usize| chars.get(place).is_some_and(char::is_ascii_digit);
        let group = |place: usize| (1..=3).all(|it| is_digit(place + it)) && !is_digit(place + 4);
        let (mut end, mut decimals) = (start, 0);
        while is_digit(end) || (chars.get(end) == Some(&marks.thousands) && group(end)) {
            end += 1;
        }
        if chars.get(end) == Some(&marks.decimal) && is_digit(end + 1) {
            end += 1;
            while is_digit(end) {
                (end, decimals) = (end + 1, decimals + 1);
            }
        }
        let digits = chars[start..end].iter().filter(|it| **it != marks.thousands);
        let digits: String =
            digits.map(|it| if *it == marks.decimal { '.' } else { *it }).collect();
        let is_negative = start > 0 && matches!(chars[start - 1], '−' | '-');
        let value: f64 = digits.parse().unwrap();
        let rest: String = chars[end..].iter().collect();
        let unit = UNITS.into_iter().find(|unit| is_next(&rest, unit)).unwrap_or_default();
        Self { value: if is_negative { -value } else { value }, decimals, unit, last: end - 1 }
    }

    /// Whether it is `value` in its unit, rounded to its decimals.
    pub(super) fn is(&self, value: f64) -> bool {
        format!("{value:.0$}", self.decimals).parse() == Ok(self.value)
    }

    /// Whether it is a measured share in percent: one just below the whole is rounded down to a tenth, so that it never
    /// reads as the whole.
    pub(super) fn is_coverage(&self, percent: f64) -> bool {
        if !(99.0..100.0).contains(&percent) {
            return self.is(percent);
        }
        self.decimals == 1 && (self.value - (percent * 10.0).floor() / 10.0).abs() < 1e-9
    }

    /// The text with another last digit of this number.
    pub(super) fn altered(&self, text: &str) -> String {
        let next = |digit: char| char::from_digit((digit.to_digit(10).unwrap() + 1) % 10, 10);
        let chars = text.chars().enumerate();
        chars.map(|(place, it)| if place == self.last { next(it).unwrap() } else { it }).collect()
    }
}

fn is_next(rest: &str, unit: &str) -> bool {
    let rest = rest.trim_start_matches(SPACES).trim_start_matches(')').trim_start_matches(SPACES);
    rest.strip_prefix(unit).is_some_and(|rest| !rest.starts_with(char::is_alphanumeric))
}

#[test]
fn a_number_is_read_with_its_precision_and_its_unit() {
    let french = Marks::of(Language::French);
    let text = "soit 2\u{202f}610,4\u{a0}kWh/m² sur 99,8\u{202f}% du temps, −3 h, CO2";
    let found = Printed::all(text, french);
    let parts: Vec<_> = found.iter().map(|it| (it.value, it.decimals, it.unit)).collect();
    assert_eq!(parts, [(2610.4, 1, "kWh/m²"), (99.8, 1, "%"), (-3.0, 0, "h")]);
    assert!(found[1].is(99.84) && !found[1].is(99.866) && found[1].is_coverage(99.866));
    assert!(found[0].altered(text).contains("610,5"));
}
