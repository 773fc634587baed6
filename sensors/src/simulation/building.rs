//! The building as a whole: one step after the other, readings out, and the truth to compare them with.

use std::collections::BTreeMap;

use domain::ids::{DeviceId, DoorwayId, MeterId, ZoneId};
use domain::site::Site;
use domain::{Instant, Source, Value};
use jiff::SignedDuration;
use jiff::civil::Date;

use super::air::{Air, round};
use super::chance::Chance;
use super::days;
use super::doors::Door;
use super::floor::Floor;
use super::habits::{Habits, Hour};
use super::meters::Meters;
use super::nodes::{Detector, Emission, Family, Node, Probe, Sample, nodes_of};
use super::people::People;

/// The physics goes on in steps of this length.
pub const STEP: SignedDuration = SignedDuration::from_secs(2);
const STEP_S: f64 = 2.0;

/// One outage somewhere in so many seconds, on average.
const OUTAGE_EVERY_S: f64 = 40.0 * 60.0;

/// After so long the broker sends the last will of a node that is cut off: one and a half keep-alives.
const NOTICED_AFTER: SignedDuration = SignedDuration::from_secs(45);

/// Parameters of a simulation.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The same seed gives the same building.
    pub seed: u64,
    /// From when on nodes report as often as they would; before it they report seldom, as history.
    pub live_from: Instant,
    /// Length of the history before the start. Door counters have it since the dawn before that, so that the count is right.
    pub history: SignedDuration,
    /// The hours that people live by.
    pub habits: Habits,
    /// Whether counters err and nodes drop out. Tests switch it off to compare exactly.
    pub faults: bool,
}

/// True state of the building, without errors of instruments.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// People in the building.
    pub people: u32,
    /// People in each zone with its parts.
    pub zones: BTreeMap<ZoneId, u32>,
    /// People in each zone itself; together they are all in the building.
    pub zones_alone: BTreeMap<ZoneId, u32>,
    /// Passages in and out of each doorway since the start.
    pub doorways: BTreeMap<DoorwayId, (u64, u64)>,
    /// Energy of each meter since the start, in Wh.
    pub meters_wh: BTreeMap<MeterId, f64>,
    /// Power of each meter, in W.
    pub power_w: BTreeMap<MeterId, f64>,
    /// CO2 of each zone, in ppm.
    pub co2_ppm: BTreeMap<ZoneId, f64>,
}

/// A simulated building. It has no clock: each step goes on to the instant that it is given.
#[derive(Debug)]
pub struct Building {
    site: Site,
    scenario: Scenario,
    now: Instant,
    day: Option<Date>,
    floor: Floor,
    people: People,
    doors: Vec<Door>,
    airs: Vec<Air>,
    detectors: Vec<Detector>,
    meters: Meters,
    nodes: Vec<Node>,
    seqs: BTreeMap<Source, u64>,
    /// People in each zone with its parts.
    within: Vec<u32>,
    outages: Chance,
    visitors: Chance,
}

impl Building {
    /// The building at the dawn before its history, with nobody in it.
    pub fn new(site: &Site, scenario: Scenario) -> Self {
        let seed = scenario.seed;
        let history_from = scenario.live_from - scenario.history;
        let (dawn, _) = scenario.habits.dawn(history_from);
        let floor = Floor::new(site);
        let (nodes, detectors) = nodes_of(site, scenario.live_from, dawn, seed);
        let zones = || site.zones.iter().zip(&floor.zones);
        Self {
            now: dawn,
            day: None,
            people: People::nobody(site.zones.len(), Chance::new(seed, "ways")),
            doors: site
                .doorways
                .iter()
                .map(|door| {
                    Door::new(scenario.faults, Chance::new(seed, &format!("door {}", door.id)))
                })
                .collect(),
            airs: zones()
                .map(|(zone, room)| {
                    Air::new(zone, room.purpose, Chance::new(seed, &format!("air {}", zone.id)))
                })
                .collect(),
            detectors,
            meters: Meters::new(site, seed),
            nodes,
            seqs: BTreeMap::new(),
            within: vec![0; site.zones.len()],
            outages: Chance::new(seed, "outages"),
            visitors: Chance::new(seed, "visitors"),
            site: site.clone(),
            floor,
            scenario,
        }
    }

    /// Instant reached by the building.
    pub const fn now(&self) -> Instant {
        self.now
    }

    /// Every device, its family and how often it reports in seconds.
    pub fn devices(&self) -> impl Iterator<Item = (&DeviceId, Family, f64)> {
        self.nodes.iter().map(|node| (&node.device, node.family, node.interval_s()))
    }

    /// Goes on to the last whole step at or before `now`, and returns what the nodes sent meanwhile, in the order of sending.
    pub fn step(&mut self, now: Instant) -> Vec<Emission> {
        let mut out = Vec::new();
        while self.now + STEP <= now {
            self.now = self.now + STEP;
            self.one_step(&mut out);
        }
        out
    }

    /// The present truth.
    pub fn truth(&self) -> Truth {
        let zones = || self.site.zones.iter().map(|zone| zone.id.clone());
        let meters =
            || self.site.meters.iter().enumerate().map(|(nr, meter)| (nr, meter.id.clone()));
        Truth {
            people: self.people.inside().iter().sum(),
            zones: zones().zip(self.within.iter().copied()).collect(),
            zones_alone: zones().zip(self.people.inside().iter().copied()).collect(),
            doorways: self
                .site
                .doorways
                .iter()
                .map(|door| door.id.clone())
                .zip(self.doors.iter().map(|door| door.truth))
                .collect(),
            meters_wh: meters().map(|(nr, id)| (id, self.meters.taken_wh(nr))).collect(),
            power_w: meters().map(|(nr, id)| (id, self.meters.power_w(nr))).collect(),
            co2_ppm: zones().zip(self.airs.iter().map(Air::co2_ppm)).collect(),
        }
    }

    fn one_step(&mut self, out: &mut Vec<Emission>) {
        let hour = self.scenario.habits.hour(self.now);
        self.begin_day();
        self.move_people();
        for (zone, air) in self.airs.iter_mut().enumerate() {
            air.step(STEP_S, self.within[zone], self.meters.heat_w(zone), hour);
        }
        for detector in &mut self.detectors {
            detector.step(STEP_S, self.within[detector.zone], self.now);
        }
        self.draw_power(hour);
        self.cut_off();
        self.report(out);
    }

    fn begin_day(&mut self) {
        let (dawn, date) = self.scenario.habits.dawn(self.now);
        if self.day != Some(date) {
            self.day = Some(date);
            let capacity = self.site.capacity;
            let visits = days::people_of(
                date,
                &self.floor,
                capacity,
                &self.scenario.habits,
                &mut self.visitors,
            );
            self.people.begin_day(dawn, visits);
        }
    }

    fn move_people(&mut self) {
        self.doors.iter_mut().for_each(Door::begin_step);
        for passage in self.people.step(self.now, &self.floor) {
            if let Some(doorway) = passage.way.doorway {
                self.doors[doorway].pass(&passage);
            }
        }
        self.within.copy_from_slice(self.people.inside());
        for (zone, &inside) in self.people.inside().iter().enumerate() {
            let parents = std::iter::successors(self.floor.zones[zone].parent, |&up| {
                self.floor.zones[up].parent
            });
            parents.for_each(|up| self.within[up] += inside);
        }
    }

    fn draw_power(&mut self, hour: Hour) {
        let in_building = self.people.inside().iter().sum();
        self.meters.step(STEP_S, &self.within, in_building, hour);
    }

    /// Now and then a node loses its network for some minutes.
    fn cut_off(&mut self) {
        let may_fail = self.scenario.faults && self.now >= self.scenario.live_from;
        if may_fail && self.outages.within(STEP_S, OUTAGE_EVERY_S) {
            let minutes = self.outages.between(3.0, 12.0);
            let node = self.outages.index(self.nodes.len());
            let end = self.now + SignedDuration::from_millis(super::chance::millis(minutes * 60.0));
            if let Some(node) = self.nodes.get_mut(node).filter(|node| !node.is_out()) {
                node.drop_out(self.now + NOTICED_AFTER, end);
            }
        }
    }

    fn report(&mut self, out: &mut Vec<Emission>) {
        for nr in 0..self.nodes.len() {
            let mut moments = self.changes(nr);
            for group in 0..self.nodes[nr].groups.len() {
                while let Some(at) = self.nodes[nr].due(group, self.now, self.scenario.live_from) {
                    let instruments = &self.nodes[nr].groups[group].instruments;
                    moments.push((
                        at,
                        instruments
                            .iter()
                            .filter(|(_, probe)| self.is_told(*probe, at))
                            .cloned()
                            .collect(),
                    ));
                }
            }
            // Readings of one instant go out together.
            moments.sort_by_key(|(at, _)| *at);
            self.nodes[nr].recover(self.now, out);
            for (at, instruments) in moments {
                let samples = instruments
                    .into_iter()
                    .map(|(source, probe)| self.sample(nr, source, probe, at))
                    .collect();
                self.nodes[nr].report(at, samples, out);
            }
        }
    }

    /// Counters and detectors speak at once when they change.
    fn changes(&self, nr: usize) -> Vec<(Instant, Vec<(Source, Probe)>)> {
        let mut moments: Vec<(Instant, Vec<(Source, Probe)>)> = Vec::new();
        for (source, probe) in self.nodes[nr].groups.iter().flat_map(|group| &group.instruments) {
            let emit = |at: Instant| (at, vec![(source.clone(), *probe)]);
            match *probe {
                Probe::PeopleIn(door) => moments.extend(self.doors[door].changes_in().map(emit)),
                Probe::PeopleOut(door) => moments.extend(self.doors[door].changes_out().map(emit)),
                Probe::Detector(detector) => {
                    moments.extend(self.detectors[detector].changed.map(emit));
                }
                _ => {}
            }
        }
        moments
    }

    /// Before the history begins only doors and detectors speak: the count of people rests on them.
    fn is_told(&self, probe: Probe, at: Instant) -> bool {
        at >= self.scenario.live_from - self.scenario.history
            || matches!(probe, Probe::PeopleIn(_) | Probe::PeopleOut(_) | Probe::Detector(_))
    }

    fn sample(&mut self, nr: usize, source: Source, probe: Probe, at: Instant) -> Sample {
        let value = self.observe(nr, probe, at);
        let seq = (at >= self.scenario.live_from).then(|| {
            let seq = self.seqs.entry(source.clone()).or_default();
            *seq += 1;
            *seq
        });
        Sample { source, at, value, seq }
    }

    fn observe(&mut self, nr: usize, probe: Probe, at: Instant) -> Value {
        match probe {
            Probe::Co2(zone) => Value::Gauge(self.airs[zone].co2_reading()),
            Probe::Temperature(zone) => Value::Gauge(self.airs[zone].temperature_reading()),
            Probe::Humidity(zone) => Value::Gauge(self.airs[zone].humidity_reading()),
            Probe::Light(zone) => Value::Gauge(self.airs[zone].light_reading()),
            Probe::Airflow(zone) => Value::Gauge(self.airs[zone].airflow_reading()),
            Probe::Count(zone) => Value::Gauge(f64::from(self.within[zone])),
            Probe::Detector(detector) => Value::State(self.detectors[detector].is_on),
            Probe::PeopleIn(door) => register(self.doors[door].register_at(at).0),
            Probe::PeopleOut(door) => register(self.doors[door].register_at(at).1),
            Probe::Power(meter) => Value::Gauge(round(self.meters.power_w(meter), 1)),
            Probe::Energy(meter) => {
                Value::Register(round(self.meters.register_wh(meter, at, self.now), 3))
            }
            Probe::Battery => Value::Gauge(self.nodes[nr].battery()),
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a door counts far fewer people than f64 holds exactly"
)]
const fn register(people: u64) -> Value {
    Value::Register(people as f64)
}
