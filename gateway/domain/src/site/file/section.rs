//! One table of the site file, read key by key: a key that is wrong is noted as a fault and reads as absent.

use std::ops::RangeInclusive;
use std::str::FromStr;

use jiff::SignedDuration;
use jiff::civil::Date;
use toml::de::{DeTable, DeValue};

use super::fault::{Faults, nearest};
use crate::ids::InvalidId;
use crate::instant::Instant;

/// Key of a table.
pub(super) struct Key {
    name: &'static str,
    needed: bool,
    example: &'static str,
}

impl Key {
    /// A key that must be there.
    pub(super) const fn needed(name: &'static str, example: &'static str) -> Self {
        Self { name, needed: true, example }
    }

    /// A key that may be left out.
    pub(super) const fn optional(name: &'static str, example: &'static str) -> Self {
        Self { name, needed: false, example }
    }
}

/// A table of the file with the keys it may hold.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    at: usize,
    /// As a person would write it: `[[zone]]`.
    title: &'static str,
    keys: &'static [Key],
    faults: &'a Faults<'a>,
}

impl<'a> Section<'a> {
    /// The table of this title, its keys checked: none unknown, none missing.
    pub(super) fn new(
        table: &'a DeTable<'a>,
        at: usize,
        title: &'static str,
        keys: &'static [Key],
        faults: &'a Faults<'a>,
    ) -> Self {
        let section = Self { table, at, title, keys, faults };
        #[cfg(test)]
        super::keys::note_table(title, keys.iter().map(|key| key.name));
        section.check_keys();
        section
    }

    fn check_keys(&self) {
        let names = || self.keys.iter().map(|key| key.name);
        for key in self.table.keys() {
            let name = key.get_ref().as_ref();
            if names().any(|key| key == name) {
                continue;
            }
            let remedy = match nearest(name, names()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("its keys are {}", names().collect::<Vec<_>>().join(", ")),
            };
            let text = format!("`{name}` is no key of {}; {remedy}", self.title);
            self.faults.report(key.span().start, text);
        }
        for Key { name, example, .. } in self.keys.iter().filter(|key| key.needed) {
            if !self.table.contains_key(*name) {
                let title = self.title;
                self.faults
                    .report(self.at, format!("{title} has no `{name}`; add {name} = {example}"));
            }
        }
    }

    /// The byte of the value of `key`; of the table when the key is not there.
    pub(super) fn at(&self, key: &str) -> usize {
        self.table.get(key).map_or(self.at, |value| value.span().start)
    }

    /// Notes what is wrong with the value of `key`.
    pub(super) fn fault(&self, key: &str, text: impl Into<String>) {
        self.faults.report(self.at(key), text);
    }

    /// The line of the value of `key`, from 1.
    pub(super) fn line(&self, key: &str) -> usize {
        self.faults.line(self.at(key))
    }

    /// Collector of the faults of this section.
    pub(super) fn faults(&self) -> &'a Faults<'a> {
        self.faults
    }

    /// Raw value under `key`.
    pub(super) fn value(&self, key: &str) -> Option<&'a DeValue<'a>> {
        #[cfg(test)]
        super::keys::note_read(self.title, key);
        self.table.get(key).map(toml::Spanned::get_ref)
    }

    /// Notes that the value of `key` is not `what`, and shows how it should look.
    pub(super) fn wrong(&self, key: &str, what: &str) {
        let example = self.keys.iter().find(|row| row.name == key).map_or("", |key| key.example);
        self.fault(key, format!("`{key}` must be {what}, as in {key} = {example}"));
    }

    /// The value of `key` if `read` can read it.
    fn read<T>(
        &self,
        key: &str,
        what: &str,
        read: impl FnOnce(&'a DeValue<'a>) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let found = read(value);
        if found.is_none() {
            self.wrong(key, what);
        }
        found
    }

    /// A text that is not blank.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        let line = |text: &&str| !text.trim().is_empty() && !text.chars().any(char::is_control);
        self.read(key, "a text on one line, not empty", |value| value.as_str().filter(line))
    }

    /// An id or a name of its sort.
    pub(super) fn id<T: FromStr<Err = InvalidId>>(&self, key: &str) -> Option<T> {
        match self.text(key)?.parse() {
            Ok(id) => Some(id),
            Err(invalid) => {
                self.wrong_id(key, &invalid);
                None
            }
        }
    }

    fn wrong_id(&self, key: &str, invalid: &InvalidId) {
        let example = self.keys.iter().find(|row| row.name == key).map_or("", |key| key.example);
        self.fault(key, format!("{invalid}; write for instance {key} = {example}"));
    }

    /// A finite number.
    pub(super) fn number(&self, key: &str) -> Option<f64> {
        self.read(key, "a number", |value| number(value).filter(|number| number.is_finite()))
    }

    /// A finite number above 0.
    pub(super) fn positive(&self, key: &str) -> Option<f64> {
        let above_0 = |number: &f64| number.is_finite() && *number > 0.0;
        self.read(key, "a number above 0", |value| number(value).filter(above_0))
    }

    /// Three numbers above 0, each above the one before.
    pub(super) fn rising(&self, key: &str) -> Option<[f64; 3]> {
        self.read(key, "three numbers above 0, each above the one before", |value| {
            let numbers = value.as_array()?.iter().map(|item| number(item.get_ref()));
            let numbers: [f64; 3] = numbers.collect::<Option<Vec<_>>>()?.try_into().ok()?;
            let rises = numbers.windows(2).all(|pair| pair[0] < pair[1]);
            (rises && numbers[0] > 0.0 && numbers[2].is_finite()).then_some(numbers)
        })
    }

    /// A finite number, 0 or above.
    pub(super) fn not_negative(&self, key: &str) -> Option<f64> {
        let fits = |number: &f64| number.is_finite() && *number >= 0.0;
        self.read(key, "a number, 0 or above", |value| number(value).filter(fits))
    }

    /// One of the things that have these names.
    pub(super) fn one_of<T: Copy>(&self, key: &str, names: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(key)?;
        let found = names.iter().find(|(name, _)| *name == text).map(|(_, thing)| *thing);
        if found.is_none() {
            let all = || names.iter().map(|(name, _)| *name);
            let remedy = match nearest(text, all()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("take one of {}", all().collect::<Vec<_>>().join(", ")),
            };
            self.fault(key, format!("`{text}` is no `{key}` that is known; {remedy}"));
        }
        found
    }

    /// A day, as text or as TOML writes it.
    pub(super) fn date(&self, key: &str) -> Option<Date> {
        self.read(key, "a day", |value| match value {
            DeValue::String(text) => parse_date(text),
            DeValue::Datetime(datetime) => parse_date(&datetime.to_string()),
            _ => None,
        })
    }

    /// A list of small whole numbers within a range.
    pub(super) fn numbers(&self, key: &str, range: RangeInclusive<u8>) -> Option<Vec<u8>> {
        let what = format!("a list of whole numbers from {} to {}", range.start(), range.end());
        self.read(key, &what, |value| {
            let item = |item: &toml::Spanned<DeValue<'_>>| {
                let number = integer(item.get_ref()).and_then(|n| u8::try_from(n).ok())?;
                range.contains(&number).then_some(number)
            };
            value.as_array()?.iter().map(item).collect()
        })
    }

    /// A number from 0 up to, not including, 1.
    pub(super) fn share(&self, key: &str) -> Option<f64> {
        let share = |number: &f64| (0.0..1.0).contains(number);
        self.read(key, "a share from 0 to below 1", |value| number(value).filter(share))
    }

    /// A whole number above 0.
    pub(super) fn count(&self, key: &str) -> Option<u32> {
        let read = |value| integer(value).and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0);
        self.read(key, "a whole number above 0", read)
    }

    /// True or false.
    pub(super) fn flag(&self, key: &str) -> Option<bool> {
        self.read(key, "true or false", DeValue::as_bool)
    }

    /// A duration above 0 with its unit.
    pub(super) fn duration(&self, key: &str) -> Option<SignedDuration> {
        let parse =
            |text: &str| text.parse::<SignedDuration>().ok().filter(SignedDuration::is_positive);
        let read = |value: &DeValue<'_>| value.as_str().and_then(parse);
        self.read(key, "a duration with its unit in quotes", read)
    }

    /// An instant with offset, as text or as TOML writes it.
    pub(super) fn instant(&self, key: &str) -> Option<Instant> {
        let read = |value: &DeValue<'_>| match value {
            DeValue::String(text) => text.parse().ok(),
            DeValue::Datetime(datetime) => datetime.to_string().parse().ok(),
            _ => None,
        };
        self.read(key, "a date and time with offset", read)
    }

    /// A list of texts, each with its byte in the file.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<(usize, &'a str)>> {
        self.read(key, "a list of texts", |value| {
            let item = |item: &'a toml::Spanned<DeValue<'a>>| {
                item.get_ref().as_str().map(|text| (item.span().start, text))
            };
            value.as_array()?.iter().map(item).collect()
        })
    }

    /// The table under `key`.
    pub(super) fn table(
        &self,
        key: &str,
        title: &'static str,
        keys: &'static [Key],
    ) -> Option<Section<'a>> {
        let table = self.read(key, "a table", DeValue::as_table)?;
        Some(Section::new(table, self.at(key), title, keys, self.faults))
    }

    /// The tables listed under `key`; none when the key is not there.
    pub(super) fn tables(
        &self,
        key: &str,
        title: &'static str,
        keys: &'static [Key],
    ) -> Vec<Section<'a>> {
        let tables = self.read(key, "a list of tables", |value| {
            let section = |item: &'a toml::Spanned<DeValue<'a>>| {
                item.get_ref().as_table().map(|table| (item.span().start, table))
            };
            value.as_array()?.iter().map(section).collect::<Option<Vec<_>>>()
        });
        let section = |(at, table)| Section::new(table, at, title, keys, self.faults);
        tables.unwrap_or_default().into_iter().map(section).collect()
    }

    /// The tables within the table under `key` by their names, whatever these are; each with the byte of its name.
    pub(super) fn named_tables(
        &self,
        key: &str,
        title: &'static str,
        keys: &'static [Key],
    ) -> Vec<(usize, &'a str, Section<'a>)> {
        let mut sections = Vec::new();
        let tables = self.read(key, "a table", DeValue::as_table);
        for (name, value) in tables.into_iter().flatten() {
            let at = name.span().start;
            let name = name.get_ref().as_ref();
            match value.get_ref().as_table() {
                Some(table) => {
                    sections.push((at, name, Section::new(table, at, title, keys, self.faults)));
                }
                None => self.faults.report(at, format!("`{name}` must be a table, as in {title}")),
            }
        }
        sections
    }
}

fn integer(value: &DeValue<'_>) -> Option<i64> {
    let integer = value.as_integer()?;
    i64::from_str_radix(integer.as_str(), integer.radix()).ok()
}

/// Integers and decimals alike; `inf` and `nan` come through and are for the caller to refuse.
fn number(value: &DeValue<'_>) -> Option<f64> {
    match value {
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::Integer(_) => integer(value).map(|integer| {
            #[expect(clippy::cast_precision_loss, reason = "areas and powers are far below 2^53")]
            let number = integer as f64;
            number
        }),
        _ => None,
    }
}

/// A day as text or as TOML writes it.
fn parse_date(text: &str) -> Option<Date> {
    text.parse().ok().filter(|_| text.len() == "2026-01-01".len())
}
