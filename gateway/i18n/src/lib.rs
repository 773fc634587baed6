//! Texts for people in French and English, and the one rule by which each number, time, unit and state is written.
//!
//! ```text
//! figures, states, alerts (domain) ──▶ Language (numbers, units, sentences) ──▶ pages, report, mail, command line
//!                                └──▶ Locale (+ time zone, now: times, ages) ──┘
//!                                └──▶ CsvDialect (delimiter, decimal mark) ────▶ CSV
//! ```
//!
//! | file | contents |
//! |---|---|
//! | `language` | the languages, and the choice between two texts |
//! | `numbers`, `quantities` | numbers with units, percentages, sizes; names, decimals and drawing of quantities |
//! | `time` | times, dates, ages and durations |
//! | `states` | people, air, devices, machines and data quality |
//! | `totals` | a total together with the share of its period that was measured |
//! | `energy`, `power`, `weather`, `zones`, `air` | findings and sources as sentences |
//! | `alerts` | fact and remedy of each alert |
//! | `kept` | for how long what is stored is kept |
//! | `audit` | corrections, tests and changes of the site file |
//! | `messages` | subjects and fixed lines of mails |
//! | `labels`, `energy_labels`, `report` | fixed texts of pages and report; `texts` is their macro |
//! | `csv_dialect` | CSV for spreadsheets and for programs |
//!
//! No other package formats a figure or writes a sentence. What is unknown, late or lost looks the same wherever it is read.

mod air;
mod alerts;
mod audit;
mod csv_dialect;
mod energy;
mod energy_labels;
mod kept;
mod labels;
mod language;
mod messages;
mod numbers;
mod power;
mod quantities;
mod report;
mod states;
mod texts;
mod time;
mod totals;
mod weather;
mod zones;

pub use alerts::AlertSentences;
pub use csv_dialect::CsvDialect;
pub use energy_labels::EnergyLabels;
pub use labels::Labels;
pub use language::{Language, UnknownLanguage};
pub use messages::MessageLabels;
pub use numbers::Figure;
pub use quantities::{decimals, is_from_zero, is_stepped};
pub use report::ReportLabels;
pub use states::{Tone, is_closed};
pub use time::Locale;
pub use zones::ZoneLabels;
