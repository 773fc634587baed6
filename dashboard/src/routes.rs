//! Every address that is answered, in one table.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, delete, get, post};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

use crate::api::{
    alerts, checks, corrections, energy, energy_csv, history, indicators, live, occupancy,
    quarantine, readings, report, sources, zones,
};
use crate::app::App;
use crate::live::events;
use crate::pages::commissioning;
use crate::problem::Problem;
use crate::{access, askers, assets, health, openapi, pages, query, security};

/// No question takes a body; a form is short.
const LARGEST_BODY_BYTES: usize = 16 * 1024;
/// The longest time that an answer may take; live streams excepted.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(30);

type Table = Vec<(&'static str, MethodRouter<Arc<App>>)>;

/// The API: all of it stands in the `OpenAPI` document.
pub(crate) fn api() -> Table {
    figures().into_iter().chain(present()).collect()
}

/// Calls that give figures: each opens a view as known at `known_at`.
pub(crate) fn figures() -> Table {
    vec![
        ("/api/v1/points/{point}/history", get(history::list)),
        ("/api/v1/zones/{zone}/occupancy", get(occupancy::list)),
        ("/api/v1/zones/{zone}/attendance", get(zones::attendance)),
        ("/api/v1/zones/{zone}/counting", get(zones::counting)),
        ("/api/v1/zones/{zone}/air", get(zones::air)),
        ("/api/v1/air/instruments", get(zones::instruments)),
        ("/api/v1/zones/{zone}/energy", get(indicators::zone_energy)),
        ("/api/v1/zones/{zone}/energy.csv", get(energy_csv::of_zone)),
        ("/api/v1/zones/{zone}/accounts", get(indicators::zone_accounts)),
        ("/api/v1/zones/{zone}/load", get(indicators::zone_load)),
        ("/api/v1/zones/{zone}/usage", get(indicators::zone_usage)),
        ("/api/v1/meters/{meter}/energy", get(energy::list)),
        ("/api/v1/meters/{meter}/energy.csv", get(energy_csv::of_meter)),
        ("/api/v1/meters/{meter}/accounts", get(indicators::meter_accounts)),
        ("/api/v1/meters/{meter}/load", get(indicators::meter_load)),
        ("/api/v1/meters/{meter}/demand", get(indicators::meter_demand)),
        ("/api/v1/meters/{meter}/sessions", get(indicators::sessions)),
        ("/api/v1/meters/{meter}/parts", get(checks::beside_parts)),
        ("/api/v1/meters/{meter}/checks", get(checks::checks)),
        ("/api/v1/meters/{meter}/events", get(checks::events)),
        ("/api/v1/energy/breakdown", get(indicators::by_part)),
        ("/api/v1/climate", get(indicators::show_climate)),
        ("/api/v1/pathway", get(indicators::show_pathway)),
        ("/api/v1/report", get(report::show)),
    ]
}

/// Calls that give what is stored or what holds now, which has no state as known before: they refuse `known_at`.
pub(crate) fn present() -> Table {
    let table: Table = vec![
        ("/api/v1/live", get(live::show)),
        ("/api/v1/sources", get(sources::list)),
        ("/api/v1/sources/{device}/{quantity}/readings", get(readings::list)),
        ("/api/v1/alerts", get(alerts::list)),
        ("/api/v1/alerts/{id}/acknowledge", post(alerts::acknowledge)),
        ("/api/v1/corrections", get(corrections::list).post(corrections::add)),
        ("/api/v1/corrections/{id}", delete(corrections::undo)),
        ("/api/v1/quarantine", get(quarantine::list)),
        ("/health", get(health::health)),
        ("/ready", get(health::ready)),
        ("/metrics", get(health::metrics)),
    ];
    let refuse = |(path, method): (&'static str, MethodRouter<Arc<App>>)| {
        (path, method.layer(from_fn(query::refuse_known_at)))
    };
    table.into_iter().map(refuse).collect()
}

/// Streams that stay open: they have no time limit and are not compressed.
pub(crate) fn streams() -> Table {
    let of_programs = get(events::api).layer(from_fn(query::refuse_known_at));
    vec![("/api/v1/live/events", of_programs), ("/live/parts", get(events::parts))]
}

pub(crate) fn pages() -> Table {
    vec![
        ("/", get(pages::live::show)),
        ("/wall", get(pages::wall::show)),
        ("/zones", get(pages::zones::show)),
        ("/energy", get(pages::energy::show)),
        ("/history", get(pages::history::show)),
        ("/report", get(pages::report::show)),
        ("/report.html", get(pages::report::file)),
        ("/report.csv", get(pages::report::table)),
        ("/sensors", get(pages::sensors::show)),
        ("/alerts", get(pages::alerts::show)),
        ("/alerts/{id}/acknowledge", post(pages::alerts::acknowledge)),
        ("/alerts/trial", post(pages::alerts::trial)),
        ("/login", get(pages::login::show).post(pages::login::enter)),
        ("/logout", post(pages::login::leave)),
        ("/staff", get(commissioning::waiting::show)),
        ("/staff/assign", get(commissioning::assigning::show).post(commissioning::assigning::take)),
        ("/staff/labels", get(commissioning::labels::show)),
        ("/staff/site/{entry}/undo", post(commissioning::undo)),
        ("/role/{role}", get(commissioning::role::show)),
        ("/role/{role}/test", post(commissioning::role::begin)),
        ("/role/{role}/verdict", post(commissioning::role::judge)),
        ("/role/{role}/swap", post(commissioning::role::swap)),
        ("/staff/corrections", get(pages::corrections::show).post(pages::corrections::take)),
        ("/staff/corrections/{id}/undo", post(pages::corrections::undo)),
        ("/api/openapi.json", get(openapi::show)),
        ("/assets/{version}/{*name}", get(assets::serve)),
    ]
}

/// The whole service; an answer that takes longer than `answer_within` is given up, but for streams.
pub(crate) fn router(app: Arc<App>, answer_within: Duration) -> Router {
    let timed = collect(api().into_iter().chain(pages()))
        .layer(from_fn(askers::note))
        .layer(CompressionLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, answer_within));
    collect(streams())
        .merge(timed)
        .fallback(pages::not_found::show)
        .method_not_allowed_fallback(|| async { Problem::only_reading() })
        .layer(RequestBodyLimitLayer::new(LARGEST_BODY_BYTES))
        .layer(from_fn_with_state(Arc::clone(&app), access::admit))
        .layer(from_fn_with_state(Arc::clone(&app), security::guard))
        .with_state(app)
}

fn collect(
    table: impl IntoIterator<Item = (&'static str, MethodRouter<Arc<App>>)>,
) -> Router<Arc<App>> {
    table.into_iter().fold(Router::new(), |router, (path, method)| router.route(path, method))
}
