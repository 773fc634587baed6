//! Every word that a person reads, in French and English, and how figures, times and states are put into words.
//!
//! Nothing else in the dashboard decides what an unknown, late or lost figure looks like.

mod air;
mod alerts;
mod energy;
mod energy_labels;
mod labels;
mod ledger;
mod numbers;
mod power;
mod quantities;
mod report;
mod states;
mod texts;
mod time;
mod weather;
mod zones;

pub use alerts::AlertSentences;
pub(crate) use alerts::AlertWords;
pub(crate) use energy_labels::EnergyLabels;
pub(crate) use labels::Labels;
pub(crate) use numbers::Figure;
pub(crate) use quantities::{decimals, is_from_zero, is_stepped};
pub(crate) use report::ReportLabels;
pub(crate) use states::{Air, Tone, is_closed};
pub(crate) use time::Locale;
pub(crate) use zones::ZoneLabels;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// The first one.
    French,
    /// The other one.
    English,
}

impl Language {
    /// All languages, in the order of their numbers.
    pub(crate) const ALL: [Self; 2] = [Self::French, Self::English];

    /// The code in addresses and in HTML.
    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::French => "fr",
            Self::English => "en",
        }
    }

    /// The language of this code.
    pub(crate) fn named(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    /// The one that a reader of this page might rather have.
    pub(crate) const fn other(self) -> Self {
        match self {
            Self::French => Self::English,
            Self::English => Self::French,
        }
    }

    /// What the language calls itself.
    pub(crate) const fn own_name(self) -> &'static str {
        match self {
            Self::French => "Français",
            Self::English => "English",
        }
    }

    /// The fixed texts.
    pub(crate) const fn labels(self) -> &'static Labels {
        match self {
            Self::French => &Labels::FRENCH,
            Self::English => &Labels::ENGLISH,
        }
    }

    /// The fixed texts of load curve, subscription, meter tree and weather.
    pub(crate) const fn energy_labels(self) -> &'static EnergyLabels {
        match self {
            Self::French => &EnergyLabels::FRENCH,
            Self::English => &EnergyLabels::ENGLISH,
        }
    }

    /// The texts of the report.
    pub(crate) const fn report(self) -> &'static ReportLabels {
        match self {
            Self::French => &ReportLabels::FRENCH,
            Self::English => &ReportLabels::ENGLISH,
        }
    }

    /// Picks the sentence in this language.
    /// A name and what it is: `Temps mesuré : 98 %`.
    pub(crate) fn labelled(self, name: &str, value: impl std::fmt::Display) -> String {
        self.say(format!("{name}\u{a0}: {value}"), format!("{name}: {value}"))
    }

    fn say(self, french: String, english: String) -> String {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }

    /// Picks the text in this language.
    const fn pick<T: Copy>(self, french: T, english: T) -> T {
        match self {
            Self::French => french,
            Self::English => english,
        }
    }
}
