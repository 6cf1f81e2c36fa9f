//! What a phone or a proxy may keep of an answer (RFC 9111), and the answer that it has already (RFC 9110, 13.1.2).
//!
//! Only what was asked by GET and went well is kept at all. National lists are anybody's for some minutes; everything
//! else belongs to who asked, and is asked for again each time: an answer that has not changed is a 304 without a body,
//! which on a phone's network is what costs.

use aws_lc_rs::digest::{SHA256, digest};
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Whose answer it is, and how long it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// The same for everybody, and it changes by decree: five minutes.
    Everybody,
    /// The caller's own, to be asked for again each time.
    Caller,
}

impl Keeping {
    const fn cache_control(self) -> &'static str {
        match self {
            Self::Everybody => "public, max-age=300",
            Self::Caller => "private, no-cache",
        }
    }
}

/// The answer to a GET that went well, or a 304 where the caller has it already.
pub fn kept(asked: &HeaderMap, body: Vec<u8>, mut response: Response, keeping: Keeping) -> Response {
    let tag = entity_tag(&body);
    let is_known = names(asked, &tag);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(body);
    }
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keeping.cache_control()));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// Weak, because compressed forms of the same answer share it.
fn entity_tag(body: &[u8]) -> String {
    format!("W/\"{}\"", URL_SAFE_NO_PAD.encode(&digest(&SHA256, body).as_ref()[..16]))
}

/// Whether `If-None-Match` names the tag. Its list holds no comma within a tag of ours.
fn names(asked: &HeaderMap, tag: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let ours = opaque(tag);
    let mut values = asked.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.any(|value| value.split(',').any(|one| one.trim() == "*" || opaque(one) == ours))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(tags: &str) -> HeaderMap {
        HeaderMap::from_iter([(IF_NONE_MATCH, tags.parse().unwrap())])
    }

    #[test]
    fn an_answer_is_known_by_its_tag() {
        let tag = entity_tag(b"{}");
        assert_ne!(tag, entity_tag(b"{ }"));
        let opaque = tag.trim_start_matches("W/");
        for (tags, is_known) in
            [(tag.as_str(), true), (opaque, true), ("*", true), ("W/\"a\"", false), ("", false), (&tag[..9], false)]
        {
            assert_eq!(names(&asked(tags), &tag), is_known, "{tags}");
        }
        assert!(names(&asked(&format!("\"a\", {tag}")), &tag));
        assert!(!names(&HeaderMap::new(), &tag));
    }

    #[test]
    fn what_is_known_comes_without_a_body() {
        let first = kept(&HeaderMap::new(), b"{}".to_vec(), Response::default(), Keeping::Caller);
        assert_eq!(
            (first.status(), &first.headers()[CACHE_CONTROL]),
            (StatusCode::OK, &"private, no-cache".parse().unwrap())
        );
        let tag = first.headers()[ETAG].to_str().unwrap();
        let again = kept(&asked(tag), b"{}".to_vec(), Response::default(), Keeping::Everybody);
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[CACHE_CONTROL], "public, max-age=300");
        assert_eq!(again.headers()[ETAG], tag);
    }
}
