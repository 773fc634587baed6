//! A room with its readings, and who was there in truth.

use std::collections::BTreeMap;

use domain::occupancy::{PeopleFigure, zone_people};
use domain::site::Site;
use domain::{DatedBy, Instant, Observation, Period, Quantity, SeriesSet, Source, Value};
use jiff::SignedDuration;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

pub(crate) const QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// The mean of each quarter hour.
pub(crate) type Quarters = BTreeMap<Instant, f64>;

/// A room to be estimated.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) site: Site,
    /// The zone that is estimated.
    pub(crate) zone: String,
    pub(crate) volume_m3: f64,
    pub(crate) capacity: f64,
    pub(crate) series: SeriesSet,
    pub(crate) co2: Source,
    pub(crate) movement: Source,
    pub(crate) grid: Vec<Period>,
    pub(crate) truth: Quarters,
    /// Whether the truth only tells that somebody was there.
    pub(crate) presence_only: bool,
}

/// What one way tells of a quarter hour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Estimate {
    pub(crate) people: Option<f64>,
    pub(crate) interval: Option<(f64, f64)>,
}

impl Case {
    /// What Vigie tells, each quarter hour.
    pub(crate) fn estimates(&self) -> BTreeMap<Instant, Estimate> {
        let estimate = |figure: &PeopleFigure| Estimate {
            people: figure.people,
            interval: figure.low.zip(figure.high),
        };
        let starts = self.grid.iter().map(|quarter| quarter.start());
        starts.zip(self.figures().iter().map(estimate)).collect()
    }

    /// What the doors counted, each quarter hour, as Vigie keeps it beside what it tells.
    pub(crate) fn counted(&self) -> BTreeMap<Instant, Estimate> {
        let counted = |figure: PeopleFigure| Estimate { people: figure.counted, interval: None };
        let starts = self.grid.iter().map(|quarter| quarter.start());
        starts.zip(self.figures().into_iter().map(counted)).collect()
    }

    /// What Vigie tells with all readings there.
    pub(crate) fn figures(&self) -> Vec<PeopleFigure> {
        let zone = self.zone.parse().expect("an id");
        let now = self.grid.last().expect("readings").end() + SignedDuration::from_hours(24);
        zone_people(&self.site, Some(&zone), &self.grid, &self.series, now)
    }
}

/// A site with one room; `ventilation` is natural, mechanical or measured (by the device `fan`).
pub(crate) fn site(
    volume_m3: f64,
    capacity: u32,
    ventilation: &str,
    zone: &str,
    more: &str,
) -> Site {
    let point = |name: &str, quantity: Quantity, device: &str| {
        format!(
            "[[point]]\nid = \"{name}\"\nzone = \"room\"\nquantity = \"{quantity}\"\nsources = [{{ device = \"{device}\" }}]\n"
        )
    };
    let points = [
        point("co2", Quantity::Co2, "air"),
        point("presence", Quantity::OccupancyDetected, "pir"),
        point("flow", Quantity::Airflow, "fan"),
    ];
    let ventilation = match ventilation {
        "measured" => "{ airflow = \"flow\" }".to_owned(),
        other => format!("\"{other}\""),
    };
    let text = format!(
        "[site]\nid = \"site\"\nname = \"Site\"\ntimezone = \"{zone}\"\ncapacity = 100\narea_m2 = 100\n\
         [[zone]]\nid = \"room\"\nname = \"Room\"\ncapacity = {capacity}\nvolume_m3 = {volume_m3}\n\
         ventilation = {ventilation}\n{}{more}",
        points.concat()
    );
    domain::site::parse(&text, "room.toml").unwrap_or_else(|faults| panic!("{faults}"))
}

pub(crate) fn quarters(observations: &[Observation]) -> Quarters {
    let mut sums: BTreeMap<Instant, (f64, f64)> = BTreeMap::new();
    for one in observations {
        let sum = sums.entry(quarter(one.observed_at)).or_default();
        *sum = (sum.0 + one.value.as_f64(), sum.1 + 1.0);
    }
    sums.into_iter().map(|(at, (sum, count))| (at, sum / count)).collect()
}

pub(crate) fn quarter(at: Instant) -> Instant {
    let length = 15 * 60_000;
    Instant::from_millis(at.as_millis().div_euclid(length) * length)
}

pub(crate) fn grid(first: Instant, last: Instant) -> Vec<Period> {
    let starts = std::iter::successors(Some(quarter(first)), |at| Some(*at + QUARTER));
    let starts = starts.take_while(|at| *at <= last);
    starts.filter_map(|at| Period::new(at, at + QUARTER)).collect()
}

pub(crate) fn source(device: &str, quantity: Quantity) -> Source {
    Source { device: device.parse().expect("an id"), quantity, channel: None }
}

pub(crate) fn observation(at: Instant, value: Value) -> Observation {
    Observation { observed_at: at, received_at: at, dated_by: DatedBy::Device, value }
}

pub(crate) fn civil(at: Instant) -> DateTime {
    let paris = TimeZone::get("Europe/Paris").expect("a known zone");
    at.to_jiff().to_zoned_datetime(paris).datetime()
}
