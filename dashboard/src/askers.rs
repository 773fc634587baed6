//! Who asks for figures: the long questions of one address are counted together.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::access::Visitor;

/// Answers a request on behalf of the address that it came from.
pub(crate) async fn note(request: Request, next: Next) -> Response {
    let address = request.extensions().get::<Visitor>().and_then(|visitor| visitor.address);
    match address {
        Some(address) => figures::asked_by(address.to_string(), next.run(request)).await,
        None => next.run(request).await,
    }
}
