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

    use super::*;
    use crate::routes;

    #[test]
    fn every_call_of_the_api_is_described() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let calls = routes::api().into_iter().map(|(path, _)| path);
        for path in calls.chain(["/api/v1/live/events"]) {
            let described = document["paths"][path].as_object().into_iter().flatten();
            assert!(
                described.filter(|(_, call)| call["responses"].is_object()).count() > 0,
                "{path}"
            );
        }
    }

    #[test]
    fn each_call_that_gives_figures_takes_the_instant_as_of_which_they_are_known_and_no_other_does()
    {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        let takes = |path: &str| {
            let parameters = document["paths"][path]["get"]["parameters"].as_array();
            let is_it = |it: &Value| it["$ref"] == "#/components/parameters/known_at";
            parameters.is_some_and(|parameters| parameters.iter().any(is_it))
        };
        assert!(routes::figures().iter().all(|(path, _)| takes(path)));
        assert!(!routes::present().iter().any(|(path, _)| takes(path)));
    }

    #[test]
    fn the_description_tells_the_version_of_the_program() {
        let document: Value = serde_json::from_str(DOCUMENT).unwrap();
        assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    }
}
