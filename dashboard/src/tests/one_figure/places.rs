//! The place in the API of each cell of the tables of a report.

use domain::figure::{Quality, is_complete};
use domain::site::Use;
use serde_json::Value;

use super::numbers::Numbers;
use super::printed::{Marks, Printed};
use super::text::{Cell, Table};
use crate::words::{Language, Locale, ReportLabels};

/// What a cell must show.
enum Expected {
    /// A number in the unit of the cell; `None` is unknown.
    Number(Option<f64>),
    /// A measured share in percent.
    Coverage(f64),
    /// Numbers of a text, in their order, beside names and times.
    Numbers(Vec<f64>),
    /// The text.
    Text(String),
}

/// Report of a month in the API, and the language in which it is printed.
pub(super) struct Places<'a> {
    pub(super) api: &'a Value,
    pub(super) numbers: Numbers,
    pub(super) locale: Locale,
    pub(super) t: &'static ReportLabels,
    pub(super) marks: Marks,
    /// Decimals of every number; `None` where each shows its own.
    pub(super) decimals: Option<usize>,
}

impl Places<'_> {
    /// Cells that do not show the figure of their place.
    pub(super) fn faults(&self, tables: &[Table]) -> Vec<String> {
        let mut faults = Vec::new();
        for table in tables {
            for (name, cells) in &table.lines {
                for place in 0..cells.len() {
                    faults.extend(self.fault(table, name, cells, place));
                }
            }
        }
        faults
    }

    /// Fault of one cell of a line.
    pub(super) fn fault(
        &self,
        table: &Table,
        name: &str,
        cells: &[Cell],
        place: usize,
    ) -> Option<String> {
        let cell = &cells[place];
        let Cell { figure, unit, text } = cell;
        let at = format!("{} / {name} / {figure} {unit}: « {text} »", table.caption);
        let Some(expected) = self.expected(&table.caption, name, cells, place) else {
            return Some(format!("{at} has no place in the API"));
        };
        let is_right = match &expected {
            Expected::Number(None) => {
                ["", self.t.unknown, self.t.not_comparable].contains(&cell.text.as_str())
            }
            Expected::Number(Some(value)) => self.shows(cell, *value),
            Expected::Coverage(percent) => self.shows_coverage(cell, *percent),
            Expected::Numbers(values) => self.says(cell, values),
            Expected::Text(text) => *text == cell.text,
        };
        let wanted = match expected {
            Expected::Number(value) => format!("{value:?}"),
            Expected::Coverage(percent) => percent.to_string(),
            Expected::Numbers(values) => format!("{values:?}"),
            Expected::Text(text) => text,
        };
        (!is_right).then(|| format!("{at} should be {wanted}"))
    }

    fn shows(&self, cell: &Cell, value: f64) -> bool {
        let printed = Printed::all(&cell.text, self.marks);
        let [number] = &printed[..] else { return false };
        let decimals = self.decimals.unwrap_or(number.decimals);
        Printed { decimals, ..number.clone() }.is(value)
    }

    fn shows_coverage(&self, cell: &Cell, percent: f64) -> bool {
        if self.decimals.is_some() {
            return self.shows(cell, percent);
        }
        let printed = Printed::all(&cell.text, self.marks);
        matches!(&printed[..], [number] if number.is_coverage(percent))
    }

    fn says(&self, cell: &Cell, values: &[f64]) -> bool {
        let (_, printed) = self.numbers.printed(&cell.text);
        let is = |(it, value): (&Printed, &f64)| {
            if it.unit == "%" { it.is_coverage(*value) } else { it.is(*value) }
        };
        printed.len() == values.len() && printed.iter().zip(values).all(is)
    }

    fn expected(
        &self,
        caption: &str,
        name: &str,
        cells: &[Cell],
        place: usize,
    ) -> Option<Expected> {
        let (t, figure) = (self.t, cells[place].figure.as_str());
        let energy = &self.api["energy"];
        let language = self.locale.language;
        if caption == t.whole {
            return self.energy(&energy["building"], figure);
        }
        for (table, lines) in [(t.by_zone, "zones"), (t.by_meter, "meters")] {
            if caption == table {
                return self.energy(named(&energy[lines], "name", name)?, figure);
            }
        }
        if caption == t.by_use {
            let usage = Use::NAMES.iter().find(|(_, usage)| language.usage(*usage) == name);
            let id = usage.map_or("unassigned", |(id, _)| id);
            return self.energy(named(&energy["uses"], "id", id)?, figure);
        }
        if caption == t.by_day {
            let days = energy["days"].as_array()?;
            let day = days.iter().find(|day| self.locale.day(instant(&day["start"])) == name)?;
            return self.energy(day, figure);
        }
        if caption == t.profile || caption == t.account {
            return self.single(name, figure, &cells[1].text);
        }
        if caption == t.use_of_building {
            return self.use_of_building(name, figure);
        }
        if caption == t.occupancy {
            return self.occupancy(name, figure);
        }
        let row = |lines: &str| named(&self.api[lines], "name", name);
        if caption == t.air {
            return air(&row("zones")?["air"], place);
        }
        if caption == t.machines {
            return machine(row("machines")?, place);
        }
        if caption == t.data_quality {
            let line = named(&energy["meters"], "name", name)?;
            return match figure {
                _ if figure == t.measured => Some(coverage(&line["coverage"])),
                _ if figure == t.repaired => Some(share(&line["repaired"])),
                _ if figure == t.missing => Some(share(&line["missing"])),
                _ => self.energy(line, figure),
            };
        }
        None
    }

    fn energy(&self, line: &Value, figure: &str) -> Option<Expected> {
        let t = self.t;
        // Days have their share even when nothing of them is known.
        let is_compared = line["month_before"].is_object();
        let kwh = |line: &Value| Expected::Number(line["energy_wh"].as_f64().map(|wh| wh / 1000.0));
        Some(match figure {
            _ if figure == t.energy => kwh(line),
            _ if figure == t.measured && is_compared && line["quality"] == "unknown" => {
                Expected::Number(None)
            }
            _ if figure == t.measured => coverage(&line["coverage"]),
            _ if figure == t.quality => Expected::Text(quality(self.locale.language, line)),
            _ if figure == t.per_area => number(&line["kwh_per_m2"]),
            _ if figure == t.share => share(&line["share"]),
            _ if figure == t.month_before => kwh(&line["month_before"]),
            _ if figure == t.year_before => kwh(&line["year_before"]),
            _ if figure == t.change => share(&line["month_before"]["change"]),
            _ if figure == t.change_year => share(&line["year_before"]["change"]),
            _ => return None,
        })
    }

    /// A figure of a table that has one a line, with its unit and a remark.
    fn single(&self, name: &str, figure: &str, unit: &str) -> Option<Expected> {
        let (t, api) = (self.t, self.api);
        let (load, closed, account) = (&api["load"], &api["while_closed"], &api["account"]);
        let of = |value: &Value, scale: f64| value.as_f64().map(|value| value * scale);
        let watts = if unit == "kW" { 0.001 } else { 1.0 };
        let percent = |value: &Value| Expected::Numbers(of(value, 100.0).into_iter().collect());
        let nothing = || Expected::Text(String::new());
        let (value, unit_of_it, remark) = match name {
            _ if name == t.mean_power => {
                let hours = Expected::Numbers(vec![load["hours"].as_f64()?]);
                (of(&load["mean_w"], watts), unit, hours)
            }
            _ if name == t.peak_power => {
                let when = self.locale.day_and_clock(instant(&api["peak_at"]));
                (of(&load["peak_w"], watts), unit, Expected::Text(when))
            }
            _ if name == t.baseload => (of(&load["baseload_w"], watts), unit, nothing()),
            _ if name == t.baseload_share => (of(&load["baseload_share"], 100.0), "%", nothing()),
            _ if name == t.closed_energy => {
                (of(&closed["closed_wh"], 0.001), "kWh", percent(&closed["coverage"]))
            }
            _ if name == t.closed_share => {
                (of(&closed["closed_share"], 100.0), "%", percent(&closed["coverage"]))
            }
            _ if name == t.vacant_energy => {
                let usage = &api["usage"];
                (of(&usage["vacant_wh"], 0.001), "kWh", percent(&usage["coverage"]))
            }
            _ if name == t.cost => {
                let unpriced =
                    remark_numbers(account, &account["cost"]["unpriced_wh"], &Value::Null);
                (of(&account["cost"]["eur"], 1.0), "€", unpriced)
            }
            _ if name == t.fixed_cost => (of(&account["fixed_eur"], 1.0), "€", nothing()),
            _ if name == t.carbon => {
                let weighed = &account["kg_co2e"];
                (
                    of(&weighed["value"], 1.0),
                    "kg CO₂e",
                    remark_numbers(account, &weighed["unweighed_wh"], &weighed["factors"]),
                )
            }
            _ if name == t.primary => {
                let weighed = &account["primary_kwh"];
                (
                    of(&weighed["value"], 1.0),
                    "kWh",
                    remark_numbers(account, &weighed["unweighed_wh"], &weighed["factors"]),
                )
            }
            _ => return None,
        };
        Some(match figure {
            _ if figure == t.value => Expected::Number(value),
            _ if figure == t.unit => Expected::Text(unit_of_it.to_owned()),
            _ if figure == t.remark => remark,
            _ => return None,
        })
    }

    fn use_of_building(&self, name: &str, figure: &str) -> Option<Expected> {
        let (t, usage) = (self.t, &self.api["usage"]);
        let is_hours = name == t.person_hours;
        let kwh = usage["wh_per_person_hour"].as_f64().map(|wh| wh / 1000.0);
        let ends = ["person_hours_low", "person_hours_high"].map(|key| usage[key].as_f64());
        Some(match figure {
            _ if figure == t.value && is_hours => number(&usage["person_hours"]),
            _ if figure == t.value => Expected::Number(kwh),
            _ if figure == t.unit => {
                Expected::Text((if is_hours { "h" } else { "kWh" }).to_owned())
            }
            _ if figure == t.remark && is_hours => {
                Expected::Numbers(ends.into_iter().flatten().collect())
            }
            _ if figure == t.remark => Expected::Text(String::new()),
            _ if figure == t.measured => coverage(&usage["coverage"]),
            _ => return None,
        })
    }

    fn occupancy(&self, name: &str, figure: &str) -> Option<Expected> {
        let (t, is_whole) = (self.t, name == self.t.whole);
        let zone = if is_whole { self.api } else { named(&self.api["zones"], "name", name)? };
        let attendance = zone["attendance"].as_object()?;
        let peak = &attendance["peak"];
        let capacity = if is_whole { &self.api["scope"]["capacity"] } else { &zone["capacity"] };
        let ends = [&peak["low"], &peak["high"]].map(|it| it.as_f64().map(f64::round));
        let [low, high] = ends;
        Some(match figure {
            _ if figure == t.peak_people => number(&peak["people"]),
            _ if figure == t.peak_range && low == high => Expected::Number(None),
            _ if figure == t.peak_range => Expected::Numbers(ends.into_iter().flatten().collect()),
            _ if figure == t.peak_when && peak.is_null() => Expected::Number(None),
            _ if figure == t.peak_when => {
                Expected::Text(self.locale.day_and_clock(instant(&peak["at"])))
            }
            _ if figure == t.capacity => number(capacity),
            _ if figure == t.occupied_hours && peak.is_null() => Expected::Number(None),
            _ if figure == t.occupied_hours => number(&attendance["occupied_h"]),
            _ if figure == t.nearly_full => share(&attendance["nearly_full_share"]),
            _ if figure == t.measured => coverage(&attendance["coverage"]),
            _ => return None,
        })
    }
}

fn air(air: &Value, place: usize) -> Option<Expected> {
    let occupied = &air["occupied"];
    Some(match place {
        0 => share(&occupied["above_reference"]),
        1 => share(&occupied["above_action"]),
        2 => number(&occupied["occupied_h"]),
        3 => coverage(&air["coverage"]),
        _ => return None,
    })
}

fn machine(machine: &Value, place: usize) -> Option<Expected> {
    let kwh = |wh: &Value| Expected::Number(wh.as_f64().map(|wh| wh / 1000.0));
    #[expect(clippy::cast_precision_loss, reason = "sessions of a month")]
    let sessions = machine["sessions"].as_array()?.len() as f64;
    Some(match place {
        0 => Expected::Number(Some(sessions)),
        1 => number(&machine["hours"]),
        2 => kwh(&machine["wh_per_session"]),
        3 => share(&machine["idle_share"]),
        4 => number(&machine["standby"]["watts"]),
        5 => kwh(&machine["standby"]["wh"]),
        6 => coverage(&machine["coverage"]),
        _ => return None,
    })
}

/// Numbers of the remark on a cost or a weight: how many years its factors are old, the energy without one, and the
/// share of the month that is known where that is not all of it.
fn remark_numbers(account: &Value, left_out_wh: &Value, factors: &Value) -> Expected {
    let years = factors.as_array().into_iter().flatten().map(|it| it["years_old"].as_f64());
    let left_out = left_out_wh.as_f64().map(|wh| wh / 1000.0);
    let counted = years.chain([left_out]).flatten().filter(|it| *it > 0.0);
    let known = account["coverage"].as_f64().zip(account["repaired"].as_f64());
    let known = known.map(|(measured, repaired)| measured + repaired);
    let part = known.filter(|it| account["energy_wh"].is_null() || !is_complete(*it));
    Expected::Numbers(counted.chain(part.map(|share| share * 100.0)).collect())
}

fn number(value: &Value) -> Expected {
    Expected::Number(value.as_f64())
}

fn share(value: &Value) -> Expected {
    Expected::Number(value.as_f64().map(|share| share * 100.0))
}

fn coverage(value: &Value) -> Expected {
    value.as_f64().map_or(Expected::Number(None), |share| Expected::Coverage(share * 100.0))
}

fn quality(language: Language, line: &Value) -> String {
    let quality: Quality = serde_json::from_value(line["quality"].clone()).unwrap();
    language.quality(quality).to_owned()
}

fn instant(value: &Value) -> domain::Instant {
    value.as_str().unwrap().parse().unwrap()
}

fn named<'a>(lines: &'a Value, key: &str, name: &str) -> Option<&'a Value> {
    lines.as_array()?.iter().find(|line| line[key] == name)
}
