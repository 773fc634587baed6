//! Panels of the page of zones.

use domain::site::Site;

use super::super::selection::{self, Scope};
use super::super::spans::Span;
use crate::words::Language;

/// Selection of the page of zones.
pub(super) type Selection<'a> = selection::Selection<'a, Panel>;

/// A panel of the page of zones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Panel {
    Now,
    Attendance,
    Air,
    Doors,
    Instruments,
}

impl selection::Panel for Panel {
    const PATH: &'static str = "/zones";
    const ALL: &'static [Self] =
        &[Self::Now, Self::Attendance, Self::Air, Self::Doors, Self::Instruments];
    const ZONE_PREFIX: &'static str = "";
    // Up to a month, since these figures start from readings.
    const SPANS: usize = 6;

    fn name(self) -> &'static str {
        match self {
            Self::Now => "now",
            Self::Attendance => "attendance",
            Self::Air => "air",
            Self::Doors => "doors",
            Self::Instruments => "instruments",
        }
    }

    fn title(self, language: Language) -> &'static str {
        let z = language.zone_labels();
        match self {
            Self::Now => z.now,
            Self::Attendance => z.attendance,
            Self::Air => z.air,
            Self::Doors => z.doors,
            Self::Instruments => z.instruments,
        }
    }

    fn usual_span(self) -> Span {
        // A sensor is judged by a week; a building by today.
        if self == Self::Instruments { Span::WEEK } else { Span::TODAY }
    }

    fn scopes(site: &Site) -> Vec<Scope<'_>> {
        let zones = site.zones.iter().map(Scope::Zone);
        [Scope::All, Scope::Building].into_iter().chain(zones).collect()
    }

    fn is_offered(_: &Site, _: Scope<'_>) -> bool {
        true
    }
}
