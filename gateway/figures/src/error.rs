//! Why there is no figure.

use domain::site::{Meter, Site, Zone};
use store::StoreError;
use tokio::task::JoinError;

/// Reason why a figure is not given, cut by what the caller does next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FigureError {
    /// Ask for another name: the site has none of this one.
    #[error("there is no {sort} `{name}`")]
    NotFound {
        /// What was looked for: a zone, a meter.
        sort: &'static str,
        /// The name that was asked for.
        name: String,
        /// Where its names are.
        expected: &'static str,
    },
    /// Ask for a shorter span.
    #[error("the span between `from` and `to` is too long for this call")]
    TooLong {
        /// The longest span, in days.
        most_days: i64,
    },
    /// The store did not answer; [`StoreError`] says whether to ask again.
    #[error("the store did not answer")]
    Store(#[from] StoreError),
    /// Ask again when one of the asker's own questions is answered.
    #[error("{most} long questions of yours wait already; ask again when one of them is answered")]
    TooMany {
        /// How many one asker may have at once.
        most: usize,
    },
    /// Ask again later, or about a shorter span.
    #[error("too many long questions wait already; ask again later, or about a shorter span")]
    Busy,
    /// The program stops: no figure is worked out any more.
    #[error("the program is stopping")]
    Stopping,
    /// A figure could not be worked out: a fault of the program.
    #[error("a figure could not be worked out")]
    Failed(#[source] JoinError),
}

impl FigureError {
    /// The site has no zone of this name.
    fn no_zone(name: &str) -> Self {
        let expected = "an id of a [[zone]] of the site file";
        Self::NotFound { sort: "zone", name: name.to_owned(), expected }
    }

    /// The site has no zone of this name, and it is not the building.
    pub(crate) fn no_zone_or_building(name: &str) -> Self {
        let expected = "an id of a [[zone]] of the site file, or `building`";
        Self::NotFound { sort: "zone", name: name.to_owned(), expected }
    }

    /// The site has no meter of this name.
    fn no_meter(name: &str) -> Self {
        let expected = "an id of a [[meter]] of the site file";
        Self::NotFound { sort: "meter", name: name.to_owned(), expected }
    }
}

/// The meter of this id.
///
/// # Errors
/// [`FigureError::NotFound`] where the site has none.
pub(crate) fn meter<'a>(site: &'a Site, id: &str) -> Result<&'a Meter, FigureError> {
    site.meter(id).ok_or_else(|| FigureError::no_meter(id))
}

/// The zone of this id.
///
/// # Errors
/// [`FigureError::NotFound`] where the site has none.
pub(crate) fn zone<'a>(site: &'a Site, id: &str) -> Result<&'a Zone, FigureError> {
    site.zone(id).ok_or_else(|| FigureError::no_zone(id))
}
