//! `/role/{role}`: one role. Everybody who may read sees what fills it and its newest value; staff test it and swap
//! its device, standing in front of it.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use domain::audit::{Deed, Draft, Entry, RoleTest};
use domain::site::edit::RoleName;
use domain::{Instant, Kind, Observation, Period, Quantity, Source};
use jiff::SignedDuration;
use serde::Deserialize;
use store::{AuditReader, Range, SeriesReader};

use super::assigning::Choosable;
use super::changing::{Change, change, staff_actions};
use super::{read, written};
use crate::access::{StaffForm, Visitor};
use crate::app::App;
use crate::commissioning::{self, Role, Wish, waiting, with_role};
use crate::live::screen::Screen;
use crate::pages::shell::{Choice, Shell};
use crate::pages::staff::Me;
use crate::path::Path;
use crate::privacy::Visibility;
use crate::problem::Problem;
use crate::query::Query;
use crate::words::{Labels, Locale};

/// How long a test lasts.
const TEST: SignedDuration = SignedDuration::from_mins(2);
const MOST_TESTS: usize = 5;
const WHERE: &str = "a role of the site file, such as point:fablab-co2";

#[derive(Template)]
#[template(path = "role.html")]
struct RolePage {
    shell: Shell,
    t: &'static Labels,
    name: String,
    title: String,
    point: Option<String>,
    source: Option<String>,
    value: String,
    seen: String,
    me: Option<Me>,
    instruction: &'static str,
    test: Option<Test>,
    tests: Vec<String>,
    /// Sources that could take over.
    others: Vec<Choosable>,
    is_register: bool,
    closing: String,
}

/// A test under way.
struct Test {
    started: String,
    seen: String,
    left: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Verdict {
    started: String,
    passed: String,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Swap {
    source: String,
    #[serde(default)]
    closing: String,
    #[serde(default)]
    opening: String,
    /// The civil time of the site at which it was done; now when it is empty.
    #[serde(default)]
    since: String,
    #[serde(default)]
    reason: String,
}

fn unknown(name: &str) -> Problem {
    Problem::unknown("role", name, WHERE)
}

fn found<'a>(app: &'a App, name: &str) -> Result<Role<'a>, Problem> {
    let parsed: RoleName = name.parse().map_err(|_| unknown(name))?;
    commissioning::role(&app.site, &parsed).ok_or_else(|| unknown(name))
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    visitor: Visitor,
    choice: Choice,
    query: Query,
) -> Response {
    let role = match found(&app, &name) {
        Ok(role) => role,
        Err(_) if is_being_taken_over(&app, &name) => return wait(&app, choice),
        Err(problem) => return problem.into_response(),
    };
    let (t, snapshot) = (choice.language.labels(), app.live.snapshot_for(choice.visibility));
    let locale = snapshot.locale(choice.language);
    let source = role.source(snapshot.now).cloned();
    let is_withheld = |source: &Source| choice.visibility.withholds_source(&app.site, source);
    let is_withheld = role.assignments.iter().any(|it| is_withheld(&it.source));
    let told = source.as_ref().filter(|_| !is_withheld);
    let newest = newest(&app, told).await;
    let measured =
        |one: &Observation| locale.language.measured(role.quantity, one.value.as_f64()).text();
    // What staff did and saw is for staff: it names them, and tells who passed.
    let is_staff = choice.visibility == Visibility::Staff;
    let entries = if is_staff { app.reader.ledger().await } else { Ok(Vec::new()) };
    let entries = entries.unwrap_or_default();
    let started = query.get("test").and_then(|text| text.parse::<Instant>().ok());
    let test = match (started, told) {
        (Some(started), Some(source)) if is_staff => {
            Some(test(&app, &locale, source, started, snapshot.now).await)
        }
        _ => None,
    };
    let stored = app.reader.sources().await.unwrap_or_default();
    let others = waiting(&app.site, stored, snapshot.now).into_values().flatten();
    let others = others
        .filter(|one| role.takes(one.source.quantity))
        .map(|one| Choosable { value: written(&one.source), name: locale.source(&one.source) });
    let page = RolePage {
        shell: Shell::new("/staff", t.role, Screen::Plain, choice.language, &snapshot),
        t,
        title: locale.role(&role.name, &app.site),
        point: match &role.name {
            RoleName::Point(id) => Some(id.to_string()),
            _ => None,
        },
        source: source.as_ref().map(|source| locale.source(source)),
        value: match &newest {
            _ if is_withheld => locale.language.zone_labels().withheld.to_owned(),
            Some(newest) => measured(newest),
            None => t.unknown.to_owned(),
        },
        seen: newest.map_or_else(String::new, |one| locale.ago(one.observed_at)),
        me: visitor
            .identity
            .as_ref()
            .filter(|_| app.staff_actions.is_some())
            .map(|identity| Me::of(identity, t)),
        instruction: locale.language.test_instruction(role.quantity),
        test,
        tests: tests(&locale, &entries, &name),
        others: others.collect(),
        is_register: role.quantity == Quantity::EnergyImported,
        closing: newest
            .map_or_else(String::new, |one| locale.language.number(one.value.as_f64() / 1000.0, 3)),
        name,
    };
    choice.page(&page)
}

/// Whether the site file names the role already, and the building only has to follow.
fn is_being_taken_over(app: &App, name: &str) -> bool {
    let text = app.staff_actions.as_ref().and_then(|staff_actions| staff_actions.site_text().ok());
    let site = text.and_then(|text| domain::site::parse(&text, "").ok());
    let role = name.parse::<RoleName>().ok();
    site.zip(role).is_some_and(|(site, role)| commissioning::role(&site, &role).is_some())
}

#[derive(Template)]
#[template(path = "applying.html")]
struct Applying {
    shell: Shell,
}

/// A page that loads again in a moment.
fn wait(app: &App, choice: Choice) -> Response {
    let (t, snapshot) = (choice.language.labels(), app.live.snapshot());
    let shell = Shell::new("/staff", t.role, Screen::Plain, choice.language, &snapshot);
    let mut answer = choice.page(&Applying { shell });
    answer.headers_mut().insert("refresh", axum::http::HeaderValue::from_static("1"));
    answer
}

async fn newest(app: &App, source: Option<&Source>) -> Option<Observation> {
    let found = app.reader.range(Range::newest(source?.clone())).await.ok()?;
    found.last().copied()
}

/// What was seen since the test began.
async fn test(app: &App, locale: &Locale, source: &Source, started: Instant, now: Instant) -> Test {
    let left = (started + TEST).since(now);
    let seen = seen(app, locale, source, started, now).await;
    Test {
        started: started.to_string(),
        seen,
        left: left.is_positive().then(|| locale.language.duration(left.as_secs_f64())),
    }
}

async fn seen(
    app: &App,
    locale: &Locale,
    source: &Source,
    started: Instant,
    now: Instant,
) -> String {
    let end = now.min(started + TEST).max(started) + SignedDuration::from_millis(1);
    let period = Period::new(started, end).expect("it ends after its start");
    let range = Range { before: 1, ..Range::of(source.clone(), period) };
    let readings = app.reader.range(range).await.unwrap_or_default();
    let before = readings.first().filter(|one| one.observed_at < started);
    let during: Vec<f64> = readings
        .iter()
        .filter(|one| one.observed_at >= started)
        .map(|one| one.value.as_f64())
        .collect();
    locale.test_seen(source.quantity, before.map(|one| one.value.as_f64()), &during)
}

/// `POST /role/{role}/test`: begins a test.
pub(crate) async fn begin(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    StaffForm(..): StaffForm<super::changing::Nothing>,
) -> Response {
    match found(&app, &name) {
        Ok(_) => {
            Redirect::to(&format!("/role/{name}?test={}#test", app.clock.now())).into_response()
        }
        Err(problem) => problem.into_response(),
    }
}

/// `POST /role/{role}/verdict`: pass or fail, kept with what was seen.
pub(crate) async fn judge(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    choice: Choice,
    StaffForm(account, verdict): StaffForm<Verdict>,
) -> Result<Response, Problem> {
    let role = found(&app, &name)?;
    let now = app.clock.now();
    let locale = app.live.snapshot().locale(choice.language);
    let started: Instant = verdict
        .started
        .parse()
        .map_err(|_| Problem::bad_query("started", &verdict.started, "when the test began"))?;
    let source = role.source(now).cloned().ok_or_else(|| unknown(&name))?;
    let seen = seen(&app, &locale, &source, started, now).await;
    let test = RoleTest { role: name.clone(), source, passed: verdict.passed == "yes", seen };
    let draft = Draft {
        at: now,
        author: account.name.as_str().to_owned(),
        reason: String::new(),
        deed: Deed::Test(test),
        before: None,
    };
    staff_actions(&app)?.record(draft).await?;
    Ok(Redirect::to(&format!("/role/{name}")).into_response())
}

/// `POST /role/{role}/swap`: another device takes over, from now on or since it was put in; what was measured stays with
/// the role.
pub(crate) async fn swap(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    choice: Choice,
    StaffForm(account, swap): StaffForm<Swap>,
) -> Result<Response, Problem> {
    let role = found(&app, &name)?;
    let t = choice.language.labels();
    let source = read(&swap.source).filter(|source| role.takes(source.quantity));
    let source = source.ok_or_else(|| {
        Problem::bad_query(
            "source",
            &swap.source,
            "a source of the same quantity that waits for a role",
        )
    })?;
    let index = |text: &str| -> Option<f64> {
        let text = text.trim().replace(['\u{202f}', '\u{a0}', ' '], "").replace(',', ".");
        text.parse().ok().filter(|number: &f64| number.is_finite() && *number >= 0.0)
    };
    let mut reason = swap.reason.trim().to_owned();
    if role.quantity.kind() == Kind::Register && role.quantity == Quantity::EnergyImported {
        let read = index(&swap.closing).zip(index(&swap.opening));
        let (closing, opening) = read.ok_or_else(|| {
            Problem::bad_request(
                "closing and opening register are missing".into(),
                "both in kWh, as the meters show them",
            )
        })?;
        let number = |kwh| choice.language.number(kwh, 3);
        let kept = t.registers_kept.replacen("{}", &number(closing), 1).replacen(
            "{}",
            &number(opening),
            1,
        );
        reason = if reason.is_empty() { kept } else { format!("{reason} · {kept}") };
    }
    let now = app.clock.now();
    let given = Some(swap.since.trim()).filter(|text| !text.is_empty());
    let locale = app.live.snapshot().locale(choice.language);
    let since = given.map_or(Some(now), |text| locale.instant(text).filter(|at| *at <= now));
    let since = since.ok_or_else(|| {
        Problem::bad_query(
            "since",
            &swap.since,
            "when it was done, by the clock of the site; not later than now",
        )
    })?;
    let old = role.source(since).map_or_else(|| "–".to_owned(), ToString::to_string);
    let before = staff_actions(&app)?.site_text()?;
    let after = with_role(&before, &source, &Wish::Fill(role.name, since))
        .map_err(|fault| Problem::conflict(fault.to_string()))?;
    let summary = format!("{name}: {old} → {source}");
    change(&app, &account.name, Change { before, after, summary, reason }).await?;
    Ok(Redirect::to(&format!("/role/{name}")).into_response())
}

fn tests(locale: &Locale, entries: &[Entry], role: &str) -> Vec<String> {
    let tests = entries.iter().rev().filter_map(|entry| match &entry.deed {
        Deed::Test(test) if test.role == role => Some((entry, test)),
        _ => None,
    });
    tests
        .take(MOST_TESTS)
        .map(|(entry, test)| {
            let when = locale.moment(entry.at);
            format!("{when} · {} · {}", entry.author, locale.test(test))
        })
        .collect()
}
