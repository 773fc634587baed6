//! The names in an address, read once: every fault is answered with what was expected.

use axum::extract::{FromRequestParts, Path as Names};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// What stands in the places of an address.
#[derive(Debug)]
pub(crate) struct Path<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let names = Names::from_request_parts(parts, state).await;
        names.map(|Names(names)| Self(names)).map_err(|_| {
            Problem::bad_query(
                "path",
                parts.uri.path(),
                "ids that are whole numbers from 0 to 18446744073709551615 where the list of such things gives \
                 numbers, and names that are percent-encoded UTF-8",
            )
        })
    }
}
