//! The one place where errors leave: what a client sees of an [`Error`], and what the log does.

use async_graphql::{ErrorExtensionValues, Response, ServerError, Value};

use crate::config::Limits;
use crate::error::{Error, Kind};
use crate::locale::Locale;
use crate::problem::Problem;

/// An answer on its way out.
#[derive(Debug)]
pub struct Finished {
    /// The HTTP status that a top-level error asks for.
    pub status: Option<u16>,
    /// Seconds after which to come back.
    pub retry_after: Option<u64>,
    /// The answer.
    pub body: Response,
}

/// Puts every top-level error into the words and codes of the contract.
#[must_use]
pub fn finish(mut response: Response, limits: &Limits, locale: Locale, request_id: &str) -> Finished {
    let (mut status, mut retry_after) = (None, None);
    for error in &mut response.errors {
        let ours = error.source.as_deref().and_then(own);
        let (code, message) = match ours {
            Some(ours) => {
                let path: Vec<_> = error.path.iter().map(|segment| format!("{segment:?}")).collect();
                log_fault(ours, &path.join("."), request_id);
                match ours.kind() {
                    Kind::Unauthenticated => status = Some(401),
                    Kind::Unavailable { retry_after: after } => {
                        status = status.filter(|status| *status != 500).or(Some(503));
                        retry_after = Some(after.as_secs());
                    }
                    _ => {}
                }
                words(ours, locale)
            }
            None => foreign(error, locale, request_id),
        };
        if code == "INTERNAL" {
            status = status.or(Some(500));
        }
        error.message = message.chars().take(limits.error_characters).collect();
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", code);
        extensions.set("requestId", request_id);
        if let Some(Kind::BadInput(refusal)) = ours.map(Error::kind) {
            extensions.set("field", refusal.field.clone());
        }
        error.extensions = Some(extensions);
        error.source = None;
    }
    response.errors.truncate(limits.errors);
    // Where a root field has an answer, something was done: the status must not say that nothing was.
    if matches!(&response.data, Value::Object(roots) if roots.values().any(|root| *root != Value::Null)) {
        (status, retry_after) = (None, None);
    }
    Finished { status, retry_after, body: response }
}

fn own(source: &(dyn std::any::Any + Send + Sync)) -> Option<&Error> {
    source.downcast_ref::<Error>()
}

fn words(error: &Error, locale: Locale) -> (&'static str, String) {
    match error.kind() {
        Kind::Unauthenticated => ("UNAUTHENTICATED", locale.text("error-unauthenticated", &[])),
        Kind::Unavailable { .. } => ("UNAVAILABLE", locale.text("error-unavailable", &[])),
        Kind::Internal => ("INTERNAL", locale.text("error-internal", &[])),
        Kind::BadInput(refusal) => ("BAD_USER_INPUT", locale.refusal(refusal)),
        Kind::Refused(refusals) => {
            let own_code = |problem| matches!(problem, Problem::Forbidden | Problem::NotFound | Problem::TooSlow);
            let problem = refusals.iter().map(|refusal| refusal.problem).find(|problem| own_code(*problem));
            let text: Vec<_> = refusals.iter().map(|refusal| locale.refusal(refusal)).collect();
            (problem.map_or("BAD_USER_INPUT", Problem::code), text.join(" "))
        }
    }
}

/// An error that the executor made itself: about the document, or about an argument's form. Anything else that
/// carries a path came out of a resolver and tells its secrets to the log alone.
fn foreign(error: &ServerError, locale: Locale, request_id: &str) -> (&'static str, String) {
    if error.path.is_empty() {
        return ("GRAPHQL_VALIDATION_FAILED", error.message.clone());
    }
    if error.source.is_none() && error.message.starts_with("Failed to parse") {
        return ("BAD_USER_INPUT", error.message.clone());
    }
    tracing::error!(request_id, cause = error.message, "a foreign error reached the edge");
    ("INTERNAL", locale.text("error-internal", &[]))
}

/// Tells the log the cause of what is no fault of the caller's.
pub fn log_fault(error: &Error, path: &str, request_id: &str) {
    if matches!(error.kind(), Kind::Internal | Kind::Unavailable { .. }) {
        let cause = error.cause().map(ToString::to_string).unwrap_or_default();
        tracing::error!(request_id, cause, path, "{error}");
    }
}
