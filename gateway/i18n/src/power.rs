//! Power: findings of load curve, baseload and subscription.

use super::{Figure, Language};

impl Language {
    /// Apparent power in kVA.
    pub fn kva(self, kva: f64) -> Figure {
        Figure { number: self.number(kva, 1), unit: "kVA" }
    }

    /// Finding of a load curve: the baseload and its share.
    pub fn never_below(self, watts: f64, share: f64) -> String {
        let (power, share) = (self.power(watts).text(), self.percent(share));
        self.choose(
            format!("Un talon de {power} prend {share} de l\u{2019}énergie"),
            format!("A baseload of {power} takes {share} of the energy"),
        )
    }

    /// Finding of power over time: the highest step.
    pub fn peaked(self, when: &str, watts: f64) -> String {
        let power = self.power(watts).text();
        self.choose(
            format!("Courbe de charge\u{a0}: au plus haut {when}, {power}"),
            format!("Load curve: highest {when}, {power}"),
        )
    }

    /// Finding of a heat map: the highest hour.
    pub fn highest_hour(self, day: usize, hour: usize, watts: f64) -> String {
        let (day, power) = (self.weekday(day), self.power(watts).text());
        self.choose(
            format!("Le plus fort\u{a0}: le {day} à {hour}\u{a0}h, {power} en moyenne"),
            format!("The highest: {day} at {hour}:00, {power} on average"),
        )
    }

    /// Finding of a duration curve: the median.
    pub fn exceeded(self, watts: f64) -> String {
        let power = self.power(watts).text();
        self.choose(
            format!("La moitié du temps, la puissance dépasse {power}"),
            format!("Half of the time power is above {power}"),
        )
    }

    /// Finding of a subscription: the time above it.
    pub fn overrun(self, meter: &str, kva: f64, hours_over: f64, is_measured: bool) -> String {
        let kva = self.kva(kva).text();
        if !is_measured {
            return self.choose(
                format!("{meter}\u{a0}: puissance souscrite {kva}, aucune mesure de puissance"),
                format!("{meter}: subscribed power {kva}, no reading of power"),
            );
        }
        if hours_over <= 0.0 {
            return self.choose(
                format!("{meter}\u{a0}: jamais au-dessus des {kva} souscrits"),
                format!("{meter}: never above the {kva} that are subscribed"),
            );
        }
        let hours = self.duration(hours_over * 3600.0);
        self.choose(
            format!("{meter}\u{a0}: {hours} au-dessus des {kva} souscrits"),
            format!("{meter}: {hours} above the {kva} that are subscribed"),
        )
    }

    /// Change of the baseload.
    pub fn baseload_step(self, since: &str, before: f64, after: f64) -> String {
        let (before, after) = (self.power(before).text(), self.power(after).text());
        self.choose(
            format!("Depuis la nuit du {since}, le talon est passé de {before} à {after}."),
            format!("Since the night of {since} the baseload went from {before} to {after}."),
        )
    }
}
