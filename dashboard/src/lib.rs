//! The dashboard: shows people and programs what the building does, now and before.
//!
//! ```text
//! state topics ──live_link──▶ feed (live_view) ──audience──▶ events (SSE) ──▶ pages, programs
//!                                   └──────────▶ /live, pages
//! store ──▶ figures::View, one per request ──▶ api, pages, report
//! forms of the staff ──access──▶ staff_actions ──▶ (the program)
//! ```
//!
//! | file | what it does |
//! |---|---|
//! | `routes` | every address that is answered, in one table; limits of time and size |
//! | `live_link` | the MQTT link; hands state messages to the feed |
//! | `live_view`, `live_json` | state messages in, the building now out, and it as JSON; pure |
//! | `feed`, `audience`, `events` | renders each change once per sort of reader, and streams it to all of them |
//! | `power_today` | the curve of the live page |
//! | `api` | the JSON calls, one file each; `query`, `paging` and `problem` are their common grammar |
//! | `report` | the monthly report; its own map stands there |
//! | `table` | how a CSV is written, for spreadsheets and for programs |
//! | `pages`, `words` | the pages, and every word on them in French and English |
//! | `commissioning` | which sources wait for a role, and how the site file gives them one |
//! | `privacy` | what of small rooms the public is not told |
//! | `access` | accounts, logins, and what a request that changes something must carry; its own map stands there |
//! | `serve`, `connections` | start and stop, and how many may be connected |
//! | `assets`, `openapi`, `health`, `security` | style and scripts; the API described; probes; headers and host check |
//!
//! It reads: from the broker the state topics, from the store the series and the ledger. What staff change goes through
//! one narrow seam, `staff_actions`, which the program gives it.

mod access;
mod api;
mod app;
mod assets;
mod audience;
mod commissioning;
mod connections;
mod events;
mod feed;
mod health;
mod live_json;
mod live_link;
mod live_view;
mod openapi;
mod pages;
mod paging;
mod power_today;
mod privacy;
mod problem;
mod query;
mod report;
mod routes;
mod security;
mod serve;
mod staff_actions;
mod table;
mod words;

#[cfg(test)]
mod tests;

pub use access::{Access, Account, AccountFault, AccountName, Accounts, InvalidPassword, Password};
pub use figures::{Month, NoMonth};
pub use report::{ReportError, ReportForm, ReportLanguage, month_report};
pub use serve::{Dashboard, DashboardError};
pub use staff_actions::{ChangedSite, StaffActionError, StaffActions};
pub use words::AlertSentences;
