//! `/staff`: what waits for a role, the roles there are, and what staff changed lately.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use domain::Instant;
use domain::audit::{Deed, Entry, EntryId, is_undone};
use store::{AuditReader, Range, SeriesReader, StoredSource};

use crate::access::Staff;
use crate::app::App;
use crate::commissioning::{roles, waiting};
use crate::live::screen::Screen;
use crate::pages::shell::{Choice, Shell};
use crate::pages::staff::Me;
use crate::words::{self, Labels, Locale};

/// Devices on the page; when these have their roles the next ones appear.
const MOST_DEVICES: usize = 40;
const MOST_ENTRIES: usize = 30;

#[derive(Template)]
#[template(path = "staff.html")]
struct StaffPage {
    shell: Shell,
    t: &'static Labels,
    me: Me,
    /// Why the site file cannot be changed here.
    off: Option<String>,
    devices: Vec<Device>,
    more: bool,
    roles: Vec<RoleRow>,
    entries: Vec<Row>,
}

struct Device {
    name: String,
    sources: Vec<SourceRow>,
}

struct SourceRow {
    address: String,
    quantity: String,
    channel: Option<String>,
    value: String,
    seen: String,
    since: Option<String>,
}

struct RoleRow {
    address: String,
    name: String,
    source: String,
}

struct Row {
    id: EntryId,
    what: String,
    origin: String,
    undone: bool,
    can_undo: bool,
}

pub(crate) async fn show(State(app): State<Arc<App>>, staff: Staff, choice: Choice) -> Response {
    let (t, snapshot) = (choice.language.labels(), app.live.snapshot());
    let locale = snapshot.locale(choice.language);
    let stored = app.reader.sources().await.unwrap_or_default();
    let mut by_device: Vec<_> = waiting(&app.site, stored, snapshot.now).into_iter().collect();
    let more = by_device.len() > MOST_DEVICES;
    by_device.truncate(MOST_DEVICES);
    let mut devices = Vec::new();
    for (name, sources) in by_device {
        let mut rows = Vec::new();
        for one in sources {
            rows.push(source_row(&app, &locale, one).await);
        }
        devices.push(Device { name: name.to_string(), sources: rows });
    }
    let entries = app.reader.ledger().await.unwrap_or_default();
    let text = app.staff_actions.as_ref().map(|staff_actions| staff_actions.site_text());
    let off = match &text {
        None => Some(t.cannot_change.to_owned()),
        Some(Err(error)) => Some(words::staff_action_fault(locale.language, error)),
        Some(Ok(_)) => None,
    };
    let name = text
        .and_then(Result::ok)
        .zip(app.staff_actions.as_ref())
        .map(|(text, staff_actions)| staff_actions.names(&text));
    choice.page(&StaffPage {
        shell: Shell::new("/staff", t.staff, Screen::Plain, choice.language, &snapshot),
        t,
        me: Me::of(&staff.0, t),
        off,
        devices,
        more,
        roles: role_rows(&app, &locale, snapshot.now),
        entries: rows(&app, &locale, &entries, name.as_deref()),
    })
}

async fn source_row(app: &App, locale: &Locale, one: StoredSource) -> SourceRow {
    let StoredSource { source, last, .. } = one;
    let first = Range { limit: Some(1), ..Range::of(source.clone(), domain::Period::ALL) };
    let first = app.reader.range(first).await.ok().and_then(|found| found.first().copied());
    SourceRow {
        address: super::assigning::address(&source),
        quantity: locale.language.quantity(source.quantity).to_owned(),
        channel: source.channel.as_ref().map(ToString::to_string),
        value: locale.language.measured(source.quantity, last.value.as_f64()).text(),
        seen: locale.ago(last.observed_at),
        since: first.map(|first| locale.moment(first.observed_at)),
    }
}

fn role_rows(app: &App, locale: &Locale, now: Instant) -> Vec<RoleRow> {
    let nobody = || locale.language.labels().role_empty.to_owned();
    let row = |role: crate::commissioning::Role<'_>| RoleRow {
        address: format!("/role/{}", role.name),
        name: locale.role(&role.name, &app.site),
        source: role.source(now).map_or_else(nobody, |source| source.device.to_string()),
    };
    // A meter without power has no role to fill there.
    let all = roles(&app.site).into_iter().filter(|role| !role.assignments.is_empty());
    all.map(row).collect()
}

fn rows(app: &App, locale: &Locale, entries: &[Entry], now: Option<&str>) -> Vec<Row> {
    let row = |entry: &Entry| Row {
        id: entry.id,
        what: locale.entry(&entry.deed, &app.site),
        origin: [locale.moment(entry.at), entry.author.clone(), entry.reason.clone()]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        undone: is_undone(entries, entry.id),
        can_undo: matches!(&entry.deed, Deed::Site(change) if Some(change.after.as_str()) == now),
    };
    entries.iter().rev().take(MOST_ENTRIES).map(row).collect()
}
