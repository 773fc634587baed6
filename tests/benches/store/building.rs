//! A building that reports every ten seconds, or at another interval: devices that report several quantities at one
//! instant, each a little off the beat. Seeded, so it is the same in every run, and the same in whichever order its devices are asked.

use domain::{DatedBy, Instant, Observation, Quantity, Reading, Source, Value};

/// How often each device reports, unless given otherwise.
pub(crate) const EVERY_MS: i64 = 10_000;
pub(crate) const HOUR_MS: i64 = 3_600_000;
pub(crate) const DAY_MS: i64 = 24 * HOUR_MS;

const ROOM: &[Quantity] = &[
    Quantity::Co2,
    Quantity::Temperature,
    Quantity::RelativeHumidity,
    Quantity::OccupancyDetected,
];
const METER: &[Quantity] =
    &[Quantity::ActivePower, Quantity::EnergyImported, Quantity::Voltage, Quantity::Current];
const DOOR: &[Quantity] = &[Quantity::PeopleIn, Quantity::PeopleOut];

/// The instants from `from` up to `until`, so far apart.
pub(crate) fn every(step: i64, from: i64, until: i64) -> impl Iterator<Item = i64> {
    std::iter::successors(Some(from), move |at| Some(at + step)).take_while(move |at| *at < until)
}

/// The devices of a building, and what they last measured.
#[derive(Clone)]
pub(crate) struct Building {
    devices: Vec<Device>,
    every_ms: i64,
}

#[derive(Clone)]
struct Device {
    sources: Vec<Source>,
    /// In the smallest step that the instrument shows; of a register of energy in mWh.
    values: Vec<i64>,
    dice: Dice,
}

impl Building {
    /// So many rooms (four quantities each), meters (four) and doors (two).
    pub(crate) fn new(rooms: usize, meters: usize, doors: usize) -> Self {
        let kinds = [("room", ROOM, rooms), ("meter", METER, meters), ("door", DOOR, doors)];
        let mut devices = Vec::new();
        for (kind, quantities, count) in kinds {
            for n in 0..count {
                devices.push(Device::new(&format!("{kind}-{n}"), quantities, devices.len()));
            }
        }
        Self { devices, every_ms: EVERY_MS }
    }

    /// The same, so far between two readings.
    pub(crate) fn reporting_every(self, every_ms: i64) -> Self {
        Self { every_ms, ..self }
    }

    /// All series.
    pub(crate) fn sources(&self) -> Vec<Source> {
        self.devices.iter().flat_map(|device| device.sources.clone()).collect()
    }

    /// Adds what all devices report from `from` up to `until`, in milliseconds: beat by beat, as it arrives live.
    pub(crate) fn live(&mut self, from: i64, until: i64, readings: &mut Vec<Reading>) {
        for beat in every(self.every_ms, from, until) {
            for device in &mut self.devices {
                device.report(beat, self.every_ms, readings);
            }
        }
    }

    /// The same readings, device by device, as history is imported.
    pub(crate) fn history(&mut self, from: i64, until: i64, readings: &mut Vec<Reading>) {
        for device in &mut self.devices {
            for beat in every(self.every_ms, from, until) {
                device.report(beat, self.every_ms, readings);
            }
        }
    }
}

impl Device {
    fn new(name: &str, quantities: &[Quantity], number: usize) -> Self {
        let source =
            |quantity| Source { device: name.parse().expect("a name"), quantity, channel: None };
        let sources: Vec<_> = quantities.iter().map(|quantity| source(*quantity)).collect();
        let values = quantities.iter().map(|quantity| start(*quantity)).collect();
        Self { sources, values, dice: Dice(number as u64 + 1) }
    }

    fn report(&mut self, beat: i64, every_ms: i64, readings: &mut Vec<Reading>) {
        // Never at the edge of a minute, so that it does not matter to which side a peer counts it.
        let observed_at = Instant::from_millis(beat + 300 + self.dice.throw(401));
        let received_at = Instant::from_millis(observed_at.as_millis() + 20 + self.dice.throw(60));
        for n in 0..self.sources.len() {
            let source = self.sources[n].clone();
            let value = self.measure(n, source.quantity, beat, every_ms);
            let value = Value::from_f64(source.quantity.kind(), value);
            let observation =
                Observation { observed_at, received_at, dated_by: DatedBy::Device, value };
            readings.push(Reading { source, observation });
        }
    }

    /// The next value, as its instrument shows it.
    fn measure(&mut self, n: usize, quantity: Quantity, beat: i64, every_ms: i64) -> f64 {
        let dice = &mut self.dice;
        let hour = beat.div_euclid(HOUR_MS).rem_euclid(24);
        let is_day = (7..19).contains(&hour);
        let seldom = if is_day { 40 } else { 800 };
        match quantity {
            Quantity::OccupancyDetected => {
                let is_held = self.values[n] == 1 && dice.throw(30) > 0;
                self.values[n] = i64::from(is_held || dice.throw(seldom) == 0);
            }
            Quantity::PeopleIn | Quantity::PeopleOut => {
                self.values[n] += i64::from(dice.throw(seldom) == 0);
            }
            Quantity::Co2 => {
                let drift = if is_day { 8 } else { 6 };
                self.values[n] = (self.values[n] + dice.throw(15) - 14 + drift).clamp(410, 1800);
            }
            Quantity::Temperature if dice.throw(10) == 0 => self.values[n] += dice.throw(3) - 1,
            Quantity::RelativeHumidity if dice.throw(4) == 0 => {
                self.values[n] = (self.values[n] + dice.throw(3) - 1).clamp(200, 800);
            }
            Quantity::Voltage => {
                self.values[n] = (self.values[n] + dice.throw(5) - 2).clamp(2200, 2400);
            }
            Quantity::ActivePower => {
                let usual = if is_day { 9000 } else { 1500 };
                self.values[n] += (usual - self.values[n]) / 64 + dice.throw(81) - 40;
            }
            // Those before it in the list of a meter: the power in tenths of a watt, the voltage in tenths of a volt.
            Quantity::EnergyImported => self.values[n] += self.values[0] * every_ms / 36_000,
            Quantity::Current => self.values[n] = self.values[0] * 100 / self.values[2],
            _ => {}
        }
        shown(quantity, self.values[n])
    }
}

const fn start(quantity: Quantity) -> i64 {
    match quantity {
        Quantity::Co2 => 600,
        Quantity::Temperature => 205,
        Quantity::RelativeHumidity => 450,
        Quantity::ActivePower => 1500,
        Quantity::EnergyImported => 12_345_000,
        Quantity::Voltage => 2310,
        _ => 0,
    }
}

/// In the unit of the quantity, with the decimals that instruments have.
fn shown(quantity: Quantity, value: i64) -> f64 {
    match quantity {
        // Whole watt-hours.
        Quantity::EnergyImported => value.div_euclid(1000) as f64,
        Quantity::Current => value as f64 / 100.0,
        Quantity::Co2 | Quantity::OccupancyDetected | Quantity::PeopleIn | Quantity::PeopleOut => {
            value as f64
        }
        _ => value as f64 / 10.0,
    }
}

/// Chance that is the same in every run.
#[derive(Clone)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number from zero up to, not including, `sides`.
    pub(crate) fn throw(&mut self, sides: i64) -> i64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(self.0 >> 33).expect("31 bits") % sides
    }
}
