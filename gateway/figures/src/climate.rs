//! Weather of a span, and its effect on the energy of the building.

use domain::energy::EnergyFigure;
use domain::indicators::{DegreeDayMethod, DegreeDays, Signature, signature};
use domain::site::Point;
use domain::{Instant, Period};
use serde::Serialize;

use crate::comparison::Comparison;
use crate::error::FigureError;
use crate::view::View;
pub use crate::weather::ClimateDay;

const METHODS: [DegreeDayMethod; 3] =
    [DegreeDayMethod::Meteo, DegreeDayMethod::Professional, DegreeDayMethod::Integral];

/// The weather of a span, and its effect.
#[derive(Clone, Debug, Serialize)]
pub struct Climate {
    /// The begin of the span.
    pub start: Instant,
    /// Its end.
    pub end: Instant,
    /// The present instant of the figures: the last whole day is over by then.
    pub as_of: Instant,
    /// The point that measures the air outside.
    pub point: String,
    /// Energy of the building on the whole days of the span.
    pub energy: EnergyFigure,
    /// Its whole days.
    pub days: Vec<ClimateDay>,
    /// Degree days by each method.
    pub degree_days: Vec<DegreeDays>,
    /// The signature of the days of the span; `None` when they are too few or too much alike.
    pub signature: Option<Signature>,
    /// The span beside the one a year before; `None` where either is not known well enough.
    pub comparison: Option<Comparison>,
}

impl View {
    /// The climate of a span of whole days.
    ///
    /// # Errors
    /// [`FigureError::NotFound`] when the site file names no point outside; those of the store.
    pub async fn climate(&self, span: Period) -> Result<Climate, FigureError> {
        let point = self.outdoor().ok_or_else(|| FigureError::NotFound {
            sort: "point of the temperature outside",
            name: "outdoor_temperature".to_owned(),
            expected: "`outdoor_temperature` in [site] of the site file, naming a [[point]]",
        })?;
        let weather = self.weather(point, span).await?;
        let signature = signature(&weather.points());
        Ok(Climate {
            start: span.start(),
            end: span.end(),
            as_of: self.now,
            point: point.id.to_string(),
            energy: weather.energy,
            degree_days: METHODS.map(|method| weather.degree_days(method)).to_vec(),
            comparison: self.comparison(point, &weather, signature.as_ref()).await?,
            days: weather.days,
            signature,
        })
    }

    /// The point that measures the air outside.
    pub fn outdoor(&self) -> Option<&Point> {
        self.site.outdoor.as_ref().and_then(|id| self.site.point(id.as_str()))
    }
}
