//! Texts of the pages: those of `i18n`, and those about types that only the dashboard has.

use domain::alerts::{Alert, Matter, Severity};
use domain::site::Site;
pub(crate) use i18n::*;

pub(crate) use i18n::Locale;

use crate::staff_actions::StaffActionError;

/// Alert as a line of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AlertWords {
    /// Fact, and since when.
    pub(crate) fact: String,
    /// Remedy, or what else helps to judge the fact.
    pub(crate) remedy: String,
    /// Its colour.
    pub(crate) tone: Tone,
    /// Page with more on it.
    pub(crate) address: Option<&'static str>,
    /// Whether somebody takes care of it.
    pub(crate) acknowledged: bool,
}

impl AlertWords {
    /// Line for an alert.
    pub(crate) fn of(alert: &Alert, locale: &Locale, site: &Site) -> Self {
        let AlertSentences { fact, remedy } = locale.alert(alert, site);
        Self {
            fact,
            remedy,
            tone: tone(alert),
            address: address(&alert.matter),
            acknowledged: alert.acknowledged.is_some(),
        }
    }
}

fn tone(alert: &Alert) -> Tone {
    match (&alert.matter, alert.severity) {
        (Matter::Silence { .. } | Matter::Outage { .. }, _) => Tone::Unknown,
        (_, Severity::Urgent) => Tone::Alarm,
        (_, Severity::Attention) => Tone::Attention,
        (_, Severity::Info) => Tone::Plain,
    }
}

fn address(matter: &Matter) -> Option<&'static str> {
    match matter {
        Matter::Silence { .. }
        | Matter::Outage { .. }
        | Matter::Battery { .. }
        | Matter::DeviceClock { .. } => Some("/sensors"),
        Matter::Instrument { .. } => Some("/zones"),
        Matter::Quarantine { .. } => Some("/sensors#quarantine"),
        Matter::Disk { .. } | Matter::DiskErrors { .. } | Matter::StoreDamage { .. } => {
            Some("/sensors#storage")
        }
        Matter::MachineLeftOn { .. }
        | Matter::MachineLong { .. }
        | Matter::Demand { .. }
        | Matter::Coverage { .. }
        | Matter::Gaps { .. }
        | Matter::Baseload { .. }
        | Matter::Register { .. } => Some("/energy"),
        _ => None,
    }
}

/// Reason for which the site file cannot be changed.
pub(crate) fn staff_action_fault(language: Language, error: &StaffActionError) -> String {
    match error {
        StaffActionError::Demonstration => language
            .pick(
                "Le bâtiment de la démonstration ne peut pas être changé\u{a0}: indiquer le vôtre avec --site.",
                "The building of the demonstration cannot be changed: name your own with --site.",
            )
            .to_owned(),
        StaffActionError::Changed => language
            .pick(
                "Le fichier du site a été changé entre-temps\u{a0}: recharger la page.",
                "The site file was changed meanwhile: load the page again.",
            )
            .to_owned(),
        error => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bad_air_is_an_alarm_and_a_silent_sensor_is_only_unknown() {
        let since = "2026-11-23T12:41:00Z".parse().unwrap();
        let air = Matter::Air { zone: "fablab".parse().unwrap(), co2_ppm: 1612.0 };
        assert_eq!(tone(&Alert::new(air, Severity::Urgent, since)), Tone::Alarm);
        let silence = Matter::Silence {
            device: "bureaux".parse().unwrap(),
            rhythm_s: None,
            battery_percent: None,
        };
        assert_eq!(tone(&Alert::new(silence, Severity::Urgent, since)), Tone::Unknown);
    }
}
