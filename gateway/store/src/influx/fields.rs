//! The fields of points as InfluxDB returns them, joined to readings.

use std::collections::BTreeMap;

use domain::{Instant, Kind, Observation, Value};

use super::answer::{AnswerError, Row};
use super::line_protocol::{BY_ARRIVAL, LAG, VALUE};
use crate::kept::Arrival;

/// The fields of one source received so far, by time.
#[derive(Debug, Default)]
pub(super) struct Fields {
    values: BTreeMap<Instant, f64>,
    arrivals: BTreeMap<Instant, Arrival>,
}

impl Fields {
    /// Adds a row with `_field`, `_time` and `_value`; fields that this program does not write are ignored.
    pub(super) fn add(&mut self, row: &Row<'_>) -> Result<(), AnswerError> {
        let Some(field) = row.text("_field") else { return Ok(()) };
        if ![VALUE, LAG, BY_ARRIVAL].contains(&field) {
            return Ok(());
        }
        let (time, Some(number)) = (row.time()?, row.number("_value")?) else { return Ok(()) };
        if field == VALUE {
            self.values.insert(time, number);
            return Ok(());
        }
        #[expect(clippy::cast_possible_truncation, reason = "was written as whole seconds")]
        let arrival = if field == LAG { Arrival::After(number as i64) } else { Arrival::Dating };
        self.arrivals.insert(time, arrival);
        Ok(())
    }

    /// The readings in order. A reading without a field for its arrival arrived within the second in which it was observed.
    pub(super) fn observations(&self, kind: Kind) -> Vec<Observation> {
        let observation = |(time, number): (&Instant, &f64)| {
            let arrival = self.arrivals.get(time).copied().unwrap_or(Arrival::After(0));
            arrival.observation(*time, Value::from_f64(kind, *number))
        };
        self.values.iter().map(observation).collect()
    }
}
