//! `GET /api/v1/live`: the building now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;
use store::SeriesReader;

use crate::app::App;
use crate::live_json;

pub(crate) async fn show<R: SeriesReader>(State(app): State<Arc<App<R>>>) -> Json<Value> {
    Json(live_json::live(&app.feed.scene()))
}
