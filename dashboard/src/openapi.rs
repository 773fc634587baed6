//! `GET /api/openapi.json`: the API described for programs. Kept by hand; a test holds it to the route table.

use axum::http::header;
use axum::response::{IntoResponse, Response};

const DOCUMENT: &str = include_str!("openapi.json");

pub(crate) async fn show() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT).into_response()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;
    use store::MemoryStore;

    use super::*;
    use crate::routes;

    #[test]
    fn every_call_of_the_api_is_described() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let calls = routes::api::<MemoryStore>().into_iter().map(|(path, _)| path);
        for path in calls.chain(["/api/v1/live/events"]) {
            let described = document["paths"][path].as_object().into_iter().flatten();
            assert!(
                described.filter(|(_, call)| call["responses"].is_object()).count() > 0,
                "{path}"
            );
        }
    }

    #[test]
    fn the_description_tells_the_version_of_the_program() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    }
}
