//! `GET /api/v1/live`: the building now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::Value;

use crate::access::Visitor;
use crate::app::App;
use crate::live;

pub(crate) async fn show(State(app): State<Arc<App>>, visitor: Visitor) -> Json<Value> {
    Json(live::json::live(&app.live.snapshot_for(visitor.visibility)))
}
