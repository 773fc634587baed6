//! Air of zones, and the CO2 instruments of the building.

use std::sync::Arc;

use domain::Period;
use domain::air::{
    AirReport, InstrumentCheck, air_needs, check_instruments, check_needs, zone_air,
};
use domain::site::Zone;

use crate::error::FigureError;
use crate::people::PeopleQuarters;
use crate::turns::off_thread;
use crate::view::View;

impl View {
    /// The air of a zone over a span.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn air(&self, zone: &Zone, span: Period) -> Result<AirReport, FigureError> {
        let quarters = self.people_quarters(Some(zone.id.clone()), span).await?;
        self.air_beside(zone, span, quarters).await
    }

    /// The air of a zone as it is without its people: nothing in it tells when somebody was there.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn air_alone(&self, zone: &Zone, span: Period) -> Result<AirReport, FigureError> {
        self.air_beside(zone, span, self.no_quarters(&zone.id)).await
    }

    /// The same beside people that are loaded already.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn air_beside(
        &self,
        zone: &Zone,
        span: Period,
        quarters: PeopleQuarters,
    ) -> Result<AirReport, FigureError> {
        let turn = self.turns.take(Some(span)).await?;
        let series = self.load(air_needs(&self.site, zone).into_iter(), span).await?;
        let (site, zone) = (Arc::clone(&self.site), zone.clone());
        let until = span.end().min(self.now).max(span.start());
        let span = Period::new(span.start(), until).expect("it was held to the begin");
        off_thread(&turn, move || zone_air(&site, &zone, span, quarters.within(span), &series))
            .await
    }

    /// Every CO2 instrument over a span, with what must be looked at.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn instrument_checks(
        &self,
        span: Period,
    ) -> Result<Vec<InstrumentCheck>, FigureError> {
        let turn = self.turns.take(Some(span)).await?;
        let series = self.load(check_needs(&self.site).into_iter(), span).await?;
        let site = Arc::clone(&self.site);
        off_thread(&turn, move || check_instruments(&site, span, &series)).await
    }
}
