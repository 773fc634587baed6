//! The building as it is known: its readings and meters under the corrections of the ledger, now or as of an instant.

use std::sync::Arc;

use domain::Instant;
use domain::audit::{Corrections, Entry};
use domain::site::{Meter, Site};
use store::{Corrected, SeriesReader};

use crate::app::App;
use crate::problem::Problem;

/// What figures are made of.
pub(crate) struct Known<R> {
    pub(crate) reader: Corrected<R>,
    pub(crate) site: Arc<Site>,
    /// Nothing later is known.
    pub(crate) now: Instant,
}

impl<R: SeriesReader> Known<R> {
    /// As known at an instant; without one, as known now.
    pub(crate) async fn at(app: &App<R>, known_at: Option<Instant>) -> Result<Self, Problem> {
        let entries = app.reader.ledger().await?;
        Ok(Self::under(app, &entries, known_at))
    }

    /// As known under these entries, whether they are entered yet or not.
    pub(crate) fn under(app: &App<R>, entries: &[Entry], known_at: Option<Instant>) -> Self {
        let corrections = Corrections::of(entries, &app.site, known_at);
        let site = Arc::new(corrections.site(&app.site));
        let now = app.clock.now();
        Self {
            reader: Corrected::new(Arc::clone(&app.reader), Arc::new(corrections)),
            site,
            now: known_at.map_or(now, |known_at| known_at.min(now)),
        }
    }

    /// A meter with what was stated about it.
    pub(crate) fn meter(&self, meter: &Meter) -> Meter {
        let stated = self.site.meter(meter.id.as_str()).map(|known| known.stated.clone());
        Meter { stated: stated.unwrap_or_default(), ..meter.clone() }
    }
}
