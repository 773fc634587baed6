//! Totals together with the share of their period that was measured.

use domain::energy::EnergyFigure;
use domain::figure::is_complete;

use crate::Language;

impl Language {
    /// A total and its period, with the measured share of the period where that is not all of it:
    /// `4 210 kWh en octobre 2026`, `188 kWh mesurés sur 3 % de novembre 2026`.
    pub fn total_with_coverage(self, total: &str, coverage: f64, period: &str) -> String {
        if is_complete(coverage) {
            return self.choose(format!("{total} en {period}"), format!("{total} in {period}"));
        }
        self.measured_part(total, coverage, period)
    }

    /// Name of an energy, followed by the total and its measured share where that is not the whole period:
    /// `Consommation`, `Consommation : 188 kWh mesurés sur 3 % de la période`.
    pub fn partial_total(self, name: &str, figure: &EnergyFigure) -> String {
        let share = figure.coverage + figure.repaired;
        let Some(wh) = figure.energy_wh.filter(|_| !is_complete(share)) else {
            return name.to_owned();
        };
        let period = self.pick("la période", "the period");
        self.labelled(name, self.measured_part(&self.energy(wh).text(), share, period))
    }

    /// Finding on a period, followed by the share of its time that it rests on where that is not all of it:
    /// `Pointe : 34 (mesuré sur 59 % du temps)`.
    pub fn with_coverage(self, finding: impl Into<String>, coverage: f64) -> String {
        let mut finding = finding.into();
        if is_complete(coverage) {
            return finding;
        }
        let end = if finding.ends_with('.') { "." } else { "" };
        finding.truncate(finding.len() - end.len());
        let share = self.percent(coverage);
        self.choose(
            format!("{finding} (mesuré sur {share} du temps){end}"),
            format!("{finding} (measured for {share} of the time){end}"),
        )
    }

    /// A total of a partly measured period: `188 kWh mesurés sur 3 % de novembre 2026`.
    pub fn measured_part(self, total: &str, coverage: f64, period: &str) -> String {
        let share = self.percent(coverage);
        self.choose(
            format!("{total} mesurés sur {share} {}", of(period)),
            format!("{total} measured over {share} of {period}"),
        )
    }
}

/// A period after the French `de`: `de novembre`, `d’octobre`, `d’hier`.
fn of(period: &str) -> String {
    let is_elided = period.starts_with(['a', 'e', 'i', 'o', 'u', 'é', 'h']);
    if is_elided { format!("d\u{2019}{period}") } else { format!("de {period}") }
}

#[cfg(test)]
mod tests {
    use super::Language::{English, French};
    use super::*;

    #[test]
    fn a_total_of_a_partly_measured_month_says_so_in_the_same_sentence() {
        let french = French.total_with_coverage("188\u{a0}kWh", 0.03, "novembre 2026");
        assert_eq!(french, "188\u{a0}kWh mesurés sur 3\u{202f}% de novembre 2026");
        let english = English.total_with_coverage("188\u{a0}kWh", 0.03, "November 2026");
        assert_eq!(english, "188\u{a0}kWh measured over 3% of November 2026");
        let april = French.total_with_coverage("188\u{a0}kWh", 0.5, "avril 2026");
        assert!(april.ends_with("sur 50\u{202f}% d\u{2019}avril 2026"), "{april}");
    }

    #[test]
    fn a_finding_on_a_partly_measured_span_says_on_how_much_of_it_it_rests() {
        let french = French.with_coverage("Pointe\u{a0}: 34", 0.59);
        assert_eq!(french, "Pointe\u{a0}: 34 (mesuré sur 59\u{202f}% du temps)");
        assert_eq!(
            English.with_coverage("Peak: 34", 0.59),
            "Peak: 34 (measured for 59% of the time)"
        );
        assert_eq!(
            English.with_coverage("It was 34.", 0.5),
            "It was 34 (measured for 50% of the time)."
        );
        assert_eq!(French.with_coverage("Pointe\u{a0}: 34", 0.99), "Pointe\u{a0}: 34");
    }

    #[test]
    fn a_total_of_a_measured_month_needs_no_word_on_it() {
        let month = French.total_with_coverage("4\u{202f}210\u{a0}kWh", 0.99, "octobre 2026");
        assert_eq!(month, "4\u{202f}210\u{a0}kWh en octobre 2026");
    }

    #[test]
    fn the_energy_of_a_partly_measured_span_is_headed_by_its_measured_share() {
        let part = EnergyFigure {
            energy_wh: Some(188_000.0),
            quality: domain::figure::Quality::Partial,
            coverage: 0.03,
            repaired: 0.0,
        };
        let title = French.partial_total("Consommation", &part);
        let expected = "Consommation\u{a0}: 188\u{a0}kWh mesurés sur 3\u{202f}% de la période";
        assert_eq!(title, expected);
        // The register bridges a silence, so its total is that of the whole span.
        let whole = EnergyFigure { repaired: 0.97, ..part };
        assert_eq!(French.partial_total("Consommation", &whole), "Consommation");
    }
}
