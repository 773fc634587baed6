//! What energy costs, by the dated prices of the site. There is no price in the program.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{EnergyCell, civil};
use crate::calendar::{Step, grid};
use crate::instant::Period;
use crate::site::{Carrier, Tariff, TariffPeriod};

/// Cost of energy, with its sources.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Cost {
    /// In €, without the fixed part; `None` when no energy has a price.
    pub eur: Option<f64>,
    /// Energy that has a price, in Wh.
    pub priced_wh: f64,
    /// Energy without a price, since none holds on its day, in Wh.
    pub unpriced_wh: f64,
    /// By price, in the order of their first use.
    pub parts: Vec<PricePart>,
    /// Sources of the prices.
    pub sources: Vec<String>,
}

/// Energy at one price.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PricePart {
    /// As the bill calls it; `None` for the price at all other times.
    pub name: Option<String>,
    /// € per kWh.
    pub eur_per_kwh: f64,
    /// In Wh.
    pub wh: f64,
    /// In €.
    pub eur: f64,
}

/// The cost of the energy in these cells, quarter hours as a rule: each has the price of its first instant.
pub fn cost(tariffs: &[Tariff], carrier: Carrier, cells: &[EnergyCell], zone: &TimeZone) -> Cost {
    let mut cost = Cost::default();
    for cell in cells {
        let Some(wh) = cell.figure.energy_wh else { continue };
        let at = civil(cell.period.start(), zone);
        match in_force(tariffs, carrier, at) {
            Some(tariff) => cost.add(tariff, tariff.period_at(at), wh),
            None => cost.unpriced_wh += wh,
        }
    }
    cost
}

/// The fixed part of the prices over a span in €, day by day; `None` when no price holds on any of its days.
pub fn fixed_cost(
    tariffs: &[Tariff],
    carrier: Carrier,
    span: Period,
    zone: &TimeZone,
) -> Option<f64> {
    let days = grid(Step::Day, span, zone);
    let of_day = |day: Period| {
        let at = civil(day.start(), zone);
        let year = f64::from(at.date().days_in_year());
        in_force(tariffs, carrier, at).map(|tariff| tariff.fixed_eur_per_year / year)
    };
    days.filter_map(of_day).reduce(|sum, day| sum + day)
}

/// The newest price that has begun.
fn in_force(tariffs: &[Tariff], carrier: Carrier, at: DateTime) -> Option<&Tariff> {
    let begun = |it: &&Tariff| it.carrier == carrier && it.since <= at.date();
    let newest = tariffs.iter().filter(begun).max_by_key(|tariff| tariff.since)?;
    newest.until.is_none_or(|until| at.date() < until).then_some(newest)
}

impl Cost {
    /// Adds what other energy costs.
    pub fn join(&mut self, other: Self) {
        self.eur = match (self.eur, other.eur) {
            (Some(one), Some(other)) => Some(one + other),
            (one, other) => one.or(other),
        };
        self.priced_wh += other.priced_wh;
        self.unpriced_wh += other.unpriced_wh;
        self.parts.extend(other.parts);
        for source in other.sources {
            if !self.sources.contains(&source) {
                self.sources.push(source);
            }
        }
    }

    fn add(&mut self, tariff: &Tariff, period: Option<&TariffPeriod>, wh: f64) {
        let price = period.map_or(tariff.eur_per_kwh, |period| period.eur_per_kwh);
        let name = period.map(|period| period.name.clone());
        let eur = wh / 1000.0 * price;
        self.eur = Some(self.eur.unwrap_or(0.0) + eur);
        self.priced_wh += wh;
        let is_same = |part: &&mut PricePart| {
            part.name == name && part.eur_per_kwh.to_bits() == price.to_bits()
        };
        match self.parts.iter_mut().find(is_same) {
            Some(part) => (part.wh, part.eur) = (part.wh + wh, part.eur + eur),
            None => self.parts.push(PricePart { name, eur_per_kwh: price, wh, eur }),
        }
        if !self.sources.contains(&tariff.source) {
            self.sources.push(tariff.source.clone());
        }
    }
}

impl Tariff {
    /// The first of its periods that holds at this civil time.
    fn period_at(&self, at: DateTime) -> Option<&TariffPeriod> {
        self.periods.iter().find(|period| period.holds_at(at))
    }
}

impl TariffPeriod {
    fn holds_at(&self, at: DateTime) -> bool {
        let day = usize::from(at.weekday().to_monday_zero_offset().unsigned_abs());
        let month = usize::from(at.month().unsigned_abs()) - 1;
        let within = |&(start, end): &(jiff::civil::Time, Option<jiff::civil::Time>)| {
            start <= at.time() && end.is_none_or(|end| at.time() < end)
        };
        self.days[day]
            && self.months[month]
            && (self.hours.is_empty() || self.hours.iter().any(within))
    }
}
