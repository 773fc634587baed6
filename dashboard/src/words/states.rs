//! States of the domain in words. A state is never told by colour alone.

use domain::air::AirLevel;
use domain::device::DeviceHealth;
use domain::energy::{Activity, ActivityState, EnergyState};
use domain::figure::Quality;
use domain::occupancy::{Occupancy, PeopleState, Witness, Witnesses};
use domain::site::Thresholds;
use domain::wire::state::BuildingState;

use super::{Language, Locale};

/// What a colour may say; each also has its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tone {
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
    /// The class in style sheets.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Attention => "attention",
            Self::Alarm => "alarm",
            Self::Unknown => "unknown",
            Self::Plain => "plain",
        }
    }
}

/// What CO2 means for who is in the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Air {
    /// Good.
    Good,
    /// Should be renewed.
    Stale,
    /// Must be renewed.
    Bad,
    /// The instrument cannot be right.
    Impossible,
}

impl Air {
    /// What this much CO2 means.
    pub(crate) fn of(co2_ppm: f64, thresholds: &Thresholds) -> Self {
        match AirLevel::of(co2_ppm, thresholds) {
            AirLevel::Impossible => Self::Impossible,
            AirLevel::Good => Self::Good,
            AirLevel::Stale => Self::Stale,
            AirLevel::Bad => Self::Bad,
        }
    }

    pub(crate) const fn tone(self) -> Tone {
        match self {
            Self::Good => Tone::Good,
            Self::Stale => Tone::Attention,
            Self::Bad => Tone::Alarm,
            Self::Impossible => Tone::Unknown,
        }
    }
}

impl Language {
    /// What to do about the air.
    pub(crate) const fn air(self, air: Air) -> &'static str {
        match air {
            Air::Good => self.pick("bon", "good"),
            Air::Stale => self.pick("aérer", "air the room"),
            Air::Bad => self.pick("aérer maintenant", "air it now"),
            Air::Impossible => self.pick("capteur à régler", "adjust sensor"),
        }
    }

    /// The same, for a display that is read from afar.
    pub(crate) const fn air_on_the_wall(self, air: Air) -> &'static str {
        match air {
            Air::Good => self.pick("air bon", "good air"),
            Air::Stale => self.pick("aérer", "air it"),
            Air::Bad => self.pick("aérer vite", "air it now"),
            Air::Impossible => self.pick("à régler", "adjust"),
        }
    }

    /// How a device is.
    pub(crate) const fn device(self, health: DeviceHealth) -> (&'static str, Tone) {
        match health {
            DeviceHealth::Online => (self.pick("en ligne", "online"), Tone::Good),
            DeviceHealth::Sleeping => (self.pick("en sommeil", "asleep"), Tone::Good),
            DeviceHealth::Late => (self.pick("en retard", "late"), Tone::Attention),
            DeviceHealth::Lost => (self.pick("muet", "silent"), Tone::Unknown),
            DeviceHealth::Offline => (self.pick("déconnecté", "disconnected"), Tone::Unknown),
        }
    }

    /// How a figure came about.
    pub(crate) const fn quality(self, quality: Quality) -> &'static str {
        match quality {
            Quality::Measured => self.pick("mesuré", "measured"),
            Quality::Estimated => self.pick("estimé", "estimated"),
            Quality::Partial => self.pick("incomplet", "incomplete"),
            Quality::Unknown => self.pick("inconnu", "unknown"),
        }
    }

    /// How complete today's energy is: nothing when it is, `98 % mesuré` when not.
    pub(crate) fn coverage(self, energy: &EnergyState) -> Option<String> {
        if energy.energy_quality == Quality::Unknown || energy.today_wh.is_none() {
            return None;
        }
        // Readings come every few seconds, so the last of them never reaches up to now.
        let complete = energy.coverage >= 0.995;
        let word = self.pick("mesuré", "measured");
        (!complete).then(|| format!("{} {word}", self.percent(energy.coverage)))
    }

    /// The people of a zone in one word or number: `34`, `inconnu`, `occupée`, `vide`.
    pub(crate) fn people(self, people: &PeopleState) -> String {
        match (people.people, people.occupancy) {
            (Some(count), _) => self.number(count, 0),
            (None, Occupancy::Occupied) => self.pick("occupée", "occupied").to_owned(),
            (None, Occupancy::Vacant) => self.pick("vide", "empty").to_owned(),
            (None, Occupancy::Unknown) => self.pick("inconnu", "unknown").to_owned(),
        }
    }

    /// The interval of an estimate: `entre 110 et 127`; nothing when the figure is certain.
    pub(crate) fn between(self, people: &PeopleState) -> Option<String> {
        let (low, high) = (people.low?.round(), people.high?.round());
        people.people?;
        let (low_text, high_text) = (self.number(low, 0), self.number(high, 0));
        (low < high).then(|| match self {
            Self::French => format!("entre {low_text} et {high_text}"),
            Self::English => format!("between {low_text} and {high_text}"),
        })
    }

    /// `portes, détecteurs, CO₂`; nothing when nothing told.
    pub(crate) fn witnesses(self, sources: Witnesses) -> Option<String> {
        let name = |witness| match witness {
            Witness::Doors => self.pick("portes", "doors"),
            Witness::Detectors => self.pick("détecteurs", "detectors"),
            Witness::Air => "CO₂",
        };
        let names: Vec<&str> = sources.each().map(name).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// What stands before the capacity: `personnes sur 200`.
    pub(crate) fn people_of(self, people: f64, capacity: u32) -> String {
        let one = match self {
            Self::French => people.round() < 2.0,
            Self::English => (people.round() - 1.0).abs() < 0.5,
        };
        let noun = self.pick(["personnes", "personne"], ["people", "person"])[usize::from(one)];
        let of = self.pick("sur", "of");
        format!("{noun} {of} {}", self.number(f64::from(capacity), 0))
    }

    /// There is no room left.
    pub(crate) const fn full(self) -> &'static str {
        self.pick("complet", "full")
    }

    /// There is little room left.
    pub(crate) const fn nearly_full(self) -> &'static str {
        self.pick("presque complet", "nearly full")
    }

    /// The finding of a curve of power.
    pub(crate) fn highest_power(self, power: &str, at: &str) -> String {
        match self {
            Self::French => format!("au plus {power}, à {at}"),
            Self::English => format!("at most {power}, at {at}"),
        }
    }

    /// Names in a row: `Four, laser et fraiseuse`.
    pub(crate) fn list(self, names: &[&str]) -> String {
        match names {
            [] => String::new(),
            [one] => (*one).to_owned(),
            [first @ .., last] => format!("{} {} {last}", first.join(", "), self.pick("et", "and")),
        }
    }

    /// The page's title: the answer first.
    pub(crate) fn title(self, building: &BuildingState, site: &str, capacity: u32) -> String {
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

/// Whether the building counts as closed: out of hours, and nobody known to be inside.
pub(crate) fn is_closed(building: &BuildingState) -> bool {
    let nobody = building.people.people.is_some_and(|people| people.round() < 1.0);
    building.open == Some(false) && nobody
}

impl Locale {
    /// Since when something is silent: `muet depuis 13:41`.
    pub(crate) fn silent_since(&self, last: domain::Instant) -> String {
        format!("{} {}", self.language.labels().silent_since, self.moment(last))
    }

    /// What a machine does, and for how long: `en marche, 42 min`.
    pub(crate) fn activity(&self, activity: Activity) -> String {
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
    use domain::Instant;
    use domain::occupancy::Parts;
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
    fn what_told_the_people_is_named() {
        let all = [Witness::Doors, Witness::Detectors, Witness::Air].map(|witness| (witness, true));
        assert_eq!(French.witnesses(Witnesses::of(all)).unwrap(), "portes, détecteurs, CO₂");
        assert_eq!(English.witnesses(Witnesses::of([all[0]])).unwrap(), "doors");
        assert_eq!(French.witnesses(Witnesses::NOTHING), None);
    }

    #[test]
    fn unknown_is_told_as_unknown_and_never_as_nobody() {
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
        assert_eq!(French.air(Air::of(742.0, &Thresholds::default())), "bon");
        assert_eq!(French.air(Air::of(800.0, &Thresholds::default())), "aérer");
        assert_eq!(French.air(Air::of(1500.0, &Thresholds::default())), "aérer maintenant");
    }

    #[test]
    fn less_co2_than_outdoors_is_a_fault_of_the_instrument() {
        assert_eq!(Air::of(380.0, &Thresholds::default()), Air::Impossible);
        assert_eq!(Air::Impossible.tone(), Tone::Unknown);
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
    fn energy_that_is_not_complete_says_how_much_was_measured() {
        assert_eq!(French.coverage(&energy(0.98, Some(1.0))).unwrap(), "98\u{202f}% mesuré");
        assert_eq!(French.coverage(&energy(1.0, Some(1.0))), None);
        assert_eq!(French.coverage(&energy(0.98, None)), None);
    }

    #[test]
    fn a_machine_says_what_it_does_and_for_how_long() {
        let now: Instant = "2026-11-23T13:03:00Z".parse().unwrap();
        let since = "2026-11-23T12:21:00Z".parse().unwrap();
        let locale = Locale { language: French, zone: TimeZone::UTC, now };
        let running = Activity { state: ActivityState::Running, since };
        assert_eq!(locale.activity(running), "en marche, 42\u{a0}min");
    }
}
