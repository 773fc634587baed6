//! `/staff/assign`: one source, its live value, and the role that it gets.

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use domain::ids::{DoorwayId, MeterId, PointId, ZoneId};
use domain::site::edit::NewRole;
use domain::{Quantity, Source};
use serde::Deserialize;
use store::{Range, SeriesReader};

use super::changing::{Change, change, staff_actions};
use super::{Named, read, written};
use crate::access::{Identity, Staff, StaffForm};
use crate::app::App;
use crate::commissioning::{Wish, free_id, roles, with_role};
use crate::live::screen::Screen;
use crate::pages::shell::{Choice, Shell};
use crate::pages::staff::Me;
use crate::problem::Problem;
use crate::query::Query;
use crate::words::{Labels, Locale};

#[derive(Template)]
#[template(path = "assign.html")]
struct Assign {
    shell: Shell,
    t: &'static Labels,
    me: Me,
    fault: Option<String>,
    source: String,
    title: String,
    value: String,
    seen: String,
    /// Roles of this quantity that are there.
    roles: Vec<Choosable>,
    zones: Vec<Choosable>,
    is_meter: bool,
    is_door: bool,
}

pub(super) struct Choosable {
    pub(super) value: String,
    pub(super) name: String,
}

/// The form as it was filled in.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Given {
    source: String,
    /// A role that is there; empty for a new one.
    #[serde(default)]
    role: String,
    #[serde(default)]
    zone: String,
    /// The other side of a doorway.
    #[serde(default)]
    from: String,
    #[serde(default)]
    name: String,
}

/// The page of a source.
pub(super) fn address(source: &Source) -> String {
    let coded = |text: &str| crate::access::percent_encoded(text);
    let channel = source.channel.as_ref().map_or("", |channel| channel.as_str());
    format!(
        "/staff/assign?device={}&quantity={}&channel={}",
        coded(source.device.as_str()),
        source.quantity.name(),
        coded(channel)
    )
}

pub(crate) async fn show(
    State(app): State<Arc<App>>,
    staff: Staff,
    choice: Choice,
    query: Query,
) -> Response {
    let text = |name| query.get(name).unwrap_or_default().to_owned();
    let named =
        Named { device: text("device"), quantity: text("quantity"), channel: text("channel") };
    match named.source() {
        Some(source) => page(&app, &staff.0, choice, &source, None).await,
        None => {
            Problem::unknown("source", &named.device, "a source of /api/v1/sources").into_response()
        }
    }
}

pub(crate) async fn take(
    State(app): State<Arc<App>>,
    choice: Choice,
    StaffForm(account, given): StaffForm<Given>,
) -> Response {
    let Some(source) = read(&given.source) else {
        return Problem::unknown("source", &given.source, "a source of /api/v1/sources")
            .into_response();
    };
    let locale = app.live.snapshot().locale(choice.language);
    match give(&app, &account, &locale, &source, &given).await {
        Ok(role) => Redirect::to(&format!("/role/{role}")).into_response(),
        Err(Refused::Wrong(fault)) => page(&app, &account, choice, &source, Some(fault)).await,
        Err(Refused::Problem(problem)) => problem.into_response(),
    }
}

enum Refused {
    /// The form can be mended.
    Wrong(String),
    Problem(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

/// Gives the source its role, and returns its name.
async fn give(
    app: &App,
    account: &Identity,
    locale: &Locale,
    source: &Source,
    given: &Given,
) -> Result<String, Refused> {
    let t = locale.language.labels();
    let (wish, role) = if given.role.is_empty() {
        let (new, role) = new_role(app, source, given, t).map_err(Refused::Wrong)?;
        (Wish::New(new), role)
    } else {
        let named = roles(&app.site).into_iter().find(|role| role.name.to_string() == given.role);
        let named = named.ok_or_else(|| Refused::Wrong(t.role_missing.to_owned()))?;
        let role = named.name.to_string();
        // What fills no role yet has it with all its history.
        (Wish::Fill(named.name, app.clock.now()), role)
    };
    let before = staff_actions(app)?.site_text().map_err(Problem::from)?;
    let after =
        with_role(&before, source, &wish).map_err(|fault| Refused::Wrong(fault.to_string()))?;
    let summary = format!("{source} → {role}");
    change(app, &account.name, Change { before, after, summary, reason: String::new() }).await?;
    Ok(role)
}

fn new_role(
    app: &App,
    source: &Source,
    given: &Given,
    t: &Labels,
) -> Result<(NewRole, String), String> {
    let zone: Option<ZoneId> =
        given.zone.parse().ok().filter(|zone: &ZoneId| app.site.zone(zone.as_str()).is_some());
    let invalid = |_| t.name_missing.to_owned();
    match source.quantity {
        Quantity::EnergyImported | Quantity::ActivePower => {
            let name = given.name.trim();
            if name.is_empty() || name.chars().any(char::is_control) || name.chars().count() > 80 {
                return Err(t.name_missing.to_owned());
            }
            let id = free_id(name, |id| app.site.meter(id).is_some());
            let id: MeterId = id.parse().map_err(invalid)?;
            let sort = if source.quantity == Quantity::ActivePower { "power" } else { "energy" };
            let role = format!("{sort}:{id}");
            Ok((NewRole::Meter { id, name: name.to_owned(), zone }, role))
        }
        Quantity::PeopleIn | Quantity::PeopleOut => {
            let to = zone.ok_or_else(|| t.zone_missing.to_owned())?;
            let is_side = given.from == "outside" || app.site.zone(&given.from).is_some();
            if !is_side || given.from == to.as_str() {
                return Err(t.sides_missing.to_owned());
            }
            let taken = |id: &str| app.site.doorways.iter().any(|door| door.id.as_str() == id);
            let id: DoorwayId = free_id(&format!("porte-{to}"), taken).parse().map_err(invalid)?;
            let role = format!("doorway:{id}");
            Ok((NewRole::Doorway { id, from: given.from.clone(), to: to.to_string() }, role))
        }
        quantity => {
            let zone = zone.ok_or_else(|| t.zone_missing.to_owned())?;
            let words = format!("{zone}-{}", quantity.name());
            let id: PointId =
                free_id(&words, |id| app.site.point(id).is_some()).parse().map_err(invalid)?;
            let role = format!("point:{id}");
            Ok((NewRole::Point { id, zone, quantity }, role))
        }
    }
}

async fn page(
    app: &App,
    account: &Identity,
    choice: Choice,
    source: &Source,
    fault: Option<String>,
) -> Response {
    let (t, snapshot) = (choice.language.labels(), app.live.snapshot());
    let locale = snapshot.locale(choice.language);
    let newest = app.reader.range(Range::newest(source.clone())).await.unwrap_or_default();
    let newest = newest.last().copied();
    let (unknown, quantity) = (|| t.unknown.to_owned(), source.quantity);
    let status = if fault.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let fitting = roles(&app.site).into_iter().filter(|role| role.takes(quantity));
    let page = Assign {
        shell: Shell::new("/staff/assign", t.assign, Screen::Plain, choice.language, &snapshot),
        t,
        me: Me::of(account, t),
        fault,
        source: written(source),
        title: locale.source(source),
        value: newest.map_or_else(unknown, |one| {
            locale.language.measured(quantity, one.value.as_f64()).text()
        }),
        seen: newest.map_or_else(unknown, |one| locale.ago(one.observed_at)),
        roles: fitting
            .map(|role| Choosable {
                value: role.name.to_string(),
                name: locale.role(&role.name, &app.site),
            })
            .collect(),
        zones: app
            .site
            .zones
            .iter()
            .map(|zone| Choosable { value: zone.id.to_string(), name: zone.name.clone() })
            .collect(),
        is_meter: matches!(quantity, Quantity::EnergyImported | Quantity::ActivePower),
        is_door: matches!(quantity, Quantity::PeopleIn | Quantity::PeopleOut),
    };
    choice.page_with(status, &page)
}
