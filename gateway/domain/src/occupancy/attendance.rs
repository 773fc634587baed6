//! Use of a zone: share of its capacity, peak, person-hours, visits, and use of the opening hours. One definition for
//! pages, API and reports:
//!
//! - **known time** of a part of the period is its length times the coverage of its people figure;
//! - **person-hours** are people times known time, over the parts with a number of people;
//! - the **peak** is the part with the highest mean number of people, the first of equal ones;
//! - **occupied** and **nearly full** hours are the known time of the parts with somebody, and of those at four fifths of
//!   the capacity and more;
//! - **coverage** is the share of the period for which a number was known, or at least whether somebody was there.

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
    /// Hours with somebody, over the known time.
    #[serde(default)]
    pub occupied_h: f64,
    /// Hours at four fifths of its capacity and more.
    pub nearly_full_h: Option<f64>,
    /// `nearly_full_h` by `occupied_h`; `None` when it never was occupied.
    #[serde(default)]
    pub nearly_full_share: Option<f64>,
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
    /// The quality of the number of people, over most of the known time.
    pub quality: Quality,
    /// Kinds of instruments that the number is from.
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

/// Hours of presence, one for each person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PersonHours {
    /// People times known time.
    pub hours: f64,
    /// The lower end of the 90 % interval.
    pub low: Option<f64>,
    /// The upper end of the 90 % interval.
    pub high: Option<f64>,
}

impl PersonHours {
    /// The person-hours of the parts of a period; `None` where no part has a number of people.
    pub fn of<'a>(parts: impl Iterator<Item = (Period, &'a PeopleFigure)>) -> Option<Self> {
        let mut sums = [None; 3];
        for (period, figure) in parts {
            let known = hours_of(period) * figure.coverage;
            let Some(people) = figure.people else { continue };
            for (sum, value) in sums.iter_mut().zip([Some(people), figure.low, figure.high]) {
                let Some(value) = value else { continue };
                *sum = Some(sum.unwrap_or(0.0) + value * known);
            }
        }
        let [hours, low, high] = sums;
        hours.map(|hours| Self { hours, low, high })
    }
}

/// Number of people on average over the known part of a period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeanPeople {
    /// How many.
    pub people: f64,
    /// The lower end of the 90 % interval.
    pub low: Option<f64>,
    /// The upper end of the 90 % interval.
    pub high: Option<f64>,
    /// As the doors alone counted.
    pub counted: Option<f64>,
}

impl MeanPeople {
    /// The mean over parts of equal length, each weighted by its coverage; `None` where no part has a number.
    pub fn of(parts: &[PeopleFigure]) -> Option<Self> {
        let mean = |value: fn(&PeopleFigure) -> Option<f64>| {
            let known = parts.iter().filter_map(|it| Some((value(it)?, it.coverage)));
            let (sum, weight) = known.fold((0.0, 0.0), |(sum, weight), (value, share)| {
                (sum + value * share, weight + share)
            });
            (weight > 0.0).then(|| sum / weight)
        };
        Some(Self {
            people: mean(|it| it.people)?,
            low: mean(|it| it.people.and(it.low)),
            high: mean(|it| it.people.and(it.high)),
            counted: mean(|it| it.counted),
        })
    }
}

/// The use of a zone from the people of each part of a period; `visits` as the doors count them.
pub fn attendance(
    site: &Site,
    capacity: Option<u32>,
    (grid, people): (&[Period], &[PeopleFigure]),
    visits: Option<f64>,
) -> Attendance {
    let parts: Vec<(Period, PeopleFigure)> =
        grid.iter().copied().zip(people.iter().copied()).collect();
    let known = |(period, figure): &(Period, PeopleFigure)| hours_of(*period) * figure.coverage;
    let hours_if = |is: &dyn Fn(&PeopleFigure) -> bool| {
        let parts = parts.iter().filter(|(_, figure)| is(figure));
        parts.map(known).total()
    };
    let counted_h = hours_if(&|figure| figure.people.is_some());
    let person_hours = PersonHours::of(grid.iter().copied().zip(people));
    let capacity = capacity.map(f64::from).filter(|capacity| *capacity > 0.0);
    let is_full = |figure: &PeopleFigure| {
        let both = figure.people.zip(capacity);
        both.is_some_and(|(people, capacity)| is_nearly_full(people, capacity))
    };
    let occupied_h = hours_if(&|figure| figure.occupancy == Occupancy::Occupied);
    let nearly_full_h = capacity.filter(|_| counted_h > 0.0).map(|_| hours_if(&is_full));
    let all_h: f64 = grid.iter().map(|period| hours_of(*period)).total();
    let (open_known_h, open_occupied_h) = open_hours(site, &parts);
    Attendance {
        mean_share: person_hours
            .zip(capacity)
            .map(|(people, capacity)| people.hours / counted_h.max(f64::MIN_POSITIVE) / capacity),
        peak: peak(&parts),
        occupied_h,
        nearly_full_h,
        nearly_full_share: nearly_full_h
            .filter(|_| occupied_h > 0.0)
            .map(|nearly_full| nearly_full / occupied_h),
        person_hours: person_hours.map(|it| it.hours),
        low_person_hours: person_hours.and_then(|it| it.low),
        high_person_hours: person_hours.and_then(|it| it.high),
        visits,
        open_known_h,
        open_occupied_h,
        use_rate: (open_known_h > 0.0).then(|| open_occupied_h / open_known_h),
        quality: quality(&parts),
        sources: people.iter().fold(Witnesses::NOTHING, |all, figure| all | figure.sources),
        coverage: hours_if(&|_| true) / all_h.max(f64::MIN_POSITIVE),
    }
}

fn hours_of(period: Period) -> f64 {
    period.length().as_secs_f64() / 3600.0
}

/// The quality that most of the known time has; of equal ones the worse.
fn quality(parts: &[(Period, PeopleFigure)]) -> Quality {
    let hours = |quality: Quality| {
        let of = parts.iter().filter(|(_, figure)| figure.quality == quality);
        of.map(|(period, figure)| period.length().as_secs_f64() * figure.coverage).total()
    };
    let (mut found, mut most) = (Quality::Unknown, 0.0);
    for quality in [Quality::Partial, Quality::Estimated, Quality::Measured] {
        if hours(quality) > most {
            (found, most) = (quality, hours(quality));
        }
    }
    found
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
        let hours = hours_of(*period);
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

    fn figure(people: Option<f64>) -> PeopleFigure {
        PeopleFigure {
            people,
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
        }
    }

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
        let figures: Vec<PeopleFigure> = people.iter().copied().map(figure).collect();
        attendance(&site, Some(10), (&grid, &figures), None)
    }

    #[test]
    fn person_hours_are_people_times_hours_with_their_interval() {
        let found = of(&[Some(4.0), Some(4.0), Some(0.0), Some(2.0)]);
        assert_eq!(found.person_hours, Some(2.5));
        assert_eq!((found.low_person_hours, found.high_person_hours), (Some(1.25), Some(5.0)));
        assert_eq!(found.mean_share, Some(0.25));
    }

    #[test]
    fn the_peak_is_when_most_were_there_and_four_fifths_are_nearly_full() {
        let found = of(&[Some(4.0), Some(9.0), Some(8.0), Some(9.0)]);
        let peak = found.peak.unwrap();
        assert_eq!((peak.people, peak.at.to_string().as_str()), (9.0, "2026-11-23T07:15:00Z"));
        assert_eq!(found.nearly_full_h, Some(0.75));
        assert_eq!((found.occupied_h, found.nearly_full_share), (1.0, Some(0.75)));
    }

    #[test]
    fn a_room_is_used_as_much_as_it_is_occupied_while_open_and_known() {
        let early = [Some(1.0); 4];
        let open = [Some(3.0), Some(3.0), Some(0.0), Some(0.0), None, None, None, None];
        let found = of(&[&early[..], &open[..]].concat());
        assert_eq!((found.open_known_h, found.open_occupied_h), (1.0, 0.5));
        assert_eq!(found.use_rate, Some(0.5));
    }

    #[test]
    fn of_what_nothing_is_known_nothing_is_told() {
        let found = of(&[None, None]);
        assert_eq!((found.person_hours, found.peak, found.use_rate), (None, None, None));
        assert_eq!(found.quality, Quality::Unknown);
        assert!(found.coverage.abs() < 1e-9);
    }

    #[test]
    fn an_hour_of_which_half_is_known_counts_as_half_an_hour() {
        let period =
            |from: &str, to: &str| Period::new(from.parse().unwrap(), to.parse().unwrap()).unwrap();
        let hour = period("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z");
        let half = PeopleFigure { coverage: 0.5, ..figure(Some(4.0)) };
        let unknown = figure(None);

        let hours = PersonHours::of([(hour, &half), (hour, &unknown)].into_iter()).unwrap();
        let mean = MeanPeople::of(&[half, figure(Some(1.0)), unknown]).unwrap();

        assert_eq!((hours.hours, hours.low, hours.high), (2.0, Some(1.0), Some(4.0)));
        assert_eq!((mean.people, mean.counted), (2.0, None));
        assert_eq!(PersonHours::of([(hour, &unknown)].into_iter()), None);
    }
}
