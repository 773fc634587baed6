//! Attendance, doors, air and CO2 sensors of zones over a period.

use domain::air::{Advice, Airing, Category, Icone, PerPerson, Renewal, RenewalBasis};
use domain::device::Fault;
use domain::occupancy::Residual;
use domain::occupancy::{Balance, Peak};

use super::texts::labels;
use super::{Language, Locale};

impl Language {
    /// Fixed texts of the page of zones.
    pub const fn zone_labels(self) -> &'static ZoneLabels {
        match self {
            Self::French => &ZoneLabels::FRENCH,
            Self::English => &ZoneLabels::ENGLISH,
        }
    }
}

labels! {
    /// The fixed texts of the page of zones in one language.
    ZoneLabels:
    views: "Vues des zones", "Views of zones";
    now: "En ce moment", "Now";
    attendance: "Fréquentation", "Attendance";
    air: "Air", "Air";
    doors: "Comptage des portes", "Counting at the doors";
    instruments: "Capteurs de CO₂", "CO₂ sensors";
    all: "Toutes les zones", "All zones";
    pick_one:
        "Sur plus d\u{2019}une semaine le calcul part de chaque mesure\u{a0}: choisissez une zone pour son détail. Voici le bâtiment.",
        "Over more than a week the figures start from every reading: choose a zone for its detail. This is the building.";

    peak: "Au plus fort", "At most";
    mean_share: "Remplissage moyen", "Mean share of capacity";
    nearly_full: "Au-dessus de 80\u{202f}%", "Above 80%";
    person_hours: "Heures-personnes", "Person-hours";
    visits: "Visites", "Visits";
    use_rate: "Utilisée pendant l\u{2019}ouverture", "Used while open";
    quality: "Qualité", "Quality";
    known: "Temps connu", "Known time";
    no_doors: "pas comptées", "not counted";
    withheld: "non affiché", "not shown";
    withheld_note:
        "Le nombre de personnes d\u{2019}un petit local n\u{2019}est montré qu\u{2019}aux personnes connectées.",
        "The number of people in a small room is shown only to those who are logged in.";
    no_capacity: "sans capacité", "no capacity";
    never_open: "jamais ouverte", "never open";
    mean_people: "En moyenne", "On average";
    counted_people: "Compté aux portes, brut", "Counted at the doors, raw";
    attendance_note:
        "Une visite est un passage aller et retour, pas une personne\u{a0}: qui vient deux fois compte deux fois. Sans mesure rien n\u{2019}est compté, ni présence ni absence.",
        "A visit is once in and once out, not a person: who comes twice counts twice. Where nothing is measured nothing is counted, neither presence nor absence.";
    counted_note:
        "Le compte brut est celui des portes seules, avec leurs erreurs\u{a0}; il peut descendre sous zéro. Le chiffre retenu tient compte de l\u{2019}air, des détecteurs, des zones voisines et de ce qui restait à la clôture.",
        "The raw count is that of the doors alone, with their errors; it may fall below zero. The figure that is told takes the air, the detectors, the zones beside it and what was left at closing into account.";
    nothing_measured: "Rien n\u{2019}a été mesuré ici pendant cette période.", "Nothing was measured here in this period.";
    people_by_hour: "Personnes en moyenne, heure par heure", "People on average, hour by hour";
    people_by_day: "Personnes en moyenne, jour par jour", "People on average, day by day";
    hour: "Heure", "Hour";
    day: "Jour", "Day";
    zone: "Zone", "Zone";

    co2_now: "CO₂ en ce moment", "CO₂ now";
    above_reference: "Au-dessus de la référence", "Above the reference";
    above_action: "À aérer sans attendre", "To be aired at once";
    highest: "Au plus haut", "Highest";
    icone: "Confinement (ICONE)", "Stuffiness (ICONE)";
    category: "Catégorie EN\u{a0}16798-1", "EN\u{a0}16798-1 category";
    sources: "D\u{2019}après", "Told by";
    renewal: "Renouvellement de l\u{2019}air", "Air renewal";
    renewal_open: "Renouvellement, bâtiment ouvert", "Renewal while open";
    per_person: "Air neuf par personne", "Fresh air per person";
    occupied_time: "Temps avec du monde", "Time with people";
    nobody_came: "personne n\u{2019}est venu", "nobody came";
    nothing_decays: "pas encore connu", "not known yet";
    airings: "Aérations", "Airings";
    no_airing: "Aucune aération dans cette période.", "No airing in this period.";
    advice: "Que faire", "What to do";
    no_air: "Aucun capteur de CO₂ dans ce périmètre.", "No CO₂ sensor in this scope.";
    air_note:
        "Les parts, ICONE et la catégorie portent sur le temps avec du monde. ICONE va de 0 (nul) à 5 (extrême) et demande une semaine d\u{2019}occupation. Catégorie\u{a0}: I la meilleure, IV hors norme, tenue 95\u{202f}% du temps.",
        "Shares, ICONE and the category are of the time with people. ICONE goes from 0 (none) to 5 (extreme) and asks for a week of occupation. Category: I is the best, IV outside the standard, held 95% of the time.";
    renewal_note:
        "Renouvellement\u{a0}: combien de fois par heure l\u{2019}air du local est remplacé, fenêtres fermées, d\u{2019}après la baisse du CO₂ après le départ des gens. Les ventilateurs suivent souvent les heures d\u{2019}ouverture\u{a0}: les deux régimes sont donnés à part. L\u{2019}air neuf par personne suppose un état stable\u{a0}: c\u{2019}est un ordre de grandeur.",
        "Renewal: how many times an hour the air of the room is replaced, windows closed, from the fall of CO₂ once people are gone. Fans often follow the opening hours: both are told apart. Fresh air per person assumes a steady state: it is an order of magnitude.";

    people_in: "Entrées", "In";
    people_out: "Sorties", "Out";
    drift: "Écart", "Difference";
    balance: "Équilibre", "Balance";
    left: "Restait à la clôture", "Left at closing";
    not_closed: "pas encore clos", "not closed yet";
    door: "Porte", "Door";
    no_doorways: "Aucune porte ne compte ici.", "No door counts here.";
    doors_note:
        "Qui entre ressort\u{a0}: l\u{2019}écart du jour est l\u{2019}erreur des compteurs. Une porte seule peut avoir un écart juste, quand on entre par l\u{2019}une et sort par l\u{2019}autre. Équilibre\u{a0}: bon sous 2\u{202f}%, à surveiller sous 5\u{202f}%, mauvais au-delà.",
        "Who comes in goes out: the difference of a day is the error of the counters. A single door may rightly differ, when people come by one and leave by another. Balance: good below 2%, to be watched below 5%, bad beyond.";

    sensor: "Capteur", "Sensor";
    lowest: "Au plus bas", "Lowest";
    night: "La nuit", "At night";
    below_outdoor: "Sous 400\u{a0}ppm", "Below 400\u{a0}ppm";
    verdict: "Constat", "Finding";
    right: "rien à signaler", "nothing to report";
    silent: "aucune mesure", "no readings";
    instruments_note:
        "Dehors il y a environ 420\u{a0}ppm de CO₂\u{a0}: un capteur qui en voit moins de 400, ou qui ne descend pas au niveau des autres, est à régler. Ses valeurs sont montrées telles quelles. Une semaine au moins rend ce contrôle sûr.",
        "Outdoors there are about 420\u{a0}ppm of CO₂: a sensor that sees less than 400, or does not come down to the level of the others, must be adjusted. Its values are shown as they are. A week at least makes this check reliable.";
}

impl Language {
    /// Figure with its interval: `34 (entre 30 et 38)`; without one when both ends read the same.
    pub fn with_interval(
        self,
        value: f64,
        (low, high): (Option<f64>, Option<f64>),
        decimals: usize,
    ) -> String {
        let number = |value| self.number(value, decimals);
        match (low.map(number), high.map(number)) {
            (Some(low), Some(high)) if low != high => {
                let between = self
                    .choose(format!("entre {low} et {high}"), format!("between {low} and {high}"));
                format!("{} ({between})", number(value))
            }
            _ => number(value),
        }
    }

    /// Number with its sign: `+3`, `−2`, `0`.
    pub fn signed(self, value: f64) -> String {
        let sign = if value.round() > 0.0 { "+" } else { "" };
        format!("{sign}{}", self.number(value, 0))
    }

    /// Verdict on the balance of doors.
    pub const fn balance(self, balance: Balance) -> &'static str {
        match balance {
            Balance::Good => self.pick("bon", "good"),
            Balance::Check => self.pick("à surveiller", "to be watched"),
            Balance::Bad => self.pick("mauvais", "bad"),
        }
    }

    /// ICONE index with its name: `2, moyen`, marked as provisional when it rests on too little time.
    pub fn icone(self, icone: Icone) -> String {
        let french = ["nul", "faible", "moyen", "élevé", "très élevé", "extrême"];
        let english = ["none", "low", "medium", "high", "very high", "extreme"];
        let word = self.pick(french, english)[usize::from(icone.class.min(5))];
        let provisional = self.pick(" (provisoire)", " (provisional)");
        format!("{}, {word}{}", icone.class, if icone.complete { "" } else { provisional })
    }

    /// EN 16798-1 category: `II`.
    pub const fn category(self, category: Category) -> &'static str {
        match category {
            Category::I => "I",
            Category::Ii => "II",
            Category::Iii => "III",
            Category::Iv => self.pick("IV, hors norme", "IV, outside the standard"),
        }
    }

    /// Air renewal with its basis: `0,6 fois par heure (entre 0,4 et 0,9), 5 nuits`.
    pub fn renewal(self, renewal: &Renewal) -> String {
        let ends = (Some(renewal.low_per_h), Some(renewal.high_per_h));
        let figure = self.with_interval(renewal.per_h, ends, 1);
        let basis = match renewal.basis {
            RenewalBasis::SiteFile => {
                self.pick("d\u{2019}après le fichier du site", "from the site file").to_owned()
            }
            RenewalBasis::NightDecay => {
                let nights = renewal.nights;
                let s = if nights > 1 { "s" } else { "" };
                self.choose(format!("{nights} nuit{s}"), format!("{nights} night{s}"))
            }
            RenewalBasis::DayDecay => {
                let lulls = renewal.nights;
                let s = if lulls > 1 { "s" } else { "" };
                self.choose(format!("{lulls} accalmie{s}"), format!("{lulls} lull{s}"))
            }
        };
        self.choose(
            format!("{figure} fois par heure, {basis}"),
            format!("{figure} times an hour, {basis}"),
        )
    }

    /// Fresh air per person: `28 m³/h (entre 19 et 41)`.
    pub fn per_person(self, each: &PerPerson) -> String {
        let ends = (Some(each.low_m3_h), Some(each.high_m3_h));
        format!("{}\u{a0}m³/h", self.with_interval(each.m3_h, ends, 0))
    }

    /// Fault of an instrument.
    pub const fn fault(self, fault: Fault) -> &'static str {
        match fault {
            Fault::BelowOutdoor => {
                self.pick("voit moins que l\u{2019}air du dehors", "sees less than outdoor air")
            }
            Fault::NightTooLow => self.pick("trop bas la nuit", "too low at night"),
            Fault::NightTooHigh => self.pick("trop haut la nuit", "too high at night"),
            Fault::DiffersFromBuilding => self
                .pick("ne s\u{2019}accorde pas avec les autres", "does not agree with the others"),
            Fault::Frozen => self.pick("valeur figée", "frozen value"),
        }
    }

    /// Advice on airing, with the expected duration.
    pub fn advice(self, advice: &Advice) -> String {
        let target = self.number(advice.target_ppm, 0);
        let Some(minutes) = advice.minutes else {
            return self.choose(
                format!("Ouvrir les fenêtres et sortir un moment\u{a0}: avec autant de monde les fenêtres seules ne ramènent pas l\u{2019}air sous {target}\u{a0}ppm."),
                format!("Open the windows and leave for a while: with so many people windows alone do not bring the air below {target}\u{a0}ppm."),
            );
        };
        let minutes = self.number(minutes.max(1.0), 0);
        let basis = match advice.airings {
            0 => self
                .pick(
                    "valeur usuelle, rien n\u{2019}ayant encore été aéré ici",
                    "a usual value, since nothing was aired here yet",
                )
                .to_owned(),
            1 => {
                self.pick("d\u{2019}après la dernière aération", "from the last airing").to_owned()
            }
            many => self
                .choose(format!("d\u{2019}après {many} aérations"), format!("from {many} airings")),
        };
        self.choose(
            format!("Ouvrir les fenêtres\u{a0}: retour sous {target}\u{a0}ppm en {minutes}\u{a0}min environ ({basis})."),
            format!("Open the windows: below {target}\u{a0}ppm again in about {minutes}\u{a0}min ({basis})."),
        )
    }

    /// Finding on attendance: the zone with the most person-hours.
    pub fn most_visited(self, name: &str, person_hours: &str) -> String {
        self.choose(
            format!(
                "{name} a été la zone la plus fréquentée\u{a0}: {person_hours} heures-personnes"
            ),
            format!("{name} was the zone used most: {person_hours} person-hours"),
        )
    }

    /// Finding on the CO2 sensors.
    pub fn faulty_instruments(self, count: usize) -> String {
        match count {
            0 => self
                .pick("Aucun capteur de CO₂ n\u{2019}est à régler", "No CO₂ sensor needs adjusting")
                .to_owned(),
            1 => self
                .pick("Un capteur de CO₂ est à vérifier", "One CO₂ sensor must be checked")
                .to_owned(),
            _ => self.choose(
                format!("{count} capteurs de CO₂ sont à vérifier"),
                format!("{count} CO₂ sensors must be checked"),
            ),
        }
    }

    /// Finding on the doors: entries minus exits.
    pub fn doors_differ(self, drift: f64, share: f64) -> String {
        let (drift, share) = (self.signed(drift), self.percent(share));
        self.choose(
            format!("Entrées moins sorties\u{a0}: {drift}, soit {share} des passages"),
            format!("In minus out: {drift}, which is {share} of the passages"),
        )
    }
}

impl Locale {
    /// Peak with its interval and time: `34 (entre 30 et 38), 14:15`.
    pub fn peak(&self, peak: &Peak) -> String {
        let people = self.language.with_interval(peak.people, (peak.low, peak.high), 0);
        format!("{people}, {}", self.moment(peak.at))
    }

    /// People still counted inside when the day was closed: `+3, 22:30`.
    pub fn residual(&self, residual: Residual) -> String {
        format!("{}, {}", self.language.signed(residual.people), self.moment(residual.at))
    }

    /// Airing with its effect: `Aéré à 14:10 : 1250 → 640 ppm en 11 min`.
    pub fn airing(&self, airing: &Airing) -> String {
        let language = self.language;
        let (at, clock) = (self.moment(airing.start), self.clock(airing.start));
        let is_today = at == clock;
        let (from, to) = (language.number(airing.from_ppm, 0), language.number(airing.to_ppm, 0));
        let long = language.duration(airing.end.since(airing.start).as_secs_f64());
        language.choose(
            format!(
                "Aéré {}{at}\u{a0}: {from} → {to}\u{a0}ppm en {long}",
                if is_today { "à " } else { "" }
            ),
            format!(
                "Aired {}{at}: {from} → {to}\u{a0}ppm in {long}",
                if is_today { "at " } else { "" }
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::Language::{English, French};
    use super::*;

    #[test]
    fn an_airing_names_its_effect() {
        let at = |text: &str| text.parse().unwrap();
        let airing = Airing {
            start: at("2026-11-23T13:10:00Z"),
            end: at("2026-11-23T13:21:00Z"),
            from_ppm: 1250.0,
            to_ppm: 640.0,
            per_h: 6.0,
        };
        let zone = TimeZone::get("Europe/Paris").unwrap();
        let locale =
            |language| Locale { language, zone: zone.clone(), now: at("2026-11-23T15:00:00Z") };
        assert_eq!(
            locale(French).airing(&airing),
            "Aéré à 14:10\u{a0}: 1\u{202f}250 → 640\u{a0}ppm en 11\u{a0}min"
        );
        assert_eq!(
            locale(English).airing(&airing),
            "Aired at 14:10: 1,250 → 640\u{a0}ppm in 11\u{a0}min"
        );
    }

    #[test]
    fn an_interval_is_given_where_there_is_one_and_an_index_on_little_time_is_provisional() {
        assert_eq!(French.with_interval(34.0, (Some(30.0), Some(38.0)), 0), "34 (entre 30 et 38)");
        assert_eq!(English.with_interval(3.0, (Some(3.0), Some(3.0)), 0), "3");
        let icone = Icone { index: 1.6, class: 2, complete: false };
        assert_eq!(French.icone(icone), "2, moyen (provisoire)");
    }

    #[test]
    fn the_advice_says_what_to_do_and_how_long_it_takes() {
        let advice = Advice {
            now_ppm: 1200.0,
            target_ppm: 800.0,
            minutes: Some(11.7),
            per_h: 4.0,
            airings: 2,
        };
        assert_eq!(
            French.advice(&advice),
            "Ouvrir les fenêtres\u{a0}: retour sous 800\u{a0}ppm en 12\u{a0}min environ (d\u{2019}après 2 aérations)."
        );
        let crowded = Advice { minutes: None, ..advice };
        assert!(French.advice(&crowded).contains("les fenêtres seules"));
    }
}
