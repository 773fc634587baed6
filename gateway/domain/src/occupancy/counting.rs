//! How right the doors count, day by day: what came in and went out, how far they drift, and what was left at night.

use serde::{Deserialize, Serialize};

use super::doors::Lane;
use super::extent::Extent;
use super::sweep;
use super::traffic::{Door, Traffic};
use crate::ids::{DoorwayId, ZoneId};
use crate::instant::{Instant, Period};
use crate::occupancy::Residual;
use crate::reading::SeriesSet;
use crate::site::{Assignment, Site};

/// The counting of a zone, or of the building, over a period such as a civil day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counting {
    /// People in over all doors on its border.
    pub people_in: f64,
    /// People out over all of them.
    pub people_out: f64,
    /// In minus out, with its sign.
    pub drift: f64,
    /// How far in and out differ, as a share of the larger.
    pub imbalance: f64,
    /// What that says of the doors.
    pub balance: Balance,
    /// Visits: the mean of in and out, since whoever comes also goes.
    pub visits: f64,
    /// What was left when the count was set to nobody, the measured error of the day; `None` when it was not.
    pub residual: Option<Residual>,
    /// Whether nobody passed since then: whoever came in has gone out again, so that the difference is an error.
    #[serde(skip)]
    pub is_closed: bool,
    /// Each door on its border.
    pub doors: Vec<DoorCounting>,
}

/// The counting of one door. In is into the zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoorCounting {
    /// Which.
    pub doorway: DoorwayId,
    /// People in.
    pub people_in: f64,
    /// People out.
    pub people_out: f64,
    /// In minus out, with its sign. A door among several may rightly drift: people come by one and leave by another.
    pub drift: f64,
}

/// How well in and out agree over a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Balance {
    /// Within 2 %, or one person.
    Good,
    /// Within 5 %.
    Check,
    /// Worse.
    Bad,
}

impl Balance {
    fn of(drift: f64, imbalance: f64) -> Self {
        match imbalance {
            _ if drift.abs() <= 1.0 => Self::Good,
            ..0.02 => Self::Good,
            ..=0.05 => Self::Check,
            _ => Self::Bad,
        }
    }
}

/// The sources whose series [`countings`] needs for a zone, or for the building.
pub fn counting_needs<'a>(site: &'a Site, zone: Option<&ZoneId>) -> Vec<&'a Assignment> {
    Extent::of(site, zone).counting_needs(site)
}

/// The counting in each period of `grid`; empty where no door is on the border.
pub fn countings(
    site: &Site,
    zone: Option<&ZoneId>,
    grid: &[Period],
    series: &SeriesSet,
    now: Instant,
) -> Vec<Option<Counting>> {
    let extent = Extent::of(site, zone);
    let mut traffic = Traffic::new(site);
    traffic.replay([&extent], site, series);
    let Some(last) = grid.last().filter(|_| !extent.border.is_empty()) else {
        return vec![None; grid.len()];
    };
    let told = sweep::as_counted(site, &extent, &traffic, last.end().min(now));
    let counting = |period: &Period| {
        let doors: Vec<DoorCounting> =
            extent.border.iter().map(|border| door(site, &traffic, *border, *period)).collect();
        let sum = |of: fn(&DoorCounting) -> f64| doors.iter().map(of).sum::<f64>();
        let (people_in, people_out) = (sum(|door| door.people_in), sum(|door| door.people_out));
        let drift = people_in - people_out;
        let most = people_in.max(people_out);
        let imbalance = if most > 0.0 { drift.abs() / most } else { 0.0 };
        let before_end = Instant::from_millis(period.end().as_millis() - 1);
        let residual = told.at(before_end).residual.filter(|it| period.contains(it.at));
        let passed_since = |since: Instant| {
            let lanes = extent.border.iter().flat_map(|&(door, _)| {
                let Door { people_in, people_out } = &traffic.doors[door];
                people_in.iter().chain(people_out)
            });
            let passages = lanes.flat_map(Lane::passages);
            passages.filter(|it| it.at > since).any(|it| period.contains(it.at))
        };
        Counting {
            people_in,
            people_out,
            drift,
            imbalance,
            balance: Balance::of(drift, imbalance),
            visits: f64::midpoint(people_in, people_out),
            residual,
            is_closed: residual.is_some_and(|it| !passed_since(it.at)),
            doors,
        }
    };
    grid.iter().map(|period| Some(counting(period))).collect()
}

fn door(
    site: &Site,
    traffic: &Traffic,
    (door, sign): (usize, f64),
    period: Period,
) -> DoorCounting {
    let passed = |lanes: &[Lane]| {
        let passages = lanes.iter().flat_map(Lane::passages);
        passages.filter(|it| period.contains(it.at)).map(|it| it.people).sum::<f64>()
    };
    let Door { people_in, people_out } = &traffic.doors[door];
    let (one, other) = (passed(people_in), passed(people_out));
    let (people_in, people_out) = if sign > 0.0 { (one, other) } else { (other, one) };
    let doorway = site.doorways[door].id.clone();
    DoorCounting { doorway, people_in, people_out, drift: people_in - people_out }
}
