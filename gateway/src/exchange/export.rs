//! Export of the readings of a store, beside its gateway.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use domain::ids::DeviceId;
use domain::{Instant, Observation, Period, Quantity, Reading, Source, failure_chain};
use jiff::SignedDuration;
use jiff::tz::TimeZone;
use store::{Range, SeriesReader, StoreError};
use tokio_util::sync::CancellationToken;

use super::{Form, line, table};
use crate::failure::Failure;
use crate::place::Place;
use crate::resources;

/// Count of readings that are in memory at once.
const PAGE: usize = 20_000;
/// Milliseconds of an hour, which is left out for a damaged block.
const HOUR: i64 = 3_600_000;

/// Arguments of `vigie export`.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct ExportArguments {
    /// How they are written
    #[arg(long, value_enum, default_value = "csv")]
    format: Form,
    /// Into which file; to standard output when left out
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    /// From this instant on, as in 2026-01-01T00:00:00+01:00
    #[arg(long, value_name = "INSTANT")]
    from: Option<Instant>,
    /// Up to, not including, this instant
    #[arg(long, value_name = "INSTANT")]
    until: Option<Instant>,
    /// Of this device only
    #[arg(long, value_name = "NAME")]
    device: Option<DeviceId>,
    /// Of this quantity only
    #[arg(long, value_name = "NAME")]
    quantity: Option<Quantity>,
}

/// Counts of an export, and its omissions.
#[derive(Debug, Default)]
struct Tally {
    sources: usize,
    readings: u64,
    left_out: Vec<String>,
}

/// Writes the readings of the store at `place`, source by source, each in the order of time.
///
/// # Errors
/// [`Failure::Incomplete`] when something was left out, which is named.
pub(crate) async fn export(
    place: &Place,
    arguments: &ExportArguments,
    stop: &CancellationToken,
) -> Result<String, Failure> {
    let (from, until) =
        (arguments.from.unwrap_or(Instant::MIN), arguments.until.unwrap_or(Instant::MAX));
    let period = Period::new(from, until)
        .ok_or_else(|| Failure::Configuration(format!("--from {from} is after --until {until}")))?;
    let format = Format::new(place, arguments.format)?;
    let reader = resources::reader(&place.data)?;
    let mut out = output(arguments.to.as_deref())?;
    let written = |error: io::Error| {
        let to =
            arguments.to.as_deref().map_or("standard output".into(), |it| it.display().to_string());
        Failure::Unavailable(format!("{to} cannot be written: {error}"))
    };
    out.write_all(format.header().as_bytes()).map_err(written)?;
    let sources = reader.sources().await.map_err(|error| unreadable(&error))?;
    let mut tally = Tally::default();
    for stored in sources {
        let source = stored.source;
        let is_selected = arguments.device.as_ref().is_none_or(|it| *it == source.device)
            && arguments.quantity.is_none_or(|it| it == source.quantity);
        if !is_selected {
            continue;
        }
        tally.sources += 1;
        let mut pages = Pages { source: source.clone(), next: period.start(), period };
        while let Some(page) = pages.next(&*reader, &mut tally.left_out).await? {
            if stop.is_cancelled() {
                return Err(Failure::Unavailable("the export was stopped; it is not whole".into()));
            }
            for observation in page {
                let reading = Reading { source: source.clone(), observation };
                match format.write(&reading) {
                    Ok(text) => out.write_all(text.as_bytes()).map_err(written)?,
                    Err(why) => tally.left_out.push(format!("{source}: {why}")),
                }
                tally.readings += 1;
            }
        }
    }
    out.flush().map_err(written)?;
    summary(&tally)
}

fn summary(tally: &Tally) -> Result<String, Failure> {
    /// More of the same says nothing new.
    const SHOWN: usize = 20;
    let Tally { sources, readings, left_out } = tally;
    let text = format!("exported {readings} readings of {sources} sources\n");
    if left_out.is_empty() {
        return Ok(text);
    }
    let shown = left_out.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("\n  ");
    let more = left_out.len().saturating_sub(SHOWN);
    let more = if more == 0 { String::new() } else { format!("  and {more} more\n") };
    Err(Failure::Incomplete(format!(
        "{text}{} times something was left out; restore a backup to have it:\n  {shown}\n{more}",
        left_out.len()
    )))
}

/// Pages of the readings of one source.
struct Pages {
    source: Source,
    next: Instant,
    period: Period,
}

impl Pages {
    /// The next readings; `None` after the last. What cannot be read is named in `left_out`, and costs no neighbour.
    async fn next(
        &mut self,
        reader: &impl SeriesReader,
        left_out: &mut Vec<String>,
    ) -> Result<Option<Vec<Observation>>, Failure> {
        let rest = |from| Period::new(from, self.period.end()).filter(|it| it.start() < it.end());
        let Some(period) = rest(self.next) else { return Ok(None) };
        let range = Range { limit: Some(PAGE), ..Range::of(self.source.clone(), period) };
        match reader.range(range).await {
            Ok(page) => {
                let Some(last) = page.last() else { return Ok(None) };
                self.next = last.observed_at + SignedDuration::from_millis(1);
                Ok(Some(page))
            }
            Err(StoreError::Damaged { .. }) => self.readable(reader, left_out).await.map(Some),
            Err(error) => Err(unreadable(&error)),
        }
    }

    /// The readings of the next hours of which some cannot be read: hour by hour, up to and with the first that cannot.
    async fn readable(
        &mut self,
        reader: &impl SeriesReader,
        left_out: &mut Vec<String>,
    ) -> Result<Vec<Observation>, Failure> {
        let mut page = Vec::new();
        loop {
            let ends = Instant::from_millis((self.next.as_millis().div_euclid(HOUR) + 1) * HOUR);
            // A page begins at a reading, so that its damage is not far.
            let hour = Period::new(self.next, ends.min(self.period.end()))
                .filter(|it| it.start() < it.end());
            let Some(hour) = hour else { return Ok(page) };
            self.next = hour.end();
            match reader.range(Range::of(self.source.clone(), hour)).await {
                Ok(readings) => page.extend(readings),
                Err(StoreError::Damaged { what }) => {
                    left_out.push(what);
                    return Ok(page);
                }
                Err(error) => return Err(unreadable(&error)),
            }
        }
    }
}

/// Format of an export, with what it needs of the site.
enum Format<'a> {
    Csv,
    CsvFr(&'a TimeZone),
    Line(&'a domain::ids::SiteId),
}

impl<'a> Format<'a> {
    fn new(place: &'a Place, form: Form) -> Result<Self, Failure> {
        Ok(match form {
            Form::Csv => Self::Csv,
            Form::CsvFr => Self::CsvFr(&place.site()?.timezone),
            Form::Line => Self::Line(&place.site()?.id),
        })
    }

    fn header(&self) -> String {
        match self {
            Self::Csv => table::header(),
            Self::CsvFr(_) => table::header_for_people(),
            Self::Line(_) => String::new(),
        }
    }

    fn write(&self, reading: &Reading) -> Result<String, String> {
        match self {
            Self::Csv => Ok(table::row(reading)),
            Self::CsvFr(zone) => Ok(table::row_for_people(reading, zone)),
            Self::Line(site) => line::line(site, reading).map_err(|error| error.to_string()),
        }
    }
}

fn output(to: Option<&std::path::Path>) -> Result<Box<dyn Write>, Failure> {
    let Some(path) = to else { return Ok(Box::new(BufWriter::new(io::stdout().lock()))) };
    let file = File::create_new(path).map_err(|error| {
        Failure::Unavailable(format!(
            "{} cannot be made: {error}; name a new file with --to",
            path.display()
        ))
    })?;
    Ok(Box::new(BufWriter::new(file)))
}

fn unreadable(error: &StoreError) -> Failure {
    Failure::Unavailable(format!("the store cannot be read: {}", failure_chain(error)))
}
