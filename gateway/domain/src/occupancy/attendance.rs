//! How a zone is used: share of its capacity, peak, person-hours, visits, and how much of the opening hours.

use serde::{Deserialize, Serialize};

use super::hours;
use super::state::{Occupancy, is_nearly_full};
use super::timeline::PeopleFigure;
use super::witnesses::Witnesses;
use crate::figure::Quality;
use crate::instant::{Instant, Period};
use crate::site::Site;
use crate::total::Total;

/// The use of a zone, or of the building, over a period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attendance {
    /// The mean share of its capacity over the known time, 1 is full; `None` without capacity or without a number.
    pub mean_share: Option<f64>,
    /// When most were there, and how many.
    pub peak: Option<Peak>,
    /// Hours at four fifths of its capacity and more.
    pub nearly_full_h: Option<f64>,
    /// People times hours, over the known time.
    pub person_hours: Option<f64>,
    /// The lower end of its interval.
    pub low_person_hours: Option<f64>,
    /// The upper end of its interval.
    pub high_person_hours: Option<f64>,
    /// Visits, not visitors: whoever comes twice counts twice. Only where doors count.
    pub visits: Option<f64>,
    /// Hours of the opening hours of which it is known whether somebody was there.
    pub open_known_h: f64,
    /// Hours of them with somebody.
    pub open_occupied_h: f64,
    /// `open_occupied_h` by `open_known_h`; `None` when nothing is known, or the building is never open.
    pub use_rate: Option<f64>,
    /// How the people came about, over most of the known time.
    pub quality: Quality,
    /// Which kinds of instruments told them.
    pub sources: Witnesses,
    /// Share of the period of which anything is known.
    pub coverage: f64,
}

/// The most people that were there in a part of the period.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Peak {
    /// The begin of that part.
    pub at: Instant,
    /// How many, as a mean over the part.
    pub people: f64,
    /// The lower end of the 90 % interval.
    pub low: Option<f64>,
    /// The upper end of the 90 % interval.
    pub high: Option<f64>,
}

/// From the people of each part of a period; `visits` as the doors tell them.
pub fn attendance(
    site: &Site,
    capacity: Option<u32>,
    (grid, people): (&[Period], &[PeopleFigure]),
    visits: Option<f64>,
) -> Attendance {
    let parts: Vec<(Period, PeopleFigure)> =
        grid.iter().copied().zip(people.iter().copied()).collect();
    let hours = |period: &Period| period.length().as_secs_f64() / 3600.0;
    let known = |(period, figure): &(Period, PeopleFigure)| hours(period) * figure.coverage;
    let sum = |of: fn(&PeopleFigure) -> Option<f64>| {
        let parts = parts.iter().filter_map(|part| Some(of(&part.1)? * known(part)));
        parts.reduce(|one, other| one + other)
    };
    let counted_h: f64 =
        parts.iter().filter(|(_, figure)| figure.people.is_some()).map(known).total();
    let person_hours = sum(|figure| figure.people);
    let capacity = capacity.map(f64::from).filter(|capacity| *capacity > 0.0);
    let is_full = |figure: &PeopleFigure| {
        figure
            .people
            .zip(capacity)
            .is_some_and(|(people, capacity)| is_nearly_full(people, capacity))
    };
    let nearly_full: f64 = parts.iter().filter(|(_, figure)| is_full(figure)).map(known).total();
    let all_h: f64 = parts.iter().map(|(period, _)| hours(period)).total();
    let (open_known_h, open_occupied_h) = open_hours(site, &parts);
    Attendance {
        mean_share: person_hours
            .zip(capacity)
            .map(|(people, capacity)| people / counted_h.max(f64::MIN_POSITIVE) / capacity),
        peak: peak(&parts),
        nearly_full_h: capacity.filter(|_| counted_h > 0.0).map(|_| nearly_full),
        person_hours,
        low_person_hours: sum(|figure| figure.people.and(figure.low)),
        high_person_hours: sum(|figure| figure.people.and(figure.high)),
        visits,
        open_known_h,
        open_occupied_h,
        use_rate: (open_known_h > 0.0).then(|| open_occupied_h / open_known_h),
        quality: quality(&parts),
        sources: people.iter().fold(Witnesses::NOTHING, |all, figure| all | figure.sources),
        coverage: parts.iter().map(known).total() / all_h.max(f64::MIN_POSITIVE),
    }
}

/// The quality that most of the known time has; of equal ones the worse.
fn quality(parts: &[(Period, PeopleFigure)]) -> Quality {
    let hours = |quality: Quality| {
        let of = parts.iter().filter(|(_, figure)| figure.quality == quality);
        of.map(|(period, figure)| period.length().as_secs_f64() * figure.coverage).total()
    };
    let (mut told, mut most) = (Quality::Unknown, 0.0);
    for quality in [Quality::Partial, Quality::Estimated, Quality::Measured] {
        if hours(quality) > most {
            (told, most) = (quality, hours(quality));
        }
    }
    told
}

fn peak(parts: &[(Period, PeopleFigure)]) -> Option<Peak> {
    let counted =
        parts.iter().filter_map(|(period, figure)| Some((period, figure, figure.people?)));
    let (period, figure, people) = counted.max_by(|one, other| {
        // The first of equal ones is the peak.
        one.2.total_cmp(&other.2).then(other.0.start().cmp(&one.0.start()))
    })?;
    Some(Peak { at: period.start(), people, low: figure.low, high: figure.high })
}

/// Hours while open of which presence is known, and with somebody. Without opening hours it is always open.
fn open_hours(site: &Site, parts: &[(Period, PeopleFigure)]) -> (f64, f64) {
    let span = parts.first().zip(parts.last());
    let span = span.and_then(|(first, last)| Period::new(first.0.start(), last.0.end()));
    let closed = match (&site.opening, span) {
        (Some(opening), Some(span)) => hours::closed(opening, span, &site.timezone),
        _ => Vec::new(),
    };
    let (mut known, mut occupied) = (0.0, 0.0);
    for (period, figure) in parts {
        let is_open = !closed.iter().any(|hours| hours.contains(period.start()));
        let hours = period.length().as_secs_f64() / 3600.0;
        if !is_open || figure.occupancy == Occupancy::Unknown {
            continue;
        }
        known += hours;
        if figure.occupancy == Occupancy::Occupied {
            occupied += hours;
        }
    }
    (known, occupied)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    /// A Monday of quarter hours from seven in the morning on, open from eight to ten.
    fn of(people: &[Option<f64>]) -> Attendance {
        let text = "[site]\nid = \"a\"\nname = \"A\"\ntimezone = \"UTC\"\ncapacity = 10\narea_m2 = 9\n\
            [site.opening]\nmonday = [\"08:00-10:00\"]\n";
        let site = crate::site::parse(text, "a.toml").unwrap();
        let begin: Instant = "2026-11-23T07:00:00Z".parse().unwrap();
        let quarter =
            |nr: usize| begin + SignedDuration::from_mins(15) * i32::try_from(nr).unwrap();
        let grid: Vec<Period> = (0..people.len())
            .map(|nr| Period::new(quarter(nr), quarter(nr + 1)).unwrap())
            .collect();
        let figure = |people: &Option<f64>| PeopleFigure {
            people: *people,
            low: people.map(|people| people / 2.0),
            high: people.map(|people| people * 2.0),
            occupancy: match people {
                None => Occupancy::Unknown,
                Some(0.0) => Occupancy::Vacant,
                Some(_) => Occupancy::Occupied,
            },
            counted: None,
            parts: crate::occupancy::Parts::None,
            sources: crate::occupancy::Witnesses::NOTHING,
            quality: Quality::Estimated,
            coverage: f64::from(u8::from(people.is_some())),
        };
        let figures: Vec<PeopleFigure> = people.iter().map(figure).collect();
        attendance(&site, Some(10), (&grid, &figures), None)
    }

    #[test]
    fn person_hours_are_people_times_hours_with_their_interval() {
        let told = of(&[Some(4.0), Some(4.0), Some(0.0), Some(2.0)]);
        assert_eq!(told.person_hours, Some(2.5));
        assert_eq!((told.low_person_hours, told.high_person_hours), (Some(1.25), Some(5.0)));
        assert_eq!(told.mean_share, Some(0.25));
    }

    #[test]
    fn the_peak_is_when_most_were_there_and_four_fifths_are_nearly_full() {
        let told = of(&[Some(4.0), Some(9.0), Some(8.0), Some(9.0)]);
        let peak = told.peak.unwrap();
        assert_eq!((peak.people, peak.at.to_string().as_str()), (9.0, "2026-11-23T07:15:00Z"));
        assert_eq!(told.nearly_full_h, Some(0.75));
    }

    #[test]
    fn a_room_is_used_as_much_as_it_is_occupied_while_open_and_known() {
        let early = [Some(1.0); 4];
        let open = [Some(3.0), Some(3.0), Some(0.0), Some(0.0), None, None, None, None];
        let told = of(&[&early[..], &open[..]].concat());
        assert_eq!((told.open_known_h, told.open_occupied_h), (1.0, 0.5));
        assert_eq!(told.use_rate, Some(0.5));
    }

    #[test]
    fn of_what_nothing_is_known_nothing_is_told() {
        let told = of(&[None, None]);
        assert_eq!((told.person_hours, told.peak, told.use_rate), (None, None, None));
        assert_eq!(told.quality, Quality::Unknown);
        assert!(told.coverage.abs() < 1e-9);
    }
}
