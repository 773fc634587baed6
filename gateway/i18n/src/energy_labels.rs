//! The fixed texts of the views of energy that go beyond consumption.

use super::Language;
use super::texts::labels;

impl Language {
    /// Fixed texts of load curve, subscription, meter tree and weather.
    pub const fn energy_labels(self) -> &'static EnergyLabels {
        match self {
            Self::French => &EnergyLabels::FRENCH,
            Self::English => &EnergyLabels::ENGLISH,
        }
    }
}

labels! {
    /// The fixed texts of load curve, subscription, meter tree and weather in one language.
    EnergyLabels:
    view_climate: "Météo et objectifs", "Weather and goals";
    known_at: "Chiffres connus le {}.", "Figures as known on {}.";
    csv_people: "Tableur (CSV)", "Spreadsheet (CSV)";
    csv_programs: "Programmes (CSV)", "Programs (CSV)";

    time: "Heure", "Time";
    highest_of_day: "Pointe du jour", "Highest of the day";
    course_note:
        "Chaque marche est la puissance moyenne de son intervalle\u{a0}; une zone grise n\u{2019}a pas été mesurée.",
        "Each step is the mean power of its interval; what is grey was not measured.";
    nights: "Talon, nuit par nuit", "Baseload night by night";
    nights_note:
        "Puissance moyenne entre 1\u{a0}h et 5\u{a0}h. Une marche dure au moins deux nuits, dépasse 300\u{a0}W, et s\u{2019}écarte de 30\u{202f}% de la médiane des huit semaines d\u{2019}avant.",
        "Mean power between 1:00 and 5:00. A step lasts for two nights at least, is above 300 W, and 30% away from the median of the eight weeks before.";
    night_of: "Nuit du", "Night of";

    subscription: "Puissance souscrite", "Subscribed power";
    highest_demand: "Maximum sur 10 min", "Highest over 10 min";
    hours_over: "Au-dessus", "Above it";
    hours_near: "À plus de 90\u{202f}%", "Above 90% of it";
    apparent_power: "Puissance apparente", "Apparent power";
    assumed_factor:
        "Puissance apparente estimée avec un facteur de puissance de 0,95.",
        "Apparent power estimated with a power factor of 0.95.";
    demand_too_long:
        "Les dépassements sont cherchés dans les mesures\u{a0}: choisissez un mois au plus.",
        "Overruns are looked for in readings: choose a month at most.";

    by_meter: "Par compteur", "By meter";
    unassigned_of: "Non affecté", "Not assigned";
    excess_of: "Sous-compteurs en trop", "Sub-meters above it";
    tree_note:
        "Ce que les sous-compteurs n\u{2019}expliquent pas est «\u{202f}non affecté\u{202f}». S\u{2019}ils dépassent leur compteur, l\u{2019}excès est montré et rien n\u{2019}est compté deux fois.",
        "What sub-meters do not account for is “not assigned”. Where they are above their meter the excess is shown, and nothing is counted twice.";
    by_price: "Par prix", "By price";
    price: "Prix", "Price";
    other_times: "autres heures", "other times";
    per_kwh: "€/kWh", "€/kWh";

    only_building:
        "La météo et les objectifs concernent le bâtiment entier\u{a0}: choisissez-le ci-dessus.",
        "Weather and goals are those of the whole building: choose it above.";
    no_outdoor:
        "Aucune température extérieure\u{a0}: nommez un point avec «\u{202f}outdoor_temperature\u{202f}» dans [site] du fichier du site.",
        "No temperature outside: name a point with “outdoor_temperature” in [site] of the site file.";
    no_reference:
        "Aucune année de référence\u{a0}: ajoutez [reference] au fichier du site, avec l\u{2019}année, les kWh et leur source.",
        "No year of reference: add [reference] to the site file, with year, kWh and their source.";
    degree_days: "Degrés-jours de chauffage", "Heating degree days";
    method: "Méthode", "Method";
    base_temperature: "Base", "Base";
    value: "Valeur", "Value";
    known_days: "Jours connus", "Known days";
    missing_days: "Jours manquants", "Missing days";
    meteo: "Météo\u{a0}: moyenne du minimum et du maximum", "Météo: mean of lowest and highest";
    professional: "Professionnels de l\u{2019}énergie (COSTIC)", "Professionals of energy (COSTIC)";
    integral: "Intégrale horaire", "Hour by hour";
    degree_days_note:
        "Les trois méthodes diffèrent de quelques pour cent à la mi-saison\u{a0}: une comparaison n\u{2019}en mélange jamais deux.",
        "The three methods differ by some percent in mid-season: no comparison mixes two of them.";
    signature: "Signature énergétique", "Energy signature";
    signature_unknown:
        "Il faut au moins 28 jours bien mesurés, de temps différents\u{a0}: choisissez un mois entier ou une année.",
        "At least 28 well measured days of different weather are needed: choose a whole month or a year.";
    per_day_base: "Par jour, sans chauffage", "A day, without heating";
    per_degree: "Par degré et par jour", "A degree and day";
    heats_below: "Chauffe au-dessous de", "Heats below";
    spread: "Écart d\u{2019}un jour", "Error of a day";
    explained: "Expliqué par la météo", "Explained by the weather";
    outdoor: "Température extérieure", "Temperature outside";
    comparison: "Comparaison à météo égale", "Comparison at the same weather";
    comparison_unknown:
        "Pas de comparaison\u{a0}: il faut les deux périodes mesurées à 98\u{202f}%, leurs températures à 90\u{202f}%, au moins 50 degrés-jours, et une signature ou un compteur de chauffage.",
        "No comparison: it needs both spans measured by 98%, their temperatures by 90%, 50 degree days at least, and a signature or a meter of heating.";
    this_span: "Cette période", "This span";
    at_other_weather: "À la météo d\u{2019}alors", "In the weather of then";
    of_which_heating: "dont chauffage", "of which heating";
    before: "Un an avant", "A year before";
    heating_metered: "Chauffage mesuré par ses compteurs.", "Heating as its meters tell.";
    heating_modelled:
        "Chauffage d\u{2019}après la signature des jours de cette période.",
        "Heating after the signature of the days of this span.";
    current_year: "12 derniers mois", "Last 12 months";
    line_now: "Ligne droite vers l\u{2019}objectif", "Straight line to the goal";
    gap: "Écart à la ligne", "Distance from the line";

    by_zone_people: "Par zone", "By zone";
    zones_on_week:
        "Le tableau par zone est établi pour une semaine au plus\u{a0}; l\u{2019}interface pour programmes le donne pour 92 jours.",
        "The table by zone is made for a week at most; the API gives it for 92 days.";
}
