//! Import of readings from files into a store to which no gateway writes.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use domain::{Clock, Instant, Reading, failure_chain};
use sensors::replay::{Mapping, Recording};
use store::{Batch, SeriesReader, SeriesWriter, SqliteWriter};
use tokio_util::sync::CancellationToken;

use super::gate::Gate;
use super::line::{self, Precision};
use super::table::Header;
use super::text::{Line, Lines};
use super::{Arrival, Form, observation};
use crate::failure::Failure;
use crate::place::Place;
use crate::resources;

/// Count of readings in one commit.
const BATCH: usize = 5000;
/// Count of refused lines that are shown; all go into the file of --refused.
const SHOWN: u64 = 20;

/// Arguments of `vigie import`.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct ImportArguments {
    /// The files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How they are written; by their names when left out: .csv, or .lp for line protocol
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// How the columns of somebody else's CSV become readings, as for `vigie-node replay`
    #[arg(long, value_name = "FILE", conflicts_with = "format")]
    map: Option<PathBuf>,
    /// What the timestamps of line protocol count
    #[arg(long, value_enum, default_value = "ms")]
    precision: Precision,
    /// Where every refused line is written down; 20 of them are told in any case
    #[arg(long, value_name = "FILE")]
    refused: Option<PathBuf>,
}

/// Stores the readings of the files. A line that is refused is shown with its file and number, and costs no other.
///
/// # Errors
/// [`Failure::Incomplete`] when lines were refused: all others are stored. [`Failure::Unavailable`] while a gateway runs
/// there, or when a file cannot be read to its end; what was read before is stored. Importing again repeats nothing.
pub(crate) async fn import(
    place: &Place,
    arguments: &ImportArguments,
    clock: &dyn Clock,
    stop: &CancellationToken,
) -> Result<String, Failure> {
    let site = place.site()?;
    let map = arguments.map.as_deref().map(read_map).transpose()?;
    let settings = resources::settings(site, place.forward_to.clone());
    let writer = SqliteWriter::open(&place.data, &settings)
        .map_err(|error| resources::unusable(&place.data, &error))?;
    let reader = resources::reader(&place.data)?;
    let known = reader.sources().await;
    let known = known.map_err(|error| resources::unusable(&place.data, &error))?;
    // The writer is the last to close the file, and so leaves all of it in one.
    drop(reader);
    let now = clock.now();
    let mut import = Import {
        gate: Gate::new(site, known.into_iter().map(|stored| stored.source), now),
        refusals: Refusals::begin(arguments.refused.as_deref())?,
        waiting: Vec::with_capacity(BATCH),
        writer,
        now,
        stored: 0,
        repeated: 0,
    };
    let mut outcome = Ok(());
    for path in &arguments.files {
        let lines = line::Reader { site: &site.id, precision: arguments.precision, now };
        let file = import.file(path, arguments.format, map.clone(), lines, stop).await;
        if let Err(failure) = file {
            outcome = Err(failure);
            break;
        }
    }
    let committed = import.commit().await;
    let Import { writer, refusals, stored, repeated, .. } = import;
    // Packing can wait; the gateway does it as well.
    if let Err(error) = writer.seal(clock.now()).await {
        tracing::warn!(error = failure_chain(&error), "the store is packed later");
    }
    let closed = writer.close().await.map_err(|error| resources::unusable(&place.data, &error));
    let summary = refusals
        .summary(&format!("imported {stored} readings, {repeated} were there already\n"))?;
    outcome.and(committed).and(closed)?;
    summary
}

struct Import {
    writer: SqliteWriter,
    gate: Gate,
    refusals: Refusals,
    waiting: Vec<Reading>,
    now: Instant,
    stored: u64,
    repeated: u64,
}

impl Import {
    async fn file(
        &mut self,
        path: &Path,
        form: Option<Form>,
        map: Option<Mapping>,
        lines: line::Reader<'_>,
        stop: &CancellationToken,
    ) -> Result<(), Failure> {
        let name = path.display().to_string();
        let broken = |error: io::Error| {
            let remedy = match error.kind() {
                io::ErrorKind::PermissionDenied => {
                    "; a command works as the owner of the data folder: let it read the file, or give `-` and the file as \
                     standard input"
                }
                _ => "",
            };
            Failure::Unavailable(format!("{name} cannot be read: {error}{remedy}"))
        };
        let from: Box<dyn BufRead> = if path == Path::new("-") {
            Box::new(BufReader::new(io::stdin()))
        } else {
            Box::new(BufReader::new(File::open(path).map_err(broken)?))
        };
        if let Some(map) = map {
            return self.foreign(&name, from, map, stop).await;
        }
        let is_csv = match form.or_else(|| by_name(path)) {
            Some(Form::Csv) => true,
            Some(Form::Line) => false,
            Some(Form::CsvFr) => {
                return Err(Failure::Configuration(
                    "csv-fr is for people, and its times are not exact; export again with --format csv".into(),
                ));
            }
            None => {
                return Err(Failure::Configuration(format!(
                    "how is {name} written? say --format csv or --format line"
                )));
            }
        };
        let mut from = Lines::new(from);
        let mut header = None;
        while let Some(Line { number, text }) = from.next().map_err(broken)? {
            going_on(stop)?;
            let read = |text: String, header: &mut Option<Header>| match (is_csv, &header) {
                (true, Some(header)) => header.reading(&text, self.now).map(Some),
                (true, None) => {
                    *header = Some(Header::read(&text)?);
                    Ok(None)
                }
                (false, _) => lines.reading(&text),
            };
            let reading = text.map_err(str::to_owned).and_then(|text| read(text, &mut header));
            let reading = reading.and_then(|reading| match reading {
                Some(reading) => self.gate.pass(&reading).map(|()| Some(reading)),
                None => Ok(None),
            });
            match reading {
                Ok(Some(reading)) => self.take(reading).await?,
                Ok(None) => {}
                Err(why) if is_csv && header.is_none() => {
                    return Err(Failure::Incomplete(format!("{name}:{number}: {why}")));
                }
                Err(why) => self.refusals.add(&name, number, &why)?,
            }
        }
        Ok(())
    }

    /// Imports CSV of another program, by its map.
    async fn foreign(
        &mut self,
        name: &str,
        from: impl io::Read,
        map: Mapping,
        stop: &CancellationToken,
    ) -> Result<(), Failure> {
        let broken = |error: sensors::replay::RecordingError| {
            Failure::Unavailable(format!("{name}: {}", failure_chain(&error)))
        };
        let mut recording = Recording::open(from, map).map_err(broken)?;
        while let Some(row) = recording.next_row().map_err(broken)? {
            going_on(stop)?;
            // The header is line 1.
            let number = recording.tally().rows + 1;
            for recorded in row {
                let it = observation(recorded.at, Arrival::Unstated, recorded.value, self.now);
                let reading = Reading { source: recorded.source, observation: it };
                match self.gate.pass(&reading) {
                    Ok(()) => self.take(reading).await?,
                    Err(why) => self.refusals.add(name, number, &why)?,
                }
            }
        }
        for (why, (count, first)) in &recording.tally().skipped {
            self.refusals.add_all(name, *first, why, *count)?;
        }
        Ok(())
    }

    async fn take(&mut self, reading: Reading) -> Result<(), Failure> {
        self.waiting.push(reading);
        if self.waiting.len() >= BATCH {
            self.commit().await?;
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), Failure> {
        let readings = std::mem::take(&mut self.waiting);
        if readings.is_empty() {
            return Ok(());
        }
        let appended = self
            .writer
            .append(Batch { readings, imported_at: Some(self.now), ..Batch::default() })
            .await;
        let appended = appended.map_err(|error| {
            let why = failure_chain(&error);
            let stored = self.stored;
            Failure::Unavailable(format!("after {stored} readings the store took no more: {why}"))
        })?;
        self.stored += appended.stored;
        self.repeated += appended.repeated;
        Ok(())
    }
}

/// Refused lines of an import.
struct Refusals {
    all: Option<BufWriter<File>>,
    count: u64,
    shown: String,
}

impl Refusals {
    fn begin(path: Option<&Path>) -> Result<Self, Failure> {
        let create = |path: &Path| {
            File::create(path).map(BufWriter::new).map_err(|error| {
                Failure::Unavailable(format!("{} cannot be made: {error}", path.display()))
            })
        };
        Ok(Self { all: path.map(create).transpose()?, count: 0, shown: String::new() })
    }

    fn add(&mut self, file: &str, line: u64, why: &str) -> Result<(), Failure> {
        self.add_all(file, line, why, 1)
    }

    /// Adds `count` lines that were refused for one reason, the first of them here.
    fn add_all(&mut self, file: &str, line: u64, why: &str, count: u64) -> Result<(), Failure> {
        let and_more = if count > 1 { format!(" (and {} more)", count - 1) } else { String::new() };
        let text = format!("{file}:{line}: {why}{and_more}\n");
        if self.count < SHOWN {
            self.shown.push_str("  ");
            self.shown.push_str(&text);
        }
        self.count += count;
        let Some(all) = &mut self.all else { return Ok(()) };
        all.write_all(text.as_bytes()).map_err(|error| {
            Failure::Unavailable(format!("the file of --refused cannot be written: {error}"))
        })
    }

    fn summary(self, text: &str) -> Result<Result<String, Failure>, Failure> {
        if let Some(mut all) = self.all {
            all.flush().map_err(|error| {
                Failure::Unavailable(format!("the file of --refused cannot be written: {error}"))
            })?;
        }
        if self.count == 0 {
            return Ok(Ok(text.to_owned()));
        }
        let more = if self.count > SHOWN { "  … all of them with --refused FILE\n" } else { "" };
        Ok(Err(Failure::Incomplete(format!(
            "{text}{} lines were refused; mend them and import again, which repeats nothing:\n{}{more}",
            self.count, self.shown
        ))))
    }
}

fn by_name(path: &Path) -> Option<Form> {
    match path.extension()?.to_str()? {
        "csv" => Some(Form::Csv),
        "lp" | "line" => Some(Form::Line),
        _ => None,
    }
}

fn read_map(path: &Path) -> Result<Mapping, Failure> {
    let name = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        Failure::Configuration(format!("the map {name} cannot be read: {error}"))
    })?;
    Mapping::parse(&text, &name).map_err(|error| Failure::Configuration(error.to_string()))
}

fn going_on(stop: &CancellationToken) -> Result<(), Failure> {
    if stop.is_cancelled() {
        let text = "the import was stopped; import again, which repeats nothing";
        return Err(Failure::Unavailable(text.into()));
    }
    Ok(())
}
