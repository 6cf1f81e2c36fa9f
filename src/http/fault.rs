//! Every way in which a request is refused before its execution, or ends without an answer of the executor.
//!
//! A handler returns the fault; the boundary, which knows language, media type and id, puts it into words.

mod malformed;

use async_graphql::Pos;
use axum::body::Body;
use axum::http::header::{ALLOW, CONNECTION, CONTENT_TYPE, RETRY_AFTER, UPGRADE, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

pub use self::malformed::Malformed;
use super::allowance::Limited;
use super::boundary::Caller;
use super::media::Media;
use crate::graphql::guard::{Breach, Misfit, Wrong};
use crate::locale::Locale;
use crate::metrics::Refused;

/// Why a request gets no answer of the executor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFault {
    /// There is nothing at this path.
    NotFound,
    /// The path does not take the method; where we know better than the router, the methods that would do.
    MethodNotAllowed(Option<&'static str>),
    /// The client takes none of our media types.
    NotAcceptable,
    /// A subscription, and the client takes no answer in pieces.
    NeedsStream,
    /// There is nothing here but a socket, and the client asks for none.
    NeedsSocket,
    /// A page of another origin wants a socket.
    ForeignOrigin,
    /// More operations at once than one socket takes.
    TooManyOperations(usize),
    /// More tables at once than one person gets; how many they get, and seconds until it is worth trying again.
    TooManyExports {
        /// How many.
        at_once: usize,
        /// Seconds.
        retry_after: u64,
    },
    /// More sockets and streams at once than one account gets, or everybody at one address.
    TooManyStreams {
        /// Whether that is somebody who is logged in.
        is_account: bool,
        /// How many.
        at_once: usize,
        /// Seconds until it is worth trying again.
        retry_after: u64,
    },
    /// The body is not plain JSON.
    UnsupportedMediaType,
    /// The body has more bytes than we read.
    TooLarge(usize),
    /// The body did not come within so many seconds.
    BodyTooSlow(usize),
    /// The body or the query string is no GraphQL request.
    Malformed(Malformed),
    /// Nobody knows the document by its id.
    DocumentUnknown,
    /// Registered documents alone are executed, and this is none.
    DocumentUnregistered,
    /// The query text is no GraphQL.
    ParseFailed {
        /// What the parser says.
        message: String,
        /// Where it says so.
        locations: Vec<Pos>,
    },
    /// The guard refuses the document.
    Refused(Breach),
    /// The caller has asked for too much lately.
    RateLimited(Limited),
    /// A variable that must have a value has none.
    VariableMissing(String),
    /// The token does not hold.
    Unauthenticated,
    /// The execution took too long.
    Timeout,
    /// The database or a queue cannot take the work now; seconds until it is worth trying again.
    Unavailable(u64),
    /// A fault of ours; the log has the rest.
    Internal,
}

impl RequestFault {
    /// Status and code.
    fn kind(&self, media: Media) -> (StatusCode, &'static str) {
        let of_document = match media {
            Media::Json => StatusCode::OK,
            Media::GraphqlResponse => StatusCode::BAD_REQUEST,
        };
        match self {
            Self::NotFound => (StatusCode::NOT_FOUND, "NOT_FOUND"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "METHOD_NOT_ALLOWED"),
            Self::NotAcceptable | Self::NeedsStream => (StatusCode::NOT_ACCEPTABLE, "NOT_ACCEPTABLE"),
            Self::NeedsSocket => (StatusCode::UPGRADE_REQUIRED, "UPGRADE_REQUIRED"),
            Self::ForeignOrigin => (StatusCode::FORBIDDEN, "FORBIDDEN"),
            Self::TooManyOperations(_)
            | Self::TooManyExports { .. }
            | Self::TooManyStreams { .. }
            | Self::RateLimited(_) => (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"),
            Self::UnsupportedMediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE"),
            Self::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
            Self::BodyTooSlow(_) => (StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT"),
            Self::Malformed(_) => (StatusCode::BAD_REQUEST, "BAD_REQUEST"),
            // Apollo iOS reads no other status, whatever the media type; Apollo Server says the same.
            Self::DocumentUnknown => (StatusCode::OK, "PERSISTED_QUERY_NOT_FOUND"),
            Self::DocumentUnregistered => (StatusCode::FORBIDDEN, "DOCUMENT_NOT_REGISTERED"),
            Self::ParseFailed { .. } | Self::Refused(Breach::Malformed(..)) => (of_document, "GRAPHQL_PARSE_FAILED"),
            Self::Refused(Breach::Limit(..)) => (StatusCode::BAD_REQUEST, "COST_LIMIT_EXCEEDED"),
            Self::VariableMissing(_) | Self::Refused(Breach::Misfit(Misfit::Value { .. })) => {
                (of_document, "BAD_USER_INPUT")
            }
            Self::Refused(Breach::Cycle(_) | Breach::NoOperation(_) | Breach::NotOneField | Breach::Misfit(_)) => {
                (of_document, "GRAPHQL_VALIDATION_FAILED")
            }
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"),
            Self::Timeout | Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL"),
        }
    }

    /// Its words.
    #[must_use]
    pub fn message(&self, locale: Locale) -> String {
        let plain = |key| locale.text(key, &[]);
        match self {
            Self::NotFound => plain("fault-not-found"),
            Self::MethodNotAllowed(_) => plain("fault-method-not-allowed"),
            Self::NotAcceptable => plain("fault-not-acceptable"),
            Self::NeedsStream => plain("fault-needs-stream"),
            Self::NeedsSocket => plain("fault-needs-socket"),
            Self::ForeignOrigin => plain("fault-foreign-origin"),
            Self::TooManyOperations(max) => locale.text("fault-too-many-operations", &[("max", max.to_string())]),
            Self::TooManyExports { at_once, .. } => {
                locale.text("fault-too-many-exports", &[("max", at_once.to_string())])
            }
            Self::TooManyStreams { is_account, at_once, .. } => {
                let key = if *is_account { "fault-streams-of-account" } else { "fault-streams-of-address" };
                locale.text(key, &[("max", at_once.to_string())])
            }
            Self::UnsupportedMediaType => plain("fault-unsupported-media-type"),
            Self::TooLarge(bytes) => locale.text("fault-too-large", &[("max", (bytes / 1024).to_string())]),
            Self::BodyTooSlow(seconds) => locale.text("fault-body-too-slow", &[("max", seconds.to_string())]),
            Self::Malformed(malformed) => plain(malformed.message_key()),
            // Clients compare it.
            Self::DocumentUnknown => "PersistedQueryNotFound".to_owned(),
            Self::DocumentUnregistered => plain("fault-document-unregistered"),
            Self::ParseFailed { message, .. } => {
                locale.text("fault-parse-failed", &[("reason", message.chars().take(120).collect())])
            }
            Self::Refused(Breach::Malformed(..)) => plain("fault-text"),
            Self::Refused(Breach::Limit(measure, limit)) => {
                let measure = plain(measure.message_key());
                locale.text("fault-limit", &[("measure", measure), ("max", limit.to_string())])
            }
            Self::Refused(Breach::Cycle(fragment)) => {
                locale.text("fault-cycle", &[("fragment", fragment.chars().take(64).collect())])
            }
            Self::Refused(Breach::NotOneField) => plain("fault-not-one-field"),
            Self::Refused(Breach::Misfit(misfit)) => misfit_words(misfit, locale),
            Self::Refused(Breach::NoOperation(None)) => plain("fault-operation-unnamed"),
            Self::Refused(Breach::NoOperation(Some(name))) => {
                locale.text("fault-operation-unknown", &[("name", name.chars().take(64).collect())])
            }
            Self::RateLimited(Limited { is_account, seconds, .. }) => {
                let key = if *is_account { "fault-rate-of-account" } else { "fault-rate-of-address" };
                locale.text(key, &[("seconds", seconds.to_string())])
            }
            Self::VariableMissing(name) => {
                locale.text("fault-variable-missing", &[("name", name.chars().take(64).collect())])
            }
            Self::Unauthenticated => plain("error-unauthenticated"),
            Self::Timeout => plain("fault-timeout"),
            Self::Unavailable(_) => plain("error-unavailable"),
            Self::Internal => plain("error-internal"),
        }
    }

    fn locations(&self) -> &[Pos] {
        match self {
            Self::ParseFailed { locations, .. } => locations,
            Self::Refused(Breach::Malformed(at)) => std::slice::from_ref(at),
            _ => &[],
        }
    }

    /// Whether the request is well-formed, and its operation is refused.
    pub(super) const fn is_of_operation(&self) -> bool {
        matches!(
            self,
            Self::ParseFailed { .. }
                | Self::Refused(_)
                | Self::VariableMissing(_)
                | Self::DocumentUnknown
                | Self::DocumentUnregistered
                | Self::RateLimited(_)
        )
    }

    /// What the metrics count of it.
    pub(super) const fn refusal(&self) -> Option<Refused> {
        match self {
            Self::Refused(Breach::Limit(..)) => Some(Refused::Limit),
            Self::RateLimited(Limited { is_account: true, .. }) => Some(Refused::RateOfAccount),
            Self::RateLimited(_) => Some(Refused::RateOfAddress),
            _ => None,
        }
    }

    /// The fault as the one error of an answer.
    pub(super) fn error(&self, locale: Locale, request_id: &str) -> Value {
        let (_, code) = self.kind(Media::Json);
        let mut error = json!({
            "message": self.message(locale),
            "extensions": { "code": code, "requestId": request_id },
        });
        if let Self::RateLimited(Limited { seconds, .. }) = self {
            // A socket has no header for it.
            error["extensions"]["retryAfter"] = json!(seconds);
        }
        if let Self::Refused(Breach::Misfit(Misfit::Value { path, .. })) = self {
            error["extensions"]["field"] = json!(path);
        }
        if !self.locations().is_empty() {
            error["locations"] = json!(self.locations());
        }
        error
    }

    /// The whole of an answer; with what it would have cost, where the caller wants to know and it was reckoned.
    pub(super) fn answer(&self, locale: Locale, request_id: &str, wants_cost: bool) -> Value {
        let mut answer = json!({ "errors": [self.error(locale, request_id)] });
        if let Self::RateLimited(Limited { bill, .. }) = self
            && wants_cost
        {
            answer["extensions"] = json!({ "cost": bill.extension() });
        }
        answer
    }

    /// Puts the fault into words for a caller. Headers that `response` has already, such as `Allow`, stay.
    pub(super) fn write_to(&self, response: &mut Response, caller: &Caller) {
        let media = caller.media.unwrap_or(Media::Json);
        let (status, _) = self.kind(media);
        *response.status_mut() = status;
        *response.body_mut() = Body::from(self.answer(caller.locale, &caller.id, caller.wants_cost).to_string());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
        match self {
            Self::MethodNotAllowed(Some(methods)) => drop(headers.insert(ALLOW, HeaderValue::from_static(methods))),
            Self::Unauthenticated => drop(headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            Self::NeedsSocket => drop(headers.insert(UPGRADE, HeaderValue::from_static("websocket"))),
            Self::Timeout => drop(headers.insert(RETRY_AFTER, HeaderValue::from_static("5"))),
            Self::Unavailable(seconds)
            | Self::TooManyExports { retry_after: seconds, .. }
            | Self::TooManyStreams { retry_after: seconds, .. }
            | Self::RateLimited(Limited { seconds, .. }) => {
                headers.insert(RETRY_AFTER, HeaderValue::from(*seconds));
            }
            // The rest of the body is not read, so nothing can follow it.
            Self::TooLarge(_) | Self::BodyTooSlow(_) => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
    }
}

fn misfit_words(misfit: &Misfit, locale: Locale) -> String {
    let short = |name: &str| name.chars().take(64).collect();
    match misfit {
        Misfit::Value { path, wrong } => {
            let field = ("field", path.join("."));
            match wrong {
                Wrong::Form(kind) => locale.text("error-malformed", &[field, ("type", kind.clone())]),
                Wrong::Missing => locale.text("error-missing", &[field]),
                Wrong::Unknown => locale.text("error-unknown", &[field]),
                Wrong::NotOne(choices) => locale.text("error-not-one", &[field, ("choices", choices.join(", "))]),
            }
        }
        Misfit::Variable(name) => locale.text("fault-variable-misplaced", &[("name", short(name))]),
        Misfit::Default(name) => locale.text("fault-variable-default", &[("name", short(name))]),
    }
}

impl From<Malformed> for RequestFault {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Breach> for RequestFault {
    fn from(breach: Breach) -> Self {
        Self::Refused(breach)
    }
}

impl From<async_graphql::parser::Error> for RequestFault {
    fn from(error: async_graphql::parser::Error) -> Self {
        let text = error.to_string();
        // The parser draws the place with lines of the query around it, and ends with what it expected there.
        let message = text.rsplit_once("= ").map_or(text.as_str(), |(_, expected)| expected);
        Self::ParseFailed { message: message.to_owned(), locations: error.positions().collect() }
    }
}

/// Carries the fault to the boundary.
impl IntoResponse for RequestFault {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_fault_has_words_in_both_languages() {
        let sources =
            [include_str!("fault.rs"), include_str!("fault/malformed.rs"), include_str!("../graphql/guard.rs")]
                .concat();
        let is_key = |text: &&str| {
            let name = text.strip_prefix("fault-").or_else(|| text.strip_prefix("measure-"));
            name.or_else(|| text.strip_prefix("error-")).is_some_and(|name| !name.is_empty())
        };
        let keys: Vec<_> = sources.split('"').filter(is_key).collect();
        assert!(keys.len() > 30, "{keys:?}");
        for words in [
            [include_str!("../../locales/id/faults.ftl"), include_str!("../../locales/id/errors.ftl")].concat(),
            [include_str!("../../locales/en/faults.ftl"), include_str!("../../locales/en/errors.ftl")].concat(),
        ] {
            for key in &keys {
                assert!(words.lines().any(|line| line.starts_with(&format!("{key} = "))), "{key}");
            }
        }
    }
}
