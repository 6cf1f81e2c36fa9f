//! Media types: what an answer may be (RFC 9110, 12.5.1) and what a body must be.

use std::cmp::Reverse;

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_ENCODING, CONTENT_TYPE};

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Media {
    /// `application/json`: whoever reads it may take any status other than 200 for a broken proxy, so what is wrong
    /// with a document leaves with 200.
    Json,
    /// `application/graphql-response+json`: the status tells what became of the request.
    GraphqlResponse,
}

impl Media {
    /// The value of `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Json => "application/json; charset=utf-8",
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
        }
    }

    /// The best form that the `Accept` header allows; JSON where it has no preference, none where it allows neither.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut ranges = Vec::new();
        for value in headers.get_all(ACCEPT) {
            ranges.extend(value.to_str().ok()?.split(',').filter_map(Range::parse));
        }
        if ranges.is_empty() {
            return Some(Self::Json);
        }
        let ranked =
            [(Self::GraphqlResponse, "graphql-response+json"), (Self::Json, "json")].map(|(media, subtype)| {
                // The most specific range that matches decides about a type.
                let matching =
                    ranges.iter().enumerate().filter_map(|(at, range)| Some((range.specificity(subtype)?, at)));
                let (_, at) = matching.max_by_key(|(specificity, at)| (*specificity, Reverse(*at)))?;
                (ranges[at].weight > 0).then_some(((ranges[at].weight, Reverse(at)), media))
            });
        // Of equal ones the last wins, which is JSON.
        ranked.into_iter().flatten().max_by_key(|(rank, _)| *rank).map(|(_, media)| media)
    }
}

/// The form of an answer that comes in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streaming {
    /// `text/event-stream`: graphql-sse, distinct connections mode.
    Events,
    /// `multipart/mixed;subscriptionSpec=1.0`: Apollo's.
    Multipart,
}

impl Streaming {
    /// The value of `Content-Type`. The boundary is ours, whichever the client names, and where it names none.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Events => "text/event-stream; charset=utf-8",
            Self::Multipart => "multipart/mixed;boundary=\"graphql\";subscriptionSpec=1.0",
        }
    }

    /// The best such form that the `Accept` header names; a wildcard names none.
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for value in headers.get_all(ACCEPT) {
            for range in value.to_str().ok()?.split(',').filter_map(Range::parse) {
                let Some(form) = range.streaming() else { continue };
                if range.weight > best.map_or(0, |(weight, _)| weight) {
                    best = Some((range.weight, form));
                }
            }
        }
        best.map(|(_, form)| form)
    }
}

struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// The version of Apollo's protocol for subscriptions.
    subscriptions: Option<&'a str>,
    /// In thousandths.
    weight: u16,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut parts = text.split(';').map(str::trim);
        let (kind, subtype) = parts.next()?.split_once('/')?;
        let parameters: Vec<_> = parts.filter_map(|part| part.split_once('=')).collect();
        let parameter = |wanted: &str| {
            let (_, value) = parameters.iter().find(|(name, _)| name.trim().eq_ignore_ascii_case(wanted))?;
            Some(value.trim().trim_matches('"'))
        };
        let subscriptions = parameter("subscriptionSpec");
        Some(Self { kind, subtype, subscriptions, weight: parameter("q").map_or(1000, thousandths) })
    }

    fn streaming(&self) -> Option<Streaming> {
        let is = |kind, subtype| self.kind.eq_ignore_ascii_case(kind) && self.subtype.eq_ignore_ascii_case(subtype);
        if is("text", "event-stream") {
            Some(Streaming::Events)
        } else if is("multipart", "mixed") && self.subscriptions == Some("1.0") {
            Some(Streaming::Multipart)
        } else {
            None
        }
    }

    /// How closely the range describes `application/…`, where it does.
    fn specificity(&self, subtype: &str) -> Option<u8> {
        match (self.kind, self.subtype) {
            ("*", "*") => Some(0),
            (kind, _) if !kind.eq_ignore_ascii_case("application") => None,
            (_, "*") => Some(1),
            (_, other) => other.eq_ignore_ascii_case(subtype).then_some(2),
        }
    }
}

/// A weight such as `0.75`; what is none counts for nothing.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let fraction = format!("{fraction:0<3}");
    match (whole, fraction.parse::<u16>()) {
        ("1", Ok(0)) => 1000,
        ("0", Ok(fraction)) if fraction < 1000 => fraction,
        _ => 0,
    }
}

/// Whether a body is JSON in UTF-8 and not compressed. Nothing else is read: what a foreign page may send without
/// asking first (a form, plain text) is not, and a compressed body may be any size.
pub fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(Ok(value)), None) = (types.next().map(|value| value.to_str()), types.next()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    let is_plain = headers.get_all(CONTENT_ENCODING).iter().all(|coding| coding.as_bytes() == b"identity");
    is_json && is_utf8 && is_plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: axum::http::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn the_best_form_that_is_accepted() {
        use Media::{GraphqlResponse, Json};
        assert_eq!(Media::negotiate(&HeaderMap::new()), Some(Json));
        for (accept, media) in [
            ("*/*", Some(Json)),
            ("application/*", Some(Json)),
            ("application/json", Some(Json)),
            ("Application/GraphQL-Response+JSON;charset=utf-8", Some(GraphqlResponse)),
            ("application/graphql-response+json, application/json;q=0.9", Some(GraphqlResponse)),
            ("application/graphql-response+json, application/json", Some(GraphqlResponse)),
            ("application/json, application/graphql-response+json", Some(Json)),
            ("application/json;q=0.5, application/graphql-response+json;q=0.75", Some(GraphqlResponse)),
            ("application/json;q=0, */*", Some(GraphqlResponse)),
            ("application/graphql-response+json;q=0, */*;q=0.1", Some(Json)),
            ("application/json;q=2", None),
            ("text/html, text/event-stream", None),
            ("multipart/mixed;boundary=\"graphql\", application/json", Some(Json)),
        ] {
            assert_eq!(Media::negotiate(&headers(ACCEPT, accept)), media, "{accept}");
        }
    }

    #[test]
    fn the_best_form_in_pieces_that_is_named() {
        use Streaming::{Events, Multipart};
        assert_eq!(Streaming::negotiate(&HeaderMap::new()), None);
        for (accept, form) in [
            ("*/*", None),
            ("text/*, multipart/*", None),
            ("text/event-stream", Some(Events)),
            ("Text/Event-Stream;q=0", None),
            ("application/json, text/event-stream, multipart/mixed", Some(Events)),
            ("multipart/mixed", None),
            ("multipart/mixed;boundary=\"graphql\";deferSpec=20220824,application/json", None),
            ("multipart/mixed;subscriptionSpec=1.0, application/graphql-response+json", Some(Multipart)),
            ("multipart/mixed; boundary=\"graphql\"; subscriptionSpec=\"1.0\"", Some(Multipart)),
            ("multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json", Some(Multipart)),
            ("multipart/mixed;subscriptionSpec=2.0", None),
            ("text/event-stream;q=0.5, multipart/mixed;subscriptionSpec=1.0;q=0.6", Some(Multipart)),
        ] {
            assert_eq!(Streaming::negotiate(&headers(ACCEPT, accept)), form, "{accept}");
        }
    }

    #[test]
    fn only_json_in_utf_8_is_read() {
        for (value, is_read) in [
            ("application/json", true),
            ("Application/JSON; charset=UTF-8", true),
            ("application/json;charset=\"utf-8\";profile=x", true),
            ("application/json; charset=iso-8859-1", false),
            ("application/json+x", false),
            ("application/x-www-form-urlencoded", false),
            ("multipart/form-data; boundary=x", false),
            ("text/plain; application/json", false),
        ] {
            assert_eq!(is_plain_json(&headers(CONTENT_TYPE, value)), is_read, "{value}");
        }
        assert!(!is_plain_json(&HeaderMap::new()));
        let mut compressed = headers(CONTENT_TYPE, "application/json");
        compressed.insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        assert!(!is_plain_json(&compressed));
        let mut twice = headers(CONTENT_TYPE, "application/json");
        twice.append(CONTENT_TYPE, "text/plain".parse().unwrap());
        assert!(!is_plain_json(&twice));
    }
}
