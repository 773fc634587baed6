//! All summaries made again from the readings, when somebody doubts them.

use store::Rebuilt;
use tokio_util::sync::CancellationToken;

use crate::config::Place;
use crate::failure::Failure;
use crate::opened;

/// Makes the summaries of the data folder at `place` again, and says how many were otherwise before.
///
/// # Errors
/// [`Failure::Unavailable`] while a gateway runs there, or when the store cannot be read or written.
pub fn rebuild(place: &Place, stop: &CancellationToken) -> Result<String, Failure> {
    let settings = opened::settings(place.site()?, place.forward_to.clone());
    let rebuilt = store::rebuild(&place.data, &settings, || !stop.is_cancelled())
        .map_err(|error| opened::unusable(&place.data, &error))?;
    let early = if stop.is_cancelled() { "stopped early; " } else { "" };
    Ok(format!("{early}{}", said(rebuilt)))
}

fn said(Rebuilt { days, differed }: Rebuilt) -> String {
    let outcome = match differed {
        0 => "all are as they were".to_owned(),
        differed => format!("{differed} were otherwise before"),
    };
    format!("summaries of {days} days of single series made again from their readings: {outcome}\n")
}
