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
        let malformed = argument(&error.message).filter(|_| ours.is_none() && error.path.is_empty());
        let malformed: Option<Vec<String>> = malformed.map(|path| path.into_iter().map(str::to_owned).collect());
        let (code, message) = match ours {
            Some(ours) => {
                let path: Vec<_> = error.path.iter().map(|segment| format!("{segment:?}")).collect();
                log_fault(ours, &path.join("."), request_id);
                match ours.kind() {
                    Kind::Unauthenticated => status = Some(401),
                    Kind::Unavailable { retry_after: after } => {
                        status = status.or(Some(503));
                        retry_after = Some(after.as_secs());
                    }
                    _ => {}
                }
                words(ours, locale)
            }
            None => foreign(error, locale, request_id),
        };
        error.message = message.chars().take(limits.error_characters).collect();
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", code);
        extensions.set("requestId", request_id);
        if let Some(Kind::BadInput(refusal)) = ours.map(Error::kind) {
            extensions.set("field", refusal.field.clone());
        } else if let Some(field) = malformed {
            extensions.set("field", field);
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

/// The path of the value that has not the form of its type, in the words of the executor's validation.
fn argument(message: &str) -> Option<Vec<&str>> {
    let (path, reason) = message.strip_prefix("Invalid value for argument \"")?.split_once('"')?;
    // What is left out is named behind the input that lacks it.
    let missing = quoted(reason, "field ").filter(|_| reason.contains("is required but not provided"));
    Some(path.split('.').chain(missing).collect())
}

/// What stands in quotes behind some words.
fn quoted<'a>(text: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(before)?;
    rest.strip_prefix('"')?.split_once('"').map(|(quoted, _)| quoted)
}

/// The same for people, as far as the executor says what it wants.
fn of_form(message: &str, field: &str, locale: Locale) -> String {
    let field = field.to_owned();
    match quoted(message, "type ").filter(|_| !message.contains("unknown field")) {
        Some(wanted) => {
            locale.text("error-malformed", &[("field", field), ("type", wanted.trim_end_matches('!').to_owned())])
        }
        None => locale.text("error-malformed-value", &[("field", field)]),
    }
}

/// An error that the executor made itself: about the document, or about an argument's form. Anything else that
/// carries a path came out of a resolver and tells its secrets to the log alone.
fn foreign(error: &ServerError, locale: Locale, request_id: &str) -> (&'static str, String) {
    if error.path.is_empty() {
        return match argument(&error.message) {
            Some(field) => ("BAD_USER_INPUT", of_form(&error.message, &field.join("."), locale)),
            None => ("GRAPHQL_VALIDATION_FAILED", error.message.clone()),
        };
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
