//! What energy costs, weighs and is measured against: the dated tables of a site.

use jiff::civil::{Date, Time};
use serde::Serialize;

macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
        pub enum $name {
            $($(#[$variant_doc])* #[serde(rename = $text)] $variant,)*
        }

        impl $name {
            /// Each of them with its name in the site file and the API.
            pub const NAMES: &[(&'static str, Self)] = &[$(($text, Self::$variant),)*];

            /// The name in the site file and the API.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }
    };
}

named! {
    /// Energy carrier.
    Carrier {
        /// The grid.
        Electricity "electricity",
        /// Natural gas.
        Gas "gas",
        /// Heating oil.
        Oil "oil",
        /// Logs, chips or pellets.
        Wood "wood",
        /// Heat of a district network.
        HeatNetwork "heat-network",
    }
}

named! {
    /// Use of the energy.
    Use {
        /// Warm rooms.
        Heating "heating",
        /// Warm water.
        HotWater "hot-water",
        /// Cool rooms.
        Cooling "cooling",
        /// Fans.
        Ventilation "ventilation",
        /// Light.
        Lighting "lighting",
        /// Computers and networks.
        It "it",
        /// Machines of a workshop.
        Machines "machines",
        /// Whatever is plugged in.
        Sockets "sockets",
        /// Anything else.
        Other "other",
    }
}

/// A price of energy from a day on, until the next one of the same carrier.
#[derive(Clone, Debug, PartialEq)]
pub struct Tariff {
    /// Carrier that it is the price of.
    pub carrier: Carrier,
    /// The first day.
    pub since: Date,
    /// The day after the last one; `None` until the next price begins.
    pub until: Option<Date>,
    /// € per kWh where no period of it applies.
    pub eur_per_kwh: f64,
    /// € a year whatever is used: subscription, counting, fixed taxes.
    pub fixed_eur_per_year: f64,
    /// Times with another price; the first that applies counts.
    pub periods: Vec<TariffPeriod>,
    /// Contract or page that says so.
    pub source: String,
}

/// Times with a price of their own within a [`Tariff`].
#[derive(Clone, Debug, PartialEq)]
pub struct TariffPeriod {
    /// As the bill calls it: "heures creuses d'hiver".
    pub name: String,
    /// € per kWh.
    pub eur_per_kwh: f64,
    /// On these days of the week, Monday first.
    pub days: [bool; 7],
    /// In these months, January first.
    pub months: [bool; 12],
    /// In these spans of civil time, the end 24:00 as `None`; all day when there are none.
    pub hours: Vec<(Time, Option<Time>)>,
}

/// By what a kWh counts, from a day on: kg `CO2e` or primary kWh.
#[derive(Clone, Debug, PartialEq)]
pub struct Factor {
    /// Of what.
    pub carrier: Carrier,
    /// Only for this use; `None` for whatever has no factor of its own.
    pub usage: Option<Use>,
    /// The first day.
    pub since: Date,
    /// The factor.
    pub value: f64,
    /// Who says so.
    pub source: String,
    /// Whether the source itself was read, not only quoted.
    pub confirmed: bool,
}

/// A goal of the décret tertiaire: so much less final energy than in the reference year.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// By when.
    pub year: i16,
    /// Reduction against the reference, as a share.
    pub reduction: f64,
    /// Who says so.
    pub source: String,
}

/// The year that progress is measured against: twelve months in a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The year of its first month.
    pub year: i16,
    /// Final energy of the building, in kWh.
    pub kwh: f64,
    /// Heating degree days of that year, base 18 °C; needed to compare at equal weather.
    pub degree_days: Option<f64>,
    /// Source of the figure.
    pub source: String,
}
