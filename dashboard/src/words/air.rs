//! The thresholds of air in words, as the site file sets them.

use domain::site::Thresholds;

use super::Language;

impl Language {
    /// A share of time above a threshold.
    pub(crate) fn above_ppm(self, ppm: f64) -> String {
        let ppm = self.number(ppm, 0);
        self.say(format!("Au-dessus de {ppm}\u{a0}ppm"), format!("Above {ppm}\u{a0}ppm"))
    }

    /// The name of the level at which air is no longer good.
    pub(crate) fn good_level(self, air: &Thresholds) -> String {
        let ppm = self.number(air.reference_ppm, 0);
        self.say(format!("bon sous {ppm}"), format!("good below {ppm}"))
    }

    /// The name of the level at which one must act.
    pub(crate) fn urgent_level(self, air: &Thresholds) -> String {
        let ppm = self.number(air.action_ppm, 0);
        self.say(format!("aérer maintenant dès {ppm}"), format!("air it now from {ppm}"))
    }

    /// What both thresholds are, and who says so.
    pub(crate) fn air_levels(self, air: &Thresholds) -> String {
        let usual = Thresholds::default();
        let is_usual = (air.reference_ppm - usual.reference_ppm).abs() < f64::EPSILON
            && (air.action_ppm - usual.action_ppm).abs() < f64::EPSILON;
        let source = if is_usual {
            self.pick(
                "Haut Conseil de la santé publique, 2022",
                "French council of public health, 2022",
            )
        } else {
            self.pick("fichier du site", "the site file")
        };
        let [reference, action] = [air.reference_ppm, air.action_ppm].map(|it| self.number(it, 0));
        self.say(
            format!("Référence\u{a0}: {reference}\u{a0}ppm\u{a0}; à aérer sans attendre\u{a0}: {action}\u{a0}ppm ({source})."),
            format!("Reference: {reference}\u{a0}ppm; to be aired at once: {action}\u{a0}ppm ({source})."),
        )
    }

    /// What the shares of a report mean.
    pub(crate) fn air_shares(self, air: &Thresholds) -> String {
        let [reference, action] = [air.reference_ppm, air.action_ppm].map(|it| self.number(it, 0));
        self.say(
            format!("Part du temps d\u{2019}occupation pendant laquelle le CO₂ a dépassé {reference}\u{a0}ppm, où il convient d\u{2019}aérer, et {action}\u{a0}ppm, où il le faut sans attendre."),
            format!("Share of the occupied time in which CO₂ was above {reference}\u{a0}ppm, when airing is due, and {action}\u{a0}ppm, when it cannot wait."),
        )
    }

    /// The finding over the zones in which the air was bad.
    pub(crate) fn stuffy_zones(self, names: &[&str], air: &Thresholds) -> String {
        let (list, ppm) = (self.list(names), self.number(air.action_ppm, 0));
        match names {
            [] => self.say(
                format!("Aucune zone n\u{2019}a dépassé {ppm}\u{a0}ppm en présence de personnes"),
                format!("No zone went above {ppm}\u{a0}ppm with people in it"),
            ),
            [_] => self.say(
                format!("{list} a dépassé {ppm}\u{a0}ppm en présence de personnes"),
                format!("{list} went above {ppm}\u{a0}ppm with people in it"),
            ),
            _ => self.say(
                format!("{list} ont dépassé {ppm}\u{a0}ppm en présence de personnes"),
                format!("{list} went above {ppm}\u{a0}ppm with people in them"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Language::{English, French};
    use super::*;

    #[test]
    fn thresholds_are_told_as_the_site_file_sets_them_and_with_who_says_so() {
        let usual = Thresholds::default();
        let told = French.air_levels(&usual);
        assert!(told.contains("1\u{202f}500\u{a0}ppm (Haut Conseil"), "{told}");
        let ours = Thresholds { action_ppm: 1200.0, ..usual };
        assert!(English.air_levels(&ours).contains("1,200\u{a0}ppm (the site file)"));
        assert_eq!(English.urgent_level(&ours), "air it now from 1,200");
        assert_eq!(
            English.stuffy_zones(&[], &ours),
            "No zone went above 1,200\u{a0}ppm with people in it"
        );
    }
}
