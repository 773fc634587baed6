//! `vigie report`: the report of a month, from the store beside a running gateway.

use std::path::PathBuf;
use std::sync::Arc;

use clap::ValueEnum;
use dashboard::ReportForm;
use domain::Clock;
use figures::{Figures, Month};
use i18n::Language;

use super::{runtime, terminal};
use crate::failure::Failure;
use crate::machine::{SystemClock, rights};
use crate::place::Place;
use crate::resources;
use crate::settings::Settings;

/// Which report, and how it is written.
#[derive(Clone, Debug, PartialEq, clap::Args)]
pub struct ReportArguments {
    /// The month, as in 2026-10; the last one that is over when left out
    #[arg(long, value_name = "MONTH")]
    month: Option<Month>,
    /// Its language
    #[arg(long, value_name = "fr|en", default_value = "fr")]
    lang: Language,
    /// A page, or its figures
    #[arg(long, value_enum, default_value = "html")]
    format: Form,
    /// Into which file; to standard output when left out
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// One file that needs nothing else
    Html,
    /// The same figures for programs
    Csv,
    /// The same figures for a French spreadsheet
    CsvFr,
}

pub(super) fn run(arguments: &ReportArguments, settings: &Settings) -> Result<(), Failure> {
    let place = Place::read(settings)?;
    rights::become_owner_of(&place.data)?;
    runtime::on_threads(async {
        terminal::print(&report(&place, arguments, Arc::new(SystemClock)).await?);
        Ok(())
    })
}

/// Makes the report; gives it back when it goes to standard output, else where it is.
///
/// # Errors
/// [`Failure::Configuration`] without a site file, [`Failure::Unavailable`] when store or file cannot be used.
async fn report(
    place: &Place,
    arguments: &ReportArguments,
    clock: Arc<dyn Clock>,
) -> Result<String, Failure> {
    let site = Arc::clone(place.site()?);
    let month = arguments.month.unwrap_or_else(|| Month::of(clock.now(), &site.timezone).before());
    let reader = (*resources::reader(&place.data)?).clone();
    let view = Figures::new(reader, site, clock).view(None).await;
    let view = view.map_err(|error| Failure::Unavailable(domain::failure_chain(&error)))?;
    let form = match arguments.format {
        Form::Html => ReportForm::Html,
        Form::Csv => ReportForm::Csv,
        Form::CsvFr => ReportForm::CsvFr,
    };
    let report = dashboard::month_report(&view, month, arguments.lang, form).await;
    let text = report.map_err(|error| Failure::Unavailable(domain::failure_chain(&error)))?;
    let Some(path) = &arguments.to else { return Ok(text) };
    std::fs::write(path, text).map_err(|error| {
        Failure::Unavailable(format!(
            "{} cannot be written: {error}; name another with --to",
            path.display()
        ))
    })?;
    Ok(format!("the report of {month} is in {}\n", path.display()))
}
