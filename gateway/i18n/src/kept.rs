//! For how long what is stored is kept, in words.

use domain::site::Kept;

use crate::language::Language;

impl Language {
    /// For how long readings, quarters of an hour and days are kept, and whether anybody stated it.
    pub fn kept(self, kept: Kept) -> String {
        let term = |days: Option<u32>| match days {
            None => self.pick("sans limite", "for ever").to_owned(),
            Some(days) => {
                let days = self.count(days.into());
                self.choose(format!("{days} jours"), format!("{days} days"))
            }
        };
        let (raw, quarters, days) = (term(kept.raw), term(kept.quarters), term(kept.days));
        let terms = self.choose(
            format!(
                "mesures\u{a0}: {raw}\u{a0}; quarts d\u{2019}heure\u{a0}: {quarters}\u{a0}; jours\u{a0}: {days}."
            ),
            format!("readings: {raw}; quarters of an hour: {quarters}; days: {days}."),
        );
        if !kept.by_default {
            return terms;
        }
        let remedy = self.pick(
            "Personne ne l\u{2019}a fixé\u{a0}: [retention.all] du fichier du site le fait.",
            "Nobody stated it: [retention.all] of the site file does.",
        );
        format!("{terms} {remedy}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_stated_is_told_with_where_to_state_it() {
        let words = Language::English.kept(Kept::default());
        assert!(
            words.starts_with("readings: 400 days") && words.contains("days: for ever."),
            "{words}"
        );
        assert!(words.contains("[retention.all]"));
        let stated = Kept { by_default: false, ..Kept::default() };
        assert!(!Language::French.kept(stated).contains("Personne"));
    }
}
