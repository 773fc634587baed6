//! Fixed texts of the monthly report. `{}` is where a figure stands.

use super::Language;
use super::texts::labels;

impl Language {
    /// Fixed texts of the monthly report.
    pub const fn report(self) -> &'static ReportLabels {
        match self {
            Self::French => &ReportLabels::FRENCH,
            Self::English => &ReportLabels::ENGLISH,
        }
    }
}

labels! {
    /// Fixed texts of the report in one language.
    ReportLabels:
    unknown: "inconnu", "unknown";
    title: "Rapport énergie et occupation, {}", "Energy and occupancy report, {}";
    choose_month: "Mois", "Month";
    as_file: "Un seul fichier, à conserver ou à envoyer (HTML)", "One file, to keep or to send (HTML)";
    as_table: "Les mêmes chiffres pour un tableur (CSV)", "The same figures for a French spreadsheet (CSV)";
    as_data: "Les mêmes chiffres pour un programme (CSV)", "The same figures for a program (CSV)";
    made: "État des données au {}.", "As known on {}.";
    running:
        "Ce mois n\u{2019}est pas terminé\u{a0}: les chiffres vont jusqu\u{2019}à maintenant et ne sont pas comparés à d\u{2019}autres mois.",
        "This month is not over: the figures reach up to now and are not compared with other months.";
    unavailable:
        "Le rapport n\u{2019}a pas pu être établi. Recharger la page\u{a0}; si cela dure, consulter le journal du programme.",
        "The report could not be made. Reload the page; if it lasts, look at the log of the program.";
    contents: "Sommaire", "Contents";

    facts: "Faits marquants", "Highlights";
    fact_energy: "Le bâtiment a consommé {}, soit {}.", "The building used {}, that is {}.";
    fact_energy_part: "Le bâtiment a consommé {}.", "The building used {}.";
    part_measured: "{}, {} mesurés", "{}, {} measured";
    fact_energy_unknown: "L\u{2019}énergie consommée en {} est inconnue.", "The energy used in {} is unknown.";
    fact_less: "C\u{2019}est une baisse de {} par rapport à {}.", "That is {} less than in {}.";
    fact_more: "C\u{2019}est une hausse de {} par rapport à {}.", "That is {} more than in {}.";
    fact_closed:
        "{} de cette énergie ont été consommés pendant que le bâtiment était fermé.",
        "{} of this energy was used while the building was closed.";
    fact_peak: "Au plus fort, {} ont été présentes en même temps, {}.", "At most, {} were there at the same time, {}.";
    fact_peak_unknown: "Le nombre de personnes présentes est inconnu.", "The number of people present is unknown.";
    fact_air: "L\u{2019}air a dépassé 1\u{202f}500\u{a0}ppm de CO₂ pendant {} du temps d\u{2019}occupation\u{a0}: {}.", "The air was above 1,500\u{a0}ppm of CO₂ for {} of the occupied time: {}.";
    people_unit: "personnes", "people";
    between: "entre {} et {}", "between {} and {}";

    building_heading: "Le bâtiment", "The building";
    building_note:
        "{}, {}\u{a0}m², {} personnes au plus. Périmètre\u{a0}: {} compteurs et {} zones.",
        "{}, {}\u{a0}m², {} people at most. Scope: {} meters and {} zones.";

    consumption: "Consommation", "Consumption";
    consumption_note:
        "La part mesurée est la part du temps pour laquelle une mesure existe. Un mois dont moins de 98\u{a0}% sont mesurés ou comblés par l\u{2019}index du compteur n\u{2019}est pas comparé.",
        "The measured share is the share of the time for which there is a reading. A month of which less than 98% was measured or bridged by the meter\u{2019}s register is not compared.";
    whole: "Bâtiment entier", "Whole building";
    whole_building: "Le bâtiment", "The building";
    by_zone: "Par zone", "By zone";
    by_meter: "Par compteur et par machine", "By meter and machine";
    by_use: "Par usage", "By use";
    by_day: "Jour par jour", "Day by day";
    zone: "Zone", "Zone";
    meter: "Compteur", "Meter";
    usage: "Usage", "Use";
    day: "Jour", "Day";
    no_use: "sans usage indiqué", "no use given";
    energy: "Énergie", "Energy";
    per_area: "Par surface", "By floor area";
    share: "Part du bâtiment", "Share of the building";
    measured: "Part mesurée", "Measured share";
    quality: "Qualité", "Quality";
    month_before: "Mois précédent", "Month before";
    year_before: "Même mois, un an avant", "Same month a year before";
    change: "Écart", "Change";
    change_year: "Écart sur un an", "Change over a year";
    not_comparable: "non comparable", "not comparable";
    days_title: "Énergie de chaque jour, en kWh", "Energy of each day, in kWh";
    days_finding: "Le jour le plus fort\u{a0}: {}, {}. Un cadre vide\u{a0}: jour mesuré en partie. Un trait\u{a0}: rien de connu.", "The highest day: {}, {}. An empty frame: a day measured in part. A dash: nothing is known.";
    days_unknown: "Aucun jour n\u{2019}a d\u{2019}énergie connue.", "No day has any known energy.";

    profile: "Profil de puissance", "Load profile";
    profile_note:
        "Le talon est la puissance dépassée pendant 95\u{a0}% du temps\u{a0}; la pointe est la plus forte moyenne d\u{2019}un quart d\u{2019}heure.",
        "The baseload is the power exceeded for 95% of the time; the peak is the highest mean of a quarter hour.";
    figure: "Grandeur", "Figure";
    value: "Valeur", "Value";
    unit: "Unité", "Unit";
    remark: "Remarque", "Remark";
    mean_power: "Puissance moyenne", "Mean power";
    peak_power: "Pointe", "Peak";
    baseload: "Talon", "Baseload";
    baseload_share: "Part du talon dans l\u{2019}énergie", "Share of the energy that the baseload takes";
    closed_energy: "Énergie bâtiment fermé", "Energy while closed";
    closed_share: "Part de l\u{2019}énergie bâtiment fermé", "Share of the energy while closed";
    vacant_energy: "Énergie quand personne n\u{2019}était là", "Energy while nobody was there";
    closed_by: "selon les heures d\u{2019}ouverture", "by the opening hours";
    vacant_by: "selon les détecteurs et les compteurs de passage", "by detectors and door counters";
    measured_hours: "sur {} mesurées", "over {} measured";

    occupancy: "Occupation", "Occupancy";
    occupancy_note:
        "La pointe est la plus forte moyenne d\u{2019}un quart d\u{2019}heure. Le temps d\u{2019}occupation est celui où au moins une personne est présente. On compte des personnes, on n\u{2019}en reconnaît aucune.",
        "The peak is the highest mean of a quarter hour. Occupied time is when at least one person is there. People are counted, and none is recognised.";
    peak_people: "Pointe", "Peak";
    peak_range: "Fourchette", "Range";
    peak_when: "Quand", "When";
    capacity: "Capacité", "Capacity";
    occupied_hours: "Temps d\u{2019}occupation", "Occupied time";
    nearly_full: "Au-dessus de 80\u{a0}% de la capacité", "Above 80% of capacity";
    person_hours: "Heures-personnes", "Person-hours";
    per_person_hour: "Énergie par heure-personne", "Energy by person-hour";
    use_of_building: "Le bâtiment en usage", "The building in use";

    air: "Qualité de l\u{2019}air", "Air quality";
    no_air: "Aucune zone n\u{2019}a de point de mesure du CO₂.", "No zone has a CO₂ point.";

    machines: "Machines", "Machines";
    machine: "Machine", "Machine";
    jobs: "Séances", "Sessions";
    worked: "Temps de travail", "Working time";
    per_job: "Énergie par séance", "Energy by session";
    idle: "Part à vide", "Idle share";
    standby: "Veille", "Standby";
    standby_energy: "Énergie de veille", "Standby energy";

    account: "Coûts et émissions", "Cost and emissions";
    account_note:
        "Prix et facteurs sont ceux du fichier du site, avec leur source et leur date.",
        "Prices and factors are those of the site file, with their source and date.";
    cost: "Coût de l\u{2019}énergie", "Cost of the energy";
    fixed_cost: "Part fixe du contrat", "Fixed part of the contract";
    carbon: "Émissions", "Emissions";
    primary: "Énergie primaire", "Primary energy";
    no_price: "{} sans prix en vigueur", "{} without a price in force";
    no_factor: "{} sans facteur", "{} without a factor";
    price_source: "Prix\u{a0}: {}", "Price: {}";
    factor_source: "Facteur\u{a0}: {}, depuis {}", "Factor: {}, since {}";
    factor_old: "reconduit, {} an(s) de retard", "carried forward, {} year(s) old";
    factor_unconfirmed: "non vérifié à la source", "not checked at its source";

    data_quality: "Qualité des données", "Quality of the data";
    data_note_all: "Chaque compteur a été mesuré pendant au moins 98\u{a0}% du temps.", "Each meter was measured for at least 98% of the time.";
    data_note_some:
        "Ces compteurs n\u{2019}ont pas été mesurés pendant tout le mois. Ce qui manque n\u{2019}est jamais compté pour zéro.",
        "These meters were not measured for the whole month. What is missing is never counted as zero.";
    missing: "Non mesuré", "Not measured";
    repaired: "Silence comblé par l\u{2019}index du compteur", "Silence bridged by the meter\u{2019}s register";
    method: "Méthode", "Method";
    method_note:
        "Les jours et les mois sont ceux du fuseau du site, avec leurs heures d\u{2019}été et d\u{2019}hiver. L\u{2019}énergie vient des index des compteurs et, là où ils manquent, de la puissance. Les totaux sont faits avant d\u{2019}arrondir. Ces chiffres sont ceux de l\u{2019}interface de programmation\u{a0}: /api/v1/energy/breakdown, /api/v1/zones/building/load, /usage et /accounts pour les mêmes dates.",
        "Days and months are those of the site\u{2019}s time zone, with its summer and winter time. Energy comes from the registers of meters and, where these are missing, from power. Totals are made before rounding. These figures are those of the API: /api/v1/energy/breakdown, /api/v1/zones/building/load, /usage and /accounts for the same dates.";
}
