//! A view of the building: one state of readings, corrections and clock, from which every figure of a request comes.

use std::fmt;
use std::sync::Arc;

use domain::audit::{Corrections, Entry};
use domain::site::{Meter, Site};
use domain::{Clock, Instant};
use store::{AnyReader, AuditReader, Corrected};

use crate::error::FigureError;
use crate::turns::Turns;

/// Source of views of one building. Clones share the queue of heavy questions.
#[derive(Clone)]
pub struct Figures {
    reader: Arc<AnyReader>,
    site: Arc<Site>,
    clock: Arc<dyn Clock>,
    turns: Turns,
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figures").field("site", &self.site.id).finish_non_exhaustive()
    }
}

impl Figures {
    /// Figures of `site` from the readings of `reader`.
    pub fn new(reader: impl Into<AnyReader>, site: Arc<Site>, clock: Arc<dyn Clock>) -> Self {
        Self { reader: Arc::new(reader.into()), site, clock, turns: Turns::new() }
    }

    /// A view of the building as known at `as_of`; without it, as known now. Reads the audit ledger and the clock once.
    ///
    /// # Errors
    /// [`FigureError::Store`] when the ledger cannot be read.
    pub async fn view(&self, as_of: Option<Instant>) -> Result<View, FigureError> {
        let entries = self.reader.ledger().await?;
        Ok(self.view_under(&entries, as_of))
    }

    /// A view under these ledger entries, whether they are entered yet or not: for previews.
    pub fn view_under(&self, entries: &[Entry], as_of: Option<Instant>) -> View {
        let corrections = Corrections::of(entries, &self.site, as_of);
        let site = Arc::new(corrections.site(&self.site));
        let now = self.clock.now();
        View {
            reader: Corrected::new(Arc::clone(&self.reader), Arc::new(corrections)),
            site,
            now: as_of.map_or(now, |as_of| as_of.min(now)),
            as_of,
            turns: self.turns.clone(),
        }
    }
}

/// One state of the building: corrected readings, the site with its corrections, and the present instant. Every figure
/// that is asked of it agrees with every other one, whatever is entered or comes in meanwhile through the ledger or the
/// clock.
#[derive(Clone, Debug)]
pub struct View {
    pub(crate) reader: Corrected<AnyReader>,
    pub(crate) site: Arc<Site>,
    pub(crate) now: Instant,
    as_of: Option<Instant>,
    pub(crate) turns: Turns,
}

impl View {
    /// The building, with the energy that was stated about its meters.
    pub fn site(&self) -> &Arc<Site> {
        &self.site
    }

    /// The present instant of every figure: nothing later is known.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// As of when the figures are known; `None` when as known now.
    pub fn as_of(&self) -> Option<Instant> {
        self.as_of
    }

    /// `meter` with the energy that was stated about it in this view.
    pub(crate) fn stated(&self, meter: &Meter) -> Meter {
        let stated = self.site.meter(meter.id.as_str()).map(|own| own.stated.clone());
        Meter { stated: stated.unwrap_or_default(), ..meter.clone() }
    }
}
