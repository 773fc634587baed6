//! Counting: how right the doors count, day by day: people in and out, drift, and the residual at closing.

use serde::{Deserialize, Serialize};

use super::count;
use super::loading::lead;
use super::passages::Lane;
use super::place::{BorderDoor, Place};
use super::traffic::{Door, Traffic};
use crate::ids::{DoorwayId, ZoneId};
use crate::instant::{Instant, Period};
use crate::occupancy::Residual;
use crate::reading::SeriesSet;
use crate::site::{Assignment, Site};
use crate::total::Total;

/// Counting of a zone, or of the building, over a period such as a civil day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Counting {
    /// People in over all doors on its border.
    pub people_in: f64,
    /// People out over all of them.
    pub people_out: f64,
    /// In minus out, with its sign.
    pub drift: f64,
    /// Difference of in and out, as a share of the larger.
    pub imbalance: f64,
    /// Grade of the doors by that difference; `None` while people may still be inside, in a period that is neither over nor
    /// closed.
    pub balance: Option<Balance>,
    /// Visits: the mean of in and out, since whoever comes also leaves.
    pub visits: f64,
    /// Count left when it was set to nobody, the measured error of the day; `None` when it was not.
    pub residual: Option<Residual>,
    /// Whether nobody passed since then: whoever came in has left again, so that the difference is an error.
    #[serde(skip)]
    pub is_closed: bool,
    /// Each door on its border.
    pub doors: Vec<DoorCounting>,
}

/// Counting of one door. In is into the zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DoorCounting {
    /// Doorway.
    pub doorway: DoorwayId,
    /// People in.
    pub people_in: f64,
    /// People out.
    pub people_out: f64,
    /// In minus out, with its sign. A door among several may rightly drift: people come by one and leave by another.
    pub drift: f64,
}

/// Grade of the agreement of in and out over a day.
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

/// Sources whose series [`countings`] needs for a zone, or for the building.
pub fn counting_needs<'a>(site: &'a Site, zone: Option<&ZoneId>) -> Vec<&'a Assignment> {
    Place::of(site, zone).counting_needs(site)
}

/// Counting in each period of `grid`; `None` where no door is on the border.
pub fn countings(
    site: &Site,
    zone: Option<&ZoneId>,
    grid: &[Period],
    series: &SeriesSet,
    now: Instant,
) -> Vec<Option<Counting>> {
    let place = Place::of(site, zone);
    let mut traffic = Traffic::new(site);
    traffic.replay([&place], site, series);
    let Some(last) = grid.last().filter(|_| !place.border.is_empty()) else {
        return vec![None; grid.len()];
    };
    let readings_end = lead(*last, site).end().min(now);
    let timeline = count::raw_timeline(site, &place, &traffic, readings_end);
    let counting = |period: &Period| {
        let doors: Vec<DoorCounting> =
            place.border.iter().map(|border| door(site, &traffic, *border, *period)).collect();
        let sum = |of: fn(&DoorCounting) -> f64| doors.iter().map(of).total();
        let (people_in, people_out) = (sum(|door| door.people_in), sum(|door| door.people_out));
        let drift = people_in - people_out;
        let most = people_in.max(people_out);
        let imbalance = if most > 0.0 { drift.abs() / most } else { 0.0 };
        let before_end = Instant::from_millis(period.end().as_millis() - 1);
        let residual = timeline.at(before_end).residual.filter(|it| period.contains(it.at));
        let passed_since = |since: Instant| {
            let lanes = place.border.iter().flat_map(|border| {
                let Door { people_in, people_out } = &traffic.doors[border.doorway];
                people_in.iter().chain(people_out)
            });
            let passages = lanes.flat_map(Lane::passages);
            passages.filter(|it| it.at > since).any(|it| period.contains(it.at))
        };
        let is_closed = residual.is_some_and(|it| !passed_since(it.at));
        Counting {
            people_in,
            people_out,
            drift,
            imbalance,
            balance: (is_closed || period.end() <= now).then(|| Balance::of(drift, imbalance)),
            visits: f64::midpoint(people_in, people_out),
            residual,
            is_closed,
            doors,
        }
    };
    grid.iter().map(|period| Some(counting(period))).collect()
}

fn door(site: &Site, traffic: &Traffic, border: BorderDoor, period: Period) -> DoorCounting {
    let passed = |lanes: &[Lane]| {
        let passages = lanes.iter().flat_map(Lane::passages);
        passages.filter(|it| period.contains(it.at)).map(|it| it.people).total()
    };
    let Door { people_in, people_out } = &traffic.doors[border.doorway];
    let (one, other) = (passed(people_in), passed(people_out));
    let (people_in, people_out) = if border.sign > 0.0 { (one, other) } else { (other, one) };
    let doorway = site.doorways[border.doorway].id.clone();
    DoorCounting { doorway, people_in, people_out, drift: people_in - people_out }
}
