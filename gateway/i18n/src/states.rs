//! States of people, air, devices, machines and data. Each has a word, since a colour alone is not enough.

use domain::Instant;
use domain::air::AirLevel;
use domain::device::{DeviceHealth, Freshness};
use domain::energy::{Activity, ActivityState, EnergyState};
use domain::figure::{Quality, is_complete};
use domain::occupancy::{Occupancy, PeopleState, Witness, Witnesses};
use domain::wire::state::BuildingState;

use super::{Language, Locale};

/// Meaning of a colour; each also has its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Needs somebody today.
    Attention,
    /// Needs somebody now.
    Alarm,
    /// Not known, or too old to rely on.
    Unknown,
    /// Says nothing of good or bad.
    Plain,
}

impl Tone {
    /// Class in style sheets.
    pub const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Alarm => "alarm",
            Self::Unknown => "unknown",
            Self::Plain => "plain",
        }
    }
}

impl Language {
    /// Air of a room at a level of CO2, as what to do about it.
    pub const fn air_level(self, level: AirLevel) -> (&'static str, Tone) {
        match level {
            AirLevel::Good => (self.pick("bon", "good"), Tone::Good),
            AirLevel::Stale => (self.pick("aérer", "air the room"), Tone::Attention),
            AirLevel::Bad => (self.pick("aérer maintenant", "air it now"), Tone::Alarm),
            AirLevel::Impossible => (self.pick("capteur à régler", "adjust sensor"), Tone::Unknown),
        }
    }

    /// The same for a display that is read from afar.
    pub const fn air_level_on_the_wall(self, level: AirLevel) -> (&'static str, Tone) {
        let (_, tone) = self.air_level(level);
        let short = match level {
            AirLevel::Good => self.pick("air bon", "good air"),
            AirLevel::Stale => self.pick("aérer", "air it"),
            AirLevel::Bad => self.pick("aérer vite", "air it now"),
            AirLevel::Impossible => self.pick("à régler", "adjust"),
        };
        (short, tone)
    }

    /// Freshness of a reading: `fresh`, `late` and `lost` of the API.
    pub const fn freshness(self, freshness: Freshness) -> (&'static str, Tone) {
        match freshness {
            Freshness::Fresh => (self.pick("à jour", "up to date"), Tone::Good),
            Freshness::Late => (self.pick("en retard", "late"), Tone::Attention),
            Freshness::Lost => (self.pick("muet", "silent"), Tone::Unknown),
        }
    }

    /// State of a device: `online`, `sleeping`, `late`, `lost` and `offline` of the API. Late and lost are the words of
    /// its readings.
    pub const fn device(self, health: DeviceHealth) -> (&'static str, Tone) {
        match health {
            DeviceHealth::Online => (self.pick("en ligne", "online"), Tone::Good),
            DeviceHealth::Sleeping => (self.pick("en sommeil", "asleep"), Tone::Good),
            DeviceHealth::Late => self.freshness(Freshness::Late),
            DeviceHealth::Lost => self.freshness(Freshness::Lost),
            DeviceHealth::Offline => (self.pick("déconnecté", "disconnected"), Tone::Unknown),
        }
    }

    /// Quality of a figure.
    pub const fn quality(self, quality: Quality) -> &'static str {
        match quality {
            Quality::Measured => self.pick("mesuré", "measured"),
            Quality::Estimated => self.pick("estimé", "estimated"),
            Quality::Partial => self.pick("incomplet", "incomplete"),
            Quality::Unknown => self.pick("inconnu", "unknown"),
        }
    }

    /// Measured share of today's energy: `97 % mesuré`; `None` when it is complete.
    pub fn coverage(self, energy: &EnergyState) -> Option<String> {
        if energy.energy_quality == Quality::Unknown || energy.today_wh.is_none() {
            return None;
        }
        let word = self.pick("mesuré", "measured");
        (!is_complete(energy.coverage)).then(|| format!("{} {word}", self.percent(energy.coverage)))
    }

    /// People of a zone in one word or number: `34`, `inconnu`, `occupée`, `vide`.
    pub fn people(self, people: &PeopleState) -> String {
        match (people.people, people.occupancy) {
            (Some(count), _) => self.number(count, 0),
            (None, Occupancy::Occupied) => self.pick("occupée", "occupied").to_owned(),
            (None, Occupancy::Vacant) => self.pick("vide", "empty").to_owned(),
            (None, Occupancy::Unknown) => self.pick("inconnu", "unknown").to_owned(),
        }
    }

    /// Interval of an estimate: `entre 110 et 127`; `None` when the figure is certain.
    pub fn between(self, people: &PeopleState) -> Option<String> {
        let (low, high) = (people.low?.round(), people.high?.round());
        people.people?;
        let (low_text, high_text) = (self.number(low, 0), self.number(high, 0));
        (low < high).then(|| match self {
            Self::French => format!("entre {low_text} et {high_text}"),
            Self::English => format!("between {low_text} and {high_text}"),
        })
    }

    /// Instruments that a number of people rests on: `portes, détecteurs, CO₂`; `None` without any.
    pub fn witnesses(self, sources: Witnesses) -> Option<String> {
        let name = |witness| match witness {
            Witness::Doors => self.pick("portes", "doors"),
            Witness::Detectors => self.pick("détecteurs", "detectors"),
            Witness::Air => "CO₂",
        };
        let names: Vec<&str> = sources.each().map(name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// Noun and capacity after a number of people: `personnes sur 200`.
    pub fn people_of(self, people: f64, capacity: u32) -> String {
        let one = match self {
            Self::French => people.round() < 2.0,
            Self::English => (people.round() - 1.0).abs() < 0.5,
        };
        let noun = self.pick(["personnes", "personne"], ["people", "person"])[usize::from(one)];
        let of = self.pick("sur", "of");
        format!("{noun} {of} {}", self.number(f64::from(capacity), 0))
    }

    /// Word for a building without room.
    pub const fn full(self) -> &'static str {
        self.pick("complet", "full")
    }

    /// Word for a building with little room.
    pub const fn nearly_full(self) -> &'static str {
        self.pick("presque complet", "nearly full")
    }

    /// Finding of a curve of power.
    pub fn highest_power(self, power: &str, at: &str) -> String {
        match self {
            Self::French => format!("au plus {power}, à {at}"),
            Self::English => format!("at most {power}, at {at}"),
        }
    }

    /// Enumeration: `Four, laser et fraiseuse`.
    pub fn list(self, names: &[&str]) -> String {
        match names {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.pick("et", "and")),
        }
    }

    /// Title of the live page: the number of people first.
    pub fn title(self, building: &BuildingState, site: &str, capacity: u32) -> String {
        let answer = match building.people.people {
            _ if is_closed(building) => self.labels().closed.to_owned(),
            Some(people) => {
                format!("{} {}", self.number(people, 0), self.people_of(people, capacity))
            }
            None => self.labels().people_unknown.to_owned(),
        };
        format!("{answer} · {site}")
    }
}

/// Whether the building counts as closed: outside of opening hours, and estimated to be empty.
pub fn is_closed(building: &BuildingState) -> bool {
    let nobody = building.people.people.is_some_and(|people| people.round() < 1.0);
    building.open == Some(false) && nobody
}

impl Locale {
    /// Reading that is late, with its age: `en retard, il y a 4 min`.
    pub fn late(&self, last: Instant) -> String {
        format!("{}, {}", self.language.freshness(Freshness::Late).0, self.ago(last))
    }

    /// Source that is lost, with the time of its last reading: `muet depuis 13:41`.
    pub fn silent_since(&self, last: Instant) -> String {
        let since = self.language.pick("depuis", "since");
        let (word, _) = self.language.freshness(Freshness::Lost);
        format!("{word} {since} {}", self.moment(last))
    }

    /// Activity of a machine and its duration: `en marche, 42 min`.
    pub fn activity(&self, activity: Activity) -> String {
        let word = match activity.state {
            ActivityState::Running => self.language.pick("en marche", "running"),
            ActivityState::Standby => self.language.pick("en veille", "on standby"),
            ActivityState::Off => self.language.pick("éteinte", "off"),
        };
        format!("{word}, {}", self.for_how_long(activity.since))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use domain::occupancy::Parts;
    use domain::site::Thresholds;
    use jiff::tz::TimeZone;

    use super::Language::{English, French};
    use super::*;

    fn people(count: Option<f64>, occupancy: Occupancy) -> PeopleState {
        PeopleState {
            people: count,
            low: None,
            high: None,
            capacity: Some(100),
            share: None,
            occupancy,
            quality: Quality::Unknown,
            parts: Parts::None,
            sources: Witnesses::NOTHING,
            drift: None,
            last_residual: None,
        }
    }

    #[test]
    fn the_instruments_behind_a_number_of_people_are_named() {
        let all = [Witness::Doors, Witness::Detectors, Witness::Air].map(|witness| (witness, true));
        assert_eq!(French.witnesses(Witnesses::of(all)).unwrap(), "portes, détecteurs, CO₂");
        assert_eq!(English.witnesses(Witnesses::of([all[0]])).unwrap(), "doors");
        assert_eq!(French.witnesses(Witnesses::NOTHING), None);
    }

    #[test]
    fn unknown_is_shown_as_unknown_and_never_as_nobody() {
        assert_eq!(French.people(&people(None, Occupancy::Unknown)), "inconnu");
        assert_eq!(English.people(&people(None, Occupancy::Unknown)), "unknown");
        assert_eq!(French.people(&people(None, Occupancy::Vacant)), "vide");
        assert_eq!(French.people(&people(Some(0.0), Occupancy::Vacant)), "0");
    }

    #[test]
    fn an_estimate_names_its_interval_and_a_certain_number_none() {
        let estimate = PeopleState {
            low: Some(110.2),
            high: Some(126.8),
            ..people(Some(118.0), Occupancy::Occupied)
        };
        assert_eq!(French.between(&estimate).unwrap(), "entre 110 et 127");
        let certain = PeopleState {
            low: Some(3.0),
            high: Some(3.0),
            ..people(Some(3.0), Occupancy::Occupied)
        };
        assert_eq!(French.between(&certain), None);
    }

    #[test]
    fn french_counts_nobody_in_the_singular_and_english_in_the_plural() {
        assert_eq!(French.people_of(0.0, 200), "personne sur 200");
        assert_eq!(English.people_of(0.0, 200), "people of 200");
        assert_eq!(English.people_of(1.0, 200), "person of 200");
        assert_eq!(French.people_of(118.0, 200), "personnes sur 200");
    }

    #[test]
    fn the_air_has_a_word_at_every_level() {
        let word = |ppm| French.air_level(AirLevel::of(ppm, &Thresholds::default())).0;
        assert_eq!(word(742.0), "bon");
        assert_eq!(word(800.0), "aérer");
        assert_eq!(word(1500.0), "aérer maintenant");
    }

    #[test]
    fn less_co2_than_outdoors_is_a_fault_of_the_instrument() {
        let level = AirLevel::of(380.0, &Thresholds::default());
        assert_eq!(level, AirLevel::Impossible);
        assert_eq!(French.air_level(level).1, Tone::Unknown);
    }

    #[test]
    fn a_device_and_its_readings_are_late_and_lost_in_the_same_words() {
        for language in [French, English] {
            assert_eq!(language.device(DeviceHealth::Late), language.freshness(Freshness::Late));
            assert_eq!(language.device(DeviceHealth::Lost), language.freshness(Freshness::Lost));
        }
    }

    #[test]
    fn each_state_of_a_device_has_a_word_of_its_own() {
        use DeviceHealth::{Late, Lost, Offline, Online, Sleeping};
        let states = [Online, Sleeping, Late, Lost, Offline];
        for language in [French, English] {
            let words: BTreeSet<_> = states.map(|state| language.device(state).0).into();
            assert_eq!(words.len(), states.len(), "{words:?}");
        }
    }

    fn energy(coverage: f64, today_wh: Option<f64>) -> EnergyState {
        EnergyState {
            power_w: None,
            today_wh,
            yesterday_wh: None,
            month_wh: None,
            coverage,
            energy_quality: Quality::Partial,
        }
    }

    #[test]
    fn incomplete_energy_has_its_measured_share() {
        assert_eq!(French.coverage(&energy(0.97, Some(1.0))).unwrap(), "97\u{202f}% mesuré");
        assert_eq!(French.coverage(&energy(0.98, Some(1.0))), None);
        assert_eq!(French.coverage(&energy(0.97, None)), None);
    }

    #[test]
    fn the_activity_of_a_machine_has_a_duration() {
        let now: Instant = "2026-11-23T13:03:00Z".parse().unwrap();
        let since = "2026-11-23T12:21:00Z".parse().unwrap();
        let locale = Locale { language: French, zone: TimeZone::UTC, now };
        let running = Activity { state: ActivityState::Running, since };
        assert_eq!(locale.activity(running), "en marche, 42\u{a0}min");
    }
}
