//! Export of the readings of a store, beside its gateway.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use domain::ids::DeviceId;
use domain::{Instant, Period, Quantity, Reading};
use jiff::tz::TimeZone;
use store::SqliteReader;
use tokio_util::sync::CancellationToken;

use super::pages::{Pages, unreadable};
use super::{Form, line, table};
use crate::failure::Failure;
use crate::place::Place;
use crate::resources;

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
    let mut tally = Tally::begin(&reader).await?;
    let is_sound = tally.left_out.is_empty();
    let (sources, unnamed) = reader.named_sources().await.map_err(|error| unreadable(&error))?;
    tally.left_out.extend(unnamed);
    for source in sources {
        let is_selected = arguments.device.as_ref().is_none_or(|it| *it == source.device)
            && arguments.quantity.is_none_or(|it| it == source.quantity);
        if !is_selected {
            continue;
        }
        let before = tally.readings;
        let mut pages = Pages::new(&reader, source.clone(), period);
        if !is_sound {
            pages.distrust().await?;
        }
        while let Some(page) = pages.next(&mut tally.left_out).await? {
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
        tally.sources += usize::from(tally.readings > before);
    }
    out.flush().map_err(written)?;
    summary(&tally)
}

impl Tally {
    /// Nothing yet, but what is wrong with the pages and indexes of the store.
    async fn begin(reader: &SqliteReader) -> Result<Self, Failure> {
        let left_out = reader.faults().await.map_err(|error| unreadable(&error))?;
        Ok(Self { left_out, ..Self::default() })
    }
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
        "{text}the store is damaged in {} places, and what cannot be read was left out; restore a backup to have it:\n  {shown}\n{more}",
        left_out.len()
    )))
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
        let remedy = match error.kind() {
            io::ErrorKind::PermissionDenied => {
                "a command works as the owner of the data folder; leave --to out and redirect the output"
            }
            _ => "name a new file with --to",
        };
        Failure::Unavailable(format!("{} cannot be made: {error}; {remedy}", path.display()))
    })?;
    Ok(Box::new(BufWriter::new(file)))
}
