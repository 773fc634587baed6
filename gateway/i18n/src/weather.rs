//! Weather and goals: findings and sources.

use domain::indicators::{DegreeDayMethod, Weighed};

use super::{Figure, Language};

impl Language {
    /// Degree days without decimals: `1 234 °C·j`.
    pub fn degree_days(self, value: f64) -> Figure {
        Figure { number: self.number(value, 0), unit: self.pick("°C·j", "°C·d") }
    }

    /// Name of a method of degree days.
    pub const fn degree_day_method(self, method: DegreeDayMethod) -> &'static str {
        let t = self.energy_labels();
        match method {
            DegreeDayMethod::Meteo => t.meteo,
            DegreeDayMethod::Professional => t.professional,
            DegreeDayMethod::Integral => t.integral,
        }
    }

    /// Finding of an energy signature.
    pub fn each_degree(self, wh: f64) -> String {
        let energy = self.small_energy(wh).text();
        self.choose(
            format!("Chaque degré de moins dehors ajoute {energy} par jour"),
            format!("Each degree less outside adds {energy} a day"),
        )
    }

    /// Finding of a comparison at the same weather.
    pub fn changed(self, change: f64) -> String {
        let percent = self.percent(change.abs());
        let (french, english) =
            if change < 0.0 { ("de moins", "less") } else { ("de plus", "more") };
        self.choose(
            format!("{percent} {french} qu\u{2019}un an avant, à météo égale"),
            format!("{percent} {english} than a year before, at the same weather"),
        )
    }

    /// Period of comparison, with the degree days of both.
    pub fn compared_with(self, from: &str, until: &str, now: f64, then: f64) -> String {
        let (now, then) = (self.degree_days(now).text(), self.degree_days(then).text());
        self.choose(
            format!("Du {from} au {until}. Degrés-jours (intégrale horaire, base 18\u{a0}°C)\u{a0}: {now}, et {then} alors. Seul le chauffage est corrigé."),
            format!("From {from} to {until}. Degree days (hour by hour, base 18 °C): {now}, and {then} then. Nothing but heating is corrected."),
        )
    }

    /// Finding of the pathway: the last twelve months beside the year of reference.
    pub fn reduced(self, reduction: Option<f64>, year: i16) -> String {
        let Some(share) = reduction else {
            return self
                .pick(
                    "Trajectoire\u{a0}: inconnue, les 12 derniers mois ne sont pas assez mesurés",
                    "Pathway: unknown, too little of the last 12 months was measured",
                )
                .to_owned();
        };
        let percent = self.percent(share.abs());
        let (french, english) =
            if share < 0.0 { ("de plus", "more") } else { ("de moins", "less") };
        self.choose(
            format!("{percent} {french} qu\u{2019}en {year} sur les 12 derniers mois"),
            format!("{percent} {english} than in {year} over the last 12 months"),
        )
    }

    /// Sources of the reference and of the goals.
    pub fn reference_source(self, year: i16, kwh: f64, source: &str, goals: &str) -> String {
        let energy = self.energy(kwh * 1000.0).text();
        self.choose(
            format!("Référence\u{a0}: {energy} en {year} ({source}). Objectifs\u{a0}: {goals}. La valeur absolue par catégorie n\u{2019}est pas jugée ici."),
            format!("Reference: {energy} in {year} ({source}). Goals: {goals}. The absolute value by category is not judged here."),
        )
    }

    /// Sources of the primary energy; `None` where there is none.
    pub fn primary_source(self, weighed: &Weighed) -> Option<String> {
        weighed.value?;
        let factor = |it: &domain::indicators::UsedFactor| {
            let doubt =
                if it.confirmed { "" } else { self.pick(", à confirmer", ", to be confirmed") };
            format!("{} ({}{doubt})", self.number(it.value, 2), it.source)
        };
        let factors: Vec<String> = weighed.factors.iter().map(factor).collect();
        let factors = factors.join("\u{a0}; ");
        Some(self.choose(
            format!("Énergie primaire\u{a0}: énergie finale × {factors}."),
            format!("Primary energy: final energy × {factors}."),
        ))
    }
}
