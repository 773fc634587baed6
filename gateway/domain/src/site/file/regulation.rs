//! The numbers that France sets or publishes, each with its source: what holds where the site file says nothing else.
//!
//! `confirmed` is false where only pages that quote the source were read, or where the number is an order of magnitude:
//! figures made with it say so.

use jiff::civil::{Date, date};

use crate::site::model::{Carrier, Factor, Target, Use};

const MIX: &str = "Base Empreinte (ADEME), électricité, mix moyen de consommation";
const MINISTRY: &str = "ministère de la Transition écologique, page des facteurs d'émission (2017)";
const PRIMARY_2021: &str = "coefficient d'énergie primaire de l'électricité jusqu'à fin 2025";
const PRIMARY_2026: &str =
    "arrêté du 13 août 2025, coefficient d'énergie primaire de l'électricité";
const PRIMARY_OTHERS: &str = "coefficient d'énergie primaire hors électricité";
const DECREE: &str = "décret tertiaire, code de la construction et de l'habitation, L174-1";

/// kg `CO2e` per kWh by year. The averages of electricity are orders of magnitude until they are confirmed.
pub(super) fn carbon() -> Vec<Factor> {
    let year = |year| date(year, 1, 1);
    let mix = |at, value| factor(Carrier::Electricity, at, value, MIX, false);
    vec![
        mix(year(2020), 0.0599),
        mix(year(2021), 0.0569),
        mix(year(2022), 0.0520),
        factor(Carrier::Gas, year(2017), 0.227, MINISTRY, true),
        factor(Carrier::Oil, year(2017), 0.324, MINISTRY, true),
        factor(Carrier::Wood, year(2017), 0.030, MINISTRY, true),
    ]
}

/// Primary kWh per final kWh.
pub(super) fn primary() -> Vec<Factor> {
    let (early, now) = (date(2021, 1, 1), date(2026, 1, 1));
    let one = |carrier| factor(carrier, early, 1.0, PRIMARY_OTHERS, true);
    vec![
        factor(Carrier::Electricity, early, 2.3, PRIMARY_2021, true),
        factor(Carrier::Electricity, now, 1.9, PRIMARY_2026, true),
        one(Carrier::Gas),
        one(Carrier::Oil),
        one(Carrier::Wood),
    ]
}

/// Less final energy than in the reference year, by decade.
pub(super) fn targets() -> Vec<Target> {
    let target = |year, reduction| Target { year, reduction, source: DECREE.to_owned() };
    vec![target(2030, 0.4), target(2040, 0.5), target(2050, 0.6)]
}

fn factor(carrier: Carrier, since: Date, value: f64, source: &str, confirmed: bool) -> Factor {
    let usage: Option<Use> = None;
    Factor { carrier, usage, since, value, source: source.to_owned(), confirmed }
}
