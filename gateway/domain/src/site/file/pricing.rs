//! The tables of the site file about what energy costs, weighs and is measured against.

use std::collections::BTreeSet;

use super::day_spans::{DAYS, spans};
use super::regulation;
use super::section::{Key, Section};
use crate::site::model::{
    Carrier, Factor, Reference, SessionRule, Target, Tariff, TariffPeriod, Use,
};

pub(super) const PRICE: &[Key] = &[
    Key::needed("since", "\"2026-01-01\""),
    Key::optional("until", "\"2027-01-01\""),
    Key::optional("carrier", "\"electricity\""),
    Key::needed("eur_per_kwh", "0.21"),
    Key::optional("fixed_eur_per_year", "1200"),
    Key::optional("periods", PERIOD_EXAMPLE),
    Key::needed("source", "\"contrat 2026 du fournisseur, page 3\""),
];
const PERIOD_EXAMPLE: &str =
    "[{ name = \"heures creuses\", eur_per_kwh = 0.16, hours = [\"00:00-06:00\"] }]";
const PERIOD: &[Key] = &[
    Key::needed("name", "\"heures creuses\""),
    Key::needed("eur_per_kwh", "0.16"),
    Key::optional("days", "[\"monday\", \"tuesday\"]"),
    Key::optional("months", "[11, 12, 1, 2, 3]"),
    Key::optional("hours", "[\"00:00-06:00\", \"22:00-24:00\"]"),
];

pub(super) const CARBON: &[Key] = &[
    Key::needed("since", "\"2024-01-01\""),
    Key::optional("carrier", "\"electricity\""),
    Key::optional("use", "\"heating\""),
    Key::needed("kg_per_kwh", "0.052"),
    Key::needed("source", "\"Base Empreinte, ADEME, 2024\""),
];

pub(super) const PRIMARY: &[Key] = &[
    Key::needed("since", "\"2026-01-01\""),
    Key::optional("carrier", "\"electricity\""),
    Key::needed("factor", "1.9"),
    Key::needed("source", "\"arrêté du 13 août 2025\""),
];

pub(super) const TARGET: &[Key] = &[
    Key::needed("year", "2030"),
    Key::needed("reduction", "0.4"),
    Key::needed("source", "\"décret tertiaire\""),
];

pub(super) const REFERENCE: &[Key] = &[
    Key::needed("year", "2016"),
    Key::needed("kwh", "180000"),
    Key::optional("degree_days", "2530"),
    Key::needed("source", "\"factures de 2016\""),
];

const SESSIONS: &[Key] = &[
    Key::optional("on_above_w", "150"),
    Key::optional("on_after", "\"60s\""),
    Key::optional("off_below_w", "60"),
    Key::optional("off_after", "\"3m\""),
];

/// The prices, oldest first.
pub(super) fn prices(sections: &[Section<'_>]) -> Option<Vec<Tariff>> {
    let tariffs: Vec<_> = sections.iter().map(|section| Some((section, price(section)?))).collect();
    let mut tariffs = tariffs.into_iter().collect::<Option<Vec<_>>>()?;
    let mut seen = BTreeSet::new();
    for (section, tariff) in &tariffs {
        if !seen.insert((tariff.carrier, tariff.since)) {
            let text = format!(
                "there is another price of {} from {} on; give one of them another day",
                tariff.carrier.name(),
                tariff.since
            );
            section.fault("since", text);
        }
    }
    tariffs.sort_by_key(|(_, tariff)| tariff.since);
    Some(tariffs.into_iter().map(|(_, tariff)| tariff).collect())
}

fn price(section: &Section<'_>) -> Option<Tariff> {
    let (since, until) = (section.date("since"), section.date("until"));
    if let (Some(since), Some(until)) = (since, until)
        && until <= since
    {
        section.fault("until", format!("`until` {until} is not after `since` {since}; swap them"));
    }
    let periods = section.tables("periods", "a period in `periods`", PERIOD);
    let periods: Vec<_> = periods.iter().map(period).collect();
    let (price, fixed) =
        (section.not_negative("eur_per_kwh"), section.not_negative("fixed_eur_per_year"));
    let source = section.text("source");
    Some(Tariff {
        carrier: carrier(section),
        since: since?,
        until,
        eur_per_kwh: price?,
        fixed_eur_per_year: fixed.unwrap_or(0.0),
        periods: periods.into_iter().collect::<Option<_>>()?,
        source: source?.to_owned(),
    })
}

fn period(section: &Section<'_>) -> Option<TariffPeriod> {
    let days = section.texts("days").map(|days| {
        let mut chosen = [false; 7];
        for (at, day) in days {
            match DAYS.iter().position(|name| *name == day) {
                Some(index) => chosen[index] = true,
                None => section.faults().report(
                    at,
                    format!("`{day}` is no day of the week; take some of {}", DAYS.join(", ")),
                ),
            }
        }
        chosen
    });
    let months = section.numbers("months", 1..=12).map(|months| {
        std::array::from_fn(|index| months.iter().any(|month| usize::from(*month) == index + 1))
    });
    let hours = section.texts("hours").map(|texts| spans(section, texts));
    let (name, price) = (section.text("name"), section.not_negative("eur_per_kwh"));
    Some(TariffPeriod {
        name: name?.to_owned(),
        eur_per_kwh: price?,
        days: days.unwrap_or([true; 7]),
        months: months.unwrap_or([true; 12]),
        hours: hours.unwrap_or_default(),
    })
}

/// The emission factors of the file, and the published ones of the carriers that it says nothing of.
pub(super) fn carbon(sections: &[Section<'_>]) -> Option<Vec<Factor>> {
    let read = |section: &Section<'_>| {
        let usage = section.one_of("use", Use::NAMES);
        factor(section, usage, "kg_per_kwh")
    };
    with_published(sections.iter().map(read).collect(), regulation::carbon())
}

/// The primary energy factors of the file, and the published ones of the carriers that it says nothing of.
pub(super) fn primary(sections: &[Section<'_>]) -> Option<Vec<Factor>> {
    let read = |section: &Section<'_>| factor(section, None, "factor");
    with_published(sections.iter().map(read).collect(), regulation::primary())
}

fn factor(section: &Section<'_>, usage: Option<Use>, key: &str) -> Option<Factor> {
    let (since, value, source) =
        (section.date("since"), section.not_negative(key), section.text("source"));
    Some(Factor {
        carrier: carrier(section),
        usage,
        since: since?,
        value: value?,
        source: source?.to_owned(),
        confirmed: true,
    })
}

fn with_published(read: Vec<Option<Factor>>, published: Vec<Factor>) -> Option<Vec<Factor>> {
    let mut factors = read.into_iter().collect::<Option<Vec<_>>>()?;
    let named: BTreeSet<Carrier> = factors.iter().map(|factor| factor.carrier).collect();
    factors.extend(published.into_iter().filter(|factor| !named.contains(&factor.carrier)));
    factors.sort_by_key(|factor| factor.since);
    Some(factors)
}

/// The goals of the file, or those of the decree.
pub(super) fn targets(sections: &[Section<'_>]) -> Option<Vec<Target>> {
    if sections.is_empty() {
        return Some(regulation::targets());
    }
    let read = |section: &Section<'_>| {
        let (year, reduction, source) =
            (year(section), section.share("reduction"), section.text("source"));
        Some(Target { year: year?, reduction: reduction?, source: source?.to_owned() })
    };
    let mut targets = sections.iter().map(read).collect::<Option<Vec<_>>>()?;
    targets.sort_by_key(|target| target.year);
    Some(targets)
}

/// The reference year.
pub(super) fn reference(section: &Section<'_>) -> Option<Reference> {
    let (year, kwh, source) = (year(section), section.positive("kwh"), section.text("source"));
    let degree_days = section.positive("degree_days");
    Some(Reference { year: year?, kwh: kwh?, degree_days, source: source?.to_owned() })
}

fn year(section: &Section<'_>) -> Option<i16> {
    let year = section.count("year")?;
    let found = i16::try_from(year).ok().filter(|year| (1900..=2200).contains(year));
    if found.is_none() {
        section.wrong("year", "a year");
    }
    found
}

/// The carrier of a table; electricity when left out.
pub(super) fn carrier(section: &Section<'_>) -> Carrier {
    section.one_of("carrier", Carrier::NAMES).unwrap_or(Carrier::Electricity)
}

/// When a machine is at work: by its sort, what the file says itself, or the power from which it counts as running.
pub(super) fn session_rule(section: &Section<'_>, running_w: Option<f64>) -> Option<SessionRule> {
    let by_sort = section.one_of("machine", SessionRule::MACHINES);
    let by_power = running_w.map(|on| SessionRule::of(on, on / 2.0, 5));
    let rule = by_sort.or(by_power);
    let Some(own) = section.table("sessions", "`sessions`", SESSIONS) else { return rule };
    let (on, off) = (own.positive("on_above_w"), own.positive("off_below_w"));
    let Some(on_above_w) = on.or(rule.map(|rule| rule.on_above_w)) else {
        own.fault("on_above_w", "say from which power on it is at work; add on_above_w = 150");
        return None;
    };
    let off_below_w = off.or(rule.map(|rule| rule.off_below_w)).unwrap_or(on_above_w / 2.0);
    if off_below_w > on_above_w {
        own.fault("off_below_w", "`off_below_w` is above `on_above_w`; swap them");
    }
    let rule = rule.unwrap_or(SessionRule::of(on_above_w, off_below_w, 5));
    Some(SessionRule {
        on_above_w,
        off_below_w,
        on_after: own.duration("on_after").unwrap_or(rule.on_after),
        off_after: own.duration("off_after").unwrap_or(rule.off_after),
    })
}
