//! Loads, by kind: machines with sessions and standby, light and plugs that follow people, heating by the hour.

use domain::site::Meter;

use super::chance::Chance;
use super::floor::words;
use super::habits::Hour;

/// Part of the building's state on which loads depend.
#[derive(Clone, Copy, Debug)]
pub(super) struct Surroundings {
    /// People in its zone, or in the building.
    pub(super) people: u32,
    /// Floor area it serves, in m².
    pub(super) area_m2: f64,
    /// The hour that people live by.
    pub(super) hour: Hour,
    /// Whether a laser cutter works, or did until a moment ago.
    pub(super) has_smoke: bool,
}

/// Kind of load, by the name of the meter since the site file does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Cuts in bursts, some of the hours when people are there.
    Laser,
    /// Prints for hours, also on its own; the bed heats in cycles.
    Printer,
    /// Mills for some minutes at a time.
    Mill,
    /// Fires for hours; a controller doses the heat.
    Kiln,
    /// Runs with the laser and three minutes longer.
    Extraction,
    /// On while people are there.
    Lighting,
    /// Screens and laptops.
    Plugs,
    /// By the hour, in cycles.
    Heating,
    /// Always.
    Servers,
    /// More by day.
    Fans,
    /// Short peaks at noon and at coffee time.
    Kitchen,
    /// Anything else.
    Rest,
}

/// One load.
#[derive(Clone, Debug)]
pub(super) struct Load {
    sort: Sort,
    /// Rest of the present session, or of the pause between two bursts, in seconds.
    session_s: f64,
    /// Time for which it has been running, in seconds.
    running_s: f64,
    burst_s: f64,
    is_burst: bool,
    /// This one's own size against the usual one.
    size: f64,
    chance: Chance,
}

impl Sort {
    /// The sort of load that a meter measures.
    pub(super) fn of(meter: &Meter) -> Self {
        let words = words(&[meter.id.as_str(), &meter.name]);
        let has = |stems: &[&str]| {
            words.iter().any(|word| stems.iter().any(|stem| word.starts_with(stem)))
        };
        let is = |names: &[&str]| words.iter().any(|word| names.contains(&word.as_str()));
        if has(&["laser", "decoup"]) {
            Self::Laser
        } else if has(&["imprimante", "print", "prusa"]) || is(&["3d"]) {
            Self::Printer
        } else if has(&["fraiseuse", "cnc", "mill"]) {
            Self::Mill
        } else if is(&["four", "kiln", "oven"]) {
            Self::Kiln
        } else if has(&["extract", "aspira", "fume"]) {
            Self::Extraction
        } else if has(&["eclair", "light", "lumi"]) {
            Self::Lighting
        } else if has(&["prise", "plug", "poste", "bureau"]) {
            Self::Plugs
        } else if has(&["chauf", "heat", "pac", "radia", "convec"]) {
            Self::Heating
        } else if has(&["serv", "informat", "baie", "reseau", "rack"]) {
            Self::Servers
        } else if has(&["ventil", "vmc", "cta", "fan"]) {
            Self::Fans
        } else if has(&["cuisine", "kitchen", "cafe"]) {
            Self::Kitchen
        } else {
            Self::Rest
        }
    }
}

impl Load {
    /// A load that is off.
    pub(super) fn new(sort: Sort, mut chance: Chance) -> Self {
        let size = chance.between(0.85, 1.15);
        Self { sort, session_s: 0.0, running_s: 0.0, burst_s: 0.0, is_burst: false, size, chance }
    }

    /// Whether a session goes on.
    pub(super) fn is_running(&self) -> bool {
        self.session_s > 0.0
    }

    /// Which sort of load this is.
    pub(super) const fn sort(&self) -> Sort {
        self.sort
    }

    /// The power drawn over the next `step_s` seconds, in W.
    pub(super) fn step(&mut self, step_s: f64, around: &Surroundings) -> f64 {
        self.go_on(step_s, around);
        let watts = match self.sort {
            Sort::Laser => self.bursts(step_s, (1700.0, 25.0, 90.0), (320.0, 5.0, 25.0), 24.0),
            Sort::Printer if self.is_running() && self.running_s < 300.0 => 280.0,
            Sort::Printer => self.bursts(step_s, (190.0, 20.0, 35.0), (70.0, 30.0, 50.0), 8.0),
            Sort::Mill => self.bursts(step_s, (1100.0, 40.0, 240.0), (230.0, 15.0, 60.0), 38.0),
            Sort::Kiln => self.fire(),
            Sort::Extraction => {
                if around.has_smoke {
                    460.0
                } else {
                    3.0
                }
            }
            Sort::Lighting => Self::lamps(around),
            Sort::Plugs => 30.0 + 42.0 * f64::from(around.people),
            Sort::Heating => self.heat(step_s, around),
            Sort::Servers => 340.0,
            Sort::Fans => {
                if around.hour.is_work(7, 20) {
                    180.0
                } else {
                    55.0
                }
            }
            Sort::Kitchen => self.bursts(step_s, (1900.0, 60.0, 200.0), (130.0, 60.0, 600.0), 70.0),
            Sort::Rest => 60.0 + 6.0 * f64::from(around.people),
        };
        (watts * self.size * self.chance.normal(1.0, 0.006)).max(0.0)
    }

    /// Ends the session when its time is up, and begins one when somebody is there to do so.
    fn go_on(&mut self, step_s: f64, around: &Surroundings) {
        if self.is_running() {
            self.session_s -= step_s;
            self.running_s += step_s;
            return;
        }
        self.running_s = 0.0;
        let is_open = (9.0..21.0).contains(&around.hour.fraction()) && around.people > 0;
        let morning = (9.5..11.0).contains(&around.hour.fraction()) && around.people > 0;
        let (begins, mean_min, from_min, to_min) = match self.sort {
            Sort::Laser => (is_open, 35.0, 12.0, 50.0),
            Sort::Printer => (is_open, 90.0, 80.0, 360.0),
            Sort::Mill => (is_open, 70.0, 15.0, 60.0),
            Sort::Kiln => (morning, 80.0, 380.0, 620.0),
            Sort::Kitchen => (is_open, 45.0, 4.0, 20.0),
            _ => return,
        };
        if begins && self.chance.within(step_s, mean_min * 60.0) {
            self.session_s = self.chance.between(from_min, to_min) * 60.0;
        }
    }

    /// In a session two powers by turns, each for between so many seconds; outside of it the standby.
    fn bursts(
        &mut self,
        step_s: f64,
        high: (f64, f64, f64),
        low: (f64, f64, f64),
        standby: f64,
    ) -> f64 {
        if !self.is_running() {
            return standby;
        }
        self.burst_s -= step_s;
        if self.burst_s <= 0.0 {
            self.is_burst = !self.is_burst;
            let (_, shortest, longest) = if self.is_burst { high } else { low };
            self.burst_s = self.chance.between(shortest, longest);
        }
        if self.is_burst { high.0 } else { low.0 }
    }

    /// A firing: the controller doses more and more heat over the ramp, and less of it holds the top.
    fn fire(&self) -> f64 {
        if !self.is_running() {
            return 5.0;
        }
        let ramp = self.running_s / (self.running_s + self.session_s);
        let share = if ramp < 0.75 { 0.35 + 0.6 * ramp } else { 0.5 };
        2900.0 * share
    }

    /// A boiler's or heat pump's cycles of ten minutes; at night only against frost.
    fn heat(&mut self, step_s: f64, around: &Surroundings) -> f64 {
        self.burst_s = (self.burst_s + step_s) % 600.0;
        let early = around.hour.is_work(6, 9);
        let share = if early {
            0.9
        } else if around.hour.is_work(9, 18) {
            0.45
        } else {
            0.12
        };
        if self.burst_s < 600.0 * share { (around.area_m2 * 14.0).min(9000.0) } else { 45.0 }
    }

    fn lamps(around: &Surroundings) -> f64 {
        let in_use = (f64::from(around.people) / 8.0).min(1.0);
        2.0 + 3.0 * around.area_m2 * if around.people > 0 { 0.3 + 0.7 * in_use } else { 0.0 }
    }
}
