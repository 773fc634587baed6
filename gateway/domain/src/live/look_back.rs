//! Figures of the last weeks that no reading alone gives, computed once a night from the store.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use jiff::civil::{Date, Time};

use crate::air::{InstrumentCheck, check_rolled};
use crate::calendar::Bucket;
use crate::energy::EnergyFigure;
use crate::ids::MeterId;
use crate::indicators::{Night, night_grid, nights};
use crate::instant::{Instant, Period};
use crate::reading::Source;
use crate::rollup::Rollup;
use crate::site::Site;

/// In civil time; the readings of the night's end may take a while to come.
const MORNING: Time = Time::constant(5, 30, 0, 0);
/// Nights are compared with those of eight weeks; so far back a rise may have begun and still be an alert.
const NIGHTS: SignedDuration = SignedDuration::from_hours(10 * 7 * 24);
/// Instruments are judged by a week: within one a room is empty for a while.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The last weeks, up to the night before an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct LookBack {
    /// Instant up to which they reach.
    pub until: Instant,
    /// The nights of each meter.
    pub nights: Vec<(MeterId, Vec<Night>)>,
    /// Each CO2 instrument over the last week.
    pub instruments: Vec<InstrumentCheck>,
}

impl LookBack {
    /// End of the last night for every meter: a morning of the site's civil days.
    pub fn morning(site: &Site, now: Instant) -> Option<Instant> {
        let date = now.to_jiff().to_zoned_datetime(site.timezone.clone()).date();
        let morning = |date: Date| {
            let at = date.to_datetime(MORNING).to_zoned_datetime(site.timezone.clone()).ok()?;
            Some(Instant::from(at.timestamp()))
        };
        let yesterday = || morning(date.yesterday().ok()?);
        morning(date).filter(|at| *at <= now).or_else(yesterday)
    }

    /// Quarters of an hour whose energy is needed of each meter.
    pub fn grid(site: &Site, now: Instant) -> Vec<Period> {
        let span = Period::new(now - NIGHTS, now);
        let quarters = span.map_or_else(Vec::new, |span| night_grid(span, &site.timezone));
        quarters.into_iter().filter(|quarter| quarter.end() <= now).collect()
    }

    /// Week of whose quarters of an hour each CO2 instrument is needed.
    pub fn week(now: Instant) -> Period {
        Period::new(now - WEEK, now).expect("a week ends after it begins")
    }

    /// From the energy of each meter on the [grid](Self::grid) and the rollups of the instruments.
    pub fn of(
        site: &Site,
        now: Instant,
        meters: Vec<(MeterId, Vec<Bucket<EnergyFigure>>)>,
        instruments: &BTreeMap<Source, Vec<Bucket<Rollup>>>,
    ) -> Self {
        let of_meter = |(meter, cells): (MeterId, Vec<Bucket<EnergyFigure>>)| {
            (meter, nights(&cells, &site.timezone))
        };
        Self {
            until: now,
            nights: meters.into_iter().map(of_meter).collect(),
            instruments: check_rolled(site, Self::week(now), instruments),
        }
    }
}
