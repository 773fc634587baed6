//! The air of a zone: CO2 by the mass balance, temperature, humidity and light by simpler means.
//!
//! ```text
//! dC/dt = 1e6·G·N/V − A·(C − Cout)      C in ppm, G in m³/h per person, V in m³, A air changes per hour
//! ```

use domain::site::{Ventilation, Zone};

use super::chance::Chance;
use super::floor::Use;
use super::habits::Hour;

/// CO2 outdoors, in ppm.
pub(super) const OUTDOOR_PPM: f64 = 425.0;

/// Assumed height of a ceiling where the site file gives an area and no volume, in m.
const CEILING_M: f64 = 3.0;

/// The air of one zone.
#[derive(Clone, Debug)]
pub(super) struct Air {
    volume_m3: f64,
    ventilation: Ventilation,
    generation_m3_h: f64,
    leaks_per_h: f64,
    /// For how long the windows stay open, in seconds.
    airing_s: f64,
    co2_ppm: f64,
    /// Shown value of the instrument: it follows the air within a minute or two, and is noisy.
    shown_ppm: f64,
    /// Error of its calibration.
    offset_ppm: f64,
    temperature_c: f64,
    humidity: f64,
    light_lx: f64,
    changes_per_h: f64,
    chance: Chance,
}

impl Air {
    /// The air of a zone that was empty all night.
    pub(super) fn new(zone: &Zone, purpose: Use, mut chance: Chance) -> Self {
        let volume_m3 =
            zone.volume_m3.or(zone.area_m2.map(|area| area * CEILING_M)).unwrap_or(150.0);
        let leaks_per_h = chance.between(0.35, 0.8);
        Self {
            volume_m3: volume_m3.max(5.0),
            ventilation: zone.ventilation.clone(),
            generation_m3_h: litres_per_second(purpose) * 3.6,
            leaks_per_h,
            airing_s: 0.0,
            co2_ppm: OUTDOOR_PPM + 20.0,
            shown_ppm: OUTDOOR_PPM + 20.0,
            offset_ppm: chance.normal(0.0, 12.0),
            temperature_c: chance.normal(18.0, 0.6),
            humidity: 45.0,
            light_lx: 0.0,
            changes_per_h: leaks_per_h,
            chance,
        }
    }

    /// Goes on by `step_s` with this many people and this much heat from machines.
    pub(super) fn step(&mut self, step_s: f64, people: u32, machines_w: f64, hour: Hour) {
        let people = f64::from(people);
        self.air_out(step_s, people);
        self.changes_per_h = self.present_changes(hour);
        self.co2_ppm = balance(
            self.co2_ppm,
            self.changes_per_h,
            1e6 * self.generation_m3_h * people / self.volume_m3,
            step_s / 3600.0,
        );
        self.shown_ppm += (self.co2_ppm - self.shown_ppm) * (1.0 - (-step_s / 60.0).exp());
        self.warm(step_s, people, machines_w, hour);
        self.humidify(step_s, people);
        self.light(people, hour);
    }

    /// Shown value of the CO2 instrument, in ppm.
    pub(super) fn co2_reading(&mut self) -> f64 {
        let noise = self.chance.normal(0.0, 6.0);
        (self.shown_ppm + self.offset_ppm + noise).round().max(380.0)
    }

    /// The CO2 there is, in ppm.
    pub(super) const fn co2_ppm(&self) -> f64 {
        self.co2_ppm
    }

    /// The temperature, in °C.
    pub(super) fn temperature_reading(&mut self) -> f64 {
        round(self.temperature_c + self.chance.normal(0.0, 0.03), 2)
    }

    /// The relative humidity, in %.
    pub(super) fn humidity_reading(&mut self) -> f64 {
        round((self.humidity + self.chance.normal(0.0, 0.2)).clamp(5.0, 99.0), 1)
    }

    /// The light, in lx.
    pub(super) fn light_reading(&mut self) -> f64 {
        round((self.light_lx * self.chance.normal(1.0, 0.03)).max(0.0), 0)
    }

    /// Outdoor air brought in, in m³/h.
    pub(super) fn airflow_reading(&self) -> f64 {
        round(self.changes_per_h * self.volume_m3, 1)
    }

    /// In a stuffy room somebody opens the windows sooner or later.
    fn air_out(&mut self, step_s: f64, people: f64) {
        self.airing_s = (self.airing_s - step_s).max(0.0);
        let is_stuffy = self.co2_ppm > 1300.0 && people > 0.0;
        if is_stuffy && self.airing_s <= 0.0 && self.chance.within(step_s, 35.0 * 60.0) {
            self.airing_s = self.chance.between(5.0, 15.0) * 60.0;
        }
    }

    fn present_changes(&self, hour: Hour) -> f64 {
        let windows = if self.airing_s > 0.0 { 5.0 } else { 0.0 };
        let fan = match self.ventilation {
            Ventilation::Natural => 0.0,
            Ventilation::Mechanical if hour.is_work(7, 20) => 2.5,
            Ventilation::Mechanical => 0.5,
            // Demand control: more air from 600 ppm on, full flow from 1000 ppm.
            Ventilation::Measured(_) => {
                0.5 + 3.0 * ((self.co2_ppm - 600.0) / 400.0).clamp(0.0, 1.0)
            }
        };
        self.leaks_per_h + windows + fan
    }

    fn warm(&mut self, step_s: f64, people: f64, machines_w: f64, hour: Hour) {
        let heated = if hour.is_work(6, 19) { 20.0 } else { 16.5 };
        let gains = (people * 80.0 + machines_w * 0.5) / self.volume_m3 * 0.12;
        let aired = if self.airing_s > 0.0 { -3.0 } else { 0.0 };
        let hours = 3.0;
        let goal = heated + gains.min(7.0) + aired;
        self.temperature_c +=
            (goal - self.temperature_c) * (1.0 - (-step_s / (hours * 3600.0)).exp());
    }

    fn humidify(&mut self, step_s: f64, people: f64) {
        let goal = 40.0 + (people / self.volume_m3 * 80.0).min(20.0) / self.changes_per_h.max(0.5);
        self.humidity += (goal - self.humidity) * (1.0 - (-step_s / 5400.0).exp());
    }

    fn light(&mut self, people: f64, hour: Hour) {
        let height = ((hour.fraction() - 7.0) / 12.0 * std::f64::consts::PI).sin().max(0.0);
        let lamps = if people > 0.0 { 320.0 } else { 2.0 };
        self.light_lx = lamps + 260.0 * height;
    }
}

/// The balance over `hours` with everything else constant, exactly; `source` is 1e6·G·N/V in ppm an hour.
pub(super) fn balance(ppm: f64, changes_per_h: f64, source: f64, hours: f64) -> f64 {
    let settled = OUTDOOR_PPM + source / changes_per_h;
    settled + (ppm - settled) * (-changes_per_h * hours).exp()
}

/// CO2 that a person breathes out, in L/s at 20 °C, by what they do.
const fn litres_per_second(purpose: Use) -> f64 {
    match purpose {
        Use::Conference | Use::Training => 0.0035,
        Use::Coworking | Use::Offices => 0.0043,
        Use::Passage => 0.0050,
        Use::Workshop => 0.0072,
    }
}

/// `number` with so many decimals, as an instrument shows it.
pub(super) fn round(number: f64, decimals: i32) -> f64 {
    let scale = 10_f64.powi(decimals);
    (number * scale).round() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_people_and_no_window_bring_the_room_to_where_the_balance_ends() {
        // V = 150 m³, A = 1 /h, 20 people at 0.0043 L/s: 425 + 1e6 · 0.01548 · 20 / 150 = 2489 ppm.
        let source = 1e6 * 0.0043 * 3.6 * 20.0 / 150.0;
        let after = (0..36_000).fold(OUTDOOR_PPM, |ppm, _| balance(ppm, 1.0, source, 2.0 / 3600.0));
        assert!((after - 2489.0).abs() < 1.0, "{after}");
    }

    #[test]
    fn the_size_of_the_step_does_not_change_the_air() {
        let small = (0..1800).fold(900.0, |ppm, _| balance(ppm, 0.7, 600.0, 1.0 / 3600.0));
        let large = balance(900.0, 0.7, 600.0, 0.5);
        assert!((small - large).abs() < 1e-6);
    }
}
