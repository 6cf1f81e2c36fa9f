//! A stand-in for the way that errors leave.

use async_graphql::{ErrorExtensionValues, Response};
use axum::http::StatusCode;

use crate::error::{Error, Kind};
use crate::locale::Locale;

/// An answer that is ready to leave.
#[derive(Debug)]
pub struct Finished {
    /// The status that a top-level error asks for.
    pub status: Option<StatusCode>,
    /// Seconds until it is worth trying again.
    pub retry_after: Option<u64>,
    /// The body.
    pub body: Response,
}

/// Maps our errors to what a client may know.
#[must_use]
pub fn finish(mut response: Response, _locale: Locale, request_id: &str) -> Finished {
    let mut status = None;
    for error in &mut response.errors {
        let code = match error.source::<Error>().map(Error::kind) {
            Some(Kind::Unauthenticated) => {
                status = Some(StatusCode::UNAUTHORIZED);
                "UNAUTHENTICATED"
            }
            Some(_) => "INTERNAL",
            None => "GRAPHQL_VALIDATION_FAILED",
        };
        let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
        extensions.set("code", code);
        extensions.set("requestId", request_id);
    }
    Finished { status, retry_after: None, body: response }
}
