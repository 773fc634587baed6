//! Nodes: which instruments sit on which device, how often they report, and how a node drops out and comes back.

use domain::ids::DeviceId;
use domain::message::DevicePresence;
use domain::quantity::Quantity;
use domain::reading::Source;
use domain::site::{Assignment, Point, Site};
use domain::{Instant, Value};
use jiff::SignedDuration;

use super::chance::{Chance, millis};

/// Messages of a node at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Emission {
    /// The node.
    pub device: DeviceId,
    /// When it is sent. Readings of a backlog were observed before.
    pub at: Instant,
    /// The content.
    pub content: Content,
}

/// Content of an emission.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Readings, in the order of each source; more than one of a source is a backlog.
    Readings(Vec<Sample>),
    /// Its presence: its birth, or its last will.
    Presence(DevicePresence),
}

/// One reading of a node.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Its source.
    pub source: Source,
    /// When it was observed, by the node's clock.
    pub at: Instant,
    /// The observed value.
    pub value: Value,
    /// The running number of this source since the node's start; none in the history before the start.
    pub seq: Option<u64>,
}

/// Protocol family of a device, by its name as its maker gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Our own nodes: native topics, an outbox, backlogs.
    Native,
    /// Shelly Gen2 and later, `shelly…`: no outbox, registers.
    Shelly,
    /// Zigbee2MQTT, `0x…`: seldom, on battery, no outbox.
    Zigbee,
}

impl Family {
    /// The family of a device of this name.
    pub fn of(device: &DeviceId) -> Self {
        if device.as_str().starts_with("shelly") {
            Self::Shelly
        } else if device.as_str().starts_with("0x") {
            Self::Zigbee
        } else {
            Self::Native
        }
    }
}

/// Observable of the building, by indices in the site.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Probe {
    /// CO2 of a zone.
    Co2(usize),
    /// Temperature of a zone.
    Temperature(usize),
    /// Relative humidity of a zone.
    Humidity(usize),
    /// Light of a zone.
    Light(usize),
    /// Outdoor air into a zone.
    Airflow(usize),
    /// People in a zone with its parts.
    Count(usize),
    /// A movement detector, by its own index.
    Detector(usize),
    /// People in through a doorway.
    PeopleIn(usize),
    /// People out through a doorway.
    PeopleOut(usize),
    /// Power of a meter.
    Power(usize),
    /// Register of a meter.
    Energy(usize),
    /// The node's own battery.
    Battery,
}

/// Instruments of a node that report together.
#[derive(Clone, Debug)]
pub(super) struct Group {
    /// Observables, and their sources.
    pub(super) instruments: Vec<(Source, Probe)>,
    /// When they report next, whether or not anything changed.
    next: Instant,
    live_s: f64,
    history_s: f64,
}

/// Time for which a node keeps what it cannot send; the oldest is dropped first.
const OUTBOX: usize = 5_000;

/// One device.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Its name.
    pub(super) device: DeviceId,
    /// Its protocol family.
    pub(super) family: Family,
    /// Its instruments.
    pub(super) groups: Vec<Group>,
    /// Until when it is cut off.
    outage: Option<Outage>,
    outbox: Vec<Sample>,
    chance: Chance,
    battery: f64,
}

#[derive(Clone, Copy, Debug)]
struct Outage {
    /// When the broker notices.
    noticed: Option<Instant>,
    end: Instant,
}

impl Node {
    /// Interval of its fastest instruments while live, in seconds.
    pub(super) fn interval_s(&self) -> f64 {
        self.groups.iter().map(|group| group.live_s).fold(f64::INFINITY, f64::min)
    }

    /// The times at which group `nr` reports up to `now`, and plans the next ones.
    pub(super) fn due(&mut self, nr: usize, now: Instant, live_from: Instant) -> Option<Instant> {
        let group = &mut self.groups[nr];
        let at = group.next;
        if at > now {
            return None;
        }
        let interval = if at < live_from { group.history_s } else { group.live_s };
        let jitter = self.chance.between(0.93, 1.07);
        let next = at + SignedDuration::from_millis(millis(interval * jitter).max(1000));
        // Every source speaks in the first seconds of the live part, however seldom it does later.
        let first_live =
            live_from + SignedDuration::from_millis(millis(self.chance.between(0.1, 2.0)));
        group.next = if at < live_from { next.min(first_live) } else { next };
        Some(at)
    }

    /// The charge of its battery now, in %.
    pub(super) fn battery(&mut self) -> f64 {
        self.battery = (self.battery - 0.002).max(3.0);
        self.battery.round()
    }

    /// Cuts the node off from the network until `end`.
    pub(super) fn drop_out(&mut self, noticed: Instant, end: Instant) {
        self.outage = Some(Outage { noticed: (noticed < end).then_some(noticed), end });
    }

    /// Whether it is cut off.
    pub(super) const fn is_out(&self) -> bool {
        self.outage.is_some()
    }

    /// Takes readings: they go out at once, or into the outbox of one that is cut off, or are lost.
    pub(super) fn report(&mut self, at: Instant, samples: Vec<Sample>, out: &mut Vec<Emission>) {
        if samples.is_empty() {
            return;
        }
        if !self.is_out() {
            out.push(Emission {
                device: self.device.clone(),
                at,
                content: Content::Readings(samples),
            });
        } else if self.family == Family::Native {
            self.outbox.extend(samples);
            let surplus = self.outbox.len().saturating_sub(OUTBOX);
            self.outbox.drain(..surplus);
        }
    }

    /// Lets an outage be noticed, and ends it: birth first, then the backlog.
    pub(super) fn recover(&mut self, now: Instant, out: &mut Vec<Emission>) {
        let Some(outage) = &mut self.outage else { return };
        let presence = |at, presence| Emission {
            device: self.device.clone(),
            at,
            content: Content::Presence(presence),
        };
        if let Some(noticed) = outage.noticed.take_if(|noticed| *noticed <= now) {
            out.push(presence(noticed, DevicePresence::Offline));
        }
        let end = outage.end;
        if end <= now {
            out.push(presence(end, DevicePresence::Online));
            self.outage = None;
            let backlog = std::mem::take(&mut self.outbox);
            self.report(end, backlog, out);
        }
    }
}

/// All devices that the site file names, with their instruments as assigned at `now`.
pub(super) fn nodes_of(
    site: &Site,
    now: Instant,
    start: Instant,
    seed: u64,
) -> (Vec<Node>, Vec<Detector>) {
    let mut build = Build { start, seed, nodes: Vec::new(), detectors: Vec::new() };
    for point in &site.points {
        build.point(site, point, now);
    }
    for (nr, door) in site.doorways.iter().enumerate() {
        build.add(&door.people_in, now, Probe::PeopleIn(nr));
        build.add(&door.people_out, now, Probe::PeopleOut(nr));
    }
    for (nr, meter) in site.meters.iter().enumerate() {
        build.add(&meter.power, now, Probe::Power(nr));
        build.add(&meter.energy, now, Probe::Energy(nr));
    }
    (build.nodes, build.detectors)
}

struct Build {
    start: Instant,
    seed: u64,
    nodes: Vec<Node>,
    detectors: Vec<Detector>,
}

impl Build {
    fn point(&mut self, site: &Site, point: &Point, now: Instant) {
        let Some(zone) = site.zones.iter().position(|zone| zone.id == point.zone) else { return };
        let probe = match point.quantity {
            Quantity::Co2 => Probe::Co2(zone),
            Quantity::Temperature => Probe::Temperature(zone),
            Quantity::RelativeHumidity => Probe::Humidity(zone),
            Quantity::Illuminance => Probe::Light(zone),
            Quantity::Airflow => Probe::Airflow(zone),
            Quantity::PeopleCount => Probe::Count(zone),
            Quantity::Battery => Probe::Battery,
            Quantity::OccupancyDetected => {
                let chance = Chance::new(self.seed, &format!("detector {}", point.id));
                self.detectors.push(Detector::new(zone, chance));
                Probe::Detector(self.detectors.len() - 1)
            }
            // Nothing in the simulated building makes the others.
            _ => return,
        };
        self.add(&point.sources, now, probe);
    }

    /// Adds an instrument for what is assigned now; a role that nothing fills has none.
    fn add(&mut self, assignments: &[Assignment], now: Instant, probe: Probe) {
        let Some(assignment) = domain::site::assigned_at(assignments, now) else { return };
        let source = assignment.source.clone();
        let (start, seed) = (self.start, self.seed);
        let found = self.nodes.iter().position(|node| node.device == source.device);
        let nr = found.unwrap_or_else(|| {
            self.nodes.push(Node::new(&source.device, seed, start));
            self.nodes.len() - 1
        });
        self.nodes[nr].add(source, probe, start);
    }
}

impl Node {
    fn new(device: &DeviceId, seed: u64, start: Instant) -> Self {
        let mut chance = Chance::new(seed, &format!("node {device}"));
        let family = Family::of(device);
        let battery = chance.between(35.0, 100.0);
        let device = device.clone();
        let mut node = Self {
            device,
            family,
            groups: Vec::new(),
            outage: None,
            outbox: Vec::new(),
            chance,
            battery,
        };
        if family == Family::Zigbee {
            let source =
                Source { device: node.device.clone(), quantity: Quantity::Battery, channel: None };
            node.add(source, Probe::Battery, start);
        }
        node
    }

    fn add(&mut self, source: Source, probe: Probe, start: Instant) {
        // The same source may fill several roles; it reports once.
        if self
            .groups
            .iter()
            .any(|group| group.instruments.iter().any(|(present, _)| *present == source))
        {
            return;
        }
        let (live_s, history_s) = rhythm(probe, self.family);
        let same = |group: &&mut Group| (group.live_s, group.history_s) == (live_s, history_s);
        if let Some(group) = self.groups.iter_mut().find(same) {
            group.instruments.push((source, probe));
        } else {
            let next =
                start + SignedDuration::from_millis(millis(self.chance.between(0.1, history_s)));
            self.groups.push(Group { instruments: vec![(source, probe)], next, live_s, history_s });
        }
    }
}

/// Intervals of an instrument while live and in the history before, in seconds.
const fn rhythm(probe: Probe, family: Family) -> (f64, f64) {
    match (probe, family) {
        (Probe::Battery, _) => (3600.0, 4.0 * 3600.0),
        (Probe::Detector(_), Family::Zigbee) => (1500.0, 1500.0),
        (Probe::Power(_) | Probe::Energy(_), Family::Zigbee) => (30.0, 120.0),
        (_, Family::Zigbee) => (300.0, 600.0),
        (Probe::Co2(_) | Probe::Power(_), _) => (10.0, 60.0),
        (Probe::Temperature(_) | Probe::Humidity(_) | Probe::Light(_) | Probe::Airflow(_), _) => {
            (30.0, 300.0)
        }
        (Probe::Count(_), _) => (30.0, 120.0),
        (Probe::Energy(_) | Probe::PeopleIn(_) | Probe::PeopleOut(_) | Probe::Detector(_), _) => {
            (60.0, 300.0)
        }
    }
}

/// A movement detector: it sees people move now and then, and holds its state for a while.
#[derive(Clone, Debug)]
pub(super) struct Detector {
    /// The zone it looks at.
    pub(super) zone: usize,
    /// Whether it says that somebody is there.
    pub(super) is_on: bool,
    /// When it changed within the present step.
    pub(super) changed: Option<Instant>,
    latch_s: f64,
    left_s: f64,
    chance: Chance,
}

impl Detector {
    fn new(zone: usize, mut chance: Chance) -> Self {
        let latch_s = chance.between(60.0, 180.0);
        Self { zone, is_on: false, changed: None, latch_s, left_s: 0.0, chance }
    }

    /// Goes on by `step_s` to `now`, with so many people in its zone.
    pub(super) fn step(&mut self, step_s: f64, people: u32, now: Instant) {
        // Seated people move every half minute or so; once in a night something else does.
        let moves = self.chance.yes(1.0 - (-step_s * f64::from(people) / 30.0).exp())
            || self.chance.within(step_s, 40.0 * 3600.0);
        self.left_s = if moves { self.latch_s } else { (self.left_s - step_s).max(0.0) };
        let is_on = self.left_s > 0.0;
        self.changed = (is_on != self.is_on).then_some(now);
        self.is_on = is_on;
    }
}
