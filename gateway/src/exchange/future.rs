//! Readings from the future: those that a clock dated which was ahead. They are found beside a gateway, and put aside into
//! a file where none runs.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::PathBuf;

use domain::audit::{Correction, Deed, Draft, Effect, Target};
use domain::{Instant, Observation, Period, Reading, Source, failure_chain};
use jiff::SignedDuration;
use store::{Range, SeriesReader, StoreError};

use super::table;
use crate::failure::Failure;
use crate::place::Place;
use crate::resources;

/// Readings of one source that are from the future.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// Their source.
    pub(crate) source: Source,
    /// Their number.
    pub(crate) count: usize,
    /// The first of them.
    pub(crate) first: Instant,
    /// The last of them.
    pub(crate) last: Instant,
}

impl Found {
    fn of(source: &Source, readings: &[Observation]) -> Option<Self> {
        let (first, last) = (readings.first()?.observed_at, readings.last()?.observed_at);
        Some(Self { source: source.clone(), count: readings.len(), first, last })
    }
}

/// All readings that are from the future for a clock that says `now`, by source.
///
/// # Errors
/// When the store or the site file cannot be read.
pub(crate) async fn find_future(place: &Place, now: Instant) -> Result<Vec<Found>, Failure> {
    let (site, reader) = (place.site()?, resources::reader(&place.data)?);
    let unreadable = |error: StoreError| {
        Failure::Unavailable(format!("cannot be read: {}", failure_chain(&error)))
    };
    let later = Period::new(now, Instant::MAX).expect("nothing is later than the end of time");
    let mut found = Vec::new();
    for stored in reader.sources().await.map_err(unreadable)? {
        if stored.last.observed_at <= now {
            continue;
        }
        let mut all =
            reader.range(Range::of(stored.source.clone(), later)).await.map_err(unreadable)?;
        all.retain(|one| site.rules.is_from_the_future(one, now));
        found.extend(Found::of(&stored.source, &all));
    }
    Ok(found)
}

/// Moves all readings that are from the future into a new CSV file in the data folder, with an entry in the audit log for
/// each source. `None` when there are none.
///
/// # Errors
/// While a gateway runs there, or when the file cannot be written; the store is then as it was.
pub(crate) fn put_future_aside(
    place: &Place,
    now: Instant,
) -> Result<Option<(PathBuf, Vec<Found>)>, Failure> {
    let site = place.site()?;
    let settings = resources::settings(site, place.forward_to.clone());
    let stamp = now.to_jiff().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let path = place.data.join(format!("future-{stamp}.csv"));
    let broken = |error: io::Error| StoreError::Unavailable(error.into());
    let (mut text, mut found) = (table::header(), Vec::new());
    let aside = std::cell::RefCell::new((&mut text, &mut found));
    let done = store::put_future_aside(
        &place.data,
        &settings,
        now,
        &|one| site.rules.is_from_the_future(one, now),
        |readings| {
            let (text, found) = &mut *aside.borrow_mut();
            for reading in readings {
                text.push_str(&table::row(reading));
            }
            let observed: Vec<_> = readings.iter().map(|reading| reading.observation).collect();
            let source = readings.first().map(|Reading { source, .. }| source);
            found.extend(source.and_then(|source| Found::of(source, &observed)));
            Ok(())
        },
        || {
            let (text, found) = &*aside.borrow();
            if found.is_empty() {
                return Ok(Vec::new());
            }
            let file = OpenOptions::new().write(true).create_new(true).open(&path);
            let mut file = file.map_err(broken)?;
            file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(broken)?;
            Ok(found.iter().map(|one| entry(one, &path, now)).collect())
        },
    );
    done.map_err(|error| resources::unusable(&place.data, &error))?;
    Ok((!found.is_empty()).then_some((path, found)))
}

/// A remark on the stretch of the source, with the name of the file.
fn entry(found: &Found, path: &std::path::Path, now: Instant) -> Draft {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let correction = Correction {
        target: Target::Source(found.source.clone()),
        from: found.first,
        to: found.last + SignedDuration::from_millis(1),
        effect: Effect::Note,
    };
    Draft {
        at: now,
        author: "(vigie future)".to_owned(),
        reason: format!("{} readings of a clock that was ahead: {name}", found.count),
        deed: Deed::Correction(correction),
        before: None,
    }
}
