//! What is said of energy beyond watt-hours: findings as sentences, sources, and what is missing.

use domain::Instant;
use domain::energy::{EnergyFigure, Verdict};
use domain::indicators::{Cost, UsedFactor, Weighed};
use domain::register::EventSort;
use domain::site::Use;

use super::{Figure, Language, Locale};

impl Language {
    /// Euros with cents, from 1000 on without: `84,20 €`.
    pub(crate) fn euros(self, euros: f64) -> Figure {
        let decimals = if euros.abs() < 999.5 { 2 } else { 0 };
        Figure { number: self.number(euros, decimals), unit: "€" }
    }

    /// Kilograms of `CO2e`: `21,3 kg CO₂e`.
    pub(crate) fn kilograms(self, kg: f64) -> Figure {
        Figure { number: self.number(kg, usize::from(kg.abs() < 99.95)), unit: "kg\u{a0}CO₂e" }
    }

    /// Hours: `12,5 h`.
    pub(crate) fn hours(self, hours: f64) -> Figure {
        Figure { number: self.number(hours, usize::from(hours.abs() < 99.95)), unit: "h" }
    }

    /// A small energy, for one person or one job: `0,42 kWh`.
    pub(crate) fn small_energy(self, watt_hours: f64) -> Figure {
        let decimals = if watt_hours.abs() < 9_995.0 { 2 } else { 1 };
        Figure { number: self.number(watt_hours / 1000.0, decimals), unit: "kWh" }
    }

    /// A unit for each of something: `kWh/m²`.
    pub(crate) fn per_area(self, kwh: f64) -> Figure {
        let decimals = if kwh.abs() < 0.995 { 2 } else { 1 };
        Figure { number: self.number(kwh, decimals), unit: "kWh/m²" }
    }

    /// What of a span was measured, and what of it only has its part of a longer total.
    pub(crate) fn proof(self, figure: &EnergyFigure) -> String {
        if figure.energy_wh.is_none() {
            return self
                .pick("Aucune mesure dans cette période.", "No readings in this span.")
                .to_owned();
        }
        let measured = self.percent(figure.coverage);
        if figure.repaired > 0.005 {
            let repaired = self.percent(figure.repaired);
            return self.say(
                format!("{measured} du temps mesuré, {repaired} rétabli d\u{2019}après les index\u{a0}: total connu, répartition inconnue."),
                format!("{measured} of the time measured, {repaired} recovered from registers: total known, shape unknown."),
            );
        }
        self.say(
            format!("{measured} du temps mesuré."),
            format!("{measured} of the time measured."),
        )
    }

    /// Where the cost comes from, or why there is none.
    pub(crate) fn cost_source(self, cost: &Cost) -> String {
        if cost.eur.is_none() {
            return self
                .pick(
                    "Coût inconnu\u{a0}: aucun prix du fichier du site ne vaut pour ces jours.",
                    "Cost unknown: no price of the site file holds on these days.",
                )
                .to_owned();
        }
        let sources = cost.sources.join("\u{a0}; ");
        let missing = (cost.unpriced_wh > 0.0).then(|| self.energy(cost.unpriced_wh).text());
        let without = missing.map_or(String::new(), |energy| {
            self.say(format!(" {energy} restent sans prix."), format!(" {energy} have no price."))
        });
        self.say(format!("Prix\u{a0}: {sources}.{without}"), format!("Prices: {sources}.{without}"))
    }

    /// Where the carbon comes from, how old it is and how sure.
    pub(crate) fn carbon_source(self, weighed: &Weighed) -> String {
        if weighed.value.is_none() {
            return self
                .pick(
                    "CO₂e inconnu\u{a0}: aucun facteur d\u{2019}émission ne vaut pour ces jours.",
                    "CO₂e unknown: no emission factor holds on these days.",
                )
                .to_owned();
        }
        let factors: Vec<String> = weighed.factors.iter().map(|it| self.factor(it)).collect();
        let factors = factors.join("\u{a0}; ");
        self.say(format!("Facteurs\u{a0}: {factors}."), format!("Factors: {factors}."))
    }

    fn factor(self, factor: &UsedFactor) -> String {
        let value = self.number(factor.value * 1000.0, 0);
        let year = factor.since.year();
        let mut text = format!("{value}\u{a0}g/kWh, {} ({year}", factor.source);
        if factor.years_old > 0 {
            text.push_str(self.pick(
                ", reconduit faute de plus récent",
                ", carried forward for want of a newer one",
            ));
        }
        if !factor.confirmed {
            text.push_str(self.pick(", à confirmer", ", to be confirmed"));
        }
        text.push(')');
        text
    }

    /// A meter among zones: `Compteur : Laser`.
    pub(crate) fn meter(self, name: &str) -> String {
        self.say(format!("Compteur\u{a0}: {name}"), format!("Meter: {name}"))
    }

    /// What energy is for.
    pub(crate) const fn usage(self, usage: Use) -> &'static str {
        match usage {
            Use::Heating => self.pick("Chauffage", "Heating"),
            Use::HotWater => self.pick("Eau chaude", "Hot water"),
            Use::Cooling => self.pick("Climatisation", "Cooling"),
            Use::Ventilation => self.pick("Ventilation", "Ventilation"),
            Use::Lighting => self.pick("Éclairage", "Lighting"),
            Use::It => self.pick("Informatique", "Computers"),
            Use::Machines => self.pick("Machines", "Machines"),
            Use::Sockets => self.pick("Prises", "Sockets"),
            Use::Other => self.pick("Autres", "Other"),
        }
    }

    /// What a register did.
    pub(crate) const fn register_event(self, sort: EventSort) -> &'static str {
        match sort {
            EventSort::Reset => {
                self.pick("remise à zéro\u{a0}: compté depuis 0", "reset: counted from 0")
            }
            EventSort::Glitch => self.pick("valeurs aberrantes refusées", "stray values refused"),
            EventSort::Jitter => self.pick("léger recul ignoré", "small step back ignored"),
            EventSort::RollBack => {
                self.pick("retour en arrière\u{a0}: rien compté", "roll-back: nothing counted")
            }
            EventSort::Jump => {
                self.pick("saut impossible\u{a0}: rien compté", "impossible jump: nothing counted")
            }
            EventSort::Rollover => self.pick("passage par le maximum", "ran over its width"),
            _ => self.pick("anomalie", "anomaly"),
        }
    }

    /// What a comparison of register and power says.
    pub(crate) const fn verdict(self, verdict: Verdict) -> &'static str {
        match verdict {
            Verdict::Agree => self.pick("concordants", "agree"),
            Verdict::ToVerify => self.pick("à vérifier", "to be verified"),
            Verdict::NotCompared => self.pick("non comparés", "not compared"),
        }
    }

    /// The day of the week, Monday being 0.
    pub(crate) const fn weekday(self, day: usize) -> &'static str {
        let french = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
        let english =
            ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        self.pick(french, english)[day]
    }

    /// The finding of a bar chart: which bar is the highest.
    pub(crate) fn most_used(self, when: &str, wh: f64) -> String {
        let energy = self.energy(wh).text();
        self.say(
            format!("La consommation la plus forte\u{a0}: {when}, {energy}"),
            format!("The highest consumption: {when}, {energy}"),
        )
    }

    /// The finding of a breakdown: what takes most.
    pub(crate) fn takes_most(self, name: &str, share: f64) -> String {
        let share = self.percent(share);
        self.say(
            format!("{name}\u{a0}: {share} de l\u{2019}énergie du bâtiment"),
            format!("{name}: {share} of the energy of the building"),
        )
    }

    /// The finding about people.
    pub(crate) fn while_vacant(self, wh: f64, share: f64) -> String {
        let (energy, share) = (self.energy(wh).text(), self.percent(share));
        self.say(
            format!("{energy} consommés quand personne n\u{2019}était là\u{a0}: {share} du total"),
            format!("{energy} used while nobody was there: {share} of all"),
        )
    }

    /// The finding about machines.
    pub(crate) fn worked(self, sessions: usize, hours: f64) -> String {
        let hours = self.hours(hours).text();
        match sessions {
            0 => self.pick("Aucune séance de travail", "No session").to_owned(),
            1 => self.say(format!("1 séance de travail, {hours}"), format!("1 session, {hours}")),
            _ => self.say(
                format!("{sessions} séances de travail, {hours}"),
                format!("{sessions} sessions, {hours}"),
            ),
        }
    }

    /// The finding about checks.
    pub(crate) fn to_verify(self, meters: usize) -> String {
        match meters {
            0 => self.pick("Aucun compteur à vérifier", "No meter to be verified").to_owned(),
            1 => self.pick("1 compteur à vérifier", "1 meter to be verified").to_owned(),
            _ => self.say(
                format!("{meters} compteurs à vérifier"),
                format!("{meters} meters to be verified"),
            ),
        }
    }

    /// Parts above their whole, with interval and size.
    pub(crate) fn excess(self, meter: &str, from: &str, to: &str, wh: f64) -> String {
        let energy = self.energy(wh).text();
        self.say(
            format!(
                "{meter}\u{a0}: ses sous-compteurs le dépassent de {energy} entre {from} et {to}."
            ),
            format!("{meter}: its sub-meters are {energy} above it between {from} and {to}."),
        )
    }
}

impl Locale {
    /// The name of a bar: hour, day or month.
    pub(crate) fn hour(&self, instant: Instant) -> String {
        self.language.say(
            format!("{}\u{a0}h", self.hour_of(instant)),
            format!("{}:00", self.hour_of(instant)),
        )
    }
}
