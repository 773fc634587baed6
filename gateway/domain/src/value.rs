//! Values: present values, states and running totals, which must never be taken for one another.

use serde::{Deserialize, Serialize};

/// How the values of a quantity follow one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A present value.
    Gauge,
    /// True or false, holds until it changes.
    State,
    /// A total that only grows, and may start again lower.
    Register,
}

/// A measured value, in the unit of its quantity; made by [`crate::Quantity::number`] and [`crate::Quantity::state`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// True or false.
    State(bool),
    /// A present value.
    Gauge(f64),
    /// A running total.
    #[serde(skip_deserializing)]
    Register(f64),
}

impl Value {
    /// The value as a number; a state is 1 or 0.
    pub const fn as_f64(self) -> f64 {
        match self {
            Self::Gauge(number) | Self::Register(number) => number,
            Self::State(state) => {
                if state {
                    1.0
                } else {
                    0.0
                }
            }
        }
    }

    /// The inverse of [`Value::as_f64`], for stores that keep plain numbers.
    pub fn from_f64(kind: Kind, number: f64) -> Self {
        match kind {
            Kind::Gauge => Self::Gauge(number),
            Kind::Register => Self::Register(number),
            Kind::State => Self::State(number != 0.0),
        }
    }
}
