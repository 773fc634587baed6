//! Who asks for figures: the long questions of one machine are counted together.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;

use crate::access::Visitor;

/// Answers a request on behalf of the machine that it came from.
pub(crate) async fn note(request: Request, next: Next) -> Response {
    let machine = request.extensions().get::<Visitor>().and_then(|visitor| visitor.machine);
    match machine {
        Some(machine) => figures::asked_by(machine.to_string(), next.run(request)).await,
        None => next.run(request).await,
    }
}
