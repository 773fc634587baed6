//! Thresholds of air quality: their defaults, and where these come from.

use jiff::SignedDuration;

/// From which CO2 on air is what, in ppm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Thresholds {
    /// Below it the air is renewed well: the reference value of the French health council (HCSP, 21 January 2022).
    pub reference_ppm: f64,
    /// From here on one must act at once (HCSP).
    pub action_ppm: f64,
    /// Above it ICONE counts a value as stuffy.
    pub icone_ppm: f64,
    /// Above it ICONE counts a value as very stuffy.
    pub icone_high_ppm: f64,
    /// Up to which excess over outdoor air each of the categories I, II and III of EN 16798-1:2019 goes.
    pub category_ppm: [f64; 3],
    /// From when on an instrument is taken for wrong.
    pub instrument: InstrumentLimits,
}

impl Default for Thresholds {
    /// 800 and 1500 ppm of the HCSP, 1000 and 1700 ppm of ICONE, and the standard.
    fn default() -> Self {
        Self {
            reference_ppm: 800.0,
            action_ppm: 1500.0,
            icone_ppm: 1000.0,
            icone_high_ppm: 1700.0,
            category_ppm: [550.0, 800.0, 1350.0],
            instrument: InstrumentLimits::default(),
        }
    }
}

/// From when on an instrument is wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InstrumentLimits {
    /// So far the lowest of a week may lie from that of the other instruments of the building, in ppm.
    pub differs_ppm: f64,
    /// Below this the middle of the empty nights is no air that there is, in ppm.
    pub night_least_ppm: f64,
    /// So far above the building's lowest the middle of the empty nights may lie, in ppm.
    pub night_above_ppm: f64,
    /// An instrument that reports the same value for so long is frozen.
    pub frozen: SignedDuration,
}

impl Default for InstrumentLimits {
    /// Choices for instruments that are right to 50 ppm and 5 %, as French rules for schools want them (arrêté of
    /// 27 December 2022).
    fn default() -> Self {
        Self {
            differs_ppm: 60.0,
            night_least_ppm: 380.0,
            night_above_ppm: 150.0,
            frozen: SignedDuration::from_hours(6),
        }
    }
}
