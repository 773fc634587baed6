//! Zones: their air, their warmth, and the people in them.

use domain::alerts::Alert;
use domain::device::Fault;
use domain::ids::ZoneId;
use domain::site::{Site, Ventilation};

use super::Locale;

impl Locale {
    pub(super) fn air_alert(
        &self,
        alert: &Alert,
        id: &str,
        ppm: f64,
        site: &Site,
    ) -> (String, String) {
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

    /// It is too warm; what helps depends on whether heat or the sun makes it so.
    pub(super) fn hot_alert(&self, alert: &Alert, zone: &str, celsius: f64) -> (String, String) {
        let language = self.language;
        let remedy =
            language.pick("Baisser les stores, aérer la nuit", "Lower the blinds, air at night");
        (self.warmth(alert, zone, celsius), remedy.to_owned())
    }

    pub(super) fn cold_alert(&self, alert: &Alert, zone: &str, celsius: f64) -> (String, String) {
        let language = self.language;
        let remedy = language
            .pick("Vérifier le chauffage et les fenêtres", "Check the heating and the windows");
        (self.warmth(alert, zone, celsius), remedy.to_owned())
    }

    pub(super) fn heated_alert(&self, alert: &Alert, zone: &str, celsius: f64) -> (String, String) {
        let language = self.language;
        let (warm, long) = (language.number(celsius, 1), self.for_how_long(alert.since));
        let fact = language.say(
            format!("{zone}\u{a0}: {warm}\u{a0}°C et personne depuis {long}"),
            format!("{zone}: {warm}\u{a0}°C and nobody there for {long}"),
        );
        (fact, language.pick("Baisser le chauffage", "Turn the heating down").to_owned())
    }

    pub(super) fn closed_heated_alert(&self, zone: &str, celsius: f64) -> (String, String) {
        let language = self.language;
        let warm = language.number(celsius, 1);
        let fact = language.say(
            format!("{zone}\u{a0}: {warm}\u{a0}°C, et le bâtiment est fermé depuis longtemps"),
            format!("{zone}: {warm}\u{a0}°C, and the building has long been closed"),
        );
        let remedy = language.pick(
            "Chauffage oublié\u{a0}? Le passer en réduit ou en hors-gel",
            "Was the heating left on? Turn it down, or to frost protection",
        );
        (fact, remedy.to_owned())
    }

    pub(super) fn instrument_alert(
        &self,
        zone: &str,
        point: &str,
        faults: &[Fault],
    ) -> (String, String) {
        let language = self.language;
        let faults: Vec<&str> = faults.iter().map(|fault| language.fault(*fault)).collect();
        let faults = faults.join(", ");
        let fact = language.say(
            format!("{zone}\u{a0}: capteur de CO₂ «\u{a0}{point}\u{a0}» suspect ({faults})"),
            format!("{zone}: CO₂ sensor \u{201c}{point}\u{201d} is suspect ({faults})"),
        );
        let remedy = language.pick(
            "Le laisser une heure à l\u{2019}air libre et refaire son étalonnage",
            "Leave it in outdoor air for an hour and calibrate it again",
        );
        (fact, remedy.to_owned())
    }

    pub(super) fn humidity_alert(
        &self,
        alert: &Alert,
        zone: &str,
        percent: f64,
    ) -> (String, String) {
        let language = self.language;
        let (share, long) = (language.percent(percent / 100.0), self.for_how_long(alert.since));
        let fact = language.say(
            format!("{zone}\u{a0}: {share} d\u{2019}humidité depuis {long}"),
            format!("{zone}: {share} humidity for {long}"),
        );
        let remedy = if percent > 50.0 {
            language.pick(
                "Aérer, chercher d\u{2019}où vient l\u{2019}eau",
                "Air the room, look where the water comes from",
            )
        } else {
            language.pick("Chauffer moins, humidifier", "Heat less, add moisture")
        };
        (fact, remedy.to_owned())
    }

    fn warmth(&self, alert: &Alert, zone: &str, celsius: f64) -> String {
        let language = self.language;
        let (warm, long) = (language.number(celsius, 1), self.for_how_long(alert.since));
        language.say(
            format!("{zone}\u{a0}: {warm}\u{a0}°C depuis {long}"),
            format!("{zone}: {warm}\u{a0}°C for {long}"),
        )
    }

    /// The name of a zone, or of the building without one.
    pub(super) fn place<'a>(&self, zone: Option<&'a ZoneId>, site: &'a Site) -> &'a str {
        zone.map_or(self.language.labels().building, |zone| {
            site.zone(zone.as_str()).map_or(zone.as_str(), |zone| zone.name.as_str())
        })
    }

    pub(super) fn crowd_alert(
        &self,
        alert: &Alert,
        place: &str,
        (people, of): (f64, u32),
        to_verify: bool,
    ) -> (String, String) {
        let language = self.language;
        let (count, noun) = (language.number(people, 0), language.people_of(people, of));
        let fact = language
            .say(format!("{place}\u{a0}: {count} {noun}"), format!("{place}: {count} {noun}"));
        let since = self.moment(alert.since);
        let remedy = if to_verify {
            language.say(
                format!("Peut-être complet depuis {since}\u{a0}: à vérifier sur place"),
                format!("Perhaps full since {since}: please look"),
            )
        } else if people >= f64::from(of) {
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

    pub(super) fn after_hours_alert(&self, alert: &Alert, place: &str) -> (String, String) {
        let language = self.language;
        let since = self.moment(alert.since);
        let fact = language.say(
            format!("{place}\u{a0}: quelqu\u{2019}un est là après la fermeture"),
            format!("{place}: somebody is there after closing"),
        );
        let remedy = language.say(
            format!("Depuis {since}\u{a0}: faire un tour avant de fermer"),
            format!("Since {since}: walk round before locking up"),
        );
        (fact, remedy)
    }
}
