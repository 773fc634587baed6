//! All numbers of answers of the API by their units, and whether a sentence says only such.

use domain::Instant;
use serde_json::Value;

use super::printed::{Marks, Printed};
use crate::words::Locale;

/// Numbers of answers, and what they name, which may itself hold digits.
pub(super) struct Numbers {
    locale: Locale,
    by_unit: Vec<(&'static str, f64)>,
    /// Names, sources and times, the longer ones first.
    names: Vec<String>,
}

impl Numbers {
    pub(super) fn of(answers: &[&Value], locale: Locale) -> Self {
        let mut all = Self { locale, by_unit: Vec::new(), names: Vec::new() };
        for answer in answers {
            all.add(answer, &[]);
        }
        all.names.sort_by_key(|it| std::cmp::Reverse(it.len()));
        all.names.dedup();
        all
    }

    /// The same with texts that are no figures: rules, norms, laws.
    pub(super) fn with_names(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.names.extend(names.into_iter().map(|name| spaced(&name)));
        self.names.sort_by_key(|it| std::cmp::Reverse(it.len()));
        self
    }

    /// The same with numbers of the site file, which the API does not repeat.
    pub(super) fn with_settings(mut self, numbers: &[(&'static str, f64)]) -> Self {
        self.by_unit.extend(numbers);
        self
    }

    fn add(&mut self, value: &Value, path: &[&str]) {
        match value {
            Value::Number(number) => self.by_unit.push((unit(path), number.as_f64().unwrap())),
            Value::String(text) => self.name(text),
            Value::Array(items) => {
                #[expect(clippy::cast_precision_loss, reason = "some items of an answer")]
                self.by_unit.push(("count", items.len() as f64));
                for item in items {
                    self.add(item, path);
                }
            }
            Value::Object(fields) => {
                self.of_period(value);
                for (key, value) in fields {
                    self.add(value, &[path, &[key.as_str()]].concat());
                }
            }
            _ => {}
        }
    }

    /// The length of a period, and its mean power, which is its energy by its length.
    fn of_period(&mut self, item: &Value) {
        let at = |key: &str| item[key].as_str()?.parse::<Instant>().ok();
        let Some((start, end)) = at("start").zip(at("end")) else { return };
        let seconds = end.since(start).as_secs_f64();
        self.by_unit.push(("min", seconds / 60.0));
        if let Some(wh) = item["energy_wh"].as_f64() {
            self.by_unit.push(("W", wh * 3600.0 / seconds));
        }
        // Each share of the energy by whether somebody was there.
        let parts = ["vacant_wh", "occupied_wh", "unknown_wh"].map(|key| item[key].as_f64());
        if let [Some(vacant), Some(occupied), Some(unknown)] = parts {
            self.by_unit.push(("", vacant / (vacant + occupied + unknown)));
        }
    }

    fn name(&mut self, text: &str) {
        if let Ok(day) = text.parse::<jiff::civil::Date>() {
            let noon = day.at(12, 0, 0, 0).to_zoned_datetime(self.locale.zone.clone()).unwrap();
            self.names.push(self.locale.date(noon.timestamp().into()));
            self.by_unit.push(("", f64::from(day.year())));
        }
        match text.parse::<Instant>() {
            Ok(at) => {
                let locale = &self.locale;
                let names = [
                    locale.day_and_clock(at),
                    locale.moment(at),
                    format!("{}, {}", locale.date(at), locale.clock(at)),
                    locale.day(at),
                    locale.date(at),
                    locale.month(at),
                ];
                self.names.extend(names.map(|name| spaced(&name)));
            }
            Err(_) if text.contains(|it: char| it.is_ascii_digit()) => {
                self.names.push(spaced(text));
            }
            Err(_) => {}
        }
    }

    /// Numbers of a sentence that are none of these.
    pub(super) fn faults(&self, sentence: &str) -> Vec<String> {
        let (text, printed) = self.printed(sentence);
        // "39 à 72 m³/h": the unit stands behind the last number only.
        let units: Vec<_> = printed.iter().map(|it| it.unit).collect();
        let has = |it: &Printed| {
            let others = units.iter().filter(|_| it.unit.is_empty());
            let with = |unit: &&'static str| self.has(&Printed { unit, ..it.clone() });
            self.has(it) || others.into_iter().any(with)
        };
        let strange = printed.iter().filter(|it| !has(it));
        strange.map(|it| format!("{} {} in « {text} »", it.value, it.unit)).collect()
    }

    /// Numbers of a sentence apart from names and times, with the text that is left.
    pub(super) fn printed(&self, sentence: &str) -> (String, Vec<Printed>) {
        let mut text = spaced(sentence);
        for name in &self.names {
            text = text.replace(name.as_str(), "…");
        }
        let printed = Printed::all(&text, Marks::of(self.locale.language));
        (text, printed)
    }

    fn has(&self, printed: &Printed) -> bool {
        let mut values = self.by_unit.iter().filter_map(|it| shown(*it, printed.unit));
        // A difference may be given without its sign, in words.
        values.any(|value| {
            let is_share = printed.unit == "%" && printed.is_coverage(value);
            is_share || printed.is(value) || printed.is(-value)
        })
    }
}

/// The text with plain spaces before units.
fn spaced(text: &str) -> String {
    text.replace('\u{a0}', " ")
}

/// A number in the unit in which it is printed, when it may be.
fn shown((unit, value): (&str, f64), printed: &str) -> Option<f64> {
    match (printed, unit) {
        ("kWh", "Wh") | ("kW", "W") => Some(value / 1000.0),
        ("%", "") => Some(value * 100.0),
        ("g/kWh", "") => Some(value * 1000.0),
        ("", "" | "count" | "people" | "h") | ("min", "min") => Some(value),
        _ => (printed == unit && !printed.is_empty()).then_some(value),
    }
}

/// The unit of a field by its name and by that of the object that holds it.
fn unit(path: &[&str]) -> &'static str {
    let key = path.last().copied().unwrap_or_default();
    let holder = path.len().checked_sub(2).map_or("", |place| path[place]);
    let ends = |ending: &str| key == ending || key.ends_with(&format!("_{ending}"));
    match key {
        "value" if holder == "kg_co2e" => "kg CO₂e",
        "value" if holder == "primary_kwh" => "kWh",
        "value" if holder == "degree_days" => "°C·j",
        "eur_per_kwh" => "€/kWh",
        "kwh_per_m2" => "kWh/m²",
        "watts" => "W",
        _ if key.starts_with("kg_co2e") || ends("kg_co2e") => "kg CO₂e",
        _ if key.starts_with("wh_per") || ends("wh") => {
            if ends("kwh") {
                "kWh"
            } else {
                "Wh"
            }
        }
        _ if ends("kwh") => "kWh",
        _ if key.starts_with("eur_per") || ends("eur") => "€",
        _ if ends("m3_h") => "m³/h",
        _ if ends("h")
            || ends("hours")
            || ["person_hours", "hours_"].iter().any(|it| key.starts_with(it)) =>
        {
            "h"
        }
        _ if ends("w") => "W",
        _ if ends("m2") => "m²",
        _ if ends("ppm") => "ppm",
        _ if ends("kva") => "kVA",
        _ if ends("c") => "°C",
        "people" | "low" | "high" | "capacity" => "people",
        _ => "",
    }
}
