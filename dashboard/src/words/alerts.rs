//! Alerts as sentences: the fact and since when, then what to do.

use domain::site::{Site, Ventilation};
use domain::wire::state::{Alert, Matter, Severity};

use super::{Teller, Tone};

/// An alert in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AlertWords {
    /// The fact.
    pub(crate) fact: String,
    /// What to do, or what to know beside it.
    pub(crate) remedy: String,
    /// Its colour.
    pub(crate) tone: Tone,
    /// Where there is more to see.
    pub(crate) address: Option<&'static str>,
}

impl Teller {
    /// Puts an alert into words.
    pub(crate) fn alert(&self, alert: &Alert, site: &Site) -> AlertWords {
        let tone = match (&alert.matter, alert.severity) {
            (Matter::Silence { .. }, _) => Tone::Unknown,
            (_, Severity::Urgent) => Tone::Alarm,
            (_, Severity::Attention) => Tone::Attention,
            (_, Severity::Info) => Tone::Plain,
        };
        let (fact, remedy) = match &alert.matter {
            Matter::Air { zone, co2_ppm } => self.air_alert(alert, zone.as_str(), *co2_ppm, site),
            Matter::Crowd { zone, people, capacity } => {
                let place = zone.as_ref().map_or(self.language.labels().building, |zone| {
                    site.zone(zone.as_str()).map_or(zone.as_str(), |zone| zone.name.as_str())
                });
                self.crowd_alert(alert, place, *people, *capacity)
            }
            Matter::Silence { device, rhythm_s, battery_percent } => {
                self.silence_alert(alert, device.as_str(), *rhythm_s, *battery_percent)
            }
            Matter::Quarantine { refused } => self.quarantine_alert(*refused),
        };
        let address = match &alert.matter {
            Matter::Air { .. } | Matter::Crowd { .. } => None,
            Matter::Silence { .. } => Some("/sensors"),
            Matter::Quarantine { .. } => Some("/sensors#quarantine"),
        };
        AlertWords { fact, remedy, tone, address }
    }

    fn air_alert(&self, alert: &Alert, id: &str, ppm: f64, site: &Site) -> (String, String) {
        let language = self.language;
        let zone = site.zone(id);
        let name = zone.map_or(id, |zone| zone.name.as_str());
        let (ppm, long) = (language.number(ppm, 0), self.for_how_long(alert.since));
        let fact = language.say(
            format!("{name}\u{a0}: {ppm}\u{a0}ppm depuis {long}"),
            format!("{name}: {ppm}\u{a0}ppm for {long}"),
        );
        let windows = zone.is_none_or(|zone| zone.ventilation == Ventilation::Natural);
        let remedy = if windows {
            language.pick("Ouvrir les fenêtres en grand", "Open the windows wide")
        } else {
            language.pick("Augmenter la ventilation", "Turn the ventilation up")
        };
        (fact, remedy.to_owned())
    }

    fn crowd_alert(&self, alert: &Alert, place: &str, people: f64, of: u32) -> (String, String) {
        let language = self.language;
        let (count, noun) = (language.number(people, 0), language.people_of(people, of));
        let fact = language
            .say(format!("{place}\u{a0}: {count} {noun}"), format!("{place}: {count} {noun}"));
        let since = self.moment(alert.since);
        let remedy = if people >= f64::from(of) {
            language.say(
                format!("Complet depuis {since}\u{a0}: ne plus laisser entrer"),
                format!("Full since {since}: let nobody else in"),
            )
        } else {
            language.say(
                format!("Presque complet depuis {since}"),
                format!("Nearly full since {since}"),
            )
        };
        (fact, remedy)
    }

    fn silence_alert(
        &self,
        alert: &Alert,
        device: &str,
        rhythm_s: Option<f64>,
        battery_percent: Option<f64>,
    ) -> (String, String) {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.say(
            format!("Capteur «\u{a0}{device}\u{a0}» muet depuis {since}"),
            format!("Sensor \u{201c}{device}\u{201d} silent since {since}"),
        );
        let rhythm = rhythm_s.map(|seconds| {
            let every = language.every(seconds);
            language.say(
                format!("d\u{2019}ordinaire une mesure {every}"),
                format!("usually a reading {every}"),
            )
        });
        let battery = battery_percent.map(|percent| {
            format!(
                "{} {}",
                language.pick("pile à", "battery at"),
                language.percent(percent / 100.0)
            )
        });
        let known: Vec<String> = rhythm.into_iter().chain(battery).collect();
        if known.is_empty() {
            let look = language.pick("Vérifier son alimentation", "Check its power supply");
            return (fact, look.to_owned());
        }
        (fact, known.join(" · "))
    }

    fn quarantine_alert(&self, refused: u64) -> (String, String) {
        let language = self.language;
        let count = language.count(refused);
        let noun = match refused {
            0 | 1 => language.pick("message refusé", "message refused"),
            _ => language.pick("messages refusés", "messages refused"),
        };
        let remedy = language.pick(
            "La page Capteurs donne le motif de chacun",
            "The Sensors page gives the reason for each",
        );
        (format!("{count} {noun}"), remedy.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use domain::Instant;
    use domain::site;
    use jiff::tz::TimeZone;

    use super::super::Language;
    use super::*;

    fn teller(language: Language) -> Teller {
        let zone = TimeZone::get("Europe/Paris").unwrap();
        Teller { language, zone, now: at("2026-11-23T13:03:00Z") }
    }

    fn at(text: &str) -> Instant {
        text.parse().unwrap()
    }

    fn said(language: Language, matter: Matter) -> AlertWords {
        let site = site::parse(site::DREUX, "dreux.toml").unwrap();
        let since = at("2026-11-23T12:41:00Z");
        teller(language).alert(&Alert { matter, severity: Severity::Urgent, since }, &site)
    }

    #[test]
    fn a_silent_sensor_says_since_when_and_what_is_usual() {
        let matter = || Matter::Silence {
            device: "bureaux".parse().unwrap(),
            rhythm_s: Some(10.0),
            battery_percent: Some(62.0),
        };
        let french = said(Language::French, matter());
        assert_eq!(french.fact, "Capteur «\u{a0}bureaux\u{a0}» muet depuis 13:41");
        assert_eq!(
            french.remedy,
            "d\u{2019}ordinaire une mesure toutes les 10\u{a0}s · pile à 62\u{202f}%"
        );
        let english = said(Language::English, matter());
        assert_eq!(english.fact, "Sensor \u{201c}bureaux\u{201d} silent since 13:41");
    }

    #[test]
    fn bad_air_names_the_room_the_level_and_the_remedy() {
        let zone = "fablab".parse().unwrap();
        let words = said(Language::French, Matter::Air { zone, co2_ppm: 1612.0 });
        assert_eq!(words.fact, "FabLab\u{a0}: 1\u{202f}612\u{a0}ppm depuis 22\u{a0}min");
        assert!(!words.remedy.is_empty());
        assert_eq!(words.tone, Tone::Alarm);
    }

    #[test]
    fn a_full_building_lets_nobody_else_in() {
        let matter = Matter::Crowd { zone: None, people: 200.0, capacity: 200 };
        let words = said(Language::French, matter);
        assert_eq!(words.fact, "Bâtiment\u{a0}: 200 personnes sur 200");
        assert_eq!(words.remedy, "Complet depuis 13:41\u{a0}: ne plus laisser entrer");
    }
}
