//! The rules with the changes of the site file.

use super::rule::{Rule, RuleId, Subject};

/// Change of a rule by the site file: for one subject, or for all when it names none.
#[derive(Clone, Debug, PartialEq)]
pub struct Override {
    /// The rule.
    pub rule: RuleId,
    /// Its subject; all subjects when `None`.
    pub subject: Option<Subject>,
    /// The rule then; `None` switches it off.
    pub to: Option<Rule>,
    /// Whether it sets how long something must last; else the default of each subject holds.
    pub says_dwell: bool,
}

/// All rules of a site.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rulebook {
    overrides: Vec<Override>,
}

impl Rulebook {
    /// The defaults, but for these.
    pub fn new(overrides: Vec<Override>) -> Self {
        Self { overrides }
    }

    /// The rule for a subject; `None` when it is switched off. A change for the subject itself goes before one for
    /// all.
    pub fn rule(&self, id: RuleId, subject: &Subject) -> Option<Rule> {
        let change_for = |wanted: Option<&Subject>| {
            self.overrides.iter().rfind(|it| it.rule == id && it.subject.as_ref() == wanted)
        };
        let usual = id.default_for(subject);
        let Some(change) = change_for(Some(subject)).or_else(|| change_for(None)) else {
            return Some(usual);
        };
        let dwell = |rule: Rule| if change.says_dwell { rule.dwell } else { usual.dwell };
        change.to.map(|rule| Rule { dwell: dwell(rule), ..rule })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(id: &str) -> Subject {
        Subject::Zone(id.parse().unwrap())
    }

    fn raised_from(book: &Rulebook, subject: &Subject) -> Option<f64> {
        book.rule(RuleId::AirAttention, subject).map(|rule| rule.raise)
    }

    #[test]
    fn a_rule_for_a_zone_goes_before_one_for_all() {
        let default = RuleId::AirAttention.default();
        let set = |subject, raise| Override {
            rule: RuleId::AirAttention,
            subject,
            to: Some(Rule { raise, ..default }),
            says_dwell: false,
        };
        let book = Rulebook::new(vec![set(Some(zone("fablab")), 1200.0), set(None, 900.0)]);
        assert_eq!(raised_from(&book, &zone("fablab")), Some(1200.0));
        assert_eq!(raised_from(&book, &zone("hall")), Some(900.0));
    }

    #[test]
    fn a_room_is_crowded_after_two_minutes_and_the_building_after_one() {
        let book = Rulebook::default();
        let dwell = |book: &Rulebook, subject: Subject| {
            book.rule(RuleId::CrowdUrgent, &subject).unwrap().dwell.as_mins()
        };
        assert_eq!((dwell(&book, zone("hall")), dwell(&book, Subject::Building)), (2, 1));
        let rule =
            Rule { dwell: jiff::SignedDuration::from_mins(5), ..RuleId::CrowdUrgent.default() };
        let for_all = |says_dwell| {
            let to = Some(rule);
            Rulebook::new(vec![Override {
                rule: RuleId::CrowdUrgent,
                subject: None,
                to,
                says_dwell,
            }])
        };
        assert_eq!(dwell(&for_all(false), zone("hall")), 2);
        assert_eq!(dwell(&for_all(true), zone("hall")), 5);
    }

    #[test]
    fn a_rule_that_is_switched_off_for_one_zone_holds_for_the_others() {
        let off = Override {
            rule: RuleId::AirAttention,
            subject: Some(zone("hall")),
            to: None,
            says_dwell: false,
        };
        let book = Rulebook::new(vec![off]);
        assert_eq!(raised_from(&book, &zone("hall")), None);
        assert_eq!(raised_from(&book, &zone("fablab")), Some(1000.0));
    }
}
