//! Air of a zone over a period. One definition for pages, API and reports: the CO2 of a minute is the mean of all
//! instruments of the zone, drawn straight through short silences; a share of the occupied time is the share of its minutes
//! of known CO2 at or above a value; a quarter of an hour with somebody in it is occupied as a whole.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::airing::{Advice, Airing, PresentAir, airings};
use super::quality::{AirLevel, AirShares, OUTDOOR_LEAST_PPM};
use super::renewal::{PerPerson, Renewal, RenewalBasis};
use super::track::{Track, points};
use crate::instant::Period;
use crate::occupancy::Occupancy;
use crate::occupancy::{PeopleFigure, closed_hours};
use crate::reading::SeriesSet;
use crate::site::{Activity, Assignment, Site, Zone};

/// CO2 of outdoor air: the lowest of the period but for one in a hundred, within what outdoor air can be, in ppm.
const OUTDOOR_SHARE: f64 = 0.01;
const OUTDOOR_MOST_PPM: f64 = 480.0;
/// Time after people have left until the air is mixed.
const MIXED_AFTER: SignedDuration = SignedDuration::from_mins(30);
/// Longest part of a night that is evaluated.
const NIGHT: SignedDuration = SignedDuration::from_hours(6);
/// Activity of people where the site file does not name one.
const USUAL_ACTIVITY: Activity = Activity::Light;

/// The air of a zone over a period, with its proof.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AirReport {
    /// The newest CO2, in ppm; below 400 it is shown all the same.
    pub co2_ppm: Option<f64>,
    /// Level of this CO2.
    pub level: Option<AirLevel>,
    /// CO2 that outdoor air is taken to have, in ppm.
    pub outdoor_ppm: f64,
    /// Share of the period with known CO2.
    pub coverage: f64,
    /// The occupied time; `None` without any of which the air is known.
    pub occupied: Option<AirShares>,
    /// Renewal of the air while nobody is there, in the closed building: fans run as at night.
    pub renewal: Option<Renewal>,
    /// The same in opening hours, from spells without anybody; `None` without opening hours.
    pub renewal_open: Option<Renewal>,
    /// Outdoor air for each person while somebody was there.
    pub per_person: Option<PerPerson>,
    /// Airings by opened windows.
    pub airings: Vec<Airing>,
    /// Advice to open the windows, where the newest air needs it.
    pub advice: Option<Advice>,
}

/// The sources whose series [`zone_air`] needs besides those of people.
pub fn air_needs<'a>(site: &'a Site, zone: &Zone) -> Vec<&'a Assignment> {
    points(site, &zone.id).flat_map(|point| &point.sources).collect()
}

/// The air of a zone over `span`, of which `grid` with its `people` is a part of each quarter of an hour or so.
pub fn zone_air(
    site: &Site,
    zone: &Zone,
    span: Period,
    (grid, people): (&[Period], &[PeopleFigure]),
    series: &SeriesSet,
) -> AirReport {
    let thresholds = site.air;
    let track = Track::of_zone(site, &zone.id, span, series);
    let lowest = track.quantile(OUTDOOR_SHARE).unwrap_or(OUTDOOR_LEAST_PPM);
    let outdoor_ppm = lowest.clamp(OUTDOOR_LEAST_PPM, OUTDOOR_MOST_PPM);
    let buckets = || grid.iter().zip(people);
    let occupied: Vec<f64> = buckets()
        .filter(|(_, figure)| figure.occupancy == Occupancy::Occupied)
        .flat_map(|(period, _)| track.within(*period))
        .map(|(_, ppm)| *ppm)
        .collect();
    let shares = AirShares::of(&occupied, outdoor_ppm, &thresholds);
    let quiet = quiet(buckets());
    let (closed, open) = by_regime(site, span, &quiet);
    let of = |regime, spells: &[Period], stated| {
        Renewal::of(regime, &track, spells, outdoor_ppm, stated)
    };
    let renewal = of(RenewalBasis::NightDecay, &closed, zone.air_changes_per_h);
    let renewal_open = site
        .opening
        .as_ref()
        .and_then(|_| of(RenewalBasis::DayDecay, &open, zone.air_changes_open_per_h));
    let airings = airings(&track, outdoor_ppm, renewal_open.or(renewal).map(|it| it.per_h));
    let breath_m3_h = 3.6 * zone.activity.unwrap_or(USUAL_ACTIVITY).breath_litres_per_s();
    let now = track.0.last().copied();
    let present = buckets().rfind(|(period, _)| now.is_some_and(|(at, _)| period.contains(at)));
    let breath_ppm_h = present
        .and_then(|(_, figure)| figure.people)
        .zip(zone.volume_m3)
        .map_or(0.0, |(people, volume)| 1e6 * breath_m3_h * people / volume);
    let advice = now.and_then(|(_, now_ppm)| {
        let target_ppm = thresholds.reference_ppm;
        Advice::of(PresentAir { now_ppm, target_ppm, outdoor_ppm, breath_ppm_h }, &airings)
    });
    AirReport {
        co2_ppm: now.map(|(_, ppm)| ppm),
        level: now.map(|(_, ppm)| AirLevel::of(ppm, &thresholds)),
        outdoor_ppm,
        coverage: (track.0.len() as f64 * 60.0 / span.length().as_secs_f64().max(60.0)).min(1.0),
        per_person: shares.and_then(|it| PerPerson::of(it.mean_ppm, outdoor_ppm, breath_m3_h)),
        occupied: shares,
        renewal,
        renewal_open,
        airings,
        advice,
    }
}

/// The spells in which nobody was there, after somebody was: from when the air is mixed, and no longer than a night.
fn quiet<'a>(buckets: impl Iterator<Item = (&'a Period, &'a PeopleFigure)>) -> Vec<Period> {
    let mut quiet: Vec<Period> = Vec::new();
    let mut begin = None;
    let mut was_occupied = false;
    let close = |begin: Option<crate::Instant>, end| {
        let begin = begin? + MIXED_AFTER;
        Period::new(begin, (begin + NIGHT).min(end))
    };
    let mut end = crate::Instant::MIN;
    for (period, figure) in buckets {
        match figure.occupancy {
            Occupancy::Vacant if begin.is_none() && was_occupied => begin = Some(period.start()),
            Occupancy::Vacant => (),
            Occupancy::Occupied | Occupancy::Unknown => {
                quiet.extend(close(begin.take(), period.start()));
            }
        }
        was_occupied = figure.occupancy == Occupancy::Occupied
            || (was_occupied && figure.occupancy == Occupancy::Vacant && begin.is_none());
        end = period.end();
    }
    quiet.extend(close(begin, end));
    quiet
}

/// Quiet spells of the closed building, and those of the open one: what lies in both is cut, since fans follow the hours.
fn by_regime(site: &Site, span: Period, quiet: &[Period]) -> (Vec<Period>, Vec<Period>) {
    let Some(closed_hours) = closed_hours(site, span) else { return (quiet.to_vec(), Vec::new()) };
    let within = |hours: &[Period]| {
        let cut =
            quiet.iter().flat_map(|spell| hours.iter().filter_map(|it| it.intersection(*spell)));
        cut.collect::<Vec<_>>()
    };
    let between =
        closed_hours.windows(2).filter_map(|pair| Period::new(pair[0].end(), pair[1].start()));
    (within(&closed_hours), within(&between.collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figure::Quality;
    use crate::quantity::Quantity;
    use crate::reading::{DatedBy, Observation, Value};
    use crate::testing::at_minute as at;
    use crate::testing::source;

    const ROOM: &str = "[site]\nid = \"a\"\nname = \"A\"\ntimezone = \"UTC\"\ncapacity = 9\narea_m2 = 9\n\
        [[zone]]\nid = \"z\"\nname = \"Z\"\nvolume_m3 = 100\nactivity = \"office\"\n\
        [[point]]\nid = \"c\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"c\" }]\n";

    /// Four people, or nobody.
    fn figure(is_there: bool) -> PeopleFigure {
        PeopleFigure {
            people: Some(if is_there { 4.0 } else { 0.0 }),
            low: Some(0.0),
            high: Some(5.0),
            occupancy: if is_there { Occupancy::Occupied } else { Occupancy::Vacant },
            counted: None,
            parts: crate::occupancy::Parts::None,
            sources: crate::occupancy::Witnesses::NOTHING,
            quality: Quality::Estimated,
            coverage: 1.0,
        }
    }

    /// Four people from 8 to 12 in a room whose air is renewed half an hour's worth each hour.
    fn report(offset_ppm: f64) -> AirReport {
        let site = crate::site::parse(ROOM, "a.toml").unwrap();
        let mut ppm = 420.0;
        let reading = |minute: i64| {
            let people = if (480..720).contains(&minute) { 4.0 } else { 0.0 };
            let settles = 420.0 + 1e6 * 0.0155 * people / 100.0 / 0.5;
            ppm = settles + (ppm - settles) * f64::exp(-0.5 / 60.0);
            let (at, value) = (at(minute), Value::Gauge(ppm + offset_ppm));
            Observation { observed_at: at, received_at: at, dated_by: DatedBy::Device, value }
        };
        let mut series = SeriesSet::default();
        series.insert(source("c", Quantity::Co2), (0..1440).map(reading).collect());
        let grid: Vec<Period> =
            (0..96).map(|nr| Period::new(at(15 * nr), at(15 * nr + 15)).unwrap()).collect();
        let is_there = |period: &Period| (at(480)..at(720)).contains(&period.start());
        let people: Vec<PeopleFigure> = grid.iter().map(|it| figure(is_there(it))).collect();
        let day = Period::new(at(0), at(1440)).unwrap();
        zone_air(&site, &site.zones[0], day, (&grid, &people), &series)
    }

    #[test]
    fn a_day_of_a_room_has_its_air_changes_and_its_stuffy_hours() {
        let report = report(0.0);
        let renewal = report.renewal.unwrap();
        assert!((renewal.per_h - 0.5).abs() < 0.02, "{renewal:?}");
        let occupied = report.occupied.unwrap();
        assert!((occupied.occupied_h - 4.0).abs() < 0.1 && occupied.max_ppm > 1400.0);
        assert!(occupied.above_reference > 0.5 && !occupied.icone.complete, "{occupied:?}");
        assert_eq!((report.coverage, report.airings.len()), (1.0, 0));
    }

    #[test]
    fn stale_air_counts_only_while_somebody_breathes_it_and_as_the_mean_of_all_instruments() {
        let second = "[[point]]\nid = \"d\"\nzone = \"z\"\nquantity = \"co2\"\nsources = [{ device = \"d\" }]\n";
        let site = crate::site::parse(&format!("{ROOM}{second}"), "a.toml").unwrap();
        // Two instruments that differ by 200 ppm around 800, 900, 1500 and 2000 ppm in one hour each; nobody in the last.
        let mut series = SeriesSet::default();
        for (device, differs) in [("c", -100.0), ("d", 100.0)] {
            let one = |minute: i64| {
                let ppm = [800.0, 900.0, 1500.0, 2000.0][usize::try_from(minute / 60).unwrap()];
                let (observed_at, value) = (at(minute), Value::Gauge(ppm + differs));
                let received_at = observed_at;
                Observation { observed_at, received_at, dated_by: DatedBy::Device, value }
            };
            series.insert(source(device, Quantity::Co2), (0..240).map(one).collect());
        }
        let grid: Vec<Period> =
            (0..16).map(|nr| Period::new(at(15 * nr), at(15 * nr + 15)).unwrap()).collect();
        let people: Vec<PeopleFigure> =
            grid.iter().map(|it| figure(it.start() < at(180))).collect();
        let span = Period::new(at(0), at(240)).unwrap();

        let occupied = zone_air(&site, &site.zones[0], span, (&grid, &people), &series).occupied;

        let occupied = occupied.unwrap();
        assert_eq!((occupied.occupied_h, occupied.max_ppm), (3.0, 1500.0));
        // From the value on, not only above it.
        assert!((occupied.above_reference - 1.0).abs() < 1e-9);
        assert!((occupied.above_action - 1.0 / 3.0).abs() < 1e-9);
    }

    #[test]
    fn air_changes_of_the_open_building_are_distinguished_from_those_of_its_nights() {
        let hours = "[site.opening]\nthursday = [\"06:00-15:00\"]\n";
        let text = ROOM.replace("[[zone]]", &format!("{hours}[[zone]]"));
        let site = crate::site::parse(&text, "a.toml").unwrap();
        // A fan brings 2 air changes an hour until 15:00, and none after it; four people until noon and from 15 to 17.
        let mut ppm = 420.0;
        let is_there = |minute: i64| matches!(minute, 480..720 | 900..1020);
        let one = |minute: i64| {
            let per_h = if minute < 900 { 2.0 } else { 0.4 };
            let steady = 420.0 + if is_there(minute) { 1240.0 / per_h } else { 0.0 };
            ppm = steady + (ppm - steady) * f64::exp(-per_h / 60.0);
            let (observed_at, value) = (at(minute), Value::Gauge(ppm));
            Observation { observed_at, received_at: observed_at, dated_by: DatedBy::Device, value }
        };
        let mut series = SeriesSet::default();
        series.insert(source("c", Quantity::Co2), (0..1440).map(one).collect());
        let grid: Vec<Period> =
            (0..96).map(|nr| Period::new(at(nr * 15), at(nr * 15 + 15)).unwrap()).collect();
        let people: Vec<PeopleFigure> = grid
            .iter()
            .map(|quarter| figure(is_there(quarter.start().as_millis() / 60_000)))
            .collect();
        let day = Period::new(at(0), at(1440)).unwrap();

        let report = zone_air(&site, &site.zones[0], day, (&grid, &people), &series);

        let (open, closed) = (report.renewal_open.unwrap(), report.renewal.unwrap());
        assert!((open.per_h - 2.0).abs() < 0.1 && open.basis == RenewalBasis::DayDecay, "{open:?}");
        assert!((closed.per_h - 0.4).abs() < 0.05, "{closed:?}");
    }

    #[test]
    fn the_site_file_says_from_which_co2_on_air_is_what() {
        let site = |air: &str| crate::site::parse(&format!("{ROOM}[air]\n{air}"), "a.toml");
        let ours =
            site("reference_ppm = 700\naction_ppm = 1200\ncategory_ppm = [400, 600, 1000]\n");
        let ours = ours.unwrap();
        let level = |ppm| AirLevel::of(ppm, &ours.air);
        assert_eq!((level(750.0), level(1250.0)), (AirLevel::Stale, AirLevel::Bad));
        assert_eq!(crate::air::Category::of(450.0, &ours.air), crate::air::Category::Ii);
        // The alert follows, unless a rule of its own says otherwise.
        let zone = crate::alerts::Subject::Zone("z".parse().unwrap());
        let raise = |site: &Site| {
            let rule = |id| site.alerts.rules.rule(id, &zone).unwrap();
            let (attention, urgent) =
                (rule(crate::alerts::RuleId::AirAttention), rule(crate::alerts::RuleId::AirUrgent));
            (attention.clear, urgent.raise, urgent.clear)
        };
        assert_eq!(raise(&ours), (700.0, 1200.0, 900.0));
        let own = "action_ppm = 1200\n[[alert]]\nrule = \"air_urgent\"\nraise = 1400\n";
        assert_eq!(raise(&site(own).unwrap()), (800.0, 1400.0, 1100.0));
        assert!(site("reference_ppm = 1600\n").unwrap_err().to_string().contains("action_ppm"));
        assert!(site("category_ppm = [600, 500, 900]\n").is_err());
    }

    #[test]
    fn co2_below_four_hundred_is_shown_and_flagged() {
        let report = report(-40.0);
        assert!(report.co2_ppm.unwrap() < 400.0);
        assert_eq!(report.level, Some(AirLevel::Impossible));
    }
}
