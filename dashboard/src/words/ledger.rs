//! The ledger in words.

use domain::ledger::{Correction, Effect, InvalidCorrection, Target};
use domain::site::Site;
use domain::{Period, Quantity};

use super::{Language, Teller};

impl Teller {
    /// What a correction is about.
    pub(crate) fn target(&self, target: &Target, site: &Site) -> String {
        match target {
            Target::Meter(id) => {
                site.meter(id.as_str()).map_or_else(|| id.to_string(), |meter| meter.name.clone())
            }
            Target::Point(id) => site.point(id.as_str()).map_or_else(
                || id.to_string(),
                |point| {
                    let zone = site.zone(point.zone.as_str()).map_or("", |zone| &zone.name);
                    format!("{zone}, {} ({id})", self.language.quantity(point.quantity))
                },
            ),
            Target::Source(source) => {
                let quantity = self.language.quantity(source.quantity);
                let channel = source.channel.as_ref().map(|channel| format!(" {channel}"));
                format!("{}{}, {quantity}", source.device, channel.unwrap_or_default())
            }
        }
    }

    /// From when until when, as one would say it.
    pub(crate) fn span(&self, span: Period) -> String {
        let (from, to) = (self.moment(span.start()), self.moment(span.end()));
        self.language.say(format!("de {from} à {to}"), format!("from {from} to {to}"))
    }

    /// What a correction says.
    pub(crate) fn correction(&self, correction: &Correction, site: &Site) -> String {
        let name = self.target(&correction.target, site);
        let span = self.span(correction.period());
        let language = self.language;
        match correction.effect {
            Effect::Exclude => language.say(
                format!("{name}\u{a0}: mesures écartées {span}"),
                format!("{name}: readings left out {span}"),
            ),
            Effect::Note => language
                .say(format!("{name}\u{a0}: remarque {span}"), format!("{name}: remark {span}")),
            Effect::EnergyWh(wh) => {
                let energy = language.exact_energy(wh);
                language.say(
                    format!("{name}\u{a0}: {energy} déclarés {span}"),
                    format!("{name}: {energy} stated {span}"),
                )
            }
            Effect::Value(value) => {
                let text = match quantity(&correction.target, site) {
                    Some(quantity) => language.measured(quantity, value).text(),
                    None => language.number(value, 2),
                };
                language.say(
                    format!("{name}\u{a0}: {text} déclarés {span}"),
                    format!("{name}: {text} stated {span}"),
                )
            }
        }
    }
}

fn quantity(target: &Target, site: &Site) -> Option<Quantity> {
    match target {
        Target::Source(source) => Some(source.quantity),
        Target::Point(id) => site.point(id.as_str()).map(|point| point.quantity),
        Target::Meter(_) => None,
    }
}

impl Language {
    /// Energy to the watt-hour, as meters show it: what is stated must be read again as it was stated.
    pub(crate) fn exact_energy(self, watt_hours: f64) -> String {
        format!("{}\u{a0}kWh", self.number(watt_hours / 1000.0, 3))
    }

    /// Why a correction was not taken.
    pub(crate) fn correction_fault(self, fault: &InvalidCorrection) -> String {
        match fault {
            InvalidCorrection::NoTarget(_) => self.labels().target_missing.to_owned(),
            InvalidCorrection::Empty => self.labels().span_backwards.to_owned(),
            InvalidCorrection::Future => self.labels().span_in_future.to_owned(),
            fault => self.say(
                format!("Cette correction ne convient pas ({fault})."),
                format!("This correction does not fit ({fault})."),
            ),
        }
    }
}
